"""Identities that have changed a moment ago: what was remembered of them is not believed.

Whoever remembers identities asks here before believing it. An identity is switched off in
the database; a second later each gateway has heard of it, and from then on nothing that was
remembered before counts.

Without a lock, because it is asked on the event loop for each request: each step is one
operation of a dictionary of texts, which is atomic. It is told of changes by one thread at
a time.
"""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

# Longer than anything is remembered (`cache.MAX_AGE` and `known.MAX_AGE` together).
MEMORY = timedelta(minutes=10)

# Of changed identities; if there are more at once, nothing older than that is believed.
MAX_IDENTITIES = 100_000

_NEVER = datetime.min.replace(tzinfo=UTC)


class RecentChanges:
    """Knows which identities have changed, and when that was heard."""

    def __init__(self, *, max_identities: int = MAX_IDENTITIES) -> None:
        self._max_identities = max_identities
        # In the order of the times.
        self._heard_at: OrderedDict[str, datetime] = OrderedDict()
        self._all_at = _NEVER

    def __len__(self) -> int:
        return len(self._heard_at)

    def note(self, identity_ids: Iterable[str], now: datetime) -> None:
        """Believe nothing of these identities that was remembered until now.

        Args:
            identity_ids: Their ids; if there are none, only what is old is dropped.
            now: When the database was seen with the change in it.
        """
        heard_at = self._heard_at
        for identity_id in identity_ids:
            heard_at[identity_id] = now
            heard_at.move_to_end(identity_id)
        if len(heard_at) > self._max_identities:
            self.note_everything(now)
        while heard_at and now - heard_at[next(iter(heard_at))] >= MEMORY:
            heard_at.popitem(last=False)

    def note_everything(self, now: datetime) -> None:
        """Believe nothing at all that was remembered until now."""
        self._all_at = now
        self._heard_at.clear()

    def outdate(self, identity_id: str, read_at: datetime) -> bool:
        """Return whether the identity has changed since it was read.

        Args:
            identity_id: Whose.
            read_at: A time before it was read from the database.
        """
        return read_at <= self._heard_at.get(identity_id, self._all_at)
