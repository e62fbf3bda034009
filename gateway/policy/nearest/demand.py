"""What a test would need to come out otherwise: the value that would do.

One function for each test that a condition may make. Where no value can be named, the test
itself is the answer, as it is written.
"""

import ipaddress
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from gateway.cel.errors import EvaluationError
from gateway.cel.meaning.plan import Constant, Has, Invoke, Plan
from gateway.cel.values import Uint, contains
from gateway.policy.nearest.change import Action, Change, Changes
from gateway.policy.nearest.scope import Scope
from gateway.policy.nearest.wording import literal, one_of

# Examples of addresses (RFC 5737, RFC 3849), for one that lies outside.
_ELSEWHERE: Final = ("203.0.113.1", "198.51.100.1", "192.0.2.1", "2001:db8::1")
_MIRRORED: Final = {"_<_": "_>_", "_<=_": "_>=_", "_>_": "_<_", "_>=_": "_<=_"}
_OPPOSITE: Final = {"_<_": "_>=_", "_<=_": "_>_", "_>_": "_<=_", "_>=_": "_<_"}
_ORDER: Final = {
    "_<_": "less than",
    "_<=_": "at most",
    "_>_": "more than",
    "_>=_": "at least",
}
_TINY: Final = timedelta(microseconds=1)


class _UnknownError(Exception):
    """What is asked for has no value itself."""


@dataclass(frozen=True, slots=True)
class _Test:
    """One test that has to come out as wanted, and does not."""

    scope: Scope
    plan: Plan
    wanted: bool

    def value(self, part: Plan) -> Any:
        """Return the value of what the test compares with."""
        try:
            return self.scope.value(part)
        except EvaluationError as error:
            raise _UnknownError from error

    def is_list(self, part: Plan) -> bool:
        """Whether a part is a list that a change could add to."""
        try:
            is_list = isinstance(self.scope.value(part), list | tuple)
        except EvaluationError:
            return False
        return is_list and bool(self.scope.path(part))

    def is_rather(self, part: Plan, other: Plan) -> bool:
        """Whether a part would rather change than the other one."""
        if self.scope.path(other):
            return False
        return bool(self.scope.path(part)) or isinstance(other, Constant)

    def change(
        self, part: Plan, needs: str, action: Action, value: Any = None
    ) -> tuple[Change]:
        """Return what has to become of a part."""
        path = self.scope.path(part)
        text = self.scope.text(part)
        subject = text if path else f"`{text}`"
        if self.scope.is_secret(self.plan):
            return (self.unknown(),)
        change = Change(
            subject=subject,
            now=self.now(part),
            where=self.scope.where(part),
            action=action if path else Action.OTHER,
            path=path,
            value=value,
            needs=needs,
        )
        return (change,)

    def now(self, part: Plan) -> str:
        try:
            return f"is {literal(self.scope.value(part))}"
        except EvaluationError:
            return "is not there" if self.scope.path(part) else "has no value"

    def unknown(self) -> Change:
        """Return the test as it is written, where no value can be named."""
        try:
            self.scope.value(self.plan)
            now = f"is {literal(not self.wanted)}"
        except EvaluationError as error:
            now = f"fails: {error.message}"
        text = self.scope.text(self.plan)
        return Change(f"`{text}`", now, self.scope.where(self.plan))


def demand(  # noqa: PLR0911 - one for each kind
    scope: Scope, plan: Plan, *, wanted: bool
) -> Changes:
    """Return what would make a test come out as wanted; `None` if nothing would.

    Args:
        scope: Where the test stands.
        plan: The test. It does not come out as wanted now.
        wanted: How it should.
    """
    test = _Test(scope, plan, wanted)
    try:
        match plan:
            case Constant():
                return None
            case Has():
                return _presence(test)
            case Invoke(name=name, arguments=(left, right)) if name in _TESTS:
                return _TESTS[name](test, left, right)
            case Invoke(name="has_scope", arguments=(scope_name,)):
                return _scope(test, scope_name)
            case _ if scope.path(plan):
                needs = f"needs {literal(wanted)}"
                return test.change(plan, needs, Action.SET, wanted)
            case _:
                return (test.unknown(),)
    except _UnknownError:
        return (test.unknown(),)


