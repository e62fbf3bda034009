"""Attempts: once, for one browser, for a while, and so many at a time."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection
from typing_extensions import override

from gateway.federation.attempts import LIFETIME, PURPOSE, Attempts, Begun, sweep
from gateway.federation.errors import StaleAttemptError, WrongBrowserError
from gateway.federation.values import UNINVITED
from gateway.keys.errors import SealError
from gateway.model.errors import RateLimitedError
from gateway.storage.digests import digest_of
from gateway.storage.pools.federation_attempts import StoredAttempt, StoredAttempts
from tests.pool.house import POOL_ID, House

BACK = "https://id.example.com/oauth2/idpresponse"
BROWSER = "the-name-of-this-browser"
MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
def attempts(house: House) -> Attempts:
    house.pool()
    return Attempts(database=house.database, seal=house.seal, clock=house.clock)


def begun(**changed: object) -> Begun:
    attempt = replace(
        Attempts.new(
            redirect_uri=BACK,
            login_hint="ana",
            locales=("de", "en"),
            max_age=timedelta(seconds=300),
            force=True,
        ),
        kept={"party": "words"},
    )
    told = Begun(
        pool_id=POOL_ID,
        client_id="app",
        provider="corp",
        browser=BROWSER,
        address="192.0.2.1",
        query={"scope": "openid"},
        attempt=attempt,
    )
    return replace(told, **changed)  # type: ignore[arg-type]  # by the tests' own words


def test_what_comes_back_is_what_left(attempts: Attempts) -> None:
    told = begun()
    plain = begun(attempt=Attempts.new(redirect_uri=BACK))
    attempts.keep(told)
    attempts.keep(plain)

    assert attempts.take(told.attempt.state, BROWSER) == told
    assert attempts.take(plain.attempt.state, BROWSER) == plain


def test_nobody_can_guess_one() -> None:
    one, two = (Attempts.new(redirect_uri=BACK) for _ in range(2))
    values = {one.state, one.nonce, one.verifier, two.state, two.nonce, two.verifier}

    # RFC 7636 section 4.1: a verifier has 43 characters at least. A RelayState of SAML
    # has 80 at most (Bindings section 3.4.3).
    assert {len(value) for value in values} == {43}
    assert len(values) == 6


def test_it_is_good_once(attempts: Attempts) -> None:
    """A login intent that could be used again: zitadel CVE-2025-46815."""
    told = begun()
    attempts.keep(told)
    attempts.take(told.attempt.state, BROWSER)

    with pytest.raises(StaleAttemptError):
        attempts.take(told.attempt.state, BROWSER)


@pytest.mark.parametrize("browser", ["another-browser-altogether", ""])
def test_it_is_good_for_its_browser_and_stays_so(
    attempts: Attempts, browser: str
) -> None:
    """Login CSRF: somebody else's sign-in, in the victim's browser (RFC 6749, 10.12)."""
    told = begun()
    attempts.keep(told)

    with pytest.raises(WrongBrowserError):
        attempts.take(told.attempt.state, browser)
    assert attempts.take(told.attempt.state, BROWSER).provider == "corp"


@pytest.mark.parametrize("state", ["", "never-handed-out", "x" * 10_000, "\ud800"])
def test_what_was_never_handed_out_is_none(attempts: Attempts, state: str) -> None:
    with pytest.raises(StaleAttemptError):
        attempts.take(state, BROWSER)
    with pytest.raises(StaleAttemptError):
        attempts.send_ahead(state, {"code": "c0de"})


def test_it_is_good_for_ten_minutes_and_then_swept(
    house: House, attempts: Attempts
) -> None:
    old, young = begun(), begun()
    attempts.keep(old)
    house.pass_time(MICROSECOND)
    attempts.keep(young)
    house.pass_time(LIFETIME - MICROSECOND)

    with pytest.raises(StaleAttemptError):
        attempts.take(old.attempt.state, BROWSER)
    assert house.database.write(lambda c: sweep(c, house.now)) == 1
    assert attempts.take(young.attempt.state, BROWSER).provider == "corp"


def test_one_network_has_so_many_at_a_time(house: House) -> None:
    """Of IPv6 it is a network that counts: a subscriber has more than anybody can count."""
    house.pool()
    attempts = Attempts(
        database=house.database, seal=house.seal, clock=house.clock, most_at_once=2
    )
    for number in range(2):
        attempts.keep(begun(address=f"2001:db8::{number:x}"))

    with pytest.raises(RateLimitedError) as refused:
        attempts.keep(begun(address="2001:db8::ffff"))
    assert refused.value.retry_after == LIFETIME.total_seconds()
    attempts.keep(begun(address="2001:db9::1"))
    house.pass_time(LIFETIME)
    attempts.keep(begun(address="2001:db8::ffff"))


def test_what_was_posted_ahead_comes_with_the_browser(attempts: Attempts) -> None:
    """The first counts: what comes later is not the provider's word for this browser."""
    told = begun()
    attempts.keep(told)
    attempts.send_ahead(told.attempt.state, {"code": "first"})
    attempts.send_ahead(told.attempt.state, {"code": "second"})

    taken = attempts.take(told.attempt.state, BROWSER)

    assert taken.answer == {"code": "first"}


def test_nothing_that_is_kept_can_be_read_or_moved(
    house: House, attempts: Attempts
) -> None:
    """Not the verifier, not the carried query; and a row opens nothing in another."""
    one, two = begun(), begun()
    attempts.keep(one)
    attempts.keep(two)

    def rows() -> list[tuple[bytes, str]]:
        with house.database.reading() as connection:
            found = connection.exec_driver_sql(
                "SELECT digest, rest FROM federation_attempt"
            )
            return [(bytes(row[0]), row[1]) for row in found]

    (first, rest), (second, _) = rows()
    assert one.attempt.verifier not in rest
    house.database.write(lambda c: StoredAttempts(c).change(second, rest))
    moved = one if digest_of(one.attempt.state, purpose=PURPOSE) == second else two
    with pytest.raises(SealError):
        attempts.take(moved.attempt.state, BROWSER)
    assert first != second
    assert one.attempt.state not in repr(one)


class Overtaken(Attempts):
    """Somebody takes what it has just found."""

    @override
    def _find(self, connection: Connection, state: str) -> tuple[Begun, StoredAttempt]:
        found = super()._find(connection, state)
        StoredAttempts(connection).remove(found[1].digest)
        return found


def test_of_two_who_take_it_at_once_one_wins(house: House) -> None:
    house.pool()
    attempts = Overtaken(database=house.database, seal=house.seal, clock=house.clock)
    told = begun()
    attempts.keep(told)

    with pytest.raises(StaleAttemptError):
        attempts.take(told.attempt.state, BROWSER)


def test_what_a_provider_begins_by_itself_is_any_browser_s(attempts: Attempts) -> None:
    told = begun(browser="")
    told = replace(told, attempt=replace(told.attempt, kept={UNINVITED: "true"}))
    attempts.keep(told)

    assert attempts.take(told.attempt.state, "").provider == "corp"
