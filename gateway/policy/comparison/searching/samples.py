"""Values beside the border: what a comparison with a value is likely to treat otherwise.

None of this has to be complete or to match: each value is tried, and what it leads to is
what counts.
"""

import ipaddress
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice, product
from typing import Any, Final

# The library of Python's own patterns is close enough to RE2 for samples; what it does not
# understand has none.
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import re._parser as patterns  # type: ignore[import-not-found]

_MOST: Final = 64
_LONGEST: Final = 64
_MOST_MIDDLE: Final = 12
_SECOND: Final = timedelta(seconds=1)
_TICK: Final = timedelta(microseconds=1)
_ELSEWHERE: Final = ("203.0.113.1", "2001:db8:ffff::1", "10.0.0.1")
OTHER: Final = "other"


def neighbours(value: Any) -> Iterator[Any]:
    """Yield a value and others that are near to it."""
    match value:
        case bool():
            yield from (value, not value)
        case str():
            yield from _near_text(value)
        case int():
            yield from (value, value + 1, value - 1)
        case float():
            yield from (value, value + 1, value - 1, value + 0.5)
        case datetime():
            yield from _near_moment(value)
        case timedelta():
            yield from (value, value + _SECOND, value - _SECOND, value + _TICK)
            yield value - _TICK
        case list() | tuple():
            yield from _near_list(list(value))
        case _:
            yield value


def _near_text(value: str) -> Iterator[str]:
    yield value
    yield value + "x"
    yield "x" + value
    yield value[:-1]
    yield value.swapcase()
    yield f" {value} "
    yield OTHER
    yield ""


def _near_moment(value: datetime) -> Iterator[datetime]:
    for step in (timedelta(), _SECOND, -_SECOND, _TICK, -_TICK, timedelta(days=1)):
        try:
            yield (value + step).astimezone(UTC)
        except OverflowError:
            continue


def _near_list(value: list[Any]) -> Iterator[list[Any]]:
    yield value
    yield []
    yield [*value, OTHER]
    yield [OTHER]
    if value:
        yield value[:-1]
        yield value[:1]
        yield value + value
        yield value[::-1]


def around(text: str, current: Any) -> Iterator[str]:
    """Yield texts that begin with, end with or hold a text, and some that nearly do.

    Args:
        text: What is looked for.
        current: What is there now; `""` if it is nothing that can be kept.
    """
    kept = current if isinstance(current, str) else ""
    yield text
    yield text + "x"
    yield "x" + text
    yield f"x{text}x"
    yield text + kept
    yield kept + text
    yield text[:-1] + "x"
    yield text[:-1]
    yield text[1:]
    yield "x" + text[1:]
    yield text.swapcase()
    yield "x." + text
    yield OTHER
    yield ""


