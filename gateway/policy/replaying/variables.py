"""From a record to the question that was decided, with what is known of it.

Besides the values that were read, each record tells when and about which request it was
decided, and about whom: `now`, `request.time`, `request.id`, `request.method` (if it is of
a usual length), `identity.kind` and `identity.provider` are known whatever was read. What a route is comes from the
configuration; only what its parameters stood for was recorded.
"""

from collections.abc import Mapping
from typing import Any, Final, cast

from gateway.cel.errors import WithheldError
from gateway.cel.paths import Path
from gateway.cel.types import DYN
from gateway.cel.values import conforms
from gateway.model.access import AccessRequest, RequestView, RouteView
from gateway.model.identity import Identity, Subject
from gateway.model.route import Route
from gateway.policy.recording.values import MalformedValueError, decode
from gateway.policy.replaying.errors import MalformedRecordError
from gateway.policy.replaying.hashed import Hashing, holds_hash
from gateway.policy.replaying.places import Place
from gateway.policy.replaying.record import MAX_METHOD, Record
from gateway.policy.replaying.recorded import Notes, RecordedFields, RecordedMap
from gateway.policy.replaying.shapes import ROOTS, Shape, Shapes

# What is known of every record, by what gives it.
ALWAYS_KNOWN: Final[Mapping[Path, str]] = {
    ("now",): "at",
    ("request", "time"): "at",
    ("request", "id"): "request_id",
    ("request", "method"): "method",
    ("identity", "kind"): "kind",
    ("identity", "provider"): "provider",
}

_ROOTS: Final = tuple((name,) for name in ROOTS)
_TEXT: Final = frozenset({str})


class Memory:
    """Makes questions of records."""

    def __init__(self, hashing: Hashing) -> None:
        """Take what hashes values as the log does."""
        self._hashing = hashing
        self._shapes = Shapes()

    def recall(self, record: Record, route: Route, *, notes: Notes) -> AccessRequest:
        """Return the question that a record's decision answered.

        Args:
            record: What was recorded.
            route: The route, as it is declared now.
            notes: Where it is noted if more is asked for than was recorded.

        Raises:
            MalformedRecordError: It holds paths that lead nowhere, or values that cannot
                be theirs.
        """
        recollection = Recollection(self._shapes.of(record), notes)
        recollection.fill(record, self._hashing)
        identity, request, of_route, claims = recollection.roots
        params = of_route.known.get("params")
        if params is None:
            params = RecordedMap(("route", "params"), notes)
        return AccessRequest(
            subject=Subject(
                identity=cast("Identity", RecordedFields(identity)),
                claims=claims,
            ),
            request=cast("RequestView", RecordedFields(request)),
            route=RouteView(
                id=route.id,
                upstream=route.upstream,
                params=params,
                tags=route.tags,
                audience=route.audience,
            ),
            now=record.at,
        )


class Recollection:
    """What is known of one record, each value where it belongs."""

    def __init__(self, shape: Shape, notes: Notes) -> None:
        """Make the maps, without values."""
        self._shape = shape
        self._notes = notes
        maps = [RecordedMap(path, notes) for path in _ROOTS]
        for path, above, name in shape.maps:
            made = RecordedMap(path, notes)
            maps[above].known[name] = made
            maps.append(made)
        for number, names in shape.absent:
            maps[number].absent = names
        self._maps = maps

    @property
    def roots(self) -> tuple[RecordedMap, RecordedMap, RecordedMap, RecordedMap]:
        """The variables `identity`, `request`, `route` and `claims`."""
        identity, request, route, claims, *_ = self._maps
        return identity, request, route, claims

    def fill(self, record: Record, hashing: Hashing) -> None:
        """Put the values of a record in.

        Args:
            record: Of this shape.
            hashing: Hashes values as the log does.

        Raises:
            MalformedRecordError: One of them cannot be what its path leads to.
        """
        maps = self._maps
        for slot, encoded in zip(self._shape.slots, record.reads.values(), strict=True):
            place, number = slot.place, slot.map
            if number < 0:
                continue
            # Most values stand in JSON as they are.
            value, kind = encoded, type(encoded)
            if kind is not place.as_is or (
                kind is list and not _TEXT.issuperset(map(type, encoded))
            ):
                value = self._decoded(place, encoded, record, hashing)
                if record.hashes and slot.name and holds_hash(value):
                    maps[number].unsure |= {slot.name}
            if slot.name:
                maps[number].known[slot.name] = value
            else:
                maps[number] = _closed(_ROOTS[number], self._notes, value)
        self._fill_always_known(record)
        for path in self._shape.hidden:
            self._hide(path)

    def _fill_always_known(self, record: Record) -> None:
        identity, request, *_ = self._maps
        identity.known.update(kind=record.kind, provider=record.provider)
        request.known.update(id=record.request_id, time=record.at)
        if record.hashes:
            identity.unsure -= {"kind", "provider"}
            request.unsure -= {"id", "time"}
        if len(record.method) < MAX_METHOD:
            request.known["method"] = record.method
            request.unsure -= {"method"}

    @staticmethod
    def _decoded(place: Place, encoded: Any, record: Record, hashing: Hashing) -> Any:
        try:
            value = decode(encoded)
        except MalformedValueError as error:
            raise MalformedRecordError(str(error)) from None
        if record.hashes:
            value = hashing.reveal(value, place.leaf, key=record.hash_key)
        try:
            fits = place.kind is DYN or conforms(value, place.kind)
        except WithheldError:
            # A hash where a map or list has to be: those are hashed by their elements.
            fits = False
        if not fits:
            raise MalformedRecordError("a value is not of the type that its path has")
        return value

    def _hide(self, path: Path) -> None:
        """Forget what is at a path and below it, as far as it is not known apart."""
        if path == ("now",):
            return
        parent = self._maps[ROOTS.index(path[0])]
        if len(path) == 1:
            self._open(parent)
            return
        for name in path[1:-1]:
            child = self._as_map(parent, name)
            if child is None:
                parent.forget(name)
                return
            parent = child
        child = self._as_map(parent, path[-1])
        if child is not None:
            self._open(child)
        elif path not in ALWAYS_KNOWN:
            parent.forget(path[-1])

    def _open(self, parent: RecordedMap) -> None:
        """Let a map and all maps in it hold more than is known."""
        parent.open = True
        for name in list(parent.known):
            child = self._as_map(parent, name)
            if child is not None:
                self._open(child)

    def _as_map(self, parent: RecordedMap, name: str) -> RecordedMap | None:
        """Return an entry as a map of which parts may be unknown; `None` if it is none."""
        child = parent.known.get(name)
        if isinstance(child, dict):
            child = _closed((*parent.path, name), self._notes, child)
            parent.known[name] = child
            parent.unsure -= {name}
        return child if isinstance(child, RecordedMap) else None


def _closed(path: Path, notes: Notes, known: dict[Any, Any]) -> RecordedMap:
    made = RecordedMap(path, notes, known, is_open=False)
    unsure = {key for key, item in known.items() if holds_hash(item)}
    if unsure:
        made.unsure = unsure
    return made
