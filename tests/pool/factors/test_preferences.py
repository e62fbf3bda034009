"""What somebody has switched on."""

from dataclasses import replace

import pytest

from gateway.model.user import UserStatus
from gateway.pool.errors import (
    InvalidParameterError,
    NotAllowedError,
    UserNotFoundError,
)
from gateway.pool.factors.preferences import FactorPreferences, Preferences, Wish
from gateway.pool.pool import Pool
from gateway.pool.profiles import add_profile
from gateway.pool.settings import (
    FirstFactor,
    MfaMode,
    MfaSettings,
    PoolSettings,
    SecondFactor,
    SignInSettings,
)
from gateway.storage.pools.passkeys import Passkey, Passkeys
from gateway.storage.pools.secrets import AllSecrets, UserSecrets
from gateway.storage.pools.users import Users
from tests.pool.house import NOON, House

TOTP, SMS, EMAIL = SecondFactor.TOTP, SecondFactor.SMS_CODE, SecondFactor.EMAIL_CODE
ON, OFF = Wish(is_on=True), Wish(is_on=False)
FIRST = Wish(is_on=True, is_preferred=True)
REACHABLE = {
    "email": "ana@example.com",
    "email_verified": "true",
    "phone_number": "+14155552671",
    "phone_number_verified": "true",
}


@pytest.fixture
def preferences(house: House) -> FactorPreferences:
    return FactorPreferences(database=house.database)


@pytest.fixture
def pool(house: House) -> Pool:
    return house.pool(
        PoolSettings(
            name="people",
            mfa=MfaSettings(MfaMode.OPTIONAL, frozenset(SecondFactor)),
            sign_in=SignInSettings(first_factors=frozenset(FirstFactor)),
        )
    )


def keep(house: House, pool: Pool, sub: str, secrets: UserSecrets) -> None:
    with house.database.writing() as connection:
        AllSecrets(connection).keep(pool.id, sub, secrets)


def test_what_is_not_spoken_of_stays_as_it_is(
    house: House, preferences: FactorPreferences, pool: Pool
) -> None:
    """Of those that were preferred, the last; what is off is not."""
    ana = house.person(pool, **REACHABLE)
    keep(house, pool, ana.sub, UserSecrets(password_hash="hash", totp_seed="sealed"))

    def now(**wishes: Wish) -> Preferences:
        found = {SecondFactor[name]: wish for name, wish in wishes.items()}
        after = preferences.set(pool, ana, found)
        assert preferences.get(pool, ana) == after
        return after

    assert preferences.get(pool, ana) == Preferences()
    assert now(TOTP=ON, SMS_CODE=FIRST) == Preferences(frozenset({TOTP, SMS}), SMS)
    assert now(EMAIL_CODE=ON) == Preferences(frozenset(SecondFactor), SMS)
    assert now(TOTP=FIRST) == Preferences(frozenset(SecondFactor), TOTP)
    assert now(SMS_CODE=OFF) == Preferences(frozenset({TOTP, EMAIL}), TOTP)
    assert now(TOTP=ON) == Preferences(frozenset({TOTP, EMAIL}))
    assert now(TOTP=FIRST, EMAIL_CODE=OFF) == Preferences(frozenset({TOTP}), TOTP)
    assert now(TOTP=OFF) == Preferences()
    assert house.secrets(ana).password_hash == "hash"


@pytest.mark.parametrize(
    ("factor", "lacking"),
    [
        (SMS, "phone_number"),
        (SMS, "phone_number_verified"),
        (EMAIL, "email"),
        (EMAIL, "email_verified"),
    ],
)
def test_an_address_is_a_factor_once_it_is_verified(
    house: House,
    preferences: FactorPreferences,
    pool: Pool,
    factor: SecondFactor,
    lacking: str,
) -> None:
    """As it is now, whatever the caller remembers of the person."""
    attributes = {**REACHABLE, lacking: "false" if "verified" in lacking else ""}
    now = house.person(pool, **attributes)
    remembered = replace(now, attributes=REACHABLE)

    with pytest.raises(InvalidParameterError):
        preferences.set(pool, remembered, {factor: ON})

    assert preferences.get(pool, now) == Preferences()