def _presence(test: _Test) -> Changes:
    path = test.scope.path(test.plan.children[0])
    name = test.plan.name if isinstance(test.plan, Has) else ""
    subject = test.scope.text(test.plan.children[0]) + f".{name}"
    action = Action.HAVE if test.wanted else Action.LACK
    now = "is not there" if test.wanted else "is there and must not be"
    if not path:
        return (test.unknown(),)
    where = test.scope.where(test.plan)
    return (Change(subject, now, where, action, (*path, name)),)


def _equality(test: _Test, left: Plan, right: Plan) -> Changes:
    if test.is_rather(right, left):
        left, right = right, left
    value = test.value(right)
    is_equal = test.plan.name == "_==_" if isinstance(test.plan, Invoke) else True
    if isinstance(value, bool) and is_equal is not test.wanted:
        value, is_equal = not value, test.wanted
    if is_equal is test.wanted:
        return test.change(left, f"needs {literal(value)}", Action.SET, value)
    needs = f"must not be {literal(value)}"
    return test.change(left, needs, Action.AVOID, (value,))


def _order(test: _Test, left: Plan, right: Plan) -> Changes:
    name = test.plan.name if isinstance(test.plan, Invoke) else ""
    if test.is_rather(right, left):
        left, right, name = right, left, _MIRRORED[name]
    if not test.wanted:
        name = _OPPOSITE[name]
    bound = test.value(right)
    value = _NEXT[name](bound)
    if value is None:
        return (test.unknown(),)
    needs = f"needs {_ORDER[name]} {literal(bound)}"
    return test.change(left, needs, Action.SET, value)


def _same(bound: Any) -> Any:
    return bound


def _above(bound: Any) -> Any:
    match bound:
        case bool():
            return None if bound else True
        case Uint():
            return Uint(bound + 1)
        case int():
            return bound + 1
        case float():
            return math.nextafter(bound, math.inf)
        case datetime() | timedelta():
            return bound + _TINY
        case _:
            # Nothing lies between a text and the same with the first character behind it.
            return f"{bound}\0" if isinstance(bound, str) else None


def _below(bound: Any) -> Any:  # noqa: PLR0911 - one for each kind
    match bound:
        case bool():
            return False if bound else None
        case Uint():
            return Uint(bound - 1) if bound else None
        case int():
            return bound - 1
        case float():
            return math.nextafter(bound, -math.inf)
        case datetime() | timedelta():
            return bound - _TINY
        case str():
            return "" if bound else None
        case _:
            return None


_NEXT: Final[Mapping[str, Callable[[Any], Any]]] = {
    "_<_": _below,
    "_<=_": _same,
    "_>_": _above,
    "_>=_": _same,
}


def _membership(test: _Test, element: Plan, container: Plan) -> Changes:
    if test.is_list(container):
        value = test.value(element)
        if test.wanted:
            needs = f"needs {literal(value)} in it"
            return test.change(container, needs, Action.ADD, (value,))
        needs = f"must not hold {literal(value)}"
        return test.change(container, needs, Action.REMOVE, (value,))
    values = test.value(container)
    if not isinstance(values, list | tuple) or not test.scope.path(element):
        return (test.unknown(),)
    if not values:
        return None if test.wanted else test.change(element, "is needed", Action.HAVE)
    if not test.wanted:
        needs = f"must not be {one_of(values)}"
        return test.change(element, needs, Action.AVOID, tuple(values))
    return test.change(element, f"needs {one_of(values)}", Action.SET, values[0])


def _any_of(test: _Test, left: Plan, right: Plan) -> Changes:
    if not test.is_list(left):
        left, right = right, left
    if not test.is_list(left):
        return (test.unknown(),)
    own, others = test.value(left), test.value(right)
    if test.wanted:
        if not others:
            return None
        needs = f"needs {one_of(others)} in it"
        return test.change(left, needs, Action.ADD, (others[0],))
    both = tuple(each for each in own if contains(others, each))
    return test.change(left, f"must not hold {one_of(both)}", Action.REMOVE, both)


