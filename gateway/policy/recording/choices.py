"""What of a request may stand in the log: as it is, hashed, or not at all.

Reference: `[log.decisions]` `hash` and `drop`; each names a path and all below it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from gateway.cel.paths import Path, is_within
from gateway.policy.recording.credentials import OPEN, carries_credential


class Treatment(Enum):
    """What becomes of a value."""

    KEEP = "keep"
    HASH = "hash"
    DROP = "drop"
    # Part of it is treated otherwise than the rest.
    LOOK_INSIDE = "look inside"


@dataclass(frozen=True, slots=True)
class Choices:
    """Says what becomes of the value of a path.

    Attributes:
        hashed: What is hashed.
        dropped: What is dropped; goes before `hashed`.
    """

    hashed: tuple[Path, ...] = ()
    dropped: tuple[Path, ...] = ()

    def of(self, path: Path) -> Treatment:
        """Return what becomes of the value that a path leads to."""
        if _covers(self.dropped, path) or carries_credential(path):
            return Treatment.DROP
        inner = (*self.dropped, *_OPEN_ENTRIES)
        is_hashed = self.hashes(path)
        if not is_hashed:
            inner += self.hashed
        if any(is_within(each, path) for each in inner):
            return Treatment.LOOK_INSIDE
        return Treatment.HASH if is_hashed else Treatment.KEEP

    def hashes(self, path: Path) -> bool:
        """Whether all that is not dropped of a path's value is hashed."""
        return _covers(self.hashed, path)


# Something below each map in which a caller's credentials are, among other things, so that
# those are looked into.
_OPEN_ENTRIES: Final = tuple((*path, "") for path in OPEN)


def _covers(prefixes: Iterable[Path], path: Path) -> bool:
    return any(is_within(path, prefix) for prefix in prefixes)
