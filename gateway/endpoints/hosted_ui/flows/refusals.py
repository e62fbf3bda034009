"""Why somebody who has been at a provider is not let in, in words.

With a code for whoever is asked for help: the provider's own, if it has said one.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from gateway.endpoints.hosted_ui.errors import page_status
from gateway.endpoints.hosted_ui.texts import Texts
from gateway.federation.errors import ProviderSaysNoError
from gateway.model.errors import GatewayError, UnmetRequirementError
from gateway.pool.errors import TriggerRefusedError

# What providers say if somebody has changed their mind there.
_CANCELLED: Final = frozenset(
    {
        *("access_denied", "user_cancelled_login", "user_cancelled_authorize"),
        *("user_denied", "user_cancelled", "consent_required"),
    }
)
# What they say if they cannot at the moment (RFC 6749 section 4.1.2.1).
_DOWN: Final = frozenset({"server_error", "temporarily_unavailable"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """What somebody is told.

    Attributes:
        title: What the page is called.
        what: What has happened, and what to do.
        support: For whoever is asked for help.
        status: Of the page.
    """

    title: str
    what: str
    support: str
    status: HTTPStatus


def refusal_of(error: GatewayError, t: Texts, provider: str) -> Refusal:
    """Return what somebody is told who is not let in.

    Args:
        error: Why.
        t: The language.
        provider: Where they have been, for people.
    """
    codes = [
        kind.code for kind in type(error).__mro__ if issubclass(kind, GatewayError)
    ]
    support = error.code
    if isinstance(error, ProviderSaysNoError):
        support = error.reason or error.code
        codes.insert(0, _kind_of(error.reason))
    what = t.first(*(f"refused.{code}.text" for code in codes), provider=provider)
    said = _said(error)
    return Refusal(
        title=t.first(*(f"refused.{code}.title" for code in codes), provider=provider),
        what=said or what,
        support=support,
        status=page_status(type(error)),
    )


def _kind_of(reason: str) -> str:
    if reason in _CANCELLED:
        return "cancelled"
    return "down" if reason in _DOWN else "said_no"


def _said(error: GatewayError) -> str:
    """Return what an operator has written for this case; empty for nothing."""
    if isinstance(error, UnmetRequirementError | TriggerRefusedError):
        return error.message
    return ""
