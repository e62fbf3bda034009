"""Passkeys of a real browser, on pages of two origins at one host."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page
from sqlalchemy import insert
from typing_extensions import override

from gateway.model.user import User, UserStatus
from gateway.pool.errors import (
    PasskeyNotProvenError,
    PasskeyOriginError,
    PasskeyQuestionError,
)
from gateway.pool.factors.passkeys import PasskeyCeremonies
from gateway.pool.pool import Pool
from gateway.pool.settings import (
    FirstFactor,
    PasskeySettings,
    PoolSettings,
    SignInSettings,
    UserVerification,
)
from gateway.storage.database import Database
from gateway.storage.pools.tables import POOL
from gateway.storage.pools.users import Users
from gateway.storage.sqlite import SqliteDatabase
from tests.peers.chromium import VirtualAuthenticator, chromium

pytestmark = pytest.mark.peer

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
POOL_ID = "us-east-1_Ab3dEfGh9"

# What our pages do as well: the browser's own forms of the JSON that we speak.
MAKE = """async (options) => {
    const parsed = PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(options));
    const made = await navigator.credentials.create({publicKey: parsed});
    return JSON.stringify(made.toJSON());
}"""
USE = """async (options) => {
    const parsed = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(options));
    const used = await navigator.credentials.get({publicKey: parsed});
    return JSON.stringify(used.toJSON());
}"""


class _Blank(BaseHTTPRequestHandler):
    """A page with nothing on it."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Blank</title>")

    @override
    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing."""


def _serve() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Blank) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://localhost:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    yield from _serve()


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    """Return another origin at the same host: to the browser, the passkey is good there."""
    yield from _serve()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, origin: str) -> Iterator[Page]:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(origin)
        yield page


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = SqliteDatabase.open(tmp_path / "gateway.db")
    yield database
    database.close()


class Warnings:
    """Keeps what was told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def warning(self, event: str, **fields: Any) -> None:
        self.told.append(event)

    debug = info = error = exception = warning


@pytest.fixture
def warnings() -> Warnings:
    return Warnings()


@pytest.fixture
def passkeys(database: Database, origin: str, warnings: Warnings) -> PasskeyCeremonies:
    return PasskeyCeremonies(
        database=database, public_url=origin, logger=warnings, clock=lambda: NOON
    )


@pytest.fixture
def pool(database: Database) -> Pool:
    sign_in = SignInSettings(first_factors=frozenset(FirstFactor))
    row = {"id": POOL_ID, "settings": {}, "created_at": NOON, "updated_at": NOON}
    with database.writing() as connection:
        connection.execute(insert(POOL), [row])
    return Pool(POOL_ID, PoolSettings(name="Example", sign_in=sign_in), NOON)


@pytest.fixture
def ana(database: Database) -> User:
    user = User(
        pool_id=POOL_ID,
        sub="00000001-0000-4000-8000-000000000000",
        username="ana",
        status=UserStatus.CONFIRMED,
        enabled=True,
        attributes={},
        created_at=NOON,
        updated_at=NOON,
    )
    with database.writing() as connection:
        Users(connection).add(user, [], search={"by_username": "ana"})
    return user


def make(page: Page, passkeys: PasskeyCeremonies, pool: Pool, user: User) -> None:
    made = page.evaluate(MAKE, passkeys.registration_options(pool, user))
    passkeys.register(pool, user, made)


def test_a_browser_makes_a_passkey_and_signs_in_with_it(
    page: Page, passkeys: PasskeyCeremonies, pool: Pool, ana: User
) -> None:
    """With the person named, listed, or found out by the passkey alone."""
    authenticator = VirtualAuthenticator(page)
    made = page.evaluate(MAKE, passkeys.registration_options(pool, ana))
    passkey = passkeys.register(pool, ana, made, name="Laptop")

    (kept,) = authenticator.passkeys()
    assert (kept["rpId"], passkey.relying_party_id) == ("localhost", "localhost")
    assert passkey.transports == ("internal",)
    for options in (
        passkeys.assertion_options(pool),
        passkeys.assertion_options(pool, ana),
        passkeys.assertion_options(pool, ana, lists=True),
    ):
        used = page.evaluate(USE, options)
        proven = passkeys.prove(pool, used)
        assert proven.user == ana
        assert proven.is_verified
        with pytest.raises(PasskeyQuestionError):
            passkeys.prove(pool, used)
        (kept,) = authenticator.passkeys()
        assert proven.passkey.sign_count == kept["signCount"]


