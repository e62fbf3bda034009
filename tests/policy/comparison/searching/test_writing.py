"""`gateway.policy.comparison.searching.writing`."""

from typing import Any

import pytest

from gateway.policy.comparison.searching.writing import edits_of, fits, is_json
from tests.policy.files import NOON


@pytest.mark.parametrize(
    ("path", "value", "edit"),
    [
        (("identity", "email"), "a", {("identity", "email"): "a"}),
        (("identity", "groups"), ("a",), {("identity", "groups"): ["a"]}),
        (
            ("request", "content_type"),
            "text/plain",
            {("request", "headers", "content-type"): ["text/plain"]},
        ),
        (
            ("request", "content_length"),
            7,
            {("request", "headers", "content-length"): ["7"]},
        ),
        (
            ("request", "content_length"),
            -1,
            {("request", "headers", "transfer-encoding"): ["chunked"]},
        ),
        (("request", "tls"), False, {("request", "scheme"): "http"}),
        (("request", "tls"), True, {("request", "scheme"): "https"}),
        (("request", "time"), NOON, {("now",): NOON}),
        (("request", "segments"), ["a", "b"], {("request", "path"): "/a/b"}),
        (("now",), NOON, {("now",): NOON}),
        (("request", "ip"), "192.0.2.1", {("request", "ip"): "192.0.2.1"}),
        (("request", "ip"), "10.", {("request", "ip"): "10.0.0.1"}),
        (("request", "ip"), ".7", {("request", "ip"): "10.0.0.7"}),
        (("request", "ip"), "2001:db8", {("request", "ip"): "2001:db8::1"}),
        (("request", "scheme"), "http", {("request", "scheme"): "http"}),
        (("params", "owner"), "a", {("params", "owner"): "a"}),
        (("request", "query", "q"), ["a"], {("request", "query", "q"): ["a"]}),
        (("claims",), {"hd": 1}, {("claims", "hd"): 1}),
        (("request", "headers"), {"x": ["a"]}, {("request", "headers", "x"): ["a"]}),
        (("identity", "attributes", "a"), [1], {("identity", "attributes", "a"): [1]}),
    ],
)
def test_an_input_is_written_as_it_is_received(
    path: Any, value: Any, edit: Any
) -> None:
    """What policies read is made from it again."""
    assert list(edits_of(path, value)) == [edit]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("identity", "email"), 3),
        (("identity", "nothing"), "a"),
        (("now",), "noon"),
        (("params", "owner"), ""),
        (("params",), {}),
        (("request", "query", "q"), []),
        (("request", "query", "q"), "a"),
        (("request", "query"), {"q": "a"}),
        (("request", "query"), ["q"]),
        (("request", "content_length"), "7"),
        (("claims", "hd"), NOON),
        (("claims", ""), "a"),
        (("request", "ip"), "nowhere"),
        (("request", "ip"), 7),
        (("request", "scheme"), "ftp"),
        (("identity", "kind"), "guest"),
        (("identity", "issuer"), "https://a.example"),
    ],
)
def test_a_value_that_cannot_be_there_is_not_written(path: Any, value: Any) -> None:
    """Whatever an expression compares with."""
    assert list(edits_of(path, value)) == []


def test_claims_hold_what_json_holds() -> None:
    """At any depth."""
    assert is_json({"a": [1, None, {"b": True}]})
    assert not is_json({"a": [NOON]})
    assert fits(("claims", "a", "b"), (1.5, "x"))
