"""An authorization request, read strictly: what a client that sent a browser wants.

Two kinds of failure. As long as nobody knows that the redirect URI is the client's own, the
person is told (`UntrustedRequestError`); from then on the client is, by way of the browser
(`RefusedRequestError`).

References: RFC 6749 section 4.1.1; OpenID Connect Core section 3.1.2.1; RFC 7636 section 4.3;
RFC 8707 section 2; RFC 9449 section 10; RFC 9700 sections 2.1 and 4.1.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol
from urllib.parse import urlencode

from gateway.model.client import Client, GrantKind
from gateway.model.errors import GatewayError
from gateway.oauth.errors import (
    InvalidScopeError,
    InvalidTargetError,
    MalformedParameterError,
    MissingParameterError,
    UnauthorizedClientError,
    UnsupportedRegistrationError,
    UnsupportedRequestObjectError,
    UnsupportedRequestUriError,
    UnsupportedResponseTypeError,
    UntrustedRequestError,
)
from gateway.oauth.issuing.authorization import OPENID

# What is longer is no request of a client that means well; a nonce stands in tokens.
MAX_PARAMETER: Final = 2048
MAX_NONCE: Final = 512
MAX_SCOPES: Final = 100

CODE, TOKEN = "code", "token"
QUERY, FRAGMENT = "query", "fragment"
S256: Final = "S256"

# SHA-256 in base64url, and nothing else: the only method is S256.
CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_AGE: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
# RFC 6749 section 3.3.
_SCOPE: Final = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]+")

PROMPTS: Final = frozenset({"none", "login", "consent", "select_account"})
# Each of these shows something of a person, and there is none without `openid`.
_NEED_OPENID: Final = frozenset({"email", "phone", "profile"})


class Clients(Protocol):
    """Knows the clients of all pools."""

    def find(self, client_id: str) -> Client | None:
        """Return a client."""


class RefusedRequestError(Exception):
    """The request is the client's own, and cannot be met. Reaches no caller as it is.

    Attributes:
        error: Why.
        target: Where the browser goes with it.
    """

    def __init__(self, error: GatewayError, target: "Target") -> None:
        super().__init__(error.detail)
        self.error = error
        self.target = target


@dataclass(frozen=True, slots=True)
class Target:
    """Where a browser goes back to.

    Attributes:
        client: The client whose address it is.
        redirect_uri: One of its own.
        state: As it was sent; `None` if it was not.
        mode: Where the answer stands: `query` or `fragment`.
    """

    client: Client
    redirect_uri: str
    state: str | None = field(default=None, repr=False)
    mode: str = QUERY

    def address(self, issuer: str, **answer: str) -> str:
        """Return the address to send the browser to.

        Args:
            issuer: `iss`, so that the client knows whose answer it is (RFC 9207).
            answer: What it says.
        """
        found = {**answer, "iss": issuer}
        if self.state is not None:
            found["state"] = self.state
        # A registered address has no fragment, and may have a query of its own.
        mark = "&" if "?" in self.redirect_uri else "?"
        mark = "#" if self.mode == FRAGMENT else mark
        return f"{self.redirect_uri}{mark}{urlencode(found)}"


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What a client wants of a person.

    Attributes:
        target: Where the answer goes.
        response_type: `code`, or `token` where a client's settings name the implicit grant.
        scopes: What it asks for.
        nonce: To be repeated in the ID token; empty for none.
        challenge: Of PKCE; empty for none.
        prompt: What the person has to be asked for.
        max_age: How many seconds ago the person may have signed in; `None` for any time.
        login_hint: Who is expected to sign in; empty if nobody knows.
        ui_locales: Languages, the preferred first.
        identity_provider: Where to sign in; empty for the person's choice.
        resources: Whom the access token is for.
        thumbprint: Of the key that the tokens will be bound to; empty if to none.
    """

    target: Target
    response_type: str
    scopes: tuple[str, ...]
    nonce: str = field(default="", repr=False)
    challenge: str = ""
    prompt: frozenset[str] = frozenset()
    max_age: int | None = None
    login_hint: str = ""
    ui_locales: tuple[str, ...] = ()
    identity_provider: str = ""
    resources: tuple[str, ...] = ()
    thumbprint: str = ""

    @property
    def client(self) -> Client:
        """The client that asks."""
        return self.target.client


def read_request(
    parameters: Mapping[str, str], *, clients: Clients
) -> AuthorizationRequest:
    """Return what a client wants.

    Args:
        parameters: Each name with its one value.
        clients: Knows the clients.

    Raises:
        UntrustedRequestError: There is no such client, or the address is none of its own.
        RefusedRequestError: Anything else is wrong.
    """
    target = find_target(parameters, clients=clients)
    try:
        return _read(parameters, target)
    except GatewayError as error:
        raise RefusedRequestError(error, target) from error


def find_target(parameters: Mapping[str, str], *, clients: Clients) -> Target:
    """Return where a browser goes back to.

    Raises:
        UntrustedRequestError: There is no such client, or the address is none of its own.
    """
    client = clients.find(parameters.get("client_id", "")[:MAX_PARAMETER])
    if client is None:
        raise UntrustedRequestError("there is no such client")
    redirect_uri = parameters.get("redirect_uri", "")
    # Character by character (RFC 9700 section 4.1.3): whatever two parsers could read in
    # two ways is equal to nothing that was registered.
    if redirect_uri not in client.redirect_uris:
        raise UntrustedRequestError(f"client {client.id}: not one of its redirect URIs")
    implicit = parameters.get("response_type") == TOKEN
    mode = parameters.get("response_mode", FRAGMENT if implicit else QUERY)
    if mode not in {QUERY, FRAGMENT} or (implicit and mode == QUERY):
        mode = FRAGMENT if implicit else QUERY
    return Target(client, redirect_uri, parameters.get("state"), mode)


