"""The ways in which a sign-in may begin, as buttons beside each other.

A password and a name are typed together; every other way is a button that uses the name
alone, or, for a passkey, nothing: it knows whose it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gateway.endpoints.hosted_ui.faults import PASSWORD
from gateway.endpoints.hosted_ui.visit import Visit
from gateway.pool.pool import Pool
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


def offered_ways(pool: Pool) -> Sequence[str]:
    """Return the ways beside a password that a pool offers."""
    first = pool.settings.sign_in.first_factors
    return [str(name) for factor, name in _OTHERS.items() if factor in first]


def typed_way(visit: Visit, pool: Pool) -> Way:
    """Return the way that a form asks for; by default, with a password."""
    chosen = visit.typed(FIRST)
    if chosen == ChallengeName.PASSKEY and chosen in offered_ways(pool):
        return Way(PasskeyStart(), needs_name=False)
    if chosen in offered_ways(pool):
        return Way(Choice(ChallengeName(chosen)))
    if FirstFactor.PASSWORD in pool.settings.sign_in.first_factors:
        return Way(TypedPassword(visit.typed(PASSWORD)), needs_password=True)
    return Way(Choice())
