"""Identities that have changed a moment ago: what was remembered of them is not believed.

Whoever remembers identities asks here before believing it. An identity is switched off in
the database; a moment later each gateway has heard of it, and from then on nothing counts
that was found out before.

"Before" is counted in epochs, and not in hours: a new one begins with each change that is
heard, and no clock that is put back can make an old memory a young one.

Without a lock, because it is asked on the event loop for each request: each step is one
operation of a dictionary of texts, which is atomic. It is told of changes by one thread at
a time.
"""

from collections import OrderedDict
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

# Longer than anything is remembered (`cache.MAX_AGE` and `known.MAX_AGE` together).
MEMORY = timedelta(minutes=10)

# Of changed identities; if there are more at once, nothing older than that is believed.
MAX_IDENTITIES = 100_000

_NEVER = datetime.min.replace(tzinfo=UTC)


class RecentChanges:
    """Knows which identities have changed, and in which epoch that was heard."""

    def __init__(self, *, max_identities: int = MAX_IDENTITIES) -> None:
        self._max_identities = max_identities
        self._epoch = 0
        # In the order of the times.
        self._heard: OrderedDict[str, tuple[int, datetime]] = OrderedDict()
        # The same of whoever is not among them.
        self._others = (0, _NEVER)

    def __len__(self) -> int:
        return len(self._heard)

    @property
    def epoch(self) -> int:
        """Which epoch it is; asked for before an identity is read."""
        return self._epoch

    def note(self, identity_ids: Collection[str], now: datetime) -> None:
        """Believe nothing of these identities that was found out until now.

        Args:
            identity_ids: Their ids; if there are none, only what is old is dropped.
            now: The time, after the database was seen with the change in it.
        """
        heard = self._heard
        if identity_ids:
            self._epoch += 1
        for identity_id in identity_ids:
            heard[identity_id] = (self._epoch, now)
            heard.move_to_end(identity_id)
        if len(heard) > self._max_identities:
            self.note_everything(now)
        while heard and now - heard[next(iter(heard))][1] >= MEMORY:
            heard.popitem(last=False)

    def note_everything(self, now: datetime) -> None:
        """Believe nothing at all that was found out until now."""
        self._epoch += 1
        self._others = (self._epoch, now)
        self._heard.clear()

    def outdate(self, identity_id: str, epoch: int) -> bool:
        """Return whether the identity has changed since it was read.

        Args:
            identity_id: Whose.
            epoch: Which one it was before it was read from the database.
        """
        return epoch < self._heard.get(identity_id, self._others)[0]
