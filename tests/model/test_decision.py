"""Which denials a credential may cure."""

from typing import cast

import pytest

from gateway.model.decision import Decision, Reason, StepTimes


@pytest.mark.parametrize("anonymous", [True, False])
@pytest.mark.parametrize("reason", Reason)
def test_a_credential_helps_who_showed_none_or_a_weak_one(
    reason: Reason, *, anonymous: bool
) -> None:
    """Everything else stays as it is, whoever is known to ask."""
    decision = Decision(allowed=reason is Reason.ALLOWED, reason=reason)

    missing = anonymous and reason in {Reason.NO_ALLOW, Reason.NO_ROLE}
    expected = missing or reason is Reason.STEP_UP
    assert decision.needs_authentication(anonymous=anonymous) == expected


def test_decisions_without_claims_share_the_empty_mapping() -> None:
    """And nobody can write into it."""
    one = Decision(allowed=False, reason=Reason.NO_ALLOW)
    two = Decision(allowed=False, reason=Reason.NO_ROLE)

    assert one.claims is two.claims
    with pytest.raises(TypeError):
        cast("dict[str, int]", one.claims)["x"] = 1


@pytest.mark.parametrize(
    ("steps", "took"),
    [
        (StepTimes(1000, 2000, 4999, 5000, 9000, 10000), (1, 2, 0, 4, 1)),
        (StepTimes(1000, 3000, 4000), (2, 1, 0, 0, 0)),
        (StepTimes(1000, 3000, 4000, 0, 0, 9000), (2, 1, 0, 0, 5)),
        (StepTimes(), (0, 0, 0, 0, 0)),
    ],
)
def test_a_step_takes_from_the_end_of_the_one_before(
    steps: StepTimes, took: tuple[int, ...]
) -> None:
    """In microseconds; one that was not reached takes nothing."""
    assert steps.microseconds() == took
