"""What a token endpoint answers, in the standard's way or in another.

Errors come with 400, with 200 (GitHub), as text or as an object (Facebook): what counts is
that there is an `error`.

Reference: RFC 6749 sections 5.1 and 5.2.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from gateway.authentication.claim_rules import shown
from gateway.authentication.opaque.api import Answer
from gateway.federation.errors import ProviderSaysNoError
from gateway.federation.values import ProviderTokens
from gateway.model.errors import BadAnswerError

# RFC 6749 appendix A.12: anything else would end the header that it is shown in.
_ACCESS_TOKEN = re.compile(r"[ -~]{1,16384}")

_BETWEEN_SCOPES = re.compile(r"[ ,]+")

# A year and a day: whoever says more means for ever.
_LONGEST: Final = 366 * 24 * 3600


def read_tokens(
    answer: Answer, *, asked: tuple[str, ...], now: datetime
) -> ProviderTokens:
    """Return the tokens.

    Args:
        answer: Of the token endpoint.
        asked: The scopes that were asked for; without a word about it, they are granted.
        now: The time, aware UTC.

    Raises:
        ProviderSaysNoError: There are none, for a reason of the provider's.
        BadAnswerError: It says neither the one nor the other.
    """
    members = answer.members
    if "error" in members:
        raise ProviderSaysNoError(
            _reason(members["error"]),
            f"the token endpoint says {shown(members['error'])}: "
            f"{shown(members.get('error_description', ''))}",
        )
    if not answer.good:
        raise BadAnswerError(f"the token endpoint answers {answer.status}")
    access_token = members.get("access_token")
    if not isinstance(access_token, str) or not _ACCESS_TOKEN.fullmatch(access_token):
        raise BadAnswerError("the token endpoint gives no access token")
    kind = members.get("token_type")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise BadAnswerError(f"token_type={shown(kind)}")
    return ProviderTokens(
        access_token=access_token,
        refresh_token=_text(members, "refresh_token"),
        expires_at=_expiry(members.get("expires_in"), now),
        scopes=_scopes(_text(members, "scope")) or asked,
    )


def _reason(error: Any) -> str:
    match error:
        case str():
            return error
        case {"type": str(kind), "code": int(code)}:
            return f"{kind}:{code}"
        case _:
            return ""


def _text(members: Mapping[str, Any], name: str) -> str:
    value = members.get(name, "")
    if value is not None and not isinstance(value, str):
        raise BadAnswerError(f"{name} is no text")
    return value or ""


def _scopes(text: str) -> tuple[str, ...]:
    return tuple(scope for scope in _BETWEEN_SCOPES.split(text) if scope)


def _expiry(seconds: Any, now: datetime) -> datetime | None:
    if seconds is None:
        return None
    # Some write the number as text.
    if isinstance(seconds, str) and re.fullmatch(r"[0-9]{1,9}", seconds):
        seconds = int(seconds)
    if isinstance(seconds, bool) or not isinstance(seconds, int) or seconds < 0:
        raise BadAnswerError(f"expires_in={shown(seconds)}")
    return now + timedelta(seconds=min(seconds, _LONGEST)) if seconds else None
