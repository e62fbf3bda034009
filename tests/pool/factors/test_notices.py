"""Told of what changes about signing in."""

import json
from datetime import timedelta

import pyotp
import pytest

from gateway.app.factors import FactorServices, build_factor_services
from gateway.model.user import User
from gateway.pool.factors.notices import NO_NOTICES
from gateway.pool.factors.own_passkeys import text_id
from gateway.pool.factors.preferences import Wish
from gateway.pool.pool import Pool
from gateway.pool.settings import (
    FirstFactor,
    MessageSettings,
    MfaMode,
    MfaSettings,
    NoticeKind,
    PoolSettings,
    SecondFactor,
    SignInSettings,
)
from gateway.storage.pools.users import Users
from gateway.telemetry.lines import LineWriter
from gateway.telemetry.logs import build_logger
from tests.oauth.house import STORE_KEY
from tests.pool.factors.authenticator import Authenticator
from tests.pool.house import House
from tests.telemetry.fakes import MemorySink

ORIGIN = "https://id.example.com"
PHONE = Authenticator(host="id.example.com", origin=ORIGIN)
PROVEN = {"email": "ana@example.com", "email_verified": "true"}


def settings(*, notices: bool = True) -> PoolSettings:
    return PoolSettings(
        name="people",
        sign_in=SignInSettings(first_factors=frozenset(FirstFactor)),
        mfa=MfaSettings(MfaMode.OPTIONAL, frozenset(SecondFactor)),
        messages=MessageSettings(notices=notices),
    )


@pytest.fixture
def factors(house: House) -> FactorServices:
    writer = LineWriter(sink=MemorySink(), flush_every=timedelta(hours=1))
    logger = build_logger(writer=writer, level="error", clock=house.clock)
    writer.close()
    return build_factor_services(
        house.tools,
        house.cursors,
        store_key=STORE_KEY,
        public_url=ORIGIN,
        logger=logger,
    )


def told(house: House) -> list[tuple[NoticeKind, str]]:
    """Return what was sent since the last look, and where to."""
    sent = [(each.kind, each.to.destination) for each in house.mailbox.messages]
    house.mailbox.messages.clear()
    return sent


ONCE = [(NoticeKind.FACTOR_CHANGED, "ana@example.com")]


def add_passkey(factors: FactorServices, pool: Pool, ana: User) -> str:
    options = factors.passkeys.registration_options(pool, ana)
    made = json.dumps(PHONE.make(options))
    return text_id(factors.passkeys.register(pool, ana, made, name="Phone"))


def set_up_totp(factors: FactorServices, pool: Pool, ana: User, house: House) -> None:
    secret = factors.totp.associate(pool, ana).secret
    code = pyotp.TOTP(secret).at(house.now)
    factors.totp.verify(pool, ana, code, address="192.0.2.1")


def test_each_change_is_told_once(house: House, factors: FactorServices) -> None:
    """A passkey and an authenticator, there and gone; what changes nothing is not told."""
    pool = house.pool(settings())
    ana = house.person(pool, **PROVEN)
    on = {SecondFactor.TOTP: Wish(is_on=True)}

    passkey = add_passkey(factors, pool, ana)
    assert told(house) == ONCE
    factors.own_passkeys.remove(pool, ana, passkey)
    assert told(house) == ONCE

    set_up_totp(factors, pool, ana, house)
    assert told(house) == []
    factors.preferences.set(pool, ana, on)
    assert told(house) == ONCE
    factors.preferences.set(pool, ana, on)
    assert told(house) == []
    set_up_totp(factors, pool, ana, house)
    assert told(house) == ONCE
    factors.totp.remove(pool, ana)
    assert told(house) == ONCE
    factors.totp.remove(pool, ana)
    assert told(house) == []


def test_where_nobody_can_be_told_it_is_changed_all_the_same(
    house: House, factors: FactorServices
) -> None:
    """No proven address; a pool that wants no notices; a person who is gone."""
    pool = house.pool(settings())
    ana = house.person(pool, email="ana@example.com")
    quiet = house.pool(settings(notices=False), "us-east-1_Zb3dEfGh9")
    bob = house.person(quiet, "bob", **PROVEN)

    add_passkey(factors, pool, ana)
    add_passkey(factors, quiet, bob)
    with house.database.writing() as connection:
        Users(connection).remove(pool.id, ana.sub)
        NO_NOTICES.changed(connection, pool, ana)
        NO_NOTICES.changed(connection, quiet, bob)

    assert told(house) == []


def test_without_its_notice_a_change_is_not_made(
    house: House, factors: FactorServices
) -> None:
    pool = house.pool(settings())
    ana = house.person(pool, **PROVEN)
    house.mailbox.is_broken = True

    with pytest.raises(OSError, match="broken"):
        add_passkey(factors, pool, ana)

    assert factors.own_passkeys.list(pool, ana) == []
