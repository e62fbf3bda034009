"""The route that a request belongs to.

A trie over hosts and path segments, so that the cost of a look-up grows with the length of
the path and not with the number of routes. Which of several routes wins never depends on
their order in the file: the more specific one does, and `gateway.upstream.overlaps` finds
those of which neither is (docs/decisions/0005-route-matching.md).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import assert_never

from gateway.model.errors import RouteError, WrongMethodError
from gateway.model.route import Route
from gateway.upstream.templates import ANY_HOST, Kind, methods_of, parse_template

_NO_PARAMS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Match:
    """A route and what the parameters of its template matched.

    Attributes:
        route: The route.
        params: By the parameter's name, percent-decoded, never empty.
    """

    route: Route
    params: Mapping[str, str]


# The routes of one template, by method, each with the names of its parameters. A route
# without parameters has one `Match` for all its requests.
_Entry = tuple[Match, tuple[str, ...]]
_Leaf = dict[str, _Entry]

# An entry, and what the parameters on the way to it matched.
_Found = tuple[_Entry, tuple[str, ...]]


class _Node:
    """A place in the trie: what may follow the segments that led here."""

    __slots__ = ("ends", "literals", "parameter", "rest")

    def __init__(self) -> None:
        self.literals: dict[str, _Node] = {}
        self.parameter: _Node | None = None
        self.rest: _Node | None = None
        # What ends here, without and with a "/" at the end.
        self.ends: tuple[_Leaf, _Leaf] = ({}, {})


class RouteTable:
    """Finds the route of a request. Immutable; a reload makes a new one."""

    def __init__(self, routes: Sequence[Route]) -> None:
        """Build the trie.

        Args:
            routes: Free of overlaps, as `find_overlaps` sees them.

        Raises:
            ValueError: A path is no template, or two routes are the same.
        """
        self._hosts: dict[str, _Node] = {}
        for route in routes:
            _insert(self._hosts.setdefault(route.host, _Node()), route)
        self._any_host = self._hosts.pop(ANY_HOST, _Node())

    def match(self, host: str, segments: Sequence[str], method: str) -> Match:
        """Return the most specific route that serves the request.

        Args:
            host: Lower-case host name without the port.
            segments: The path's segments, percent-decoded, without the leading empty
                one; the last is empty if the path ends in "/".
            method: In upper case.

        Raises:
            WrongMethodError: Only routes for other methods match.
            RouteError: No route matches.
        """
        found = self._find(host, segments, method)
        if found is None or self._is_shadowed(found, host, segments, method):
            raise self._failure(host, segments)
        (match, names), captured = found
        if not names:
            return match
        return Match(match.route, dict(zip(names, captured, strict=True)))

    def _find(self, host: str, segments: Sequence[str], method: str) -> _Found | None:
        for root in self._roots(host):
            for leaf, captured in _leaves(root, segments):
                entry = leaf.get(method)
                if entry is not None:
                    return entry, captured
        return None

    def _is_shadowed(
        self, found: _Found, host: str, segments: Sequence[str], method: str
    ) -> bool:
        """Whether the path without the "/" at its end has another route of its own.

        Many upstreams treat "/admin/" as "/admin": a catch-all must not take it from the
        route that was written for it.
        """
        if segments[-1] or not _is_catch_all(found):
            return False
        own = self._find(host, segments[:-1], method)
        return own is not None and not _is_catch_all(own)

    def _roots(self, host: str) -> tuple[_Node, ...]:
        node = self._hosts.get(host)
        return (self._any_host,) if node is None else (node, self._any_host)

    def _failure(self, host: str, segments: Sequence[str]) -> RouteError:
        allowed: set[str] = set()
        for root in self._roots(host):
            for leaf, _ in _leaves(root, segments):
                allowed.update(leaf)
        if not allowed:
            return RouteError("no route matches")
        methods = tuple(sorted(allowed))
        return WrongMethodError(f"served here: {', '.join(methods)}", allowed=methods)


def _is_catch_all(found: _Found) -> bool:
    (match, _), _ = found
    return match.route.path.endswith("/**")


def _insert(root: _Node, route: Route) -> None:
    template = parse_template(route.path)
    node = root
    for part in template.parts:
        match part.kind:
            case Kind.LITERAL:
                node = node.literals.setdefault(part.text, _Node())
            case Kind.PARAMETER:
                node.parameter = node.parameter or _Node()
                node = node.parameter
            case Kind.REST:
                node.rest = node.rest or _Node()
                node = node.rest
            case _:
                assert_never(part.kind)
    match_ = Match(route, _NO_PARAMS)
    for slash in template.ends:
        leaf = node.ends[slash]
        for method in methods_of(route):
            other = leaf.setdefault(method, (match_, template.names))[0].route
            if other is not route:
                raise ValueError(f"routes {other.id!r} and {route.id!r} are the same")


def _leaves(
    root: _Node, segments: Sequence[str]
) -> Iterator[tuple[_Leaf, tuple[str, ...]]]:
    """Yield the ends that the path leads to, the most specific first.

    With each, what the parameters on the way there matched. A node of the trie has one
    way to it, so none is looked at twice, however often the search turns back.
    """
    slash = bool(segments) and not segments[-1]
    length = len(segments) - slash
    captured: tuple[str, ...] = ()
    turns = [(root, 0, captured)]
    while turns:
        node, depth, captured = turns.pop()
        while depth < length:
            segment = segments[depth]
            depth += 1
            if node.rest is not None:
                turns.append((node.rest, length, captured))
            if node.parameter is not None and segment:
                turns.append((node.parameter, depth, (*captured, segment)))
            literal = node.literals.get(segment)
            if literal is None:
                break
            node = literal
        else:
            yield node.ends[slash], captured
            # "/files/" is the folder that "/files/**" is about.
            if slash and node.rest is not None:
                yield node.rest.ends[slash], captured
