"""What a token says about itself, held against what is expected of it.

Each rule takes the claims, returns what it read, and refuses rather than guesses: a claim
that is missing where it matters, or is of another type than the standard says, ends it.

References: RFC 7519 section 4.1; OpenID Connect Core 1.0 section 3.1.3.7; RFC 8725
sections 3.8 to 3.10.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.model.errors import (
    CredentialError,
    ExpiredCredentialError,
    ImmatureCredentialError,
    MalformedCredentialError,
    WrongAudienceError,
)

# OpenID Connect Core section 2: "It MUST NOT exceed 255 ASCII characters in length."
_MAX_SUBJECT = 255

# A token for more audiences than this was made for nobody in particular.
_MAX_AUDIENCES = 32

# The end of the year 9999, the last that a date can hold.
_LAST_SECOND = datetime(9999, 12, 31, tzinfo=UTC).timestamp()

_SHOWN = 100


@dataclass(frozen=True, slots=True)
class LifetimeRule:
    """How long a token may live, and how exact clocks are.

    Attributes:
        skew: How far the issuer's clock may be from ours.
        max_lifetime: The longest time from `iat`, or from now, to `exp`.
        issued_at_required: Whether `iat` has to be there.
    """

    skew: timedelta
    max_lifetime: timedelta
    issued_at_required: bool


def shown(value: Any) -> str:
    """Return a claim's value for the operator: quoted, and not longer than a line."""
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def check_lifetime(
    claims: Mapping[str, Any], rule: LifetimeRule, *, now: datetime
) -> datetime:
    """Return when a token ends.

    Raises:
        MalformedCredentialError: `exp` is missing, or a time is no sensible number.
        ExpiredCredentialError: `exp` has passed, and the skew with it.
        ImmatureCredentialError: `nbf` or `iat` is further ahead than the skew.
        CredentialError: It lives longer than its issuer may let it.

    Reference: RFC 7519 sections 4.1.4 to 4.1.6.
    """
    at, skew = now.timestamp(), rule.skew.total_seconds()
    ends = read_time(claims, "exp", required=True)
    begins = read_time(claims, "nbf", required=False)
    issued = read_time(claims, "iat", required=rule.issued_at_required)
    if at >= ends + skew:
        raise ExpiredCredentialError(f"exp={ends:.0f} at {at:.0f}")
    if max(begins, issued) > at + skew:
        raise ImmatureCredentialError(f"nbf={begins:.0f} iat={issued:.0f} at {at:.0f}")
    lifetime = ends - (issued or at)
    if lifetime > rule.max_lifetime.total_seconds():
        raise CredentialError(f"a lifetime of {lifetime:.0f} s is too long")
    return datetime.fromtimestamp(ends, UTC)


def read_time(claims: Mapping[str, Any], name: str, *, required: bool) -> float:
    """Return a NumericDate; 0 if there is none and there need not be.

    Raises:
        MalformedCredentialError: It is missing, or no sensible number.
    """
    value = claims.get(name)
    if name not in claims and not required:
        return 0
    # `bool` is an `int` to Python, and no time to anybody.
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise MalformedCredentialError(f"{name} is missing or no number")
    if not 0 < value <= _LAST_SECOND:
        raise MalformedCredentialError(f"{name} is no time")
    return float(value)


def check_audience(
    claims: Mapping[str, Any], accepted: Collection[str]
) -> tuple[str, ...]:
    """Return whom a token was made for.

    Args:
        claims: The token's claims.
        accepted: The values that mean this gateway, compared byte for byte.

    Raises:
        MalformedCredentialError: `aud` is missing, or neither text nor a list of texts.
        WrongAudienceError: None of its values means this gateway.

    Reference: RFC 7519 section 4.1.3.
    """
    stated = claims.get("aud")
    audiences = stated if isinstance(stated, list) else [stated]
    if not 0 < len(audiences) <= _MAX_AUDIENCES or not all(
        isinstance(audience, str) and audience for audience in audiences
    ):
        raise MalformedCredentialError("aud is missing or misshapen")
    if not any(audience in accepted for audience in audiences):
        raise WrongAudienceError(f"aud={shown(stated)}")
    return tuple(audiences)


def check_authorized_party(
    claims: Mapping[str, Any], audiences: Collection[str], clients: Collection[str]
) -> None:
    """Refuse an ID token that was handed to a client which is not ours.

    Args:
        claims: The token's claims.
        audiences: Whom it was made for.
        clients: Our own client ids.

    Raises:
        MalformedCredentialError: `azp` is no text.
        WrongAudienceError: `azp` is not ours, or missing beside several audiences.

    Reference: OpenID Connect Core 1.0 section 3.1.3.7, items 3 to 5.
    """
    party = claims.get("azp")
    if party is None and "azp" not in claims:
        if len(audiences) > 1:
            raise WrongAudienceError("several audiences and no azp")
        return
    if not isinstance(party, str):
        raise MalformedCredentialError("azp is no text")
    if party not in clients:
        raise WrongAudienceError(f"azp={shown(party)}")


def read_subject(claims: Mapping[str, Any]) -> str:
    """Return the issuer's name for somebody.

    Raises:
        MalformedCredentialError: `sub` is missing, empty, too long, or holds characters
            that cannot be printed.
    """
    subject = read_text(claims, "sub")
    if len(subject) > _MAX_SUBJECT or not subject.isprintable():
        raise MalformedCredentialError("sub is too long or not printable")
    return subject


def read_thumbprint(claims: Mapping[str, Any]) -> str:
    """Return the key that whoever shows a token has to hold; empty for none.

    Raises:
        MalformedCredentialError: The token is bound to something, and nobody here can check
            to what.

    Reference: RFC 9449 section 6.1 (`jkt`); RFC 7800 section 3.1.
    """
    if "cnf" not in claims:
        return ""
    confirmation = claims["cnf"]
    if not isinstance(confirmation, Mapping) or set(confirmation) != {"jkt"}:
        raise MalformedCredentialError("bound to something that is not checked here")
    return read_text(confirmation, "jkt")


def read_text(claims: Mapping[str, Any], name: str) -> str:
    """Return a claim that has to be there as text.

    Raises:
        MalformedCredentialError: It is missing, empty or no text.
    """
    value = claims.get(name)
    if not isinstance(value, str) or not value:
        raise MalformedCredentialError(f"{name} is missing, empty or no text")
    return value