def addresses(networks: Iterable[Any]) -> Iterator[str]:
    """Yield addresses at the borders of networks, on either side, and far away."""
    for spelling in networks:
        try:
            network = ipaddress.ip_network(str(spelling))
        except ValueError:
            continue
        first, last = int(network.network_address), int(network.broadcast_address)
        make = ipaddress.IPv4Address if network.version == 4 else ipaddress.IPv6Address  # noqa: PLR2004
        yield str(make((first + last) // 2))
        for number in (first, last, first - 1, last + 1):
            if 0 <= number < 2**network.max_prefixlen:
                yield str(make(number))
    yield from _ELSEWHERE


def paths(prefix: str) -> Iterator[str]:
    """Yield paths at a prefix, below it, beside it and above it."""
    bare = prefix.rstrip("/")
    yield from (bare + "/x", bare, bare + "/x/y", bare + "x", bare + "/")
    above = bare.rpartition("/")[0]
    yield from (above + "/x", above + "/x/y", above or "/")


def of_glob(pattern: str) -> Iterator[str]:
    """Yield texts that a glob matches, and some that it nearly does."""
    pieces = [
        {"**": ("x/y", "x", ""), "*": ("x", ""), "?": ("x",)}.get(part, (part,))
        for part in re.findall(r"\*\*|\*|\?|[^*?]+", pattern)
    ]
    made = ["".join(chosen) for chosen in islice(product(*pieces), _MOST_MIDDLE)]
    yield from made
    for text in made[:2]:
        yield text + "x"
        yield text + "/x"
    yield pattern.replace("*", "x/y").replace("?", "/")


def of_pattern(pattern: str) -> Iterator[str]:
    """Yield texts that a regular expression finds, and some that it nearly does."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = patterns.parse(pattern)
    except (re.error, OverflowError, RecursionError):
        return
    made = list(islice(_sequence(tree), _MOST))
    yield from made
    for text in made[:4]:
        yield text + "x"
        yield "x" + text
        yield text[:-1]
        yield text.swapcase()


def _sequence(tree: Iterable[Any]) -> Iterator[str]:
    """Yield texts for parts that follow each other; first all at their simplest."""
    choices = [list(islice(_samples(op, value), _MOST_MIDDLE)) for op, value in tree]
    if not all(choices):
        return
    first = [each[0] for each in choices]
    yield "".join(first)
    for position, each in enumerate(choices):
        for other in each[1:]:
            yield "".join([*first[:position], other, *first[position + 1 :]])
    yield "".join(each[-1] for each in choices)


def _samples(operation: Any, value: Any) -> Iterator[str]:
    make = _BY_NAME.get(str(operation))
    if make is None:
        yield ""
    else:
        yield from make(value)


def _repeated(value: Any) -> Iterator[str]:
    least, most, tree = value
    inner = list(islice(_sequence(tree), _MOST_MIDDLE))
    longest = min(int(most), _LONGEST)
    counts = {max(least, 1), least, least + 1, longest, longest + 1}
    for count in sorted(counts, key=lambda each: each != max(least, 1)):
        for text in inner[: None if count == max(least, 1) else 2]:
            yield text * min(count, _LONGEST)


def _one_of(value: Any) -> Iterator[str]:
    negated = bool(value) and str(value[0][0]) == "NEGATE"
    excluded: set[str] = set()
    for operation, what in value:
        found = _MEMBERS.get(str(operation), lambda _: ())(what)
        excluded.update(found)
        if not negated:
            yield from found
    if negated:
        yield from (each for each in "x-0A/ é" if each not in excluded)


def _branches(value: Any) -> Iterator[str]:
    for tree in value[1]:
        yield from islice(_sequence(tree), _MOST_MIDDLE)


_CATEGORIES: Final[Mapping[str, Sequence[str]]] = {
    "CATEGORY_DIGIT": ("0", "9"),
    "CATEGORY_WORD": ("a", "Z", "0", "_"),
    "CATEGORY_SPACE": (" ", "\t"),
    "CATEGORY_NOT_DIGIT": ("a",),
    "CATEGORY_NOT_WORD": ("-",),
    "CATEGORY_NOT_SPACE": ("a", "0"),
}


def _category(value: Any) -> Sequence[str]:
    return _CATEGORIES.get(str(value), ("x",))


_MEMBERS: Final[Mapping[str, Any]] = {
    "LITERAL": lambda value: (chr(value),),
    "RANGE": lambda value: (chr(value[0]), chr(value[1])),
    "CATEGORY": _category,
}
_BY_NAME: Final[Mapping[str, Any]] = {
    "LITERAL": lambda value: (chr(value),),
    "NOT_LITERAL": lambda value: (each for each in "xy" if each != chr(value)),
    "ANY": lambda _: ("x", "."),
    "IN": _one_of,
    "BRANCH": _branches,
    "SUBPATTERN": lambda value: _sequence(value[-1]),
    "MAX_REPEAT": _repeated,
    "MIN_REPEAT": _repeated,
    "POSSESSIVE_REPEAT": _repeated,
    "ATOMIC_GROUP": _sequence,
}
