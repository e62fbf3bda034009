"""Variables that hold what was recorded, and say so when more is asked for.

What a record does not hold raises when it is read, which an expression may absorb or not,
like any error. The reading is noted aside: an expression that fails after it might have done
otherwise. So is the reading of a hash, since more may be asked of it than it can tell.
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final

from typing_extensions import override

from gateway.cel.paths import Path
from gateway.policy.replaying.errors import NotRecordedError

Notes = set[Path]

# Most maps have none of these.
_NONE: Final[AbstractSet[Any]] = frozenset()


class RecordedMap(Mapping[Any, Any]):
    """A map of which some entries are known.

    Attributes:
        path: Where it stands.
        known: The entries that were recorded.
        unsure: The keys of those that hold hashes.
        absent: Keys that were not there.
        hidden: Keys of which nothing is known, although the map was recorded.
        open: Whether that goes for all keys that are named nowhere here.
    """

    __slots__ = ("_notes", "absent", "hidden", "known", "open", "path", "unsure")

    def __init__(
        self,
        path: Path,
        notes: Notes,
        known: dict[Any, Any] | None = None,
        *,
        is_open: bool = True,
    ) -> None:
        self.path = path
        self._notes = notes
        self.known = {} if known is None else known
        self.unsure: AbstractSet[Any] = _NONE
        self.absent: AbstractSet[Any] = _NONE
        self.hidden: AbstractSet[Any] = _NONE
        self.open = is_open

    @override
    def __getitem__(self, key: Any) -> Any:
        if key in self.known:
            if key in self.unsure:
                self._notes.add((*self.path, key))
            return self.known[key]
        if self._lacks(key):
            raise KeyError(key)
        raise self._missing((*self.path, str(key)))

    @override
    def __contains__(self, key: object) -> bool:
        if key in self.known:
            return True
        if self._lacks(key):
            return False
        raise self._missing((*self.path, str(key)))

    @override
    def __iter__(self) -> Iterator[Any]:
        self._note_all()
        return iter(self.known)

    @override
    def __len__(self) -> int:
        self._note_all()
        return len(self.known)

    def forget(self, key: str) -> None:
        """Know nothing of a key."""
        self.known.pop(key, None)
        self.unsure -= {key}
        self.hidden |= {key}

    def _lacks(self, key: object) -> bool:
        return key in self.absent or not (self.open or key in self.hidden)

    def _note_all(self) -> None:
        if self.open or self.hidden:
            raise self._missing(self.path)
        self._notes.update((*self.path, key) for key in self.unsure)

    def _missing(self, path: Path) -> NotRecordedError:
        self._notes.add(path)
        return NotRecordedError(path)


class RecordedFields:
    """A record variable of which some fields are known."""

    def __init__(self, fields: RecordedMap) -> None:
        """Take the fields; those that are simply known are attributes from now on."""
        self.__dict__.update(fields.known)
        for name in fields.unsure:
            del self.__dict__[name]
        self.__fields = fields

    def __getattr__(self, name: str) -> Any:
        return self.__fields[name]
