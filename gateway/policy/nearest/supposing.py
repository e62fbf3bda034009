"""The same question, supposing that something had been otherwise.

What it makes is only ever asked of the engine to see whether a change would help: no such
request exists.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Final, cast

from gateway.cel.values import contains, kind_of
from gateway.model.access import AccessRequest, RequestView
from gateway.model.identity import Identity
from gateway.policy.nearest.change import Action, Change

_IDENTITY: Final = frozenset(each.name for each in fields(Identity))

# One of them is not what must be avoided.
_SAMPLES: Final[Mapping[str, Sequence[Any]]] = {
    "string": ("", "other", "another"),
    "int": (0, 1, 2),
    "double": (0.0, 1.0, 2.0),
    "bool": (False, True),
    "list": ([], [""]),
}


class NotSupposableError(Exception):
    """The change says what is needed, and not what would do it."""


@dataclass(frozen=True)
class _Supposed:
    """A record that has other values in some of its fields."""

    record: Any
    others: Mapping[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        others = self.__dict__["others"]
        return others[name] if name in others else getattr(self.record, name)


def suppose(access: AccessRequest, changes: Sequence[Change]) -> AccessRequest:
    """Return the question with everything changed.

    Raises:
        NotSupposableError: A change names no value, or something that does not change.
    """
    for change in changes:
        access = _changed(access, change)
    return access


def _changed(access: AccessRequest, change: Change) -> AccessRequest:
    match change.path:
        case ("identity", name, *rest) if name in _IDENTITY:
            identity = access.subject.identity
            value = _apply(getattr(identity, name), rest, change)
            other = replace(identity, **{name: value})
            return replace(access, subject=replace(access.subject, identity=other))
        case ("claims", *rest):
            claims = _apply(access.subject.claims, rest, change)
            return replace(access, subject=replace(access.subject, claims=claims))
        case ("request", name, *rest):
            value = _apply(getattr(access.request, name), rest, change)
            request = _Supposed(access.request, {name: value})
            return replace(access, request=cast("RequestView", request))
        case ("route", "params", *rest):
            params = _apply(access.route.params, rest, change)
            return replace(access, route=replace(access.route, params=params))
        case ("now",):
            now = _apply(access.now, [], change)
            if isinstance(now, datetime):
                return replace(access, now=now)
    raise NotSupposableError(change.text)


def _apply(value: Any, rest: Sequence[str], change: Change) -> Any:
    """Return a value with what lies below it changed."""
    if not rest:
        return _new(value, change)
    name, *below = rest
    if not isinstance(value, Mapping):
        raise NotSupposableError(change.text)
    if not below and change.action is Action.LACK:
        return {key: item for key, item in value.items() if key != name}
    inner = value.get(name, {} if below else None)
    return {**value, name: _apply(inner, below, change)}


def _new(value: Any, change: Change) -> Any:
    match change.action:
        case Action.SET:
            return change.value
        case Action.ADD:
            held = () if value is None else value
            return _like(value, [*held, *change.value])
        case Action.REMOVE:
            kept = [each for each in value if not contains(change.value, each)]
            return _like(value, kept)
        case Action.AVOID:
            return _sample(change)
        case Action.HAVE:
            return "" if value is None else value
        case _:
            raise NotSupposableError(change.text)


def _like(value: Any, items: Sequence[Any]) -> Any:
    return tuple(items) if isinstance(value, tuple) else list(items)


def _sample(change: Change) -> Any:
    kind = kind_of(change.value[0])
    for sample in _SAMPLES.get(kind, ()):
        if not contains(change.value, sample):
            return sample
    raise NotSupposableError(change.text)
