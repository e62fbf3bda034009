"""Signing out where a client has sent the browser to, by OpenID Connect, and going back to it.

An ID token, however old, says who is to be signed out and for whom; without one the client has
to name an address of its own, or the person is asked first (Cognito's `/logout` is a page).
Addresses are compared character by character. Tokens stay as they are.

Reference: OpenID Connect RP-Initiated Logout 1.0 section 2.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import urlencode

from gateway.model.client import Client
from gateway.model.errors import CredentialError
from gateway.oauth.authorizing.browser_sessions import BrowserSession
from gateway.oauth.errors import UntrustedRequestError

CLIENT_ID: Final = "client_id"
HINT: Final = "id_token_hint"
STATE: Final = "state"
ADDRESS: Final = "post_logout_redirect_uri"


class Clients(Protocol):
    """Knows the clients of all pools."""

    def find(self, client_id: str) -> Client | None:
        """Return a client."""


class IdTokens(Protocol):
    """Reads ID tokens of pools, however old they are."""

    def read_id_token(self, token: str) -> Mapping[str, Any]:
        """Return what one says that a pool has signed, or raise `CredentialError`."""


@dataclass(frozen=True, slots=True)
class SignedOut:
    """The session ends.

    Attributes:
        uri: Where the browser goes; `None` for a page that says so.
        is_here: Whether the session is one of the client's pool, or there is none; else it
            stays, since a client of another pool has nothing to say about it.
    """

    uri: str | None = None
    is_here: bool = True


@dataclass(frozen=True, slots=True)
class NeedsAnswer:
    """The person is asked first: anybody could have sent the browser.

    Attributes:
        client: Whose name the link bears.
    """

    client: Client


class Logouts:
    """Decides where a browser goes after a logout. Blocks; call it in a thread."""

    def __init__(self, *, clients: Clients, id_tokens: IdTokens) -> None:
        self._clients = clients
        self._id_tokens = id_tokens

    def decide(
        self, parameters: Mapping[str, str], session: BrowserSession | None
    ) -> SignedOut | NeedsAnswer:
        """Return what comes of a logout; whoever calls this ends the session by it.

        Args:
            parameters: The client's query, each name with its one value.
            session: Who is signed in.

        Raises:
            UntrustedRequestError: The client is unknown, the address is none of its own,
                or somebody else is signed in; the session stays.
            UnavailableError: Nobody knows.
        """
        client = self._client(parameters, session)
        if ADDRESS in parameters:
            is_here = session is None or session.user.pool_id == client.pool_id
            return SignedOut(_address(parameters, client), is_here=is_here)
        return SignedOut() if HINT in parameters else NeedsAnswer(client)

    def _client(
        self, parameters: Mapping[str, str], session: BrowserSession | None
    ) -> Client:
        named = parameters.get(CLIENT_ID)
        if HINT in parameters:
            audience = self._hinted(parameters[HINT], session)
            if named not in {None, audience}:
                raise UntrustedRequestError("two clients are named")
            named = audience
        client = None if named is None else self._clients.find(named)
        if client is None:
            raise UntrustedRequestError("there is no such client")
        return client

    def _hinted(self, token: str, session: BrowserSession | None) -> str:
        """Return whom an ID token was issued to, if it is about whoever is signed in."""
        try:
            claims = self._id_tokens.read_id_token(token)
        except CredentialError as error:
            raise UntrustedRequestError(f"the id_token_hint: {error}") from error
        if session is not None and session.user.sub != claims["sub"]:
            raise UntrustedRequestError("somebody else is signed in")
        audience: str = claims["aud"]
        return audience


def _address(parameters: Mapping[str, str], client: Client) -> str:
    address = parameters[ADDRESS]
    if address not in client.logout_uris:
        raise UntrustedRequestError(f"client {client.id}: not one of its logout URIs")
    state = parameters.get(STATE)
    if state is None:
        return address
    mark = "&" if "?" in address else "?"
    return f"{address}{mark}{urlencode({STATE: state})}"
