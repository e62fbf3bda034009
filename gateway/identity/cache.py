"""Whose credential it was: remembered, so that a credential is verified once.

Keyed by a digest, so that a copy of the memory holds no credential. An entry ends with
its credential, and in any case after a few minutes, so that an identity that was disabled
is noticed. What is remembered is who somebody is; what they may do is decided anew for
each request.

Without a lock, because it stands on the path of each request: each step is one operation
of a dictionary of byte strings, which is atomic. What two threads can do to each other at
worst is to forget an entry early.
"""

import hashlib
from collections import OrderedDict
from datetime import datetime, timedelta

from gateway.model.identity import Subject

# 1 to 2 KiB each.
DEFAULT_ENTRIES = 100_000

# With the minute of `gateway.identity.known`, who is disabled goes on for five.
MAX_AGE = timedelta(minutes=4)


class SubjectCache:
    """Remembers a bounded number of subjects; who was away for longest goes first."""

    def __init__(
        self, *, max_entries: int = DEFAULT_ENTRIES, max_age: timedelta = MAX_AGE
    ) -> None:
        self._max_entries = max_entries
        self._max_age = max_age
        self._entries: OrderedDict[bytes, tuple[Subject, datetime]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def recall(self, token: str, now: datetime) -> Subject | None:
        """Return whose credential it is; `None` if it is unknown or too old."""
        key = _digest(token)
        entry = self._entries.get(key)
        if entry is None:
            return None
        if now >= entry[1]:
            self._entries.pop(key, None)
            return None
        try:
            self._entries.move_to_end(key)
        except KeyError:
            # Another thread has just dropped it; what it said is still true.
            return entry[0]
        return entry[0]

    def remember(self, token: str, subject: Subject, now: datetime) -> None:
        """Keep a subject for as long as its credential may be believed unseen."""
        ends = now + self._max_age
        if subject.expires_at is not None:
            ends = min(ends, subject.expires_at)
        if ends <= now:
            return
        key = _digest(token)
        self._entries[key] = (subject, ends)
        if len(self._entries) > self._max_entries:
            self._drop_oldest()

    def forget(self, token: str) -> None:
        """Forget a credential, if it is known."""
        self._entries.pop(_digest(token), None)

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
