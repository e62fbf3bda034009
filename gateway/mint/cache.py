"""What was minted lately, to be used again.

Without a lock, because it stands on the path of each request. Each step below is one
operation of a dictionary with keys that compare without running Python code, which is
atomic; what two threads can do to each other at worst is to mint once too often.
"""

from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime

from gateway.model.minted import MintedCredential

# A credential, and until when it may be used again.
Entry = tuple[MintedCredential, datetime]

# About a KiB each.
DEFAULT_ENTRIES = 32_768

# How many stale entries each new one sweeps away: more than one, so that the cache
# shrinks again after a rush.
_SWEPT = 2


class MintCache:
    """Remembers a bounded number of credentials; the oldest go first."""

    def __init__(self, *, max_entries: int = DEFAULT_ENTRIES) -> None:
        self._entries: OrderedDict[Hashable, Entry] = OrderedDict()
        self._max_entries = max_entries

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, key: Hashable) -> Entry | None:
        """Return what was kept under a key, however old."""
        return self._entries.get(key)

    def keep(self, key: Hashable, entry: Entry, *, now: datetime) -> None:
        """Keep a credential in place of the one under the same key.

        Args:
            key: Everything that the credential depends on.
            entry: The credential, and until when it may be used again.
            now: Entries that may not be used again now are swept, the oldest first.
        """
        # Anew, so that the order is that of minting.
        self._entries.pop(key, None)
        self._entries[key] = entry
        for _ in range(_SWEPT):
            self._drop_oldest(now)

    def _drop_oldest(self, now: datetime) -> None:
        try:
            oldest = next(iter(self._entries))
            if (
                len(self._entries) > self._max_entries
                or self._entries[oldest][1] <= now
            ):
                del self._entries[oldest]
        except (KeyError, RuntimeError, StopIteration):
            # Another thread has dropped it meanwhile.
            return
