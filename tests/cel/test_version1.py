"""The environment, version 1: its variables are the values of the model."""

import tomllib
from dataclasses import fields
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, get_type_hints

import pytest

from gateway.cel.environment import CompileError
from gateway.cel.types import (
    BOOL,
    DOUBLE,
    DYN,
    INT,
    STRING,
    TIMESTAMP,
    CelType,
    ListType,
    MapType,
    RecordType,
)
from gateway.cel.values import conforms
from gateway.cel.version1 import (
    IDENTITY,
    REQUEST,
    ROUTE,
    constant_of,
    policy_environment,
    provider_environment,
    type_of_constant,
)
from gateway.model.access import RequestView, RouteView
from gateway.model.identity import Identity, IdentityKind
from gateway.model.target import parse_target

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def identity() -> Identity:
    return Identity(
        id="us-east-1:1",
        kind=IdentityKind.AUTHENTICATED,
        authenticated=True,
        provider="google",
        provider_kind="google",
        groups=("gw-orders",),
        amr=("mfa",),
    )


def request() -> RequestView:
    return RequestView(
        id="r1",
        method="GET",
        scheme="https",
        host="api.example.com",
        target=parse_target(b"/v1/feed?channel=public"),
        raw_headers=[(b"Content-Type", b"text/plain; charset=utf-8")],
        ip="192.0.2.7",
        time=NOON,
    )


ROUTE_VALUE = RouteView("feed", "orders", {"order_id": "u1-7"}, ("pii",), "https://o")


def test_the_fields_of_an_identity_are_those_of_the_model() -> None:
    """No more and no fewer, so that none is forgotten on either side."""
    assert set(IDENTITY.fields) == {field.name for field in fields(Identity)}
    assert set(ROUTE.fields) == {field.name for field in fields(RouteView)}
    assert set(REQUEST.fields) == {
        name
        for name in {*vars(request()), *dir(RequestView)}
        if not name.startswith("_") and not name.startswith("raw_")
    }


@pytest.mark.parametrize(
    ("record", "value"),
    [(IDENTITY, identity()), (REQUEST, request()), (ROUTE, ROUTE_VALUE)],
)
def test_each_field_holds_what_it_declares(record: RecordType, value: Any) -> None:
    """The compiler trusts the declared types of closed records."""
    for name, kind in record.fields.items():
        assert conforms(getattr(value, name), kind), name


def test_the_model_declares_the_same_types() -> None:
    """A change of an attribute's type there is a change of the language here."""
    expected = {str: STRING, bool: BOOL, datetime: TIMESTAMP, IdentityKind: STRING}

    for name, hint in get_type_hints(Identity).items():
        if hint in expected:
            assert IDENTITY.fields[name] == expected[hint], name


POLICY = policy_environment(
    vars_={"staff": BOOL}, const={"offices": ListType(STRING)}, roles=True
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("vars.staff && identity.amr.exists(m, m == 'mfa')", True),
        ("identity.kind == 'authenticated'", True),
        ("identity.kind in ['guest', 'service']", False),
        ("any_of(identity.groups, ['gw-orders', 'gw-support'])", True),
        ("identity.email_verified && identity.provider in ['google', 'pool']", False),
        ("identity.disabled || 'suspended' in identity.labels", False),
        ("'support' in roles || route.params.order_id.startsWith(identity.id)", True),
        ("request.query.channel == ['public']", True),
        ("request.content_type == 'text/plain' && request.content_length == 0", True),
        ("in_cidr(request.ip, const.offices)", True),
        ("now.getDayOfWeek() in [0, 6]", False),
        ("request.time == now && request.tls", True),
        ("roles.filter(r, r in ['customer', 'support']) == ['support']", True),
        ("claim('region', 'eu') == 'eu'", True),
        ("fresh(identity.auth_time, duration('15m'))", False),
        ("has_scope('orders')", False),
        ("path_under(request.path, '/v1')", True),
        ("'pii' in route.tags && route.audience == 'https://o'", True),
    ],
)
def test_what_policies_write(text: str, value: Any) -> None:
    """The expressions of the reference, over values of the model."""
    variables = {
        "identity": identity(),
        "claims": {},
        "request": request(),
        "route": ROUTE_VALUE,
        "now": NOON,
        "roles": ["support"],
        "vars": SimpleNamespace(staff=True),
        "const": SimpleNamespace(offices=["192.0.2.0/24"]),
    }

    assert POLICY.compile(text, expect=BOOL).evaluate(variables) is value


