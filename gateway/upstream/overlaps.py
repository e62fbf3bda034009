"""Routes that one request would match without either being the more specific.

Specific means: every request that the one matches, the other matches too. Such a pair is
in order, and the narrower wins. All other pairs that share a request are faults, since the
order in a file, or a number, would have to decide (docs/decisions/0005-route-matching.md).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from urllib.parse import quote

from gateway.model.route import Route
from gateway.upstream.templates import (
    ANY_HOST,
    Kind,
    Part,
    methods_of,
    parse_template,
)

# As many as anybody reads. A table of 10,000 routes can hold millions of such pairs.
MAX_OVERLAPS = 100

_PARAMETER = Part(Kind.PARAMETER)
_REST = Part(Kind.REST)


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two routes and a request that both match.

    Attributes:
        first: The one that stands first in the sequence.
        second: The other.
        witness: The request, as `GET https://api.example.com/v1/feed`.
    """

    first: Route
    second: Route
    witness: str


# A template as a row of parts without names, the host first; and whether it ends in "/".
_Row = tuple[Part, ...]
_Place = tuple[_Row, bool]

# A row without its texts. Whether two rows can share a request, and which is the narrower,
# shows here already: nearly all pairs of routes need no other look.
_Shape = tuple[tuple[Kind, ...], bool]


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A route, ready to be compared."""

    index: int
    route: Route
    row: _Row
    slash: bool
    methods: tuple[str, ...]


def find_overlaps(
    routes: Sequence[Route], *, limit: int = MAX_OVERLAPS
) -> tuple[Overlap, ...]:
    """Return the pairs of routes that overlap, each with a witness.

    The routes are grouped by shape (what is literal, parameter, rest), and the groups are
    joined on the places where both are literal. So the cost grows with the number of
    routes times the number of shapes, of which even large tables have few.

    Args:
        routes: With paths that are templates.
        limit: How many to report at most.

    Raises:
        ValueError: A path is no template.
    """
    patterns = [
        pattern
        for index, route in enumerate(routes)
        for pattern in _patterns(index, route)
    ]
    declared: dict[_Place, set[str]] = defaultdict(set)
    for pattern in patterns:
        declared[pattern.row, pattern.slash].update(pattern.methods)
    found: dict[tuple[int, int], Overlap] = {}
    unused = _unused_segment(patterns)
    for one, other, method in _contenders(patterns):
        first, second = sorted((one, other), key=lambda pattern: pattern.index)
        if (first.index, second.index) in found:
            continue
        shared = _meet(first.row, second.row)
        # A route for exactly what the two share takes it from both.
        if first.row == second.row or method not in declared.get(
            (shared, first.slash), ()
        ):
            witness = _witness(method, shared, unused) + "/" * first.slash
            found[first.index, second.index] = Overlap(
                first.route, second.route, witness
            )
            if len(found) == limit:
                break
    return tuple(found[pair] for pair in sorted(found))


def share_requests(one: Route, other: Route) -> bool:
    """Return whether some request matches both of two routes.

    Raises:
        ValueError: A path is no template.
    """
    return any(
        _meets(first, second)
        for first in _patterns(0, one)
        for second in _patterns(1, other)
    )


def _meets(one: _Pattern, other: _Pattern) -> bool:
    if one.slash != other.slash or set(one.methods).isdisjoint(other.methods):
        return False
    shorter, longer = sorted((one.row, other.row), key=len)
    if len(shorter) < len(longer) and shorter[-1].kind is not Kind.REST:
        return False
    return all(
        a == b or not a.kind is b.kind is Kind.LITERAL
        for a, b in zip(shorter, longer, strict=False)
    )


def _patterns(index: int, route: Route) -> Iterator[_Pattern]:
    template = parse_template(route.path)
    host = _PARAMETER if route.host == ANY_HOST else Part(Kind.LITERAL, route.host)
    nameless = (
        _PARAMETER if part.kind is Kind.PARAMETER else part for part in template.parts
    )
    row = (host, *nameless)
    # Sorted, so that a witness says GET rather than HEAD.
    methods = tuple(sorted(methods_of(route)))
    for slash in template.ends:
        yield _Pattern(index, route, row, slash, methods)


def _contenders(
    patterns: Sequence[_Pattern],
) -> Iterator[tuple[_Pattern, _Pattern, str]]:
    """Yield each two patterns that share requests and are not in order, by method."""
    groups: dict[_Shape, list[_Pattern]] = defaultdict(list)
    for pattern in patterns:
        kinds = tuple(part.kind for part in pattern.row)
        groups[kinds, pattern.slash].append(pattern)
    for (kinds, _), group in groups.items():
        places = _literals(kinds)
        for (_, method), same in _by_texts(group, places).items():
            for one, other in combinations(same, 2):
                yield one, other, method
    for one_shape, other_shape in combinations(groups, 2):
        if _ordered_or_apart(one_shape, other_shape):
            continue
        places = _literals(one_shape[0]) & _literals(other_shape[0])
        other_group = _by_texts(groups[other_shape], places)
        for key, ones in _by_texts(groups[one_shape], places).items():
            for other in other_group.get(key, ()):
                for one in ones:
                    yield one, other, key[1]


def _literals(kinds: Sequence[Kind]) -> frozenset[int]:
    return frozenset(i for i, kind in enumerate(kinds) if kind is Kind.LITERAL)


def _by_texts(
    group: Sequence[_Pattern], places: frozenset[int]
) -> dict[tuple[tuple[str, ...], str], list[_Pattern]]:
    """Return the patterns by their literals in these places, and by method."""
    index: dict[tuple[tuple[str, ...], str], list[_Pattern]] = defaultdict(list)
    order = sorted(places)
    for pattern in group:
        texts = tuple(pattern.row[place].text for place in order)
        for method in pattern.methods:
            index[texts, method].append(pattern)
    return index


def _ordered_or_apart(one: _Shape, other: _Shape) -> bool:
    """Whether no request has both shapes, or the one includes the other."""
    (ones, one_slash), (others, other_slash) = one, other
    if one_slash != other_slash:
        return True
    length = max(len(ones), len(others))
    if any(
        len(kinds) < length and kinds[-1] is not Kind.REST for kinds in (ones, others)
    ):
        return True
    pairs = list(zip(_stretched(ones, length), _stretched(others, length), strict=True))
    return all(a <= b for a, b in pairs) or all(a >= b for a, b in pairs)


def _stretched(kinds: Sequence[Kind], length: int) -> tuple[Kind, ...]:
    return (*kinds, *[Kind.REST] * (length - len(kinds)))


def _meet(one: _Row, other: _Row) -> _Row:
    """Return the row of the requests that both rows match."""
    length = max(len(one), len(other))
    pairs = zip(
        (*one, *[_REST] * (length - len(one))),
        (*other, *[_REST] * (length - len(other))),
        strict=True,
    )
    return tuple(min(pair, key=lambda part: part.kind) for pair in pairs)


def _unused_segment(patterns: Sequence[_Pattern]) -> str:
    # A segment that is some route's literal could make the witness that route's own.
    literals = {part.text for pattern in patterns for part in pattern.row}
    segment = "x"
    while segment in literals:
        segment += "x"
    return segment


def _witness(method: str, row: _Row, unused: str) -> str:
    host, *segments = (
        quote(part.text, safe="!$&'()*+,=:@~") if part.kind is Kind.LITERAL else unused
        for part in row
    )
    return "/".join((f"{method} https://{host}", *segments))
