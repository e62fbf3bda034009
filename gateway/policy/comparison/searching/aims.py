"""How a term comes to have a value: the functions of the language, read backwards.

An aim is a term and a value. What comes out are edits of the inputs that may well reach
it; whoever asks tries them, so a wrong guess costs time and nothing else.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from gateway.cel.library.instants import EPOCH
from gateway.cel.meaning.plan import (
    Choice,
    Comprehension,
    Constant,
    Field,
    Invoke,
    Key,
    Local,
    MakeList,
    Variable,
)
from gateway.cel.types import MapType
from gateway.policy.comparison.searching.inputs import Edit, Path
from gateway.policy.comparison.searching.terms import FAILED, Term, Trial
from gateway.policy.comparison.searching.writing import edits_of

_PADDING: Final = "x"
_LONGEST: Final = 4_096
_DEEPEST: Final = 12


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a term is looked at.

    Attributes:
        trial: The request as it is now.
        ranges: What the macros around the term go through, by slot.
        bound: An element for each of them.
        depth: How far down the term is.
    """

    trial: Trial
    ranges: Mapping[int, Term] = field(default_factory=dict)
    bound: Mapping[int, Any] = field(default_factory=dict)
    depth: int = 0

    def value(self, term: Term) -> Any:
        """Return what a term comes to now, or `FAILED`."""
        return self.trial.value(term, self.bound)

    def within(self, slot: int, over: Term, element: Any) -> "Scene":
        """Return the scene inside of a macro."""
        ranges = {**self.ranges, slot: over}
        return Scene(self.trial, ranges, {**self.bound, slot: element}, self.depth + 1)


def path_of(  # noqa: PLR0911 - one for each kind
    term: Term, scene: Scene
) -> Path | None:
    """Return the input that a term is, or `None` if it is computed."""
    match term.plan:
        case Variable(name="now" | "claims" as name):
            return (name,)
        case Field(operand=Variable(name="identity" | "request" as name)):
            return (name, term.plan.name)
        case Field(operand=Variable(name="route"), name="params"):
            return ("params",)
        case Key(operand=operand, name=name):
            return _below(term.below(operand), name, scene)
        case Invoke(name="claim", arguments=(Constant(value=str(name)), _)):
            return ("claims", *name.split("."))
        case Invoke(name="_[_]"):
            over, key = term.children[:2]
            return _below(over, scene.value(key), scene)
        case _:
            return None


def _below(operand: Term, name: Any, scene: Scene) -> Path | None:
    path = path_of(operand, scene)
    if path is None or not isinstance(name, str):
        return None
    return (*path, name)


def reach(term: Term, value: Any, scene: Scene) -> Iterator[Edit]:
    """Yield edits that may give a term a value."""
    if scene.depth > _DEEPEST:
        return
    path = path_of(term, scene)
    if path is not None:
        yield from edits_of(path, value)
        return
    match term.plan:
        case Local(slot=slot) if slot in scene.ranges:
            yield from _element(scene.ranges[slot], value, scene)
        case Choice():
            for branch in term.children[1:]:
                yield from reach(branch, value, scene)
        case MakeList() if isinstance(value, list | tuple):
            for child, each in zip(term.children, value, strict=False):
                yield from reach(child, each, scene)
        case Comprehension(slot=slot) if isinstance(value, list | tuple):
            yield from _through(term, slot, list(value), scene)
        case Invoke(name=name) if name not in _OF_TEXT or isinstance(value, str):
            yield from _INVERSES.get(name, _unknown)(term, value, scene)
        case _:
            return


def _element(over: Term, value: Any, scene: Scene) -> Iterator[Edit]:
    """Yield edits after which what a macro goes through has an element."""
    if isinstance(over.type, MapType):
        path = path_of(over, scene)
        if path is not None and isinstance(value, str):
            listed = path[0] == "request"
            yield {(*path, value): [_PADDING] if listed else _PADDING}
        return
    current = scene.value(over)
    kept = list(current) if isinstance(current, list | tuple) else []
    yield from reach(over, [value], scene)
    if kept:
        yield from reach(over, [*kept, value], scene)
        yield from reach(over, [value, *kept[1:]], scene)


