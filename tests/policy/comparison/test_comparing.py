"""The comparison finds what was widened, and nothing that was not."""

import pytest

from gateway.policy.comparison.findings import Verdict
from tests.policy.comparison.held_out import HELD_OUT
from tests.policy.comparison.pairs import Files, Pair, rule_of
from tests.policy.comparison.refactorings import REFACTORINGS
from tests.policy.comparison.sides import compared
from tests.policy.comparison.widenings import WIDENINGS


@pytest.mark.long
@pytest.mark.parametrize("pair", [*WIDENINGS, *HELD_OUT], ids=lambda pair: pair.name)
def test_a_widening_is_found(pair: Pair) -> None:
    """With a request that was refused and is let in."""
    found = [each for each in compared(pair) if each.key.verdict is Verdict.WIDENED]

    assert found
    for each in found:
        assert each.old is not None
        assert each.new is not None


@pytest.mark.long
@pytest.mark.parametrize("pair", REFACTORINGS, ids=lambda pair: pair.name)
def test_a_refactoring_widens_and_narrows_nothing(pair: Pair) -> None:
    """Whatever it renames."""
    told = {each.key.verdict for each in compared(pair)}

    assert told <= {Verdict.RENAMED}


@pytest.mark.parametrize(
    ("condition", "providers"),
    [
        ("identity.provider == 'corp' && identity.email_verified", ("corp",)),
        ("identity.provider == 'corp' || identity.email_verified", ("corp", "google")),
        ("request.tls", ("corp", "google")),
    ],
)
def test_whose_people_are_let_in_is_told(
    condition: str, providers: tuple[str, ...]
) -> None:
    """A rule that forgets to ask for the provider lets in those of all of them."""
    pair = Pair(
        "providers",
        Files((rule_of("false", routes="files"),)),
        Files((rule_of(condition, routes="files"),)),
    )

    found = [each for each in compared(pair) if each.key.verdict is Verdict.WIDENED]

    assert {each.providers for each in found} == {providers}


def test_of_whoever_shows_nothing_no_provider_is_told() -> None:
    """There is none."""
    closed, opened = (
        rule_of(when, routes="files", for_="guest") for when in ("false", "true")
    )

    found = compared(Pair("guests", Files((closed,)), Files((opened,))))

    assert {each.providers for each in found if each.witness} <= {(), ("guest",)}
