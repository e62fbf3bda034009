"""Where the values of a record belong, found once for all records that hold the same paths.

The records of one route are alike but for their values. What their paths lead to, which maps
have to be made for them and what is known to be absent is the same for all of them.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from gateway.cel.paths import Path, is_within
from gateway.policy.replaying.errors import MalformedRecordError
from gateway.policy.replaying.places import Place, place_of
from gateway.policy.replaying.record import Record

# What every shape begins with, in this order.
ROOTS: Final = ("identity", "request", "route", "claims")

_NOW: Final[Path] = ("now",)
_CLAIMS: Final[Path] = ("claims",)

_REMEMBERED: Final = 1024


@dataclass(frozen=True, slots=True)
class Slot:
    """Where one value belongs.

    Attributes:
        place: Where its path leads.
        map: The number of the map that holds it; -1 if it is held elsewhere already.
        name: Its key there; empty if it is all of the map.
    """

    place: Place
    map: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the records with the same paths have in common.

    Attributes:
        maps: The maps to make beside the roots: the path of each, the number of the map
            that holds it and its key there.
        slots: For each value of a record, in its order.
        absent: By the number of a map, the keys that are not in it.
        hidden: Paths of dropped values that lead into or above what was recorded.
    """

    maps: Sequence[tuple[Path, int, str]]
    slots: Sequence[Slot]
    absent: Sequence[tuple[int, AbstractSet[str]]]
    hidden: Sequence[Path]


class Shapes:
    """Finds the shapes of records."""

    def __init__(self) -> None:
        self._known: dict[object, Shape] = {}

    def of(self, record: Record) -> Shape:
        """Return the shape of a record.

        Raises:
            MalformedRecordError: One of its paths leads nowhere.
        """
        key = (*record.reads, None, *record.absent, None, *record.dropped)
        shape = self._known.get(key)
        if shape is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            shape = self._known[key] = _Drawing(record).shape()
        return shape


class _Drawing:
    """One shape, while it is found out."""

    def __init__(self, record: Record) -> None:
        self._reads = [place_of(text) for text in record.reads]
        self._absent = [place_of(text) for text in record.absent]
        self._dropped = [place_of(text).path for text in record.dropped]
        self._recorded = {place.path for place in self._reads}
        self._maps: list[tuple[Path, int, str]] = []
        self._numbers: dict[Path, int] = {
            (root,): number for number, root in enumerate(ROOTS)
        }

    def shape(self) -> Shape:
        """Return it."""
        slots = [self._slot(place) for place in self._reads]
        absent: dict[int, set[str]] = {}
        for place in self._absent:
            if not place.keyed:
                raise MalformedRecordError("a field is always there")
            number = self._number_of(place.path[:-1])
            if number is not None and place.path not in self._recorded:
                absent.setdefault(number, set()).add(place.path[-1])
        hidden = [path for path in self._dropped if self._matters(path)]
        return Shape(self._maps, slots, tuple(absent.items()), hidden)

    def _slot(self, place: Place) -> Slot:
        path = place.path
        if path == _NOW:
            return Slot(place, -1)
        if path == _CLAIMS:
            return Slot(place, self._numbers[path])
        if len(path) == 1:
            raise MalformedRecordError("a variable is recorded as a whole")
        number = self._number_of(path[:-1])
        return Slot(place, -1) if number is None else Slot(place, number, path[-1])

    def _number_of(self, path: Path) -> int | None:
        """Return the number of the map at a path; `None` if a value tells of it."""
        if path in self._recorded:
            return None
        number = self._numbers.get(path)
        if number is None:
            above = self._number_of(path[:-1])
            if above is None:
                return None
            number = self._numbers[path] = len(self._numbers)
            self._maps.append((path, above, path[-1]))
        return number

    def _matters(self, dropped: Path) -> bool:
        return any(
            is_within(path, dropped) or is_within(dropped, path)
            for path in self._recorded
        )