def _through(term: Term, slot: int, value: list[Any], scene: Scene) -> Iterator[Edit]:
    """Yield edits of what `filter` and `map` go through."""
    over, body = term.children
    yield from reach(over, value, scene)
    for each in value[:1]:
        yield from reach(body, each, scene.within(slot, over, None))


Inverse = Callable[[Term, Any, Scene], Iterator[Edit]]


def _unknown(term: Term, value: Any, scene: Scene) -> Iterator[Edit]:
    """Yield edits that give the first argument the value: right more often than not."""
    for child in term.children[:1]:
        yield from reach(child, value, scene)


def _sum(term: Term, value: Any, scene: Scene) -> Iterator[Edit]:
    left, right = term.children[:2]
    one, two = scene.value(left), scene.value(right)
    if isinstance(value, str):
        if isinstance(two, str) and value.endswith(two):
            yield from reach(left, value[: len(value) - len(two)], scene)
        if isinstance(one, str) and value.startswith(one):
            yield from reach(right, value[len(one) :], scene)
        return
    yield from _solved(left, lambda: value - two, scene)
    yield from _solved(right, lambda: value - one, scene)


def _difference(term: Term, value: Any, scene: Scene) -> Iterator[Edit]:
    left, right = term.children[:2]
    one, two = scene.value(left), scene.value(right)
    yield from _solved(left, lambda: value + two, scene)
    yield from _solved(right, lambda: one - value, scene)


