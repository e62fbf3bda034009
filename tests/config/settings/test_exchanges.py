"""What `[[exchanges]]` may say."""

import pytest
from pydantic import ValidationError

from gateway.config.settings.exchanges import ExchangeSettings, exchange_path


def test_policies_know_an_exchange_by_a_path_of_its_own() -> None:
    """Below the token endpoint, which is the gateway's own."""
    assert exchange_path("app") == "/oauth2/token/app"


@pytest.mark.parametrize(
    "scopes", [("a b",), ('"',), ("\\",), ("é",), ("a", "a"), ("x" * 256,), ("",)]
)
def test_a_scope_is_one_of_the_standards(scopes: tuple[str, ...]) -> None:
    """RFC 6749 section 3.3; and none is there twice."""
    with pytest.raises(ValidationError):
        ExchangeSettings.model_validate({"id": "app", "scopes": scopes})


def test_scopes_within_bounds_are_taken() -> None:
    """The pair of the above."""
    scopes = ("orders:read", "https://x.example/y", "x" * 255, "!#[]~")

    settings = ExchangeSettings.model_validate({"id": "app", "scopes": scopes})

    assert settings.scopes == scopes
