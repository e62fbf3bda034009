"""The ways in which a sign-in may begin, as buttons beside each other.

A password and a name are typed together; every other way is a button that uses the name
alone, or, for a passkey, nothing: it knows whose it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gateway.endpoints.hosted_ui.faults import PASSWORD
from gateway.endpoints.hosted_ui.place import Place
from gateway.endpoints.hosted_ui.visit import Visit
from gateway.pool.settings import FirstFactor
from gateway.pool.sign_in.values import (
    ChallengeName,
    Choice,
    First,
    PasskeyStart,
    TypedPassword,
)

# What the buttons send.
FIRST: Final = "first"

# In the order in which they stand.
_OTHERS: Final = {
    FirstFactor.PASSKEY: ChallengeName.PASSKEY,
    FirstFactor.EMAIL_CODE: ChallengeName.EMAIL_CODE,
    FirstFactor.SMS_CODE: ChallengeName.FIRST_SMS_CODE,
}


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody wants to begin.

    Attributes:
        first: What they say.
        needs_name: Whether they have to say who they are.
        needs_password: Whether they have to type a password.
    """

    first: First
    needs_name: bool = True
    needs_password: bool = False


def asks_name_alone(place: Place) -> bool:
    """Whether the first page asks for nothing but the name."""
    return place.client.branding.name_first


def has_password(place: Place) -> bool:
    """Whether a password is typed on the first page."""
    first = place.pool.settings.sign_in.first_factors
    return FirstFactor.PASSWORD in first and not asks_name_alone(place)


def offered_ways(place: Place) -> Sequence[str]:
    """Return the ways beside a password that are offered on the first page."""
    first = place.pool.settings.sign_in.first_factors
    if asks_name_alone(place):
        # A passkey needs no name; everything else is offered once it is known who asks.
        first &= {FirstFactor.PASSKEY}
    return [str(name) for factor, name in _OTHERS.items() if factor in first]


def typed_way(visit: Visit, place: Place) -> Way:
    """Return the way that a form asks for; by default, with a password."""
    chosen = visit.typed(FIRST)
    if chosen == ChallengeName.PASSKEY and chosen in offered_ways(place):
        return Way(PasskeyStart(), needs_name=False)
    if chosen in offered_ways(place):
        return Way(Choice(ChallengeName(chosen)))
    if has_password(place):
        return Way(TypedPassword(visit.typed(PASSWORD)), needs_password=True)
    return Way(Choice())
