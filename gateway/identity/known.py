"""Identities that were read from the database a moment ago.

Spares a new token of somebody who is here all day the way to the database, and keeps them
working for a moment when it is down. Only a moment, because a database that is down tells
nobody that somebody was switched off: an entry ends after a minute, whoever asks for it.
While it is up, an entry ends when it tells of a change (`gateway.identity.recent`).

Outlives a reload, after which everybody comes with a token that is not known. Without a
lock, because it is asked on the event loop: each step is one operation of a dictionary
whose keys compare without running Python code, which is atomic. What two threads can do to
each other at worst is to forget an entry early.
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Protocol

from gateway.identity.recent import RecentChanges
from gateway.model.identity import IdentityKind

# About half a KiB each.
DEFAULT_ENTRIES = 32_768

# Adds to the age of `gateway.identity.cache`.
MAX_AGE = timedelta(minutes=1)

# How many old entries each new one sweeps away: more than one, so that the memory shrinks
# again after a rush.
_SWEPT = 2

_Name = tuple[str, str]


class StoredIdentity(Protocol):
    """What is kept of an identity."""

    @property
    def id(self) -> str:
        """`region:uuid`."""

    @property
    def created_at(self) -> datetime:
        """When it was first seen."""

    @property
    def disabled(self) -> bool:
        """Whether an operator has switched it off."""

    @property
    def kind(self) -> IdentityKind:
        """What it is, whatever its credential is."""

    @property
    def linked(self) -> tuple[str, ...]:
        """Ids of the providers of its other logins."""


class KnownIdentities:
    """Remembers a bounded number of stored identities; the oldest go first."""

    def __init__(
        self,
        *,
        changes: RecentChanges | None = None,
        max_entries: int = DEFAULT_ENTRIES,
        max_age: timedelta = MAX_AGE,
    ) -> None:
        """Remember nothing yet.

        Args:
            changes: Which identities have changed; by default, none ever does.
            max_entries: How many are remembered.
            max_age: How long.
        """
        # An empty one is false, and still the one to ask.
        self._changes = RecentChanges() if changes is None else changes
        self._max_entries = max_entries
        self._max_age = max_age
        # Ordered by the time at which they were read.
        self._entries: OrderedDict[_Name, tuple[StoredIdentity, datetime, int]] = (
            OrderedDict()
        )

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def epoch(self) -> int:
        """Which epoch of changes it is (`gateway.identity.recent`)."""
        return self._changes.epoch

    def find(
        self, provider: str, subject: str, *, now: datetime
    ) -> StoredIdentity | None:
        """Return the identity of a provider's subject, if it was read a moment ago."""
        entry = self._entries.get((provider, subject))
        if entry is None or not self._is_young(entry[1], now):
            return None
        stored, _, epoch = entry
        return None if self._changes.outdate(stored.id, epoch) else stored

    def keep(
        self,
        provider: str,
        subject: str,
        identity: StoredIdentity,
        *,
        read_at: datetime,
        epoch: int,
    ) -> None:
        """Remember an identity.

        Args:
            provider: Id of the provider.
            subject: The provider's name for it.
            identity: As it stood in the database.
            read_at: A time before it was read there.
            epoch: Which one it was before it was read there.
        """
        name = (provider, subject)
        # Anew, so that the order is that of reading.
        self._entries.pop(name, None)
        self._entries[name] = (identity, read_at, epoch)
        for _ in range(_SWEPT):
            self._drop_oldest(read_at)

    def _drop_oldest(self, now: datetime) -> None:
        try:
            oldest = next(iter(self._entries))
            if len(self._entries) > self._max_entries or not self._is_young(
                self._entries[oldest][1], now
            ):
                del self._entries[oldest]
        except (KeyError, RuntimeError, StopIteration):
            # Another thread has dropped it meanwhile.
            return

    def _is_young(self, read_at: datetime, now: datetime) -> bool:
        # A time to come means that the clock was put back; then nothing is young.
        return timedelta(0) <= now - read_at < self._max_age
