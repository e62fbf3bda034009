"""Ways in which a sign-in through a provider can end."""

import pytest

from gateway.federation.errors import ProviderSaysNoError


def test_a_provider_reason_is_kept() -> None:
    """For whoever is asked for help."""
    error = ProviderSaysNoError("access_denied")

    assert error.reason == "access_denied"
    assert "access_denied" in error.detail


@pytest.mark.parametrize(
    "reason", ["", "<script>", "two words", "x" * 101, "é"], ids=range(5)
)
def test_a_reason_that_is_none_is_not_shown(reason: str) -> None:
    """Anybody can write anything into the answer's address."""
    error = ProviderSaysNoError(reason)

    assert error.reason == ""
    assert reason == "" or reason not in error.detail