def _product(term: Term, value: Any, scene: Scene) -> Iterator[Edit]:
    left, right = term.children[:2]
    one, two = scene.value(left), scene.value(right)
    yield from _solved(left, lambda: value // two, scene)
    yield from _solved(right, lambda: value // one, scene)


def _quotient(term: Term, value: Any, scene: Scene) -> Iterator[Edit]:
    left, right = term.children[:2]
    yield from _solved(left, lambda: value * scene.value(right), scene)


def _remainder(term: Term, value: Any, scene: Scene) -> Iterator[Edit]:
    left, right = term.children[:2]
    yield from reach(left, value, scene)
    yield from _solved(left, lambda: value + scene.value(right), scene)


def _solved(term: Term, compute: Callable[[], Any], scene: Scene) -> Iterator[Edit]:
    if term.is_constant:
        return
    try:
        value = compute()
    except (TypeError, ArithmeticError):
        return
    yield from reach(term, value, scene)


def _case(term: Term, value: Any, scene: Scene) -> Iterator[Edit]:
    for spelling in (value, value.swapcase(), value.title()):
        yield from reach(term.children[0], spelling, scene)


def _trim(term: Term, value: Any, scene: Scene) -> Iterator[Edit]:
    for spelling in (value, f" {value} "):
        yield from reach(term.children[0], spelling, scene)


def _domain(term: Term, value: Any, scene: Scene) -> Iterator[Edit]:
    for address in (f"x@{value}", f"x@{value.upper()}"):
        yield from reach(term.children[0], address, scene)


def _split(term: Term, value: Any, scene: Scene) -> Iterator[Edit]:
    separator = scene.value(term.children[1])
    if isinstance(separator, str) and isinstance(value, list | tuple):
        text = separator.join(map(str, value))
        yield from reach(term.children[0], text, scene)


def _join(term: Term, value: Any, scene: Scene) -> Iterator[Edit]:
    rest = term.children[1:]
    separator = scene.value(rest[0]) if rest else ""
    if separator and isinstance(separator, str):
        yield from reach(term.children[0], value.split(separator), scene)
    yield from reach(term.children[0], [value], scene)


def _substring(term: Term, value: Any, scene: Scene) -> Iterator[Edit]:
    start = scene.value(term.children[1])
    if isinstance(start, int) and 0 <= start < _LONGEST:
        current = scene.value(term.children[0])
        kept = current if isinstance(current, str) else ""
        head = kept[:start].ljust(start, _PADDING)
        yield from reach(term.children[0], head + value, scene)
        tail = kept[start + len(value) :]
        yield from reach(term.children[0], head + value + tail, scene)


def _at(term: Term, value: Any, scene: Scene) -> Iterator[Edit]:
    """Yield edits of one element of a list."""
    over, index = term.children[:2]
    position, current = scene.value(index), scene.value(over)
    if not isinstance(position, int) or not 0 <= position < _LONGEST:
        return
    kept = list(current) if isinstance(current, list | tuple) else []
    kept += [_PADDING] * (position + 1 - len(kept))
    yield from reach(over, [*kept[:position], value, *kept[position + 1 :]], scene)


def _size(term: Term, value: Any, scene: Scene) -> Iterator[Edit]:
    if not isinstance(value, int) or not 0 <= value < _LONGEST:
        return
    over = term.children[0]
    current = scene.value(over)
    path = path_of(over, scene)
    if isinstance(current, Mapping) and path is not None:
        fresh = (f"{_PADDING}{number}" for number in range(value - len(current)))
        yield {(*path, name): [_PADDING] for name in fresh}
        return
    if isinstance(current, str) or str(over.type) == "string":
        kept = current if isinstance(current, str) else ""
        yield from reach(over, kept[:value].ljust(value, _PADDING), scene)
        return
    items = list(current) if isinstance(current, list | tuple) else []
    items += [f"{_PADDING}{number}" for number in range(value - len(items))]
    yield from reach(over, items[:value], scene)
    # Of what a filter lets through, copies get through as well.
    for child in term.children[0].children[:1]:
        inner = scene.value(child)
        if isinstance(inner, list | tuple) and inner:
            yield from reach(child, [*inner, inner[0]], scene)


def _from_text(term: Term, value: Any, scene: Scene) -> Iterator[Edit]:
    """Yield edits of what a number, a moment or a length of time is made from."""
    child = term.children[0]
    kind = str(child.type)
    if kind in {"string", "dyn"}:
        yield from reach(child, written(value), scene)
    if kind == "timestamp":
        yield from _solved(child, lambda: EPOCH + timedelta(seconds=value), scene)
    elif kind != "string":
        yield from reach(child, plain(value), scene)


def written(value: Any) -> str:
    """Return a value as the conversions of the language read it."""
    match value:
        case bool():
            return str(value).lower()
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case timedelta():
            seconds = value.total_seconds()
            return f"{seconds:.0f}s" if seconds.is_integer() else f"{seconds:f}s"
        case _:
            return str(value)


def plain(value: Any) -> Any:
    """Return a moment as seconds, anything else as it is."""
    return int(value.timestamp()) if isinstance(value, datetime) else value


def _to_text(term: Term, value: Any, scene: Scene) -> Iterator[Edit]:
    child = term.children[0]
    for convert in (str, int, float):
        try:
            yield from reach(child, convert(value), scene)
        except (TypeError, ValueError):
            continue


def _moved(step: timedelta) -> Inverse:
    """Return the inverse of a part of a moment: so many steps on from now."""

    def inverse(term: Term, value: Any, scene: Scene) -> Iterator[Edit]:
        over, now = term.children[0], scene.value(term)
        current = scene.value(over)
        if now is FAILED or not isinstance(value, int):
            return
        try:
            yield from reach(over, current + step * (value - now), scene)
        except (TypeError, OverflowError):
            return

    return inverse


_OF_TEXT: Final = frozenset(
    {"lowerAscii", "upperAscii", "trim", "email_domain", "join", "substring"}
)

_INVERSES: Final[Mapping[str, Inverse]] = {
    "_+_": _sum,
    "_-_": _difference,
    "_*_": _product,
    "_/_": _quotient,
    "_%_": _remainder,
    "_[_]": _at,
    "lowerAscii": _case,
    "upperAscii": _case,
    "trim": _trim,
    "email_domain": _domain,
    "split": _split,
    "join": _join,
    "substring": _substring,
    "size": _size,
    "int": _from_text,
    "uint": _from_text,
    "double": _from_text,
    "bool": _from_text,
    "timestamp": _from_text,
    "duration": _from_text,
    "string": _to_text,
    "getFullYear": _moved(timedelta(days=365)),
    "getMonth": _moved(timedelta(days=30)),
    "getDate": _moved(timedelta(days=1)),
    "getDayOfMonth": _moved(timedelta(days=1)),
    "getDayOfWeek": _moved(timedelta(days=1)),
    "getDayOfYear": _moved(timedelta(days=1)),
    "getHours": _moved(timedelta(hours=1)),
    "getMinutes": _moved(timedelta(minutes=1)),
    "getSeconds": _moved(timedelta(seconds=1)),
    "getMilliseconds": _moved(timedelta(milliseconds=1)),
}
