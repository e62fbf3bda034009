"""How two decisions compare."""

import pytest

from gateway.policy.replaying.answers import CHANGES, Undecided, Verdict, Why, compare
from gateway.policy.replaying.record import Outcome

YES = Outcome(allowed=True, rule="a/b", reason="allowed", roles=("r",), claims="1")
NO = Outcome(allowed=False, reason="no_allow", roles=("r",))


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (YES, YES, Verdict.SAME),
        (NO, NO, Verdict.SAME),
        (NO, YES, Verdict.WIDENED),
        (YES, NO, Verdict.NARROWED),
        (YES, YES._replace(claims="2"), Verdict.CLAIMS),
        (YES, YES._replace(claims="2", rule="a/c"), Verdict.CLAIMS),
        (YES, YES._replace(rule="a/c"), Verdict.OTHERWISE),
        (YES, YES._replace(roles=()), Verdict.OTHERWISE),
        (NO, NO._replace(reason="no_role"), Verdict.OTHERWISE),
    ],
)
def test_a_change_has_one_name(
    before: Outcome, after: Outcome, verdict: Verdict
) -> None:
    """The gravest that fits."""
    assert compare(before, after) is verdict
    assert (verdict in CHANGES) is (before != after)


def test_what_is_missing_is_told_as_it_is_written() -> None:
    """As the log and the settings spell it."""
    assert Undecided.lacking((("claims", "a b"), ("now",))) == Undecided(
        Why.NOT_RECORDED, ("claims['a b']", "now")
    )
