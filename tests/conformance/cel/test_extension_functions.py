"""The gateway's own functions, against the same in plain Python.

Each reference is written from the function's description in docs/cel.md, as plainly as
possible and not as fast. Where the reference refuses, so does the function: an error, which
denies, and never `false`.
"""

import fnmatch
import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.cel.environment import Environment
from gateway.cel.errors import EvaluationError
from gateway.cel.functions import GATEWAY_FUNCTIONS
from gateway.cel.types import (
    DURATION,
    STRING,
    TIMESTAMP,
    CelType,
    ListType,
    RecordType,
)
from gateway.cel.version1 import CLAIMS
from gateway.model.identity import UNKNOWN_TIME

NOON: Final = datetime(2026, 5, 4, 12, tzinfo=UTC)
STRINGS: Final = ListType(STRING)
ENVIRONMENT: Final = Environment(
    {
        "s": STRING,
        "p": STRING,
        "a": STRINGS,
        "b": STRINGS,
        "when": TIMESTAMP,
        "age": DURATION,
        "now": TIMESTAMP,
        "claims": CLAIMS,
        "identity": RecordType("identity", {"scopes": STRINGS}),
    }
)

# Stands for "it has no value".
REFUSED: Final = object()


def asked(expression: str, **variables: Any) -> Any:
    """What the function says; `REFUSED` if nothing."""
    try:
        return ENVIRONMENT.compile(expression).evaluate(variables)
    except EvaluationError:
        return REFUSED


words = st.sampled_from(["a", "b", "c", "A", "", "é"])
lists = st.lists(words, max_size=5)


@given(lists, lists)
def test_any_of_and_all_of(a: list[str], b: list[str]) -> None:
    """One element in both; every element of the second in the first."""
    assert asked("any_of(a, b)", a=a, b=b) is any(each in a for each in b)
    assert asked("all_of(a, b)", a=a, b=b) is all(each in a for each in b)


addresses = st.one_of(
    st.ip_addresses().map(str),
    st.sampled_from(["10.1.2.3", "192.0.2.9", "::ffff:10.1.2.3", "2001:db8::1"]),
    st.sampled_from(["", "10.1.2", "010.0.0.1", "10.0.0.1/32", "example", "1.2.3.4 "]),
)
networks = st.sampled_from(
    ["10.0.0.0/8", "192.0.2.0/24", "192.0.2.9", "::/0", "2001:db8::/32", "0.0.0.0/0"]
)


def _is_within(address: str, ranges: Sequence[str]) -> Any:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return REFUSED
    if parsed.version == 6 and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return any(parsed in ipaddress.ip_network(each) for each in ranges)


@given(addresses, st.lists(networks, max_size=3))
def test_in_cidr(address: str, ranges: list[str]) -> None:
    """IPv4, IPv6, and IPv4 that was mapped into IPv6."""
    assert asked("in_cidr(s, a)", s=address, a=ranges) == _is_within(address, ranges)


@pytest.mark.parametrize("wrong", ["10.0.0.1/8", "10.0.0.0/33", "x", ""])
def test_a_network_that_is_none_is_refused(wrong: str) -> None:
    """Host bits included."""
    assert asked("in_cidr(s, a)", s="10.0.0.1", a=[wrong]) is REFUSED


names = st.text("ab.@-_", max_size=6)


def _domain(address: str) -> Any:
    if address.count("@") != 1 or address.startswith("@"):
        return REFUSED
    domain = address.split("@")[1].lower().removesuffix(".") + "."
    labels = domain[:-1].split(".")
    good = all(
        re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", each) and each[2:4] != "--"
        for each in labels
    )
    return address.split("@")[1].lower() if good else REFUSED


@given(names)
def test_email_domain(address: str) -> None:
    """Exactly one `@`, and a name of the DNS behind it."""
    assert asked("email_domain(s)", s=address) == _domain(address)


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("ana@EXAMPLE.com", "example.com"),
        ("ana@münchen.example", "xn--mnchen-3ya.example"),
        ("ana@例え.テスト", "xn--r8jz45g.xn--zckzah"),
        ("a@b@c", REFUSED),
        ("@b", REFUSED),
        ("a", REFUSED),
        ("a@", REFUSED),
    ],
)
def test_a_domain_is_ascii_and_lower_case(address: str, domain: Any) -> None:
    """IDNA 2008, by UTS 46."""
    assert asked("email_domain(s)", s=address) == domain