def test_an_authenticator_is_a_factor_once_it_has_shown_a_code(
    house: House, preferences: FactorPreferences, pool: Pool
) -> None:
    """One that is being set up is none."""
    ana = house.person(pool)
    keep(house, pool, ana.sub, UserSecrets(totp_pending="sealed"))

    with pytest.raises(InvalidParameterError):
        preferences.set(pool, ana, {TOTP: ON})


@pytest.mark.parametrize(
    "wishes", [{SMS: FIRST, EMAIL: FIRST}, {SMS: Wish(is_on=False, is_preferred=True)}]
)
def test_wishes_that_contradict_themselves_are_refused(
    house: House,
    preferences: FactorPreferences,
    pool: Pool,
    wishes: dict[SecondFactor, Wish],
) -> None:
    ana = house.person(pool, **REACHABLE)

    with pytest.raises(InvalidParameterError):
        preferences.set(pool, ana, wishes)


def test_what_the_pool_has_no_more_can_only_be_switched_off(
    house: House, preferences: FactorPreferences, pool: Pool
) -> None:
    ana = house.person(pool, **REACHABLE)
    preferences.set(pool, ana, {SMS: ON})
    only_email = MfaSettings(MfaMode.ON, frozenset({EMAIL}))
    later = replace(pool, settings=replace(pool.settings, mfa=only_email))

    with pytest.raises(NotAllowedError):
        preferences.set(later, ana, {SMS: ON})
    assert preferences.set(later, ana, {SMS: OFF}) == Preferences()


def test_what_was_kept_by_another_version_is_read_as_far_as_it_is_known() -> None:
    """A preferred factor that is off is none."""
    kept = UserSecrets(
        second_factors={"on": ["SMS_MFA", "CARRIER_PIGEON"], "preferred": "EMAIL_OTP"}
    )

    assert Preferences.of(kept) == Preferences(frozenset({SMS}))


def test_people_begin_with_what_they_have_of_what_the_pool_allows(
    house: House, preferences: FactorPreferences, pool: Pool
) -> None:
    """In one order for everybody."""
    ana = house.person(pool, **REACHABLE)
    bob = house.person(pool, "bob", email="bob@example.com", email_verified="true")
    keep(house, pool, ana.sub, UserSecrets(password_hash="hash"))
    with house.database.writing() as connection:
        Passkeys(connection).add(
            Passkey(
                pool_id=pool.id,
                credential_id=b"1",
                sub=ana.sub,
                relying_party_id="localhost",
                public_key=b"",
                sign_count=0,
                name="",
                transports=(),
                attachment="",
                aaguid="",
                may_be_backed_up=False,
                is_backed_up=False,
                created_at=NOON,
            )
        )

    assert preferences.first_factors(pool, ana) == tuple(FirstFactor)
    assert preferences.first_factors(pool, bob) == (FirstFactor.EMAIL_CODE,)
    passwords = SignInSettings(first_factors=frozenset({FirstFactor.PASSWORD}))
    later = replace(pool, settings=replace(pool.settings, sign_in=passwords))
    assert preferences.first_factors(later, ana) == (FirstFactor.PASSWORD,)
    assert preferences.first_factors(later, bob) == ()


def test_who_signs_in_elsewhere_begins_with_nothing_here(
    house: House, preferences: FactorPreferences, pool: Pool
) -> None:
    """Whatever address the provider has vouched for."""
    ana = replace(
        house.person_of(pool, "corp_1", **REACHABLE),
        status=UserStatus.EXTERNAL_PROVIDER,
    )
    house.database.write(lambda connection: add_profile(connection, pool, ana))

    assert preferences.first_factors(pool, ana) == ()


def test_nobody_who_is_gone_chooses(
    house: House, preferences: FactorPreferences, pool: Pool
) -> None:
    """Deleted while the request was on its way."""
    ana = house.person(pool, **REACHABLE)
    with house.database.writing() as connection:
        Users(connection).remove(pool.id, ana.sub)

    with pytest.raises(UserNotFoundError):
        preferences.set(pool, ana, {SMS: ON})
    with pytest.raises(UserNotFoundError):
        preferences.first_factors(pool, ana)
    assert preferences.get(pool, ana) == Preferences()
