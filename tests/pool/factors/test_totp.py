"""Codes of authenticator apps."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from xml.dom.minidom import parseString

import pyotp
import pytest

from gateway.model.user import User
from gateway.pool.errors import (
    AttemptsExceededError,
    CodeMismatchError,
    ExpiredCodeError,
    InvalidParameterError,
    NotAllowedError,
    PoolError,
    UserNotFoundError,
    WrongStateError,
)
from gateway.pool.factors.preferences import FactorPreferences, Preferences, Wish
from gateway.pool.factors.totp import Totp
from gateway.pool.pool import Pool
from gateway.pool.settings import MfaMode, MfaSettings, PoolSettings, SecondFactor
from gateway.pool.throttling import FREE_TRIES
from gateway.pool.tries import Tries
from gateway.storage.pools.secrets import AllSecrets
from gateway.storage.pools.users import Users
from tests.pool.house import House

HOME = "192.0.2.7"
STEP = timedelta(seconds=30)
MFA = MfaSettings(MfaMode.OPTIONAL, frozenset({SecondFactor.TOTP}))
SETTINGS = PoolSettings(name="Example & Söhne: people", mfa=MFA)


@pytest.fixture
def totp(house: House) -> Totp:
    return Totp(
        database=house.database,
        seal=house.seal,
        tries=Tries(database=house.database, clock=house.clock),
        clock=house.clock,
    )


@pytest.fixture
def pool(house: House) -> Pool:
    return house.pool(SETTINGS)


@pytest.fixture
def ana(house: House, pool: Pool) -> User:
    return house.person(pool, "ana")


class App:
    """What runs on somebody's phone."""

    def __init__(self, house: House, secret: str) -> None:
        self._codes = pyotp.TOTP(secret)
        self._house = house

    def code(self, *, steps: int = 0) -> str:
        return self._codes.at(self._house.now, counter_offset=steps)

    def wrong(self) -> str:
        near = {self.code(steps=step) for step in range(-2, 3)}
        return next(each for each in ("000000", "111111") if each not in near)


@pytest.fixture
def app(house: House, totp: Totp, pool: Pool, ana: User) -> App:
    """Return an app that was set up a while ago."""
    app = App(house, totp.associate(pool, ana).secret)
    totp.verify(pool, ana, app.code(), address=HOME, name="Phone")
    house.pass_time(10 * STEP)
    return app


def test_an_app_is_set_up_and_proves_the_person(
    house: House, totp: Totp, pool: Pool, ana: User
) -> None:
    """From the picture; nothing is proven before the first code."""
    enrolment = totp.associate(pool, ana)

    read = pyotp.parse_uri(enrolment.uri)
    assert isinstance(read, pyotp.TOTP)
    assert (read.issuer, read.name) == (pool.settings.name, "ana")
    assert read.secret == enrolment.secret
    assert len(enrolment.secret) == 52
    assert enrolment.secret not in repr(enrolment)
    with pytest.raises(WrongStateError):
        totp.check(pool, ana, read.at(house.now), address=HOME)

    totp.verify(pool, ana, read.at(house.now), address=HOME, name=" Phone ")

    house.pass_time(STEP)
    totp.check(pool, ana, read.at(house.now), address=HOME)
    secrets = house.secrets(ana)
    assert secrets.totp_name == "Phone"
    assert secrets.totp_pending is None
    assert Preferences.of(secrets) == Preferences()


def test_the_picture_is_an_element_of_a_page(
    totp: Totp, house: House, pool: Pool
) -> None:
    """Whatever people and pools are called; with nothing that a strict page refuses."""
    odd = "\N{PILE OF POO}" * 128
    pool = replace(pool, settings=replace(pool.settings, name=odd))
    picture = totp.associate(pool, house.person(pool, odd)).qr_code()

    element = parseString(picture).documentElement  # noqa: S318 - our own picture
    assert element is not None
    assert element.tagName == "svg"
    assert element.hasAttribute("viewBox")
    assert "style" not in picture
    assert "script" not in picture


