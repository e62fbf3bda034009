"""`gateway.policy.comparison.people`."""

from collections.abc import Iterator
from dataclasses import replace

from gateway.policy.comparison.people import providers_of
from gateway.policy.comparison.searching.inputs import PROVIDER, Inputs
from tests.policy.comparison.sides import somebody

NAMES = ["corp", "google", "lab"]
ACR = ("identity", "acr")


def told(witness: Inputs, shown: dict[str, str], steps: dict[str, str]) -> list[str]:
    """Return whom `providers_of` names.

    Args:
        witness: The request.
        shown: The `acr` with which each provider's people meet the difference.
        steps: What a search comes up with for a provider's people.
    """

    def is_shown(inputs: Inputs) -> bool:
        return bool(shown.get(inputs.get(PROVIDER)) == inputs.get(ACR))

    def let_in(start: Inputs) -> Iterator[Inputs]:
        yield start.edited({PROVIDER: "corp", ACR: "mfa"})
        yield start.edited({ACR: steps.get(start.get(PROVIDER), "")})

    return list(providers_of(witness, NAMES, is_shown=is_shown, let_in=let_in))


def test_whoever_meets_it_as_in_the_witness_is_told() -> None:
    """With all else the same."""
    assert told(somebody(acr="mfa"), dict.fromkeys(NAMES, "mfa"), {}) == NAMES


def test_whoever_can_meet_it_otherwise_is_told_too() -> None:
    """A search finds how; one that leads to other people's is no answer."""
    shown = {"corp": "mfa", "google": "pwd", "lab": "never"}

    assert told(somebody(acr="mfa"), shown, {"google": "pwd"}) == ["corp", "google"]


def test_whoever_shows_nothing_is_nobodys() -> None:
    anonymous = replace(somebody(acr="mfa"), anonymous=True)

    assert told(anonymous, dict.fromkeys(NAMES, "mfa"), {}) == []