def test_a_browser_does_not_make_a_second_one_on_the_same_authenticator(
    page: Page, passkeys: PasskeyCeremonies, pool: Pool, ana: User
) -> None:
    """It knows those that we exclude."""
    VirtualAuthenticator(page)
    make(page, passkeys, pool, ana)

    with pytest.raises(Error, match="InvalidStateError"):
        make(page, passkeys, pool, ana)


def test_a_page_of_another_origin_is_refused(
    page: Page, passkeys: PasskeyCeremonies, pool: Pool, ana: User, elsewhere: str
) -> None:
    """Though the browser lets it use the passkeys of its host."""
    VirtualAuthenticator(page)
    make(page, passkeys, pool, ana)
    page.goto(elsewhere)

    with pytest.raises(PasskeyOriginError):
        passkeys.prove(pool, page.evaluate(USE, passkeys.assertion_options(pool)))
    with pytest.raises(PasskeyOriginError):
        make(page, passkeys, pool, replace(ana, sub=ana.sub[::-1]))
    settings = PasskeySettings(origins=(elsewhere,))
    open_pool = replace(pool, settings=replace(pool.settings, passkeys=settings))
    used = page.evaluate(USE, passkeys.assertion_options(open_pool, ana, lists=True))
    assert passkeys.prove(open_pool, used).user == ana


def test_a_copy_of_a_passkey_is_found_out(
    page: Page,
    browser: Browser,
    passkeys: PasskeyCeremonies,
    pool: Pool,
    ana: User,
    warnings: Warnings,
) -> None:
    """Whoever has it is refused as soon as its owner was there, and the operator told."""
    owned = VirtualAuthenticator(page)
    make(page, passkeys, pool, ana)
    (stolen,) = owned.passkeys()
    passkeys.prove(pool, page.evaluate(USE, passkeys.assertion_options(pool)))
    with browser.new_context() as context:
        thief = context.new_page()
        thief.goto(page.url)
        VirtualAuthenticator(thief).add(stolen)
        used = thief.evaluate(USE, passkeys.assertion_options(pool))

    with pytest.raises(PasskeyNotProvenError):
        passkeys.prove(pool, used)

    assert len(warnings.told) == 1


def test_an_authenticator_that_asks_nobody_is_refused_where_it_has_to(
    page: Page, browser: Browser, passkeys: PasskeyCeremonies, pool: Pool, ana: User
) -> None:
    """It is taken where that is only preferred, and told apart."""
    owned = VirtualAuthenticator(page)
    make(page, passkeys, pool, ana)
    settings = PasskeySettings(user_verification=UserVerification.REQUIRED)
    strict = replace(pool, settings=replace(pool.settings, passkeys=settings))
    with browser.new_context() as context:
        other = context.new_page()
        other.goto(page.url)
        VirtualAuthenticator(other, is_verified=False).add(owned.passkeys()[0])

        used = other.evaluate(USE, passkeys.assertion_options(pool, ana, lists=True))
        assert not passkeys.prove(pool, used).is_verified
        # What a page that does not care would ask for.
        used = other.evaluate(USE, passkeys.assertion_options(pool, ana, lists=True))
        with pytest.raises(PasskeyNotProvenError, match="verification"):
            passkeys.prove(strict, used)
        with pytest.raises(Error, match="NotAllowedError"):
            other.evaluate(USE, passkeys.assertion_options(strict))
