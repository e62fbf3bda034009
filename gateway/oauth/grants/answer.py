"""The answer of the token endpoint, from what was issued."""

from gateway.oauth.issuing.pool_tokens import IssuedTokens
from gateway.oauth.tokens import BEARER, DPOP, IssuedToken


def answer(
    issued: IssuedTokens,
    thumbprint: str,
    refresh_token: str | None = None,
    *,
    issued_token_type: str | None = None,
) -> IssuedToken:
    """Return what a client is answered.

    Args:
        issued: What was signed.
        thumbprint: Of the key that it is bound to; empty if to none.
        refresh_token: To be exchanged for the next one.
        issued_token_type: Where a token was exchanged, what for.
    """
    return IssuedToken(
        access_token=issued.access_token,
        expires_in=issued.expires_in,
        token_type=DPOP if thumbprint else BEARER,
        refresh_token=refresh_token,
        id_token=issued.id_token,
        scope=" ".join(issued.scopes),
        issued_token_type=issued_token_type,
    )
