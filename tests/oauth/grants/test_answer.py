"""The answer of the token endpoint, from what was issued."""

from gateway.oauth.grants.answer import answer
from gateway.oauth.issuing.pool_tokens import IssuedTokens
from gateway.oauth.tokens import IssuedToken

ISSUED = IssuedTokens("access", "id", 60, ("openid", "email"))


def test_the_type_is_that_of_how_it_is_presented() -> None:
    """RFC 9449 section 5: a bound token is no bearer token."""
    assert answer(ISSUED, "", "refresh") == IssuedToken(
        access_token="access",
        expires_in=60,
        refresh_token="refresh",
        id_token="id",
        scope="openid email",
    )
    assert answer(ISSUED, "thumbprint").token_type == "DPoP"
    assert answer(ISSUED, "", issued_token_type="urn:x").issued_token_type == "urn:x"