@pytest.mark.parametrize(
    "text", ["roles == []", "vars.zz", "const.zz", "saml.x", "client.id"]
)
def test_what_is_not_there_is_refused(text: str) -> None:
    """Roles are not visible where they are made."""
    environment = policy_environment(vars_={}, const={}, roles=False)

    with pytest.raises(CompileError):
        environment.compile(text)


def test_constants_are_known_at_load() -> None:
    """A network that is none is found before there is a request."""
    types: dict[str, CelType] = {"offices": ListType(STRING)}

    def environment(*offices: str) -> Any:
        return policy_environment(
            vars_={}, const=types, roles=False, constants={"offices": offices}
        )

    text = "in_cidr(request.ip, const.offices)"
    program = environment("192.0.2.0/24").compile(text)

    assert program.evaluate({"request": request()}) is True
    assert program.reads == {"request.ip", "const.offices"}
    with pytest.raises(CompileError, match="network"):
        environment("192.0.2.0/33").compile(text)


def test_a_provider_sees_its_claims_and_the_time() -> None:
    """And no identity: that is what it makes."""
    environment = provider_environment()

    assert environment.compile("claims.email_verified == true").type is BOOL
    assert environment.compile("claim('hd', '')").type is STRING
    assert environment.compile("now > timestamp(0)").type is BOOL
    for text in ("identity.id == ''", "has_scope('a')", "request.ip == ''"):
        with pytest.raises(CompileError):
            environment.compile(text)


@pytest.mark.parametrize(
    ("toml", "kind", "value"),
    [
        ("true", BOOL, True),
        ("1", INT, 1),
        ("1.5", DOUBLE, 1.5),
        ("'a'", STRING, "a"),
        ("['a', 'b']", ListType(STRING), ("a", "b")),
        ("[]", ListType(DYN), ()),
        ("[1, 'a']", ListType(DYN), (1, "a")),
        ("[[1], [2]]", ListType(ListType(INT)), ((1,), (2,))),
        ("{a = 1, b = 2}", MapType(STRING, INT), {"a": 1, "b": 2}),
        ("{a = [1]}", MapType(STRING, ListType(INT)), {"a": (1,)}),
        ("2026-05-04T14:00:00+02:00", TIMESTAMP, NOON),
        ("2026-05-04T12:00:00", TIMESTAMP, NOON),
        ("2026-05-04", TIMESTAMP, datetime(2026, 5, 4, tzinfo=UTC)),
    ],
)
def test_constants_have_types(toml: str, kind: CelType, value: Any) -> None:
    """As Python's TOML reader gives them."""
    written = tomllib.loads(f"value = {toml}")["value"]

    assert type_of_constant(written) == kind
    assert constant_of(written) == value
    assert conforms(constant_of(written), kind)


def test_a_time_of_day_is_no_constant() -> None:
    """CEL has no such type."""
    written = tomllib.loads("value = 12:00:00")["value"]

    for function in (type_of_constant, constant_of):
        with pytest.raises(TypeError):
            function(written)


@pytest.mark.parametrize("value", [2**63 - 1, -(2**63), [0, 2**63 - 1]])
def test_a_constant_fits_64_bits(value: Any) -> None:
    """As every `int` of the language does."""
    assert type_of_constant(value) in {INT, ListType(INT)}


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, [2**63], {"a": 2**63}])
def test_a_constant_beyond_64_bits_is_none(value: Any) -> None:
    """TOML has such numbers, and what is computed with them would be an error."""
    with pytest.raises(TypeError, match="64 bits"):
        type_of_constant(value)
