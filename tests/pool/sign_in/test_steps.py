"""The order of a sign-in, and who is asked for what."""

from dataclasses import replace
from itertools import product

import pytest

from gateway.model.user import UserStatus
from gateway.pool.settings import (
    Address,
    DeviceSettings,
    MfaMode,
    MfaSettings,
    PoolSettings,
    Remembering,
    SecondFactor,
)
from gateway.pool.sign_in.steps import (
    ADMITTED,
    Admitted,
    Challenge,
    Demand,
    Refusal,
    Standing,
    next_step,
)

TOTP, SMS, MAIL = SecondFactor.TOTP, SecondFactor.SMS_CODE, SecondFactor.EMAIL_CODE
ALL = frozenset(SecondFactor)
BOTH = frozenset(Address)
ANA = Standing(UserStatus.CONFIRMED)


def pool(
    mode: MfaMode = MfaMode.OFF,
    kinds: frozenset[SecondFactor] = ALL,
    *,
    devices: bool = False,
) -> PoolSettings:
    return PoolSettings(
        name="people",
        mfa=MfaSettings(mode, kinds),
        devices=DeviceSettings(Remembering.ALWAYS, spares_second_factor=devices),
    )


def asked(*factors: SecondFactor) -> Challenge:
    return Challenge(Demand.SECOND_FACTOR, factors=factors)


def test_who_is_confirmed_is_in() -> None:
    """If nothing more is asked."""
    assert next_step(ANA, pool()) is ADMITTED


def test_who_signs_in_elsewhere_comes_in_by_way_of_there_alone() -> None:
    """Whom a provider lets in no more has no way past it: a passkey, a code by e-mail."""
    external = replace(ANA, status=UserStatus.EXTERNAL_PROVIDER, has_second=True)

    assert next_step(external, pool()) is Refusal.ELSEWHERE
    assert next_step(replace(external, is_elsewhere=True), pool()) is ADMITTED


def test_a_provider_asks_for_the_second_factor_of_whoever_came_by_it() -> None:
    came = replace(ANA, is_elsewhere=True, has_second=True)

    assert next_step(came, pool(MfaMode.ON)) is ADMITTED


@pytest.mark.parametrize(
    ("standing", "step"),
    [
        (replace(ANA, is_enabled=False), Refusal.DISABLED),
        (replace(ANA, status=UserStatus.UNCONFIRMED), Refusal.UNCONFIRMED),
        (replace(ANA, status=UserStatus.RESET_REQUIRED), Refusal.RESET_REQUIRED),
        (
            replace(ANA, status=UserStatus.FORCE_CHANGE_PASSWORD, missing=("name",)),
            Challenge(Demand.NEW_PASSWORD, attributes=("name",)),
        ),
        (
            replace(ANA, missing=("name", "email")),
            Challenge(Demand.MISSING_ATTRIBUTES, attributes=("name", "email")),
        ),
    ],
)
def test_what_is_in_the_way_comes_first(
    standing: Standing, step: Refusal | Challenge
) -> None:
    assert next_step(standing, pool()) == step


def test_a_disabled_person_learns_nothing_else() -> None:
    """Whatever else is in the way."""
    for status in UserStatus:
        standing = Standing(status, is_enabled=False, missing=("name",))
        assert next_step(standing, pool(MfaMode.ON)) is Refusal.DISABLED


@pytest.mark.parametrize(
    ("mode", "factors", "verified", "preferred", "step"),
    [
        (MfaMode.OFF, ALL, BOTH, TOTP, ADMITTED),
        (MfaMode.OPTIONAL, frozenset(), BOTH, None, ADMITTED),
        (MfaMode.OPTIONAL, frozenset({TOTP}), frozenset(), None, asked(TOTP)),
        (MfaMode.OPTIONAL, frozenset({SMS}), frozenset(), None, ADMITTED),
        (MfaMode.OPTIONAL, frozenset({SMS}), BOTH, None, asked(SMS)),
        (MfaMode.OPTIONAL, ALL, BOTH, MAIL, asked(MAIL)),
        (
            MfaMode.OPTIONAL,
            ALL,
            BOTH,
            None,
            Challenge(Demand.SELECT_FACTOR, factors=(TOTP, SMS, MAIL)),
        ),
        (MfaMode.OPTIONAL, frozenset({TOTP}), BOTH, SMS, asked(TOTP)),
        (MfaMode.ON, frozenset(), frozenset({Address.PHONE}), None, asked(SMS)),
        (MfaMode.ON, frozenset(), frozenset({Address.EMAIL}), None, asked(MAIL)),
        (
            MfaMode.ON,
            frozenset(),
            frozenset(),
            None,
            Challenge(Demand.SET_UP_FACTOR, factors=(TOTP, MAIL)),
        ),
    ],
)
def test_the_second_factor_is_the_persons_choice(
    mode: MfaMode,
    factors: frozenset[SecondFactor],
    verified: frozenset[Address],
    preferred: SecondFactor | None,
    step: Challenge | Admitted,
) -> None:
    """Within what the pool has, and what can reach the person."""
    standing = replace(ANA, factors=factors, verified=verified, preferred=preferred)

    assert next_step(standing, pool(mode)) == step