def _read(parameters: Mapping[str, str], target: Target) -> AuthorizationRequest:
    for name, value in parameters.items():
        if len(value) > (MAX_NONCE if name == "nonce" else MAX_PARAMETER):
            raise MalformedParameterError(f"{name[:40]!r} is too long")
    _refuse_unsupported(parameters, target)
    client = target.client
    response_type = _response_type(parameters, client)
    prompt, max_age = _prompt(parameters), _max_age(parameters)
    if max_age == 0:
        # Nobody comes back from a sign-in in no time: it means the same as this.
        prompt |= {"login"}
    return AuthorizationRequest(
        target=target,
        response_type=response_type,
        scopes=read_scopes(parameters.get("scope"), client),
        nonce=parameters.get("nonce", ""),
        challenge=_challenge(parameters, client, response_type),
        prompt=prompt,
        max_age=max_age or None,
        login_hint=parameters.get("login_hint", ""),
        ui_locales=tuple(
            (parameters.get("ui_locales") or parameters.get("lang", "")).split()
        ),
        identity_provider=parameters.get("identity_provider", ""),
        resources=read_resource(parameters.get("resource"), client),
        thumbprint=_thumbprint(parameters),
    )


def _refuse_unsupported(parameters: Mapping[str, str], target: Target) -> None:
    if "request" in parameters:
        raise UnsupportedRequestObjectError("a request object")
    if "request_uri" in parameters:
        raise UnsupportedRequestUriError("a request URI of somebody else's")
    if "registration" in parameters:
        raise UnsupportedRegistrationError("a registration")
    asked = parameters.get("response_mode")
    if asked is not None and asked != target.mode:
        raise MalformedParameterError("the response_mode is not supported")


def _response_type(parameters: Mapping[str, str], client: Client) -> str:
    found = parameters.get("response_type")
    if found is None:
        raise MissingParameterError("no response_type")
    if found not in {CODE, TOKEN}:
        raise UnsupportedResponseTypeError("no such response_type")
    grant = GrantKind.AUTHORIZATION_CODE if found == CODE else GrantKind.IMPLICIT
    if grant not in client.grants:
        raise UnauthorizedClientError(f"client {client.id}: no {grant}")
    return found


def read_scopes(text: str | None, client: Client) -> tuple[str, ...]:
    """Return the scopes that a client asks for; all that it may have, if it names none.

    Raises:
        InvalidScopeError: One of them is not the client's, or they make no sense together.
    """
    if text is None:
        return client.scopes
    scopes = tuple(dict.fromkeys(text.split(" ")))
    if len(scopes) > MAX_SCOPES or not all(map(_SCOPE.fullmatch, scopes)):
        raise InvalidScopeError("the scope is malformed")
    if not set(scopes) <= set(client.scopes):
        raise InvalidScopeError(f"client {client.id}: a scope that it may not have")
    if OPENID not in scopes and not _NEED_OPENID.isdisjoint(scopes):
        raise InvalidScopeError("a scope about a person, without openid")
    return scopes


def read_resource(resource: str | None, client: Client) -> tuple[str, ...]:
    """Return whom an access token is to be for.

    Raises:
        InvalidTargetError: The client has no scope of this resource server.
    """
    if resource is None:
        return ()
    known = {scope.rpartition("/")[0] for scope in client.scopes if "/" in scope}
    if resource not in known:
        raise InvalidTargetError(f"client {client.id}: no scope of this resource")
    return (resource,)


def _challenge(
    parameters: Mapping[str, str], client: Client, response_type: str
) -> str:
    challenge = parameters.get("code_challenge")
    method = parameters.get("code_challenge_method")
    if challenge is None:
        if method is not None:
            raise MissingParameterError("a code_challenge_method and no code_challenge")
        if client.is_public and response_type == CODE:
            raise MissingParameterError("no code_challenge from a public client")
        return ""
    # Without a method it would be `plain` (RFC 7636 section 4.3), which protects nothing.
    if method != S256 or CHALLENGE.fullmatch(challenge) is None:
        raise MalformedParameterError("the code_challenge_method must be S256")
    return challenge


def _prompt(parameters: Mapping[str, str]) -> frozenset[str]:
    prompt = frozenset(parameters.get("prompt", "").split())
    if not prompt <= PROMPTS or ("none" in prompt and len(prompt) > 1):
        raise MalformedParameterError("the prompt is not supported")
    return prompt


def _max_age(parameters: Mapping[str, str]) -> int | None:
    text = parameters.get("max_age")
    if text is None:
        return None
    if _AGE.fullmatch(text) is None:
        raise MalformedParameterError("max_age is no number of seconds")
    return int(text)


def _thumbprint(parameters: Mapping[str, str]) -> str:
    found = parameters.get("dpop_jkt", "")
    if found and CHALLENGE.fullmatch(found) is None:
        raise MalformedParameterError("dpop_jkt is no thumbprint")
    return found
