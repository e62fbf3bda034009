"""What a decision depends on, as values that can be changed one by one.

A path names one of them: `("identity", "email")`, `("request", "query", "channel")`,
`("claims", "realm", "access")`, `("params", "order_id")`, `("now",)`. What is not set has
the value that it has when nothing is known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final
from urllib.parse import quote

from typing_extensions import override

from gateway.model.identity import IdentityKind
from gateway.model.route import Route

Path = tuple[str, ...]
Edit = Mapping[Path, Any]


class _Absent:
    @override
    def __repr__(self) -> str:
        return "ABSENT"


# What an edit sets a path to that is to be as if it had never been set.
ABSENT: Final = _Absent()

SOME_HOST: Final = "gateway.invalid"
_ANY_HOST: Final = "*"

# What may stand in a segment as it is (RFC 3986 section 3.3).
_SEGMENT: Final = "-._~!$&'()*+,=:@"

KIND: Final[Path] = ("identity", "kind")
PROVIDER: Final[Path] = ("identity", "provider")
METHOD: Final[Path] = ("request", "method")
PATH: Final[Path] = ("request", "path")
NOW: Final[Path] = ("now",)


# No slots: what is made of the values is made once, and both sides ask for it.
@dataclass(frozen=True)
class Inputs:
    """One request and who makes it.

    Attributes:
        route: Whose template the path is made from.
        kind: Which rules may apply.
        anonymous: Nothing was presented at all.
        values: What is set, by path.
    """

    route: Route
    kind: IdentityKind
    anonymous: bool = False
    values: Mapping[Path, Any] = field(default_factory=dict)

    def get(self, path: Path, default: Any = None) -> Any:
        """Return what a path is set to."""
        return self.values.get(path, default)

    def edited(self, edit: Edit) -> "Inputs":
        """Return the same with some values changed; the last word about a path counts."""
        values = dict(self.values)
        for path, value in edit.items():
            if path in values:
                del values[path]
            else:
                for other in [each for each in values if _touches(each, path)]:
                    del values[other]
            if value is not ABSENT:
                values[path] = value
        return self.having(values)

    def having(self, values: Mapping[Path, Any]) -> "Inputs":
        """Return the same with other values."""
        return Inputs(self.route, self.kind, self.anonymous, values)

    def at(self, route: Route) -> "Inputs":
        """Return the same at another route, by the plainest path."""
        values = {path: value for path, value in self.values.items() if path != PATH}
        return Inputs(route, self.kind, self.anonymous, values)

    def below(self, *head: str) -> Sequence[tuple[Path, Any]]:
        """Return what is set below a path, with the rest of its path."""
        if len(head) > 1:
            return [
                (path[1:], value)
                for path, value in self._by_head.get(head[0], ())
                if path[0] == head[1] and len(path) > 1
            ]
        return self._by_head.get(head[0], ())

    @cached_property
    def _by_head(self) -> Mapping[str, Sequence[tuple[Path, Any]]]:
        found: dict[str, list[tuple[Path, Any]]] = {}
        for path, value in self.values.items():
            found.setdefault(path[0], []).append((path[1:], value))
        return found

    @cached_property
    def key(self) -> tuple[Any, ...]:
        """The same for the same inputs."""
        values = frozenset((path, repr(value)) for path, value in self.values.items())
        return (self.route.host, self.route.path, self.kind, self.anonymous, values)

    @property
    def method(self) -> str:
        """The method, in capitals."""
        return str(self.values.get(METHOD) or min(self.route.methods))

    @property
    def host(self) -> str:
        """The host that is asked."""
        own = self.route.host
        usual = SOME_HOST if own == _ANY_HOST else own
        return str(self.get(("request", "host"), usual))

    @cached_property
    def target(self) -> str:
        """Path and query as they are written on the wire."""
        path = self._path()
        query = "&".join(
            f"{quote(name[0], safe='')}={quote(str(value), safe='')}"
            for name, values in self.below("request", "query")
            for value in values
        )
        return f"{path}?{query}" if query else path

    def _path(self) -> str:
        written = self.get(PATH)
        if written is not None:
            return quote(str(written), safe=f"{_SEGMENT}/%;")
        if "{" not in self.route.path and "*" not in self.route.path:
            return quote(self.route.path, safe=f"{_SEGMENT}/")
        segments = []
        for part in self.route.path.split("/")[1:]:
            if part == "**":
                segments.append("x")
            elif part.startswith("{"):
                value = self.get(("params", part[1:-1]), "x")
                segments.append(quote(str(value), safe=_SEGMENT))
            else:
                segments.append(quote(part, safe=_SEGMENT))
        return "/" + "/".join(segments)

    @cached_property
    def headers(self) -> Sequence[tuple[bytes, bytes]]:
        """The headers as they are received; what cannot stand in one is `?`."""
        return [
            (_header(name[0].lower()), _header(str(value).strip()))
            for name, values in self.below("request", "headers")
            for value in values
        ]

    def nested(self, *head: str) -> dict[str, Any]:
        """Return a map with what is set below a path."""
        made: dict[str, Any] = {}
        for path, value in self.below(*head):
            inner = made
            for name in path[:-1]:
                inner = inner.setdefault(name, {})
            inner[path[-1]] = value
        return made


def _header(text: str) -> bytes:
    return text.encode("latin-1", "replace")


def _touches(one: Path, other: Path) -> bool:
    """Whether one path holds the other. A written path has no parameters of a template."""
    if one[0] != other[0]:
        heads = (one[0], other[0])
        return "params" in heads and PATH in {one, other}
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]
