"""Browsers that are sent to a provider, and come back.

An attempt is known by the state that travels with the browser; here is its digest, and beside
it, sealed, what has to be known again. It is good once, for ten minutes, and for the browser
that has begun it: whoever brings another browser's state brings somebody else's sign-in
(login CSRF).

References: RFC 6749 section 10.12; RFC 9700 section 4.7; zitadel CVE-2025-46815.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from gateway.federation.errors import StaleAttemptError, WrongBrowserError
from gateway.federation.values import UNINVITED, Attempt
from gateway.model.errors import RateLimitedError
from gateway.pool.throttling import network_of
from gateway.storage.database import Database
from gateway.storage.digests import digest_of, is_digest_of, new_value
from gateway.storage.pools.federation_attempts import StoredAttempt, StoredAttempts
from gateway.storage.pools.federation_tables import FEDERATION_ATTEMPT
from gateway.storage.sealed import Seal, SealedColumn

LIFETIME: Final = timedelta(minutes=10)

# Of one network at a time: an office behind one address signs in on a Monday morning.
MOST_AT_ONCE: Final = 500

PURPOSE: Final = "federation attempt"
_BROWSER: Final = "federation browser"


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """An attempt with everything around it.

    Attributes:
        pool_id: The pool that the person wants to come into.
        client_id: Through which client.
        provider: The provider's id.
        browser: The browser's random name.
        address: Where it comes from; empty if nobody knows.
        query: What the page's address says, to go on from there.
        attempt: What the provider's relying party knows of it.
        answer: What the provider has sent ahead of the browser; nothing yet.
        owner: `sub` of whoever is signed in and wants to connect the login; empty for a
            sign-in.
    """

    pool_id: str
    client_id: str
    provider: str
    browser: str = field(repr=False)
    address: str = ""
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    attempt: Attempt
    answer: Mapping[str, str] = field(default_factory=dict, repr=False)
    owner: str = ""


class Attempts:
    """Keeps them. Blocks; call it in a thread."""

    def __init__(
        self,
        *,
        database: Database,
        seal: Seal,
        clock: Callable[[], datetime],
        most_at_once: int = MOST_AT_ONCE,
    ) -> None:
        """Take what it keeps them with.

        Args:
            database: Where.
            seal: Makes what nobody can read there.
            clock: The time.
            most_at_once: How many of one network may be under way.
        """
        self._database = database
        self._most_at_once = most_at_once
        self._sealed = SealedColumn(FEDERATION_ATTEMPT.c.rest, seal=seal)
        self._clock = clock

    @staticmethod
    def new(
        *,
        redirect_uri: str,
        login_hint: str = "",
        locales: tuple[str, ...] = (),
        max_age: timedelta | None = None,
        force: bool = False,
    ) -> Attempt:
        """Return one that nobody can guess; the arguments are those of `Attempt`."""
        return Attempt(
            state=new_value(),
            nonce=new_value(),
            verifier=new_value(),
            redirect_uri=redirect_uri,
            login_hint=login_hint,
            locales=locales,
            max_age=max_age,
            force=force,
        )

    def keep(self, begun: Begun) -> None:
        """Keep one, whose browser is about to leave.

        Raises:
            RateLimitedError: Too many have left from its network, and did not come back.
            StorageError: It is not kept.
        """
        now = self._clock()
        digest = _digest(begun.attempt.state)
        stored = StoredAttempt(
            digest=digest,
            pool_id=begun.pool_id,
            provider=begun.provider,
            browser=digest_of(begun.browser, purpose=_BROWSER),
            address=network_of(begun.address)[:64],
            rest=self._seal(digest, begun),
            expires_at=now + LIFETIME,
        )

        def work(connection: Connection) -> bool:
            attempts = StoredAttempts(connection)
            if attempts.count_from(stored.address, now) >= self._most_at_once:
                return False
            attempts.add(stored)
            return True

        if not self._database.write(work):
            seconds = int(LIFETIME.total_seconds())
            raise RateLimitedError("attempts of one network", retry_after=seconds)

    def send_ahead(self, state: str, answer: Mapping[str, str]) -> None:
        """Keep what a provider has a browser post, until the browser comes itself.

        What another site sends comes without the browser's cookies, so nobody can say yet
        whose it is. The first answer counts.

        Raises:
            StaleAttemptError: Nobody has begun it, or too long ago.
            StorageError: It is not kept.
        """

        def work(connection: Connection) -> None:
            begun, stored = self._find(connection, state)
            if begun.answer:
                return
            told = replace(begun, answer=answer)
            rest = self._seal(stored.digest, told)
            StoredAttempts(connection).change(stored.digest, rest)

        self._database.write(work)

    def take(self, state: str, browser: str) -> Begun:
        """Return an attempt whose browser has come back; it is good no more.

        Args:
            state: As it came back.
            browser: The browser's name.

        Raises:
            StaleAttemptError: Nobody has begun it, or too long ago, or it was taken.
            WrongBrowserError: Another browser has begun it; it stays good for that one. (A
                sign-in that a provider began by itself is any browser's.)
            StorageError: Nobody can tell.
        """

        def work(connection: Connection) -> Begun:
            begun, stored = self._find(connection, state)
            if UNINVITED not in begun.attempt.kept:
                _check_browser(stored, browser)
            if not StoredAttempts(connection).remove(stored.digest):
                raise StaleAttemptError("taken at this very moment")
            return replace(begun, browser=browser)

        return self._database.write(work)

    def _find(self, connection: Connection, state: str) -> tuple[Begun, StoredAttempt]:
        try:
            digest = _digest(state)
        except ValueError as error:
            raise StaleAttemptError("longer than any state") from error
        stored = StoredAttempts(connection).find(digest)
        if stored is None:
            raise StaleAttemptError("no such state, or it was used")
        if stored.expires_at <= self._clock():
            raise StaleAttemptError("begun too long ago")
        return self._open(state, stored), stored

    def _seal(self, digest: bytes, begun: Begun) -> str:
        attempt = begun.attempt
        age = attempt.max_age
        rest: dict[str, Any] = {
            "client_id": begun.client_id,
            "address": begun.address,
            "query": dict(begun.query),
            "answer": dict(begun.answer),
            "owner": begun.owner,
            "nonce": attempt.nonce,
            "verifier": attempt.verifier,
            "redirect_uri": attempt.redirect_uri,
            "kept": dict(attempt.kept),
            "login_hint": attempt.login_hint,
            "locales": attempt.locales,
            "max_age": None if age is None else age.total_seconds(),
            "force": attempt.force,
        }
        plain = json.dumps(rest, separators=(",", ":")).encode()
        return self._sealed.seal(plain, digest.hex())

    def _open(self, state: str, stored: StoredAttempt) -> Begun:
        rest = json.loads(self._sealed.open(stored.rest, stored.digest.hex()))
        age = rest["max_age"]
        return Begun(
            pool_id=stored.pool_id,
            client_id=rest["client_id"],
            provider=stored.provider,
            browser="",
            address=rest["address"],
            query=rest["query"],
            answer=rest["answer"],
            owner=rest["owner"],
            attempt=Attempt(
                state=state,
                nonce=rest["nonce"],
                verifier=rest["verifier"],
                redirect_uri=rest["redirect_uri"],
                kept=rest["kept"],
                login_hint=rest["login_hint"],
                locales=tuple(rest["locales"]),
                max_age=None if age is None else timedelta(seconds=age),
                force=rest["force"],
            ),
        )


def _check_browser(stored: StoredAttempt, browser: str) -> None:
    if not browser or not is_digest_of(stored.browser, browser, purpose=_BROWSER):
        raise WrongBrowserError("another browser has begun it")


def _digest(state: str) -> bytes:
    return digest_of(state, purpose=PURPOSE)


def sweep(connection: Connection, now: datetime) -> int:
    """Remove attempts that are over; return how many there were."""
    return StoredAttempts(connection).remove_expired(now)
