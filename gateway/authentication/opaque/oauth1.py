"""Requests signed in the way of OAuth 1.0a: with the secrets of the app and of the token.

Reference: RFC 5849 section 3.4.2 (HMAC-SHA1).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from authlib.oauth1 import (  # type: ignore[import-untyped]  # it has no types
    ClientAuth,
)

from gateway.authentication.opaque.proof import check_form
from gateway.model.errors import MalformedCredentialError


@dataclass(frozen=True, slots=True)
class TokenPair:
    """A token and its secret.

    Attributes:
        token: Names the token.
        secret: Signs, together with the app's own.
    """

    token: str = field(repr=False)
    secret: str = field(repr=False)

    @property
    def text(self) -> str:
        """Both, as one credential: the form that Cognito's clients send."""
        return f"{self.token};{self.secret}"


def parse_pair(text: str) -> TokenPair:
    """Return a token and its secret, from `TOKEN;SECRET`.

    Raises:
        MalformedCredentialError: It is no pair of them.
    """
    token, separator, secret = text.partition(";")
    if not separator:
        raise MalformedCredentialError("no token and secret with `;` between")
    return TokenPair(check_form(token), check_form(secret))


class Signer:
    """Signs requests of one app.

    Args:
        key: The app's API key.
        secret: The app's secret.
    """

    def __init__(self, key: str, secret: bytes) -> None:
        self._key = key
        self._secret = secret.decode("utf-8", "replace")

    def sign(
        self,
        method: str,
        url: str,
        query: Mapping[str, str],
        *,
        pair: TokenPair | None = None,
        **words: str,
    ) -> dict[str, str]:
        """Return the headers of a request that carry its signature.

        Args:
            method: `GET` or `POST`.
            url: Without a query.
            query: What is signed beside it.
            pair: On whose behalf it is; `None` for the app's own.
            words: `redirect_uri` or `verifier`, as a step of the flow needs it.
        """
        auth = ClientAuth(
            self._key,
            self._secret,
            token=pair.token if pair else None,
            token_secret=pair.secret if pair else None,
            **words,
        )
        target = f"{url}?{urlencode(query, quote_via=quote)}" if query else url
        _, headers, _ = auth.sign(method, target, {}, b"")
        return {name.lower(): value for name, value in headers.items()}
