"""What a sign-in through a provider is made of."""

from datetime import UTC, datetime

from gateway.federation.values import Attempt, Departure, ProvenLogin, ProviderTokens
from gateway.model.claims import TokenType, VerifiedClaims

CLAIMS = VerifiedClaims(
    "google",
    "https://accounts.google.com",
    "1",
    TokenType.ID_TOKEN,
    datetime(2027, 1, 1, tzinfo=UTC),
    {"sub": "1", "email": "secret-address"},
)


def test_nothing_secret_is_shown() -> None:
    """Neither what leads back to an attempt, nor what somebody could use."""
    attempt = Attempt("secret-1", "secret-2", "secret-3", "/", {"a": "secret-4"})
    departure = Departure("/", {"a": "secret-5"}, {"a": "secret-6"})
    tokens = ProviderTokens("secret-7", "secret-8")
    proven = ProvenLogin(CLAIMS, tokens, id_token="secret-9")

    for value in (attempt, departure, tokens, proven):
        assert "secret" not in repr(value)
