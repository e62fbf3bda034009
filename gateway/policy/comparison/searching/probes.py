"""For one condition, the edits of the inputs that it is likely to tell apart.

Taken from the condition itself: what it compares with and what is next to that, members
and strangers of lists, both sides of the borders of networks, keys that are there and not.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

from gateway.cel.meaning.plan import Comprehension, Has, Invoke
from gateway.cel.types import BOOL, DYN, CelType, ListType, MapType
from gateway.model.identity import UNKNOWN_TIME
from gateway.policy.comparison.searching import samples
from gateway.policy.comparison.searching.aims import Scene, path_of, reach
from gateway.policy.comparison.searching.inputs import ABSENT, Edit
from gateway.policy.comparison.searching.terms import FAILED, Term, parts

_MOST_ITEMS: Final = 8
_DEEPEST: Final = 4
_SKEW: Final = timedelta(minutes=1)
_SECOND: Final = timedelta(seconds=1)

_OF_TYPE: Final[Mapping[str, Sequence[Any]]] = {
    "string": ("one",),
    "bool": (True, False),
    "int": (1,),
    "double": (1.0,),
    "timestamp": (datetime(2026, 1, 1, tzinfo=UTC),),
    "duration": (_SECOND,),
    "dyn": ("one",),
}


def probes(term: Term, scene: Scene) -> Iterator[Edit]:
    """Yield edits for one condition, those that say most first."""
    yield from _own(term, scene)
    if scene.depth > _DEEPEST:
        return
    match term.plan:
        case Comprehension(slot=slot):
            yield from _inside(term, slot, scene)
        case _:
            for child in term.children:
                if _has_conditions(child):
                    yield from probes(child, scene)


def _own(term: Term, scene: Scene) -> Iterator[Edit]:
    match term.plan:
        case Has():
            yield from _key(term.below(term.plan.operand), term.plan.name, scene)
        case Invoke(name=name):
            yield from _PROBES.get(name, _nothing)(term, scene)
        case _:
            pass
    if term.type in {BOOL, DYN}:
        for value in (True, False):
            yield from reach(term, value, scene)


def _has_conditions(term: Term) -> bool:
    return any(each.type == BOOL for each in parts(term))


def _inside(term: Term, slot: int, scene: Scene) -> Iterator[Edit]:
    """Yield edits of what a macro goes through."""
    over, body = term.children
    current = scene.value(over)
    items = list(current)[:_MOST_ITEMS] if _is_iterable(current) else []
    for element in items or [FAILED]:
        inner = scene.within(slot, over, element)
        yield from probes(body, inner)
    yield from _has_probes(over, scene)
    for value in samples.neighbours(items):
        yield from reach(over, value, scene)


def _has_probes(over: Term, scene: Scene) -> Iterator[Edit]:
    if _has_conditions(over):
        yield from probes(over, scene)


def _is_iterable(value: Any) -> bool:
    return isinstance(value, list | tuple | Mapping)


def _nothing(_term: Term, _scene: Scene) -> Iterator[Edit]:
    yield from ()


def _compared(term: Term, scene: Scene) -> Iterator[Edit]:
    """Yield edits for two values that are compared."""
    left, right = term.children[:2]
    for one, two in ((left, right), (right, left)):
        if one.is_constant:
            continue
        value = scene.value(two)
        if value is FAILED:
            yield from _both(one, two, scene)
            continue
        for near in samples.neighbours(value):
            yield from reach(one, near, scene)


def _both(one: Term, two: Term, scene: Scene) -> Iterator[Edit]:
    """Yield edits that first give the other side a value, then this side the same."""
    for value in _values_of(two.type):
        for first in islice(reach(two, value, scene), 2):
            yield first
            for near in islice(samples.neighbours(value), 2):
                for second in islice(reach(one, near, scene), 2):
                    yield {**first, **second}


def _values_of(kind: CelType) -> Sequence[Any]:
    if isinstance(kind, ListType):
        return ([], *([each] for each in _values_of(kind.element)))
    return _OF_TYPE.get(str(kind), ())


def _among(term: Term, scene: Scene) -> Iterator[Edit]:
    """Yield edits for a value and a list or a map that may hold it."""
    one, many = term.children[:2]
    value, current = scene.value(one), scene.value(many)
    if isinstance(many.type, MapType):
        yield from _keys(one, many, value, scene)
        return
    items = list(current)[:_MOST_ITEMS] if _is_iterable(current) else []
    if not one.is_constant:
        for item in items:
            yield from reach(one, item, scene)
        for near in samples.neighbours(items[0] if items else "one"):
            yield from reach(one, near, scene)
    if value is not FAILED:
        yield from _lists(many, [value], items, scene)
        for near in islice(samples.neighbours(value), 1, 4):
            yield from reach(many, [near], scene)


def _keys(one: Term, many: Term, value: Any, scene: Scene) -> Iterator[Edit]:
    """Yield edits for a key that is computed, and a map that may have it."""
    if isinstance(value, str):
        yield from _key(many, value, scene)
    if not one.is_constant:
        for first in islice(reach(one, "one", scene), 2):
            yield first
            for second in islice(_key(many, "one", scene), 2):
                yield {**first, **second}


def _lists(
    over: Term, wanted: list[Any], items: list[Any], scene: Scene
) -> Iterator[Edit]:
    """Yield edits of a list: with what is wanted, with more, with less, without."""
    yield from reach(over, wanted, scene)
    if items:
        yield from reach(over, [*items, *wanted], scene)
        yield from reach(over, [*items[:-1], *wanted], scene)
        rest = [item for item in items if item not in wanted]
        yield from reach(over, rest, scene)
    yield from reach(over, [*wanted, samples.OTHER], scene)
    yield from reach(over, [samples.OTHER], scene)
    yield from reach(over, [], scene)


def _key(over: Term, name: str, scene: Scene) -> Iterator[Edit]:
    """Yield edits of a key: missing, and with some values."""
    path = path_of(over, scene)
    if path is None:
        return
    listed = path[:2] in {("request", "query"), ("request", "headers")}
    kept = "one"
    for value in (["one"], ["one", "two"]) if listed else (kept, True, 1, ["one"]):
        yield {(*path, name): value}
    yield {(*path, name): ABSENT}


def _text(term: Term, scene: Scene) -> Iterator[Edit]:
    """Yield edits for a text that is looked for in another."""
    over, part = term.children[:2]
    current, wanted = scene.value(over), scene.value(part)
    if isinstance(wanted, str):
        for near in samples.around(wanted, current):
            yield from reach(over, near, scene)
    else:
        yield from _both(over, part, scene)
    if isinstance(current, str) and not part.is_constant:
        for near in (current, current[:1], current[-1:], current + "x", ""):
            yield from reach(part, near, scene)


def _sampled(make: Callable[[str], Iterator[str]]) -> "Probe":
    def probe(term: Term, scene: Scene) -> Iterator[Edit]:
        over, pattern = term.children[:2]
        wanted = scene.value(pattern)
        if isinstance(wanted, str):
            for text in dict.fromkeys(make(wanted)):
                yield from reach(over, text, scene)
            for text in (samples.OTHER, ""):
                yield from reach(over, text, scene)

    return probe


def _in_cidr(term: Term, scene: Scene) -> Iterator[Edit]:
    over, networks = term.children[:2]
    wanted = scene.value(networks)
    if _is_iterable(wanted):
        for address in samples.addresses(wanted):
            yield from reach(over, address, scene)


def _sets(term: Term, scene: Scene) -> Iterator[Edit]:
    """Yield edits for two lists of which one may hold the other."""
    for one, two in (term.children[:2], term.children[1::-1]):
        wanted, current = scene.value(two), scene.value(one)
        if not _is_iterable(wanted):
            continue
        items = list(current)[:_MOST_ITEMS] if _is_iterable(current) else []
        members = list(wanted)[:_MOST_ITEMS]
        for member in members:
            yield from _lists(one, [member], items, scene)
        for near in samples.neighbours(members):
            yield from reach(one, near, scene)
        for member in members[:2]:
            for near in islice(samples.neighbours(member), 1, 4):
                yield from reach(one, [near], scene)


def _fresh(term: Term, scene: Scene) -> Iterator[Edit]:
    since, age = term.children[:2]
    now, longest = scene.trial.access.now, scene.value(age)
    if not isinstance(longest, timedelta):
        return
    for moment in (
        now,
        now - longest,
        now - longest - _SECOND,
        now + _SKEW,
        now + _SKEW + _SECOND,
        UNKNOWN_TIME,
    ):
        yield from reach(since, moment, scene)


def _scope(term: Term, scene: Scene) -> Iterator[Edit]:
    name = scene.value(term.children[0])
    if isinstance(name, str):
        path = ("identity", "scopes")
        for scopes in (
            [name],
            [],
            [name, samples.OTHER],
            [samples.OTHER],
            [name + "x"],
        ):
            yield {path: scopes}


Probe = Callable[[Term, Scene], Iterator[Edit]]

_PROBES: Final[Mapping[str, Probe]] = {
    **dict.fromkeys(("_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_"), _compared),
    "_in_": _among,
    "startsWith": _text,
    "endsWith": _text,
    "contains": _text,
    "matches": _sampled(samples.of_pattern),
    "glob": _sampled(samples.of_glob),
    "path_under": _sampled(samples.paths),
    "in_cidr": _in_cidr,
    "any_of": _sets,
    "all_of": _sets,
    "fresh": _fresh,
    "has_scope": _scope,
}