def _all_of(test: _Test, left: Plan, right: Plan) -> Changes:
    if not test.is_list(left):
        return (test.unknown(),)
    own, others = test.value(left), test.value(right)
    if not test.wanted:
        if not others:
            return None
        needs = f"must not hold {literal(others[0])}"
        return test.change(left, needs, Action.REMOVE, (others[0],))
    missing = [each for each in others if not contains(own, each)]
    needed = [
        test.change(left, f"needs {literal(each)} in it", Action.ADD, (each,))
        for each in missing
    ]
    return tuple(change for (change,) in needed)


def _part_of_text(verb: str) -> "Callable[[_Test, Plan, Plan], Changes]":
    def apply(test: _Test, text: Plan, part: Plan) -> Changes:
        value = test.value(part)
        if test.wanted:
            needs = f"needs to {verb} {literal(value)}"
            return test.change(text, needs, Action.SET, value)
        if not value:
            return None
        # The empty string neither begins nor ends with anything.
        needs = f"must not {verb} {literal(value)}"
        return test.change(text, needs, Action.SET, "")

    return apply


def _pattern(test: _Test, text: Plan, pattern: Plan) -> Changes:
    verb = "needs to" if test.wanted else "must not"
    needs = f"{verb} match {literal(test.value(pattern))}"
    return test.change(text, needs, Action.OTHER)


def _path_under(test: _Test, path: Plan, prefix: Plan) -> Changes:
    value = test.value(prefix)
    if test.wanted:
        return test.change(
            path, f"needs to be under {literal(value)}", Action.SET, value
        )
    if value == "/":
        return None
    return test.change(path, f"must not be under {literal(value)}", Action.SET, "/")


def _in_cidr(test: _Test, address: Plan, networks: Plan) -> Changes:
    values = test.value(networks)
    try:
        known = [ipaddress.ip_network(each) for each in values]
    except (TypeError, ValueError):
        return (test.unknown(),)
    if test.wanted:
        if not known:
            return None
        needs = f"needs an address in {one_of(values)}"
        first = str(known[0].network_address)
        return test.change(address, needs, Action.SET, first)
    outside = [
        each
        for each in _ELSEWHERE
        if not any(ipaddress.ip_address(each) in network for network in known)
    ]
    if not outside:
        return (test.unknown(),)
    needs = f"must not be in {one_of(values)}"
    return test.change(address, needs, Action.SET, outside[0])


def _fresh(test: _Test, moment: Plan, age: Plan) -> Changes:
    if not isinstance(test.plan, Invoke) or not test.wanted:
        return (test.unknown(),)
    now = test.value(test.plan.implicit[0])
    needs = f"needs a sign-in within the last {literal(test.value(age))}"
    return test.change(moment, needs, Action.SET, now)


def _scope(test: _Test, name: Plan) -> Changes:
    value = test.value(name)
    verb, action = (
        ("needs the scope", Action.ADD)
        if test.wanted
        else ("must not have the scope", Action.REMOVE)
    )
    path, where = ("identity", "scopes"), test.scope.where(test.plan)
    now = f"{verb} {literal(value)}"
    return (Change("identity.scopes", now, where, action, path, (value,)),)


_TESTS: Final[Mapping[str, Callable[[_Test, Plan, Plan], Changes]]] = {
    "_==_": _equality,
    "_!=_": _equality,
    "_<_": _order,
    "_<=_": _order,
    "_>_": _order,
    "_>=_": _order,
    "_in_": _membership,
    "any_of": _any_of,
    "all_of": _all_of,
    "startsWith": _part_of_text("begin with"),
    "endsWith": _part_of_text("end with"),
    "contains": _part_of_text("contain"),
    "matches": _pattern,
    "glob": _pattern,
    "path_under": _path_under,
    "in_cidr": _in_cidr,
    "fresh": _fresh,
}
