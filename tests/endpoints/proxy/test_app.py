"""What the proxy sends when things go wrong after the answer has begun.

The ordinary ways stand in `tests/flows`.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from gateway.endpoints.listener.errors import ClientLeftError
from gateway.endpoints.proxy.app import ProxyApp
from gateway.upstream.forwarder import Forwarder
from tests.flows.house import House


class Wire:
    """A client that may hang up, and what it was sent."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self._messages = list(messages)
        self.sent: list[dict[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        return self._messages.pop(0)

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    @property
    def complete(self) -> bool:
        last = self.sent[-1] if self.sent else {}
        return last.get("type") == "http.response.body" and not last.get(
            "more_body", False
        )


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path)
    async with house.open():
        yield house


def _app(house: House) -> ProxyApp:
    tools = house.tools
    plane = replace(house.snapshot.plane, forwarder=cast("Forwarder", house.upstream))
    return ProxyApp(
        current=lambda: plane,
        access_log=tools.logs.access,
        decision_log=tools.logs.decisions,
        logger=tools.logs.logger,
        ids=tools.ids,
        clock=tools.clock,
    )


def _scope(house: House, method: str = "GET", **changes: Any) -> dict[str, Any]:
    headers = [
        (b"host", b"gw.example.com"),
        (b"authorization", house.bearer("ana")["authorization"].encode()),
    ]
    if method == "PUT":
        headers.append((b"transfer-encoding", b"chunked"))
    return {
        "type": "http",
        "method": method,
        "scheme": "https",
        "client": ("203.0.113.9", 4000),
        "raw_path": b"/v1/orders/ana-1",
        "query_string": b"",
        "headers": headers,
        **changes,
    }


async def test_an_answer_that_breaks_off_gets_no_end(house: House) -> None:
    """The listener closes the connection then; a polite end would look complete."""
    house.upstream.broken_after = 1
    wire = Wire()

    await _app(house)(_scope(house), wire.receive, wire.send)

    assert [m["type"] for m in wire.sent] == [
        "http.response.start",
        "http.response.body",
    ]
    assert not wire.complete
    assert house.logged("access")[0]["error"] == "upstream_error"


async def test_a_failure_of_our_own_halfway_gets_no_end_either(house: House) -> None:
    """No problem document in the middle of somebody else's answer."""
    wire = Wire()

    async def send(message: Any) -> None:
        await wire.send(message)
        if message["type"] == "http.response.body":
            raise ZeroDivisionError

    await _app(house)(_scope(house), wire.receive, send)

    assert len(wire.sent) == 2
    assert not wire.complete


async def test_a_client_that_hangs_up_in_its_body_is_answered_nothing(
    house: House,
) -> None:
    """And the upstream does not take half a body for a whole one."""
    wire = Wire(
        {"type": "http.request", "body": b"a", "more_body": True},
        {"type": "http.disconnect"},
    )

    await _app(house)(_scope(house, "PUT"), wire.receive, wire.send)

    assert not wire.sent
    assert not house.upstream.received
    assert house.logged("access")[0]["error"] == "client_gone"


async def test_a_complete_answer_ends_with_its_last_piece(house: House) -> None:
    """No empty message behind it: that would be one more write."""
    wire = Wire()

    await _app(house)(_scope(house), wire.receive, wire.send)

    bodies = [m["body"] for m in wire.sent if m["type"] == "http.response.body"]
    assert bodies == [b"hel", b"lo"]
    assert wire.complete


async def test_a_request_without_an_address_has_an_empty_one(house: House) -> None:
    """A Unix socket has no peer address; the upstream is not told a made-up one."""
    wire = Wire()

    await _app(house)(_scope(house, client=None), wire.receive, wire.send)

    assert wire.complete
    assert house.upstream.received[0].headers["x-forwarded-for"] == ""


async def test_two_hosts_are_refused_by_the_proxy_itself(house: House) -> None:
    """Whatever server stands in front: the application trusts none with this."""
    scope = _scope(house)
    scope["headers"].append((b"host", b"other.example.com"))
    wire = Wire()

    await _app(house)(scope, wire.receive, wire.send)

    assert wire.sent[0]["status"] == 400


@pytest.mark.parametrize("allowed", [True, False])
async def test_a_client_that_leaves_during_its_answer_is_only_logged(
    house: House, *, allowed: bool
) -> None:
    """Whether the answer is the upstream's or a problem document."""

    async def send(_: Any) -> None:
        raise ClientLeftError

    path = b"/v1/orders/ana-1" if allowed else b"/v1/orders/ben-1"

    await _app(house)(_scope(house, raw_path=path), Wire().receive, send)

    assert house.logged("access")[0]["error"] == "client_gone"
