"""What comes next, once somebody has proven the first factor.

Pure: from what a pool is told and what is known of the person to the next step. The order
is Amazon Cognito's; a person who was let in has passed all of it, whatever the wire.

Reference: Amazon Cognito, "Authentication flows"; InitiateAuth, RespondToAuthChallenge.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gateway.model.user import UserStatus
from gateway.pool.settings import (
    Address,
    MfaMode,
    MfaSettings,
    PoolSettings,
    SecondFactor,
)


class Refusal(StrEnum):
    """Why somebody who has proven the first factor is not let in."""

    DISABLED = "disabled"
    UNCONFIRMED = "unconfirmed"
    RESET_REQUIRED = "reset_required"
    NO_FACTOR_POSSIBLE = "no_factor_possible"
    ELSEWHERE = "elsewhere"


class Demand(StrEnum):
    """What may be asked of somebody who has proven the first factor."""

    NEW_PASSWORD = "NEW_PASSWORD_REQUIRED"  # noqa: S105 - a name
    MISSING_ATTRIBUTES = "MISSING_ATTRIBUTES"
    SECOND_FACTOR = "SECOND_FACTOR"
    SELECT_FACTOR = "SELECT_MFA_TYPE"
    SET_UP_FACTOR = "MFA_SETUP"
    DEVICE = "DEVICE_SRP_AUTH"


@dataclass(frozen=True, slots=True)
class Challenge:
    """Something that has to be answered first.

    Attributes:
        name: What is asked.
        factors: For factors: the one that is asked for, or those to choose from.
        attributes: For missing attributes, and a new password: what has to be said as well.
    """

    name: Demand
    factors: tuple[SecondFactor, ...] = ()
    attributes: tuple[str, ...] = ()


class Admitted:
    """Nothing more is asked: the person is in."""

    __slots__ = ()


ADMITTED: Final = Admitted()
Step = Refusal | Challenge | Admitted


@dataclass(frozen=True, slots=True)
class Standing:
    """What counts of a person in the middle of a sign-in.

    Attributes:
        status: Where the person stands.
        is_enabled: Whether an administrator lets the person in at all.
        missing: Required attributes that have no value.
        factors: The second factors that the person has switched on.
        preferred: The one that is asked for first.
        verified: The addresses that the person has proven.
        first_factor: What has been proven already, if it could be a second factor too.
        has_second: Whether a second factor has been proven in this sign-in, or is the
            business of the provider that they signed in with.
        is_elsewhere: Whether a provider has proven the person in this sign-in.
        device_known: Whether this device says that it is one of the person's.
        device_remembered: Whether it is one that they want to be remembered.
        device_proven: Whether it has proven that in this sign-in.
    """

    status: UserStatus
    is_enabled: bool = True
    missing: tuple[str, ...] = ()
    factors: frozenset[SecondFactor] = frozenset()
    preferred: SecondFactor | None = None
    verified: frozenset[Address] = frozenset()
    first_factor: SecondFactor | None = None
    has_second: bool = False
    is_elsewhere: bool = False
    device_known: bool = False
    device_remembered: bool = False
    device_proven: bool = False


_REFUSED: Final = {
    UserStatus.UNCONFIRMED: Refusal.UNCONFIRMED,
    UserStatus.RESET_REQUIRED: Refusal.RESET_REQUIRED,
}

# In the order in which they are offered.
_ADDRESS_OF: Final = {
    SecondFactor.SMS_CODE: Address.PHONE,
    SecondFactor.EMAIL_CODE: Address.EMAIL,
}


def next_step(standing: Standing, pool: PoolSettings) -> Step:
    """Return what comes next for somebody who has proven the first factor.

    Args:
        standing: The person, as far as the sign-in has come.
        pool: What the pool is told.
    """
    refusal = _refusal(standing)
    if refusal is not None:
        return refusal
    if standing.status is UserStatus.FORCE_CHANGE_PASSWORD:
        return Challenge(Demand.NEW_PASSWORD, attributes=standing.missing)
    asked = _second_factor(standing, pool) or _device(standing)
    if asked is not None:
        return asked
    if standing.missing:
        # Cognito lets such people in, and applications meet a profile with holes.
        return Challenge(Demand.MISSING_ATTRIBUTES, attributes=standing.missing)
    return ADMITTED


def _refusal(standing: Standing) -> Refusal | None:
    """Return why somebody is not let in whatever they prove; `None` if they may be."""
    if not standing.is_enabled:
        return Refusal.DISABLED
    if standing.status is UserStatus.EXTERNAL_PROVIDER and not standing.is_elsewhere:
        # Whom a provider lets in no more is not let in past it.
        return Refusal.ELSEWHERE
    return _REFUSED.get(standing.status)


def _device(standing: Standing) -> Challenge | None:
    """Return what is asked of a device that is named; `None` if it has proven itself."""
    if not standing.device_known or standing.device_proven:
        return None
    return Challenge(Demand.DEVICE)


def _second_factor(
    standing: Standing, pool: PoolSettings
) -> Refusal | Challenge | None:
    """Return what is asked beside the first factor; `None` if it is enough."""
    if pool.mfa.mode is MfaMode.OFF or _has_seen_to_it(standing):
        return None
    possible = usable_factors(standing, pool.mfa)
    if not possible and pool.mfa.mode is MfaMode.OPTIONAL:
        return None
    if standing.device_remembered and pool.devices.spares_second_factor:
        return Challenge(Demand.DEVICE)
    if not possible:
        return _set_up(standing, pool.mfa)
    chosen = tuple(each for each in possible if each is standing.preferred) or possible
    return Challenge(
        Demand.SELECT_FACTOR if len(chosen) > 1 else Demand.SECOND_FACTOR,
        factors=chosen,
    )


def _has_seen_to_it(standing: Standing) -> bool:
    """Whether a second factor was proven, here or by a provider that signs people in."""
    return standing.has_second or standing.device_proven


def usable_factors(standing: Standing, mfa: MfaSettings) -> tuple[SecondFactor, ...]:
    """Return the second factors that the person can prove now, in their order.

    Those that were switched on; where a second factor is demanded and none was, a proven
    address serves. One that was the first factor is none for the second.
    """
    reachable = {
        factor
        for factor, address in _ADDRESS_OF.items()
        if address in standing.verified
    }
    chosen = standing.factors & (reachable | {SecondFactor.TOTP})
    if not chosen and mfa.mode is MfaMode.ON:
        chosen = frozenset(reachable)
    return tuple(
        factor
        for factor in SecondFactor
        if factor in chosen & mfa.kinds and factor is not standing.first_factor
    )


def _set_up(standing: Standing, mfa: MfaSettings) -> Refusal | Challenge:
    """Return what somebody can set up who has no factor, and needs one.

    A phone number has to be given to an administrator: a message to whatever number is
    typed now would prove nothing.
    """
    offered = tuple(
        factor
        for factor in (SecondFactor.TOTP, SecondFactor.EMAIL_CODE)
        if factor in mfa.kinds and factor is not standing.first_factor
    )
    if not offered:
        return Refusal.NO_FACTOR_POSSIBLE
    return Challenge(Demand.SET_UP_FACTOR, factors=offered)
