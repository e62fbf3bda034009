"""Whose credential it was: remembered, so that a credential is verified once.

Keyed by a digest, so that a copy of the memory holds no credential. An entry ends with
its credential, with a change of its identity that the database tells of
(`gateway.identity.recent`), and in any case after a few minutes. What is remembered is who somebody is; what they may do is decided anew for
each request.

Without a lock, because it stands on the path of each request: each step is one operation
of a dictionary of byte strings, which is atomic. What two threads can do to each other at
worst is to forget an entry early.
"""

import hashlib
from collections import OrderedDict
from datetime import datetime, timedelta

from gateway.identity.recent import RecentChanges
from gateway.model.identity import Subject

# 1 to 2 KiB each.
DEFAULT_ENTRIES = 100_000

# With the minute of `gateway.identity.known`, somebody goes on for five at most when the
# database cannot be asked.
MAX_AGE = timedelta(minutes=4)


class SubjectCache:
    """Remembers a bounded number of subjects; who was away for longest goes first."""

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
        # With the time at which each ends, and the epoch in which it was found out.
        self._entries: OrderedDict[bytes, tuple[Subject, datetime, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def epoch(self) -> int:
        """Which epoch of changes it is (`gateway.identity.recent`)."""
        return self._changes.epoch

    def recall(self, token: str, now: datetime) -> Subject | None:
        """Return whose credential it is; `None` if it is unknown or too old."""
        key = _digest(token)
        entry = self._entries.get(key)
        if entry is None:
            return None
        subject, ends, epoch = entry
        if now >= ends or self._is_outdated(subject, epoch):
            self._entries.pop(key, None)
            return None
        try:
            self._entries.move_to_end(key)
        except KeyError:
            # Another thread has just dropped it; what it said is still true.
            return subject
        return subject

    def remember(
        self, token: str, subject: Subject, now: datetime, *, epoch: int
    ) -> None:
        """Keep a subject for as long as its credential may be believed unseen.

        Args:
            token: The credential.
            subject: Whose it is.
            now: The time.
            epoch: Which one it was before this was found out.
        """
        ends = now + self._max_age
        if subject.expires_at is not None:
            ends = min(ends, subject.expires_at)
        if ends <= now:
            return
        key = _digest(token)
        self._entries[key] = (subject, ends, epoch)
        if len(self._entries) > self._max_entries:
            self._drop_oldest()

    def forget(self, token: str) -> None:
        """Forget a credential, if it is known."""
        self._entries.pop(_digest(token), None)

    def _is_outdated(self, subject: Subject, epoch: int) -> bool:
        outdate, depends_on = self._changes.outdate, subject.depends_on
        return outdate(subject.identity.id, epoch) or (
            bool(depends_on) and outdate(depends_on, epoch)
        )

    def _drop_oldest(self) -> None:
        try:
            self._entries.popitem(last=False)
        except KeyError:
            # Other threads have emptied it meanwhile.
            return


def _digest(token: str) -> bytes:
    # "surrogatepass": two texts that differ must not become the same bytes, also if no
    # credential that verifies could hold such characters.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