@pytest.mark.parametrize(
    ("attributes", "name"),
    [
        ({"email": "ana@example.com", "phone_number": "+14155552671"}, "email"),
        ({"phone_number": "+14155552671"}, "phone_number"),
        ({}, "sub"),
    ],
)
def test_people_without_a_name_of_their_own_are_called_by_their_address(
    totp: Totp, house: House, pool: Pool, attributes: dict[str, str], name: str
) -> None:
    ana = house.person(pool, **attributes)
    ana = replace(ana, username=ana.sub)

    uri = totp.associate(pool, ana).uri

    assert pyotp.parse_uri(uri).name == {**attributes, "sub": ana.sub}[name]


@pytest.mark.parametrize(
    ("steps", "error"),
    [(-2, CodeMismatchError), (-1, None), (0, None), (1, None), (2, CodeMismatchError)],
)
def test_a_clock_may_differ_by_one_step(
    totp: Totp,
    pool: Pool,
    ana: User,
    app: App,
    steps: int,
    error: type[PoolError] | None,
) -> None:
    """RFC 6238 section 5.2, either way."""
    if error is None:
        totp.check(pool, ana, app.code(steps=steps), address=HOME)
        return
    with pytest.raises(error):
        totp.check(pool, ana, app.code(steps=steps), address=HOME)


def test_a_code_works_once(
    house: House, totp: Totp, pool: Pool, ana: User, app: App
) -> None:
    """Nor does one that is older than the last; that of the set-up is used up as well."""
    totp.check(pool, ana, app.code(), address=HOME)
    for steps in (0, -1):
        with pytest.raises(ExpiredCodeError):
            totp.check(pool, ana, app.code(steps=steps), address=HOME)
    totp.check(pool, ana, app.code(steps=1), address=HOME)

    house.pass_time(3 * STEP)
    another = App(house, totp.associate(pool, ana).secret)
    totp.verify(pool, ana, another.code(), address=HOME)
    with pytest.raises(ExpiredCodeError):
        totp.check(pool, ana, another.code(), address=HOME)


def test_of_many_who_use_one_code_one_is_let_in(
    totp: Totp, pool: Pool, ana: User, app: App
) -> None:
    """At the same moment."""
    code = app.code()

    def attempt(number: int) -> bool:
        try:
            totp.check(pool, ana, code, address=f"192.0.2.{number}")
        except ExpiredCodeError:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(attempt, range(4))) == [False, False, False, True]


def test_guessing_is_slow_whatever_else_succeeds(
    house: House, totp: Totp, pool: Pool, ana: User, app: App
) -> None:
    """The right code has to wait as well; then it takes back what was counted."""
    for _ in range(FREE_TRIES):
        with pytest.raises(CodeMismatchError):
            totp.check(pool, ana, app.wrong(), address=HOME)
    with pytest.raises(AttemptsExceededError):
        totp.check(pool, ana, app.code(), address=HOME)

    house.pass_time(timedelta(minutes=1))
    totp.check(pool, ana, app.code(), address=HOME)
    with pytest.raises(CodeMismatchError):
        totp.check(pool, ana, app.wrong(), address=HOME)


@pytest.mark.parametrize(
    "form",
    [
        *("", "{0:.5}", "{0}0", "-{0}", "{0}" + " " * 32),
        *("\ud800", "\0", "9" * 100_000),
        "\N{FULLWIDTH DIGIT ONE}" * 6,
    ],
)
def test_what_is_no_code_is_a_wrong_one(
    totp: Totp, pool: Pool, ana: User, app: App, form: str
) -> None:
    with pytest.raises(CodeMismatchError):
        totp.check(pool, ana, form.format(app.code()), address=HOME)


def test_blanks_between_digits_do_no_harm(
    totp: Totp, pool: Pool, ana: User, app: App
) -> None:
    """Apps show them."""
    code = app.code()

    totp.check(pool, ana, f" {code[:3]} {code[3:]} ", address=HOME)


def test_a_new_app_replaces_the_old_one_once_it_is_proven(
    house: House, totp: Totp, pool: Pool, ana: User, app: App
) -> None:
    """Whoever gives up half-way is not locked out."""
    forgotten = App(house, totp.associate(pool, ana).secret)
    new = App(house, totp.associate(pool, ana).secret)
    with pytest.raises(CodeMismatchError):
        totp.verify(pool, ana, forgotten.code(), address=HOME)
    totp.check(pool, ana, app.code(), address=HOME)

    totp.verify(pool, ana, new.code(), address=HOME)

    house.pass_time(STEP)
    with pytest.raises(CodeMismatchError):
        totp.check(pool, ana, app.code(), address=HOME)
    totp.check(pool, ana, new.code(), address=HOME)
    with pytest.raises(WrongStateError):
        totp.verify(pool, ana, new.code(), address=HOME)
    assert house.secrets(ana).totp_name is None