paths = st.text("ab./", max_size=8).map(lambda text: f"/{text}")


def _is_under(path: str, prefix: str) -> Any:
    if not prefix.startswith("/") or {".", ".."} & set(path.split("/")):
        return REFUSED
    parts, first = path.split("/"), prefix.removesuffix("/").split("/")
    return parts[: len(first)] == first


@given(paths, paths | st.sampled_from(["", "a", "/"]))
def test_path_under(path: str, prefix: str) -> None:
    """Whole segments; a path that could lead elsewhere is none."""
    assert asked("path_under(s, p)", s=path, p=prefix) == _is_under(path, prefix)


def _globs(text: str, pattern: str) -> bool:
    """`*` and `?` within a segment, `**` beyond."""
    regex = ""
    for part in re.findall(r"\*\*|.", pattern, re.DOTALL):
        regex += {"**": ".*", "*": "[^/]*", "?": "[^/]"}.get(part, re.escape(part))
    return re.fullmatch(regex, text, re.DOTALL) is not None


@given(st.text("ab/.[\n", max_size=8), st.text("ab/*?.[\n", max_size=6))
def test_glob(text: str, pattern: str) -> None:
    """Nothing else has a meaning: no classes, no escapes."""
    assert asked("glob(s, p)", s=text, p=pattern) is _globs(text, pattern)
    if "/" not in text and not set(pattern) & set("/["):
        assert _globs(text, pattern) is fnmatch.fnmatchcase(text, pattern)


instants = st.one_of(
    st.just(UNKNOWN_TIME),
    st.integers(-200, 4_000).map(lambda seconds: NOON - timedelta(seconds=seconds)),
)


@given(instants, st.integers(-10, 4_000).map(lambda n: timedelta(seconds=n)))
def test_fresh(when: datetime, age: timedelta) -> None:
    """Known, not too old, and at most a minute in the future."""
    expected = (
        when != UNKNOWN_TIME
        and when <= NOON + timedelta(minutes=1)
        and NOON - when <= age
    )

    assert asked("fresh(when, age)", when=when, age=age, now=NOON) is expected


@given(words, lists)
def test_has_scope(name: str, scopes: list[str]) -> None:
    """Of the identity's own, as they are written."""
    identity = SimpleNamespace(scopes=tuple(scopes))
    variables = {"s": name, "identity": identity}

    assert asked("has_scope(s)", **variables) is (name in scopes)


claims = st.recursive(
    st.sampled_from(["x", 1, True, None, 1.5, ["x"], [1], []]),
    lambda inner: st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=4,
)
KINDS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "'d'": lambda value: isinstance(value, str),
    "5": lambda value: type(value) is int,
    "true": lambda value: isinstance(value, bool),
    "['d']": lambda value: (
        isinstance(value, list) and all(isinstance(each, str) for each in value)
    ),
    "dyn('d')": lambda _: True,
}
DEFAULTS: Final[Mapping[str, Any]] = {
    "'d'": "d",
    "5": 5,
    "true": True,
    "['d']": ["d"],
    "dyn('d')": "d",
}


def _claim(path: str, default: str, given_claims: Any) -> Any:
    value = given_claims
    for name in path.split("."):
        if not isinstance(value, dict):
            return REFUSED
        if name not in value:
            return DEFAULTS[default]
        value = value[name]
    return value if KINDS[default](value) else REFUSED


@settings(max_examples=300)
@given(
    st.dictionaries(st.sampled_from("ab"), claims, max_size=2),
    st.sampled_from(["a", "b", "a.b", "a.a.b", "c"]),
    st.sampled_from(sorted(KINDS)),
)
def test_claim(given_claims: dict[str, Any], path: str, default: str) -> None:
    """The default where there is nothing; a value of another type is an error."""
    value = asked(f"claim('{path}', {default})", claims=given_claims)

    expected = _claim(path, default, given_claims)
    assert (list(value) if isinstance(value, tuple) else value) == expected
    assert type(value) is not tuple or isinstance(expected, list)


def test_each_function_of_the_gateway_has_a_reference() -> None:
    """One that is added needs one here."""
    tested = {"any_of", "all_of", "in_cidr", "email_domain", "path_under", "glob"}
    assert set(GATEWAY_FUNCTIONS) == tested | {"fresh", "has_scope", "claim"}
    assert all(isinstance(kind, CelType) for kind in ENVIRONMENT.variables.values())
