"""What a request for an exchange asks for, read once.

Every parameter of the standard is obeyed or refused. One that nobody knows is refused too: who
shows no credentials of their own should learn that they were misunderstood.

References: RFC 8693 section 2.1; RFC 8707 section 2 (`resource`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from gateway.authentication.subject_tokens import ACCESS_TOKEN, JWT
from gateway.oauth.errors import (
    InvalidScopeError,
    InvalidTargetError,
    MalformedParameterError,
    MissingParameterError,
)

PARAMETERS: Final = frozenset(
    {
        *("subject_token", "subject_token_type", "actor_token", "actor_token_type"),
        *("requested_token_type", "resource", "audience", "scope", "client_id"),
        "provider",
    }
)

# What is handed out is an access token, and a JWT.
REQUESTED: Final = frozenset({ACCESS_TOKEN, JWT})

_MAX_CLIENT_ID: Final = 255
_MAX_SCOPES: Final = 100


@dataclass(frozen=True, slots=True)
class Shown:
    """A token that is shown.

    Attributes:
        token: As it came.
        type: What it is said to be.
        provider: Whose it is said to be; empty if the token tells.
    """

    token: str = field(repr=False)
    type: str
    provider: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for.

    Attributes:
        subject: Of whom a token shall speak.
        actor: Who shall act for them; `None` for nobody.
        audience: Whom it shall be for; empty for the gateway itself.
        scopes: What it shall be good for.
        requested: Of which type it shall be.
        client_id: What whoever asks calls itself. Nobody has checked it.
    """

    subject: Shown
    actor: Shown | None
    audience: str
    scopes: tuple[str, ...]
    requested: str
    client_id: str


def read_request(parameters: Mapping[str, str], types: Collection[str]) -> Asked:
    """Return what is asked for.

    Args:
        parameters: Of the request; none is empty.
        types: Which types of token may be shown.

    Raises:
        MissingParameterError: A token or its type is missing.
        MalformedParameterError: A type is none that is known, or a parameter too long.
        InvalidTargetError: What the token shall be for is misshapen, or two things.
        InvalidScopeError: A scope is there twice, or there are too many.
    """
    subject = _shown(parameters, "subject", types)
    if subject is None:
        raise MissingParameterError("no subject_token, or no subject_token_type")
    requested = parameters.get("requested_token_type", ACCESS_TOKEN)
    if requested not in REQUESTED:
        raise MalformedParameterError("the requested_token_type is not handed out")
    client_id = parameters.get("client_id", "")
    if len(client_id) > _MAX_CLIENT_ID or not client_id.isprintable():
        raise MalformedParameterError("the client_id is none")
    return Asked(
        subject=subject,
        actor=_shown(parameters, "actor", types),
        audience=_audience(parameters),
        scopes=_scopes(parameters.get("scope", "")),
        requested=requested,
        client_id=client_id,
    )


def _shown(
    parameters: Mapping[str, str], whose: str, types: Collection[str]
) -> Shown | None:
    token = parameters.get(f"{whose}_token")
    kind = parameters.get(f"{whose}_token_type")
    if token is None and kind is None:
        return None
    if token is None or kind is None:
        # RFC 8693 section 2.1: neither may be there without the other.
        raise MissingParameterError(f"no {whose}_token, or no {whose}_token_type")
    if kind not in types:
        raise MalformedParameterError(f"a {whose}_token_type that is not exchanged")
    provider = parameters.get("provider", "") if whose == "subject" else ""
    return Shown(token, kind, provider)


def _audience(parameters: Mapping[str, str]) -> str:
    """Return the one audience that `audience` and `resource` name."""
    audience, resource = parameters.get("audience", ""), parameters.get("resource", "")
    if resource and not _is_resource(resource):
        raise InvalidTargetError("the resource is no absolute URI without fragment")
    if audience and resource and audience != resource:
        raise InvalidTargetError("audience and resource are two things")
    return audience or resource


def _is_resource(text: str) -> bool:
    try:
        url = urlsplit(text)
    except ValueError:
        return False
    return bool(url.scheme) and bool(url.netloc or url.path) and "#" not in text


def _scopes(text: str) -> tuple[str, ...]:
    scopes = tuple(text.split(" ")) if text else ()
    if "" in scopes or len(set(scopes)) != len(scopes) or len(scopes) > _MAX_SCOPES:
        raise InvalidScopeError("a scope is empty, there twice, or one too many")
    return scopes