def test_setting_up_is_limited_too(
    house: House, totp: Totp, pool: Pool, ana: User
) -> None:
    """By itself: it does not take tries away from signing in."""
    app = App(house, totp.associate(pool, ana).secret)
    for _ in range(FREE_TRIES):
        with pytest.raises(CodeMismatchError):
            totp.verify(pool, ana, app.wrong(), address=HOME)

    with pytest.raises(AttemptsExceededError):
        totp.verify(pool, ana, app.code(), address=HOME)


def test_the_first_one_in_a_sign_in_is_switched_on(
    house: House, totp: Totp, pool: Pool, ana: User
) -> None:
    """But it replaces none: there only a password was proven."""
    app = App(house, totp.associate(pool, ana).secret)
    totp.verify(pool, ana, app.code(), address=HOME, is_first=True)

    on = Preferences(frozenset({SecondFactor.TOTP}))
    assert Preferences.of(house.secrets(ana)) == on
    other = App(house, totp.associate(pool, ana).secret)
    with pytest.raises(WrongStateError):
        totp.verify(pool, ana, other.code(), address=HOME, is_first=True)
    house.pass_time(STEP)
    totp.check(pool, ana, app.code(), address=HOME)


def test_an_app_is_forgotten_with_all_that_belongs_to_it(
    house: House, totp: Totp, pool: Pool, ana: User, app: App
) -> None:
    """It is asked for no more; what else proves the person stays."""
    before = house.secrets(ana)
    with house.database.writing() as connection:
        AllSecrets(connection).keep(
            pool.id, ana.sub, replace(before, password_hash="x")
        )
    wishes = {SecondFactor.TOTP: Wish(is_on=True, is_preferred=True)}
    FactorPreferences(database=house.database).set(pool, ana, wishes)
    totp.associate(pool, ana)

    totp.remove(pool, ana)

    after = house.secrets(ana)
    assert Preferences.of(after) == Preferences()
    assert (after.totp_seed, after.totp_pending, after.totp_name) == (None, None, None)
    assert after.password_hash == "x"
    with pytest.raises(WrongStateError):
        totp.check(pool, ana, app.code(), address=HOME)


def test_a_pool_without_apps_sets_none_up(totp: Totp, house: House) -> None:
    plain = house.pool(pool_id="us-east-1_Plain0000")

    with pytest.raises(NotAllowedError):
        totp.associate(plain, house.person(plain))


def test_a_name_is_checked_before_anything_is_counted(
    house: House, totp: Totp, pool: Pool, ana: User
) -> None:
    app = App(house, totp.associate(pool, ana).secret)
    for _ in range(FREE_TRIES + 1):
        with pytest.raises(InvalidParameterError):
            totp.verify(pool, ana, app.code(), address=HOME, name="a\nb")

    totp.verify(pool, ana, app.code(), address=HOME)


def test_a_seed_proves_one_person_of_one_pool(
    house: House, totp: Totp, pool: Pool, ana: User, app: App
) -> None:
    """Not the one into whose row somebody has copied it."""
    bob = house.person(pool, "bob")
    stolen = house.secrets(ana)
    with house.database.writing() as connection:
        AllSecrets(connection).keep(pool.id, bob.sub, stolen)

    with pytest.raises(Exception, match="damaged or out of place"):
        totp.check(pool, bob, app.code(), address=HOME)


def test_nobody_who_is_gone_sets_anything_up(
    house: House, totp: Totp, pool: Pool, ana: User, app: App
) -> None:
    """Deleted while the request was on its way."""
    with house.database.writing() as connection:
        Users(connection).remove(pool.id, ana.sub)

    with pytest.raises(UserNotFoundError):
        totp.associate(pool, ana)
    with pytest.raises(UserNotFoundError):
        totp.verify(pool, ana, app.code(), address=HOME)
    with pytest.raises(UserNotFoundError):
        totp.check(pool, ana, app.code(), address=HOME)
    with pytest.raises(UserNotFoundError):
        totp.remove(pool, ana)
