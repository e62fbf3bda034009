"""Records of the decision log, told to people."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.recording.telling import as_line, as_text, parse_line

RECORD: dict[str, Any] = {
    "kind": "decision",
    "schema": 1,
    "time": "2026-05-04T12:00:00.123456Z",
    "decision_id": "d1",
    "request_id": "r1",
    "policy_digest": "abc",
    "revision": "0a1b+",
    "route": "orders-read",
    "method": "GET",
    "identity": "p1",
    "identity_kind": "authenticated",
    "anonymous": False,
    "provider": "demo",
    "effect": "deny",
    "rule": "orders/no-suspended",
    "reason": "denied_by_rule",
    "roles": ["customer", "support"],
    "faults": [{"where": "policies/orders.toml:3:4", "message": "no such key"}],
    "shadow": [
        {"rule": "orders/x", "effect": "deny", "outcome": "true"},
        {"rule": "orders/y", "effect": "allow", "outcome": "false"},
        {"rule": "orders/z", "effect": "deny", "outcome": "error"},
    ],
    "reads": {
        "identity.email": {"$hash": "h1"},
        "identity.groups": ["a", {"$hash": "h2"}],
        "now": {"$time": "2026-05-04T12:00:00Z"},
        "claims.a": {"b": {"$uint": 7}},
        "claims.b": "\u00e4",
        "claims.f": {"plain": 1, "more": []},
        "claims.c": "x" * 500,
        "claims.d": {"$bytes": "AA=="},
        "claims.e": [{"$duration": "1s"}, {"$double": "nan"}, None, 1.5],
    },
    "absent": ["request.query.channel"],
    "dropped": ["request.headers.cookie"],
    "claims": "h3",
    "token_id": "t1",
    "us": 123,
    "steps_us": {"roles": 1, "deny": 2, "allow": 0, "mint": 0, "shadow": 4},
}


def test_a_record_is_told_with_all_that_it_says() -> None:
    """Line by line, without colour."""
    assert as_text(RECORD) == (
        "decision  d1\n"
        "time      2026-05-04T12:00:00.123456Z\n"
        "request   r1\n"
        "policies  abc, git 0a1b+\n"
        "route     orders-read, GET\n"
        "identity  authenticated of provider demo, pseudonym p1\n"
        "answer    deny by orders/no-suspended [denied_by_rule]\n"
        "roles     customer, support\n"
        "error     at policies/orders.toml:3:4: no such key\n"
        "shadow    orders/x: would deny\n"
        "shadow    orders/y: no match\n"
        "shadow    orders/z: error\n"
        "reads     what it depended on, and nothing else\n"
        "  identity.email = <hash h1>\n"
        '  identity.groups = ["a", "<hash h2>"]\n'
        "  now = 2026-05-04T12:00:00Z\n"
        '  claims.a = {"b": "7u"}\n'
        '  claims.b = "\u00e4"\n'
        '  claims.f = {"plain": 1, "more": []}\n'
        f'  claims.c = "{"x" * 199}\u2026\n'
        "  claims.d = <bytes AA==>\n"
        '  claims.e = ["1s", "nan", null, 1.5]\n'
        "  request.query.channel: not there\n"
        "  request.headers.cookie: not recorded\n"
        "claims    <hash h3>\n"
        "token     t1\n"
        "took      123 \u00b5s (roles 1, deny 2, shadow 4)\n"
    )


def test_a_record_says_no_more_than_it_has() -> None:
    """Of an anonymous guest, on a route that no rule is about."""
    few = {
        "kind": "decision",
        "effect": "deny",
        "reason": "no_allow",
        "identity_kind": "guest",
        "anonymous": True,
        "us": 1,
    }

    text = as_text(few)

    assert "identity  anonymous guest\n" in text
    assert "answer    deny [no_allow]\n" in text
    assert "roles     none\n" in text
    assert "policies  \n" in text
    assert "token" not in text
    assert "reads     what it depended on, and nothing else\ntook" in text
    assert text.endswith("took      1 \u00b5s\n")


def test_a_line_tells_what_one_looks_for() -> None:
    """And what a rule in shadow mode would have done."""
    assert as_line(RECORD) == (
        "2026-05-04T12:00:00.123456Z  deny   GET orders-read  "
        "orders/no-suspended [denied_by_rule]  by authenticated of provider demo  "
        "shadow orders/x: would deny  d1"
    )
    assert "no rule [no_allow]" in as_line(RECORD | {"rule": "", "reason": "no_allow"})


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b'"decision"',
        b'{"kind":"access"}',
        b'{"kind":"access","a":"decision"}',
        b'["decision"]',
        b'{"kind":"decision"',
        b'{"a":' + b"[" * 100_000 + b'"decision"',
        b'\xff{"kind":"decision"}',
    ],
)
def test_other_lines_are_no_records(line: bytes) -> None:
    """Of another log, torn, or not of ours."""
    assert parse_line(line) is None


def test_a_record_is_read_from_its_line() -> None:
    """Whatever the order of its fields, and with or without spaces."""
    assert parse_line(json.dumps(RECORD).encode()) == RECORD


ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(
            st.sampled_from(["$hash", "$uint", "rule", "outcome", "x"]), inner
        ),
    ),
    max_leaves=5,
)


def test_a_value_that_nobody_wrote_is_told_in_short() -> None:
    """The reader of JSON takes more levels than anybody writes."""
    line = json.dumps({"kind": "decision", "reads": {"claims.a": 0, "claims.b": 1}})
    deep = line.replace("0", "[" * 900 + "]" * 900)

    record = parse_line(deep.encode())

    assert record is not None
    told = f'{"[" * 32}"…"{"]" * 32}'
    assert f"  claims.a = {told}\n  claims.b = 1\n" in as_text(record)


@given(st.dictionaries(st.sampled_from(sorted(RECORD)), ANYTHING))
def test_whatever_a_record_holds_it_can_be_told(changes: dict[str, Any]) -> None:
    """Anybody may have edited the log."""
    record = RECORD | changes | {"kind": "decision"}

    assert as_text(record).endswith("\n")
    assert as_line(record)
