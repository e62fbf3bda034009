"""The published keys of one issuer: fetched, kept fresh, served while it is down.

Three things are told apart. A key that the issuer does not have is the token's fault. An
issuer that cannot be asked is nobody's fault, and only then the answer is "try again
later". And an issuer that is down is not noticed at all as long as the keys at hand are
young enough.

References: OpenID Connect Discovery 1.0 section 4; RFC 7517 section 5.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import BoundedSemaphore, Lock
from typing import Protocol

from gateway.authentication.discovery import DiscoveryError, parse_discovery
from gateway.authentication.key_set import KeySet, KeySetError, parse_key_set
from gateway.authentication.verification_key import VerificationKey
from gateway.config.settings.values import Rate
from gateway.model.errors import ProviderUnavailableError
from gateway.model.waiting import WouldWaitError
from gateway.net.errors import FetchError
from gateway.net.fetcher import Fetched

_log = logging.getLogger(__name__)

_OK = 200

# After a failure: one second, then twice as long each time. The longest pause bounds how
# long a provider's recovery goes unnoticed.
_LONGEST_PAUSE = timedelta(seconds=30)

# The background refresh comes before a request would have to do it.
_EARLY = 0.8

# Threads that wait for the issuer's answer, beside the one that asks. Tokens with made-up
# keys cost nothing to send, so they must not be able to occupy every thread.
_MAX_WAITING = 8


class Fetches(Protocol):
    """Gets documents from places outside."""

    def get(self, url: str) -> Fetched:
        """Return what a URL leads to.

        Raises:
            FetchError: It cannot be had.
        """
        ...


@dataclass(frozen=True, slots=True)
class KeySourceSettings:
    """Whose keys, and how fresh they have to be.

    Attributes:
        issuer: The issuer's URL.
        discovery_url: Where its discovery document is.
        described_as: How that document may spell the issuer.
        jwks_url: Where the keys are; `None` if discovery tells.
        algorithms: The accepted algorithms, the preferred first.
        refresh: Keys older than this are fetched again.
        stale: Keys older than this are not used, unless `refresh` is longer.
        unknown_kid: How often an unknown key id may cause a fetch.
    """

    issuer: str
    discovery_url: str
    described_as: tuple[str, ...]
    jwks_url: str | None
    algorithms: tuple[str, ...]
    refresh: timedelta
    stale: timedelta
    unknown_kid: Rate


@dataclass(frozen=True, slots=True)
class KeySourceStatus:
    """What an operator wants to know about the keys of an issuer.

    Attributes:
        issuer: The issuer's URL.
        key_ids: Ids of the keys at hand.
        ignored: Published entries that are not used, each with its reason.
        fetched_at: When they were fetched; `None` if never.
        usable: Whether tokens can be verified now.
        failures: Failed attempts since the last good one.
        failure: Why the last attempt failed; empty if it did not.
    """

    issuer: str
    key_ids: tuple[str, ...]
    ignored: tuple[str, ...]
    fetched_at: datetime | None
    usable: bool
    failures: int
    failure: str


@dataclass(frozen=True, slots=True)
class _Copy:
    """The keys as they were published at one time."""

    keys: KeySet
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class _Failure:
    """The attempts that failed since the last good one."""

    count: int
    at: datetime
    reason: str


class KeySource:
    """The keys of one issuer. Shared by threads; survives a reload.

    Args:
        settings: Whose keys.
        fetcher: The way to the issuer.
        clock: The time, aware UTC.
    """

    def __init__(
        self,
        settings: KeySourceSettings,
        *,
        fetcher: Fetches,
        clock: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._fetcher = fetcher
        self._clock = clock
        self._copy: _Copy | None = None
        self._failure: _Failure | None = None
        self._asked_at = deque[datetime](maxlen=settings.unknown_kid.count)
        # Held while fetching: what others found out need not be asked again.
        self._fetching = Lock()
        self._waiting = BoundedSemaphore(_MAX_WAITING + 1)

    def get(
        self, key_id: str | None, algorithm: str, *, may_wait: bool = True
    ) -> VerificationKey:
        """Return the key that a token names.

        Fetches if there are no keys, if they are old, or, now and then, if the key is
        not among them. Otherwise it takes no lock and waits for nothing.

        Args:
            key_id: The token's `kid`.
            algorithm: The token's `alg`, by its one name.
            may_wait: False on the event loop. Then nothing is fetched, and no lock is
                taken.

        Raises:
            WouldWaitError: It may not wait, and would fetch or wait for who does.
            UnknownKeyError: The issuer has no such key.
            WrongAlgorithmError: It has, but for another algorithm.
            ProviderUnavailableError: The issuer cannot be asked, and the keys at hand
                are too old or do not answer the question.
        """
        keys = self._at_hand(key_id)
        if keys is None:
            if not may_wait:
                raise WouldWaitError
            keys = self._current()
            if not keys.knows(key_id):
                keys = self._ask_again(key_id)
        return keys.get(key_id, algorithm)

    def refresh_due(self) -> None:
        """Fetch the keys if they will soon be old. For the scheduler; never raises."""
        now = self._clock()
        copy = self._copy
        if copy is not None and self._within(
            copy.fetched_at, self._settings.refresh * _EARLY, now
        ):
            return
        self._try_to_fetch(copy, now)

    def status(self) -> KeySourceStatus:
        """Return what an operator wants to know."""
        copy, failure = self._copy, self._failure
        return KeySourceStatus(
            issuer=self._settings.issuer,
            key_ids=copy.keys.key_ids if copy else (),
            ignored=copy.keys.ignored if copy else (),
            fetched_at=copy.fetched_at if copy else None,
            usable=self._usable(copy, self._clock()) is not None,
            failures=failure.count if failure else 0,
            failure=failure.reason if failure else "",
        )

    def _at_hand(self, key_id: str | None) -> KeySet | None:
        """Return the keys if they can tell about an id; takes no lock and never waits."""
        now = self._clock()
        keys = self._settled(now)
        if keys is None or keys.knows(key_id):
            return keys
        # The issuer may not be asked again so soon, and nobody is asking. In this order,
        # and the keys once more after it, so that an answer that has just come counts.
        if self._may_ask(now) or self._fetching.locked() or self._failure:
            return None
        return self._settled(now)

    def _settled(self, now: datetime) -> KeySet | None:
        """Return the keys if they are young, or if nobody can get younger ones now."""
        copy = self._copy
        if copy is None:
            return None
        if self._within(copy.fetched_at, self._settings.refresh, now):
            return copy.keys
        if self._usable(copy, now) is None:
            return None
        can_fetch = self._may_fetch(now) and not self._fetching.locked()
        return None if can_fetch else copy.keys

    def _current(self) -> KeySet:
        """Return the keys to use now, fetched if they have to be."""
        now = self._clock()
        keys = self._settled(now)
        if keys is not None:
            return keys
        copy = self._copy
        if self._usable(copy, now) is not None:
            # Old but usable: whoever comes first fetches, the others go on.
            self._try_to_fetch(copy, now)
        else:
            with self._turn():
                now = self._clock()
                if self._usable(self._copy, now) is None and self._may_fetch(now):
                    self._fetch(now)
        usable = self._usable(self._copy, self._clock())
        if usable is None:
            raise self._unavailable()
        return usable.keys

    def _ask_again(self, key_id: str | None) -> KeySet:
        """Return the keys after the issuer was asked whether there is a new one."""
        with self._turn():
            now = self._clock()
            known = self._copy is not None and self._copy.keys.knows(key_id)
            if not known and self._may_ask(now) and self._may_fetch(now):
                self._fetch(now)
            # Only a good answer can tell that a key does not exist.
            if self._copy is None or (self._failure and not known):
                raise self._unavailable()
            return self._copy.keys

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Hold the lock for fetching. Few may wait for it; the rest are told at once."""
        if not self._waiting.acquire(blocking=False):
            raise ProviderUnavailableError(
                f"{self._settings.issuer}: too many wait for its answer"
            )
        try:
            with self._fetching:
                yield
        finally:
            self._waiting.release()

    def _try_to_fetch(self, seen: _Copy | None, now: datetime) -> None:
        """Fetch, unless somebody else does, has done, or it failed just now."""
        if self._may_fetch(now) and self._fetching.acquire(blocking=False):
            try:
                if self._copy is seen:
                    self._fetch(now)
            finally:
                self._fetching.release()

    def _fetch(self, now: datetime) -> None:
        """Ask the issuer once and keep the outcome. The caller holds the lock."""
        self._asked_at.append(now)
        try:
            keys = parse_key_set(self._read_key_set(), self._settings.algorithms)
        except (FetchError, KeySetError, DiscoveryError) as error:
            self._note(str(error))
        else:
            if self._failure is not None:
                _log.info("keys of %s are available again", self._settings.issuer)
            self._copy = _Copy(keys, now)
            self._failure = None

    def _note(self, reason: str) -> None:
        count = self._failure.count + 1 if self._failure else 1
        self._failure = _Failure(count, self._clock(), reason)
        _log.warning("keys of %s cannot be fetched: %s", self._settings.issuer, reason)

    def _read_key_set(self) -> bytes:
        if self._settings.jwks_url is not None:
            return self._read(self._settings.jwks_url)
        settings = self._settings
        document = parse_discovery(
            self._read(settings.discovery_url), settings.described_as
        )
        jwks_uri = document.get("jwks_uri")
        if not isinstance(jwks_uri, str):
            raise KeySetError("the discovery document has no jwks_uri")
        return self._read(jwks_uri)

    def _read(self, url: str) -> bytes:
        answer = self._fetcher.get(url)
        if answer.status != _OK:
            raise FetchError(f"{url[:200]} answers {answer.status}")
        return answer.body

    def _usable(self, copy: _Copy | None, now: datetime) -> _Copy | None:
        longest = max(self._settings.refresh, self._settings.stale)
        return copy if copy and now - copy.fetched_at < longest else None

    def _may_fetch(self, now: datetime) -> bool:
        if self._failure is None:
            return True
        # The exponent is bounded too: a week of failures is a very large number.
        pause = min(
            timedelta(seconds=2 ** min(self._failure.count - 1, 9)), _LONGEST_PAUSE
        )
        return not self._within(self._failure.at, pause, now)

    def _may_ask(self, now: datetime) -> bool:
        rate = self._settings.unknown_kid
        return len(self._asked_at) < rate.count or not self._within(
            self._asked_at[0], rate.per, now
        )

    @staticmethod
    def _within(at: datetime, length: timedelta, now: datetime) -> bool:
        # A time to come means that the clock was put back; then nothing is recent.
        return timedelta(0) <= now - at < length

    def _unavailable(self) -> ProviderUnavailableError:
        reason = self._failure.reason if self._failure else "nobody has asked it yet"
        return ProviderUnavailableError(f"{self._settings.issuer}: {reason}")
