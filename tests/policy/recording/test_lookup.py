"""What a path leads to."""

from collections.abc import Mapping
from typing import Any

import pytest

from gateway.cel.paths import parse_path
from gateway.policy.recording.lookup import TYPES, getter
from tests.policy.files import NOON, access, identity

CLAIMS: Mapping[str, Any] = {"a": {"b": {"c": 1}, "t": "text"}, "n": None, "l": ["x"]}
ACCESS = access(
    identity(email="ana@example.com", attributes={"team": "blue"}),
    claims=CLAIMS,
    target=b"/v1/orders/u1-7?channel=public",
    headers=[(b"X-Tenant", b"acme")],
)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("now", NOON),
        ("identity", ACCESS.subject.identity),
        ("identity.email", "ana@example.com"),
        ("identity.attributes.team", "blue"),
        ("request.headers.x-tenant", ["acme"]),
        ("request.query.channel", ["public"]),
        ("request.ip", "192.0.2.7"),
        ("route.params.order_id", "u1-7"),
        ("claims", CLAIMS),
        ("claims.a.b.c", 1),
        ("claims.n", None),
    ],
)
def test_a_path_leads_to_its_value(path: str, value: Any) -> None:
    """A value may be null, which is not the same as nothing."""
    assert getter(parse_path(path))(ACCESS) == (parse_path(path), value, True)


@pytest.mark.parametrize(
    ("path", "absent"),
    [
        ("claims.x", "claims.x"),
        ("claims.x.y.z", "claims.x"),
        ("claims.a.x.z", "claims.a.x"),
        ("request.query.x", "request.query.x"),
        ("identity.attributes.x", "identity.attributes.x"),
    ],
)
def test_the_shortest_part_that_is_not_there_is_told(path: str, absent: str) -> None:
    """`has(a.b.c)` is an error if there is no `a.b`, and false if there is."""
    assert getter(parse_path(path))(ACCESS) == (parse_path(absent), None, False)


@pytest.mark.parametrize(
    ("path", "end", "value"),
    [
        ("claims.a.t.x", "claims.a.t", "text"),
        ("claims.n.x.y", "claims.n", None),
        ("claims.l.x", "claims.l", ["x"]),
    ],
)
def test_what_is_no_map_is_the_end_of_the_way(path: str, end: str, value: Any) -> None:
    """Whoever asks further gets an error, and so does whoever has this value."""
    assert getter(parse_path(path))(ACCESS) == (parse_path(end), value, True)


def test_all_that_a_decision_is_given_can_be_followed() -> None:
    """Each variable of version 1 that is not made from the others."""
    assert set(TYPES) == {"claims", "identity", "now", "request", "route"}
