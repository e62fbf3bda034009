"""What a client is told when its request does not reach the application."""

import json

import pytest

from gateway.endpoints.listener import refusal
from gateway.endpoints.listener.refusal import Refusal

DATE = b"Tue, 24 Nov 2026 12:00:00 GMT"
KINDS = {
    refusal.malformed_request: (400, "invalid_request"),
    refusal.malformed_target: (400, "malformed_target"),
    refusal.malformed_header: (400, "malformed_header"),
    refusal.oversized_target: (414, "request_too_large"),
    refusal.oversized_head: (431, "request_too_large"),
    refusal.wrong_version: (505, "unsupported_version"),
    refusal.unmet_expectation: (417, "unmet_expectation"),
    refusal.too_slow: (408, "request_timeout"),
    refusal.too_many_connections: (503, "overloaded"),
    refusal.broken_application: (500, "server_error"),
}


@pytest.mark.parametrize(("kind", "expected"), KINDS.items())
def test_a_refusal_is_a_whole_answer(kind: object, expected: tuple[int, str]) -> None:
    """RFC 9457 section 3; RFC 9112 section 9.6: the client is told that this is all."""
    assert callable(kind)
    one: Refusal = kind("for the operator")

    head, _, body = one.as_response(DATE).partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")

    status, code = expected
    assert lines[0].startswith(b"HTTP/1.1 %d " % status)
    assert b"content-type: application/problem+json" in lines
    assert b"content-length: %d" % len(body) in lines
    assert b"connection: close" in lines
    assert b"date: " + DATE in lines
    problem = json.loads(body)
    assert problem == {
        "type": f"urn:gateway:{code}",
        "title": one.public,
        "status": status,
    }


def test_the_detail_stays_here() -> None:
    """What the operator learns is not for whoever sent the request."""
    one = refusal.malformed_header("two Hosts: a.example and b.example")

    assert b"a.example" not in one.as_response(DATE)
    assert str(one) == one.detail
