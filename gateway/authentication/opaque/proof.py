"""What every proof of an opaque token has in common."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

from gateway.authentication.claim_rules import shown
from gateway.model.claims import VerifiedClaims
from gateway.model.errors import (
    BadAnswerError,
    ExpiredCredentialError,
    MalformedCredentialError,
)

# What a provider says about somebody is good for this long if it does not say for how long.
UNSAID_LIFETIME: Final = timedelta(hours=1)

# Longer than any provider's (Amazon's have up to 2048), printable, and no separator of
# headers. A token is sent to the provider, so it must not be able to write one.
_TOKEN = re.compile(r"[!#-+\--:<-\[\]-~]{1,4096}", re.ASCII)

_MAX_SUBJECT = 255

# The end of the year 9999, the last that a date can hold.
_LAST_SECOND = datetime(9999, 12, 31, tzinfo=UTC).timestamp()


class OpaqueVerifier(Protocol):
    """Finds out at one provider what its access tokens are. Blocks the thread."""

    @property
    def provider(self) -> str:
        """The provider's id."""
        ...

    def claims_for(self, token: str, *, now: datetime) -> VerifiedClaims:
        """Return whose a token is, once it has been proven to be one of our own app.

        Args:
            token: As it was presented.
            now: The time, aware UTC.

        Raises:
            CredentialError: It is none, no longer, or that of another app.
            BadAnswerError: The provider answered, and not as it must.
            ProviderUnavailableError: It did not answer.
        """
        ...


def check_form(token: str) -> str:
    """Return a token that can be sent to a provider.

    Raises:
        MalformedCredentialError: It has a length or characters that no token has.
    """
    if _TOKEN.fullmatch(token) is None:
        raise MalformedCredentialError("no opaque token")
    return token


def at(members: Mapping[str, Any], path: str) -> Any:
    """Return what stands at a path of names with dots between; `None` if nothing does."""
    value: Any = members
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def read_id(members: Mapping[str, Any], path: str) -> str:
    """Return the provider's stable name for somebody, which may be a number.

    Args:
        members: What the provider answered.
        path: Where the name stands.

    Raises:
        BadAnswerError: There is none, or nothing that could be one.
    """
    value = at(members, path)
    # `bool` is an `int` to Python, and nobody's name.
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        value = str(value)
    if (
        not isinstance(value, str)
        or not 0 < len(value) <= _MAX_SUBJECT
        or not value.isprintable()
    ):
        raise BadAnswerError(f"{path}={shown(value)} is nobody's name")
    return value


def read_end(stated: Any, now: datetime) -> datetime:
    """Return when a token ends, from seconds since 1970.

    Args:
        stated: What the provider says; 0 or nothing for "never".
        now: The time, aware UTC.

    Raises:
        ExpiredCredentialError: It has ended.
        BadAnswerError: That is no time.
    """
    if stated is None or (stated == 0 and stated is not False):
        return now + UNSAID_LIFETIME
    if isinstance(stated, bool) or not isinstance(stated, int | float):
        raise BadAnswerError(f"an end of {shown(stated)}")
    if stated <= now.timestamp():
        raise ExpiredCredentialError(f"it ended at {stated:.0f}")
    return datetime.fromtimestamp(min(stated, _LAST_SECOND), UTC)


def said(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said about somebody: what is `null` is not."""
    return {name: value for name, value in members.items() if value is not None}


def scope_claim(scopes: Any) -> dict[str, str]:
    """Return `scope` as RFC 8693 section 4.2 has it, if there is a list of them."""
    if not isinstance(scopes, list) or not all(
        isinstance(each, str) for each in scopes
    ):
        return {}
    return {"scope": " ".join(scopes)}