def test_a_kind_that_the_pool_has_not_is_never_asked_for() -> None:
    """Not even if the person switched it on before."""
    standing = replace(ANA, factors=ALL, verified=BOTH, preferred=SMS)

    only_totp = pool(MfaMode.ON, frozenset({TOTP}))

    assert next_step(standing, only_totp) == asked(TOTP)
    nothing = pool(MfaMode.ON, frozenset({SMS}))
    assert next_step(ANA, nothing) is Refusal.NO_FACTOR_POSSIBLE


def test_the_same_factor_does_not_count_twice() -> None:
    """A code by mail, and then another code by mail, proves one thing."""
    standing = replace(ANA, factors=frozenset({MAIL}), verified=BOTH, first_factor=MAIL)

    assert next_step(standing, pool(MfaMode.OPTIONAL)) is ADMITTED
    assert next_step(standing, pool(MfaMode.ON)) == Challenge(
        Demand.SET_UP_FACTOR, factors=(TOTP,)
    )
    only_mail = pool(MfaMode.ON, frozenset({MAIL}))
    assert next_step(standing, only_mail) is Refusal.NO_FACTOR_POSSIBLE


def test_a_remembered_device_may_stand_for_the_second_factor() -> None:
    """Once it has proven that it is the one."""
    standing = replace(ANA, factors=frozenset({TOTP}), device_remembered=True)
    spared = pool(MfaMode.ON, devices=True)

    assert next_step(standing, spared) == Challenge(Demand.DEVICE)
    assert next_step(replace(standing, device_proven=True), spared) is ADMITTED
    assert next_step(standing, pool(MfaMode.ON)) == asked(TOTP)


def test_a_device_that_is_named_proves_that_it_is_the_one() -> None:
    """After the second factor, for which it does not stand."""
    named = replace(ANA, device_known=True)

    assert next_step(named, pool()) == Challenge(Demand.DEVICE)
    assert next_step(replace(named, device_proven=True), pool()) is ADMITTED
    with_totp = replace(named, factors=frozenset({TOTP}))
    assert next_step(with_totp, pool(MfaMode.ON)) == asked(TOTP)
    assert next_step(replace(with_totp, has_second=True), pool(MfaMode.ON)) == (
        Challenge(Demand.DEVICE)
    )


def test_after_the_second_factor_only_the_profile_is_asked_for() -> None:
    """Holes in it are filled by somebody who is known to be the person."""
    standing = replace(ANA, factors=frozenset({TOTP}), missing=("name",))

    assert next_step(standing, pool(MfaMode.ON)) == asked(TOTP)
    assert next_step(replace(standing, has_second=True), pool(MfaMode.ON)) == (
        Challenge(Demand.MISSING_ATTRIBUTES, attributes=("name",))
    )


def test_where_a_second_factor_is_demanded_nobody_is_in_without_one() -> None:
    """Every combination of what may be known of a person."""
    flags = product([True, False], repeat=2)
    for (remembered, spares), status, factors, verified, first in product(
        flags,
        UserStatus,
        [frozenset(), frozenset({TOTP}), frozenset({SMS}), ALL],
        [frozenset(), frozenset({Address.EMAIL}), BOTH],
        [None, MAIL, SMS],
    ):
        standing = Standing(
            status, factors=factors, verified=verified, first_factor=first,
            device_remembered=remembered,
        )  # fmt: skip
        assert next_step(standing, pool(MfaMode.ON, devices=spares)) is not ADMITTED
