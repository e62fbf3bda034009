"""What every request to the gateway itself goes through."""

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import BaseRoute, Route
from starlette.types import Message, Scope

from gateway.endpoints.frame import Frame
from gateway.model.errors import RateLimitedError, RequestError
from gateway.telemetry.access import AccessLog
from gateway.telemetry.lines import LineWriter
from gateway.telemetry.logs import build_logger
from gateway.telemetry.pseudonyms import Pseudonyms
from gateway.telemetry.request_id import RequestIds
from tests.telemetry.fakes import MemorySink

NOON = datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC)


class House:
    """A frame around some routes, its client, and what was logged."""

    def __init__(
        self, *routes: BaseRoute, check: Callable[[Scope], None] | None = None
    ) -> None:
        self.sink = MemorySink()
        self.writer = LineWriter(sink=self.sink, flush_every=timedelta(hours=1))
        self.frame = Frame(
            routes=routes,
            client_ip=lambda scope: f"by way of {scope['client'][0]}",
            access_log=AccessLog(
                writer=self.writer, pseudonyms=Pseudonyms(secret=b"k" * 32)
            ),
            logger=build_logger(writer=self.writer, level="info", clock=lambda: NOON),
            ids=RequestIds(),
            clock=lambda: NOON,
            check=check,
        )

    async def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.frame)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://gw.example.com"
        ) as client:
            return await client.request(method, path, **options)

    async def call(self, path: str) -> list[Message]:
        """Ask without a client in between; return what was sent."""
        sent: list[Message] = []

        async def receive() -> Message:
            forever: asyncio.Future[Message] = asyncio.Future()
            return await forever

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [],
            "client": ("192.0.2.1", 1),
        }
        await self.frame(scope, receive, send)
        return sent

    def lines(self) -> list[dict[str, Any]]:
        self.writer.flush()
        return [json.loads(line) for line in self.sink.data.splitlines()]


def greet(request: Request) -> PlainTextResponse:
    assert request.client is not None
    return PlainTextResponse(f"hello {request.client.host}")


def limit(_request: Request) -> PlainTextResponse:
    raise RateLimitedError("192.0.2.1", retry_after=7)


def break_down(_request: Request) -> PlainTextResponse:
    raise ZeroDivisionError("at the customer's table")


async def break_off(_request: Request) -> StreamingResponse:
    async def pieces() -> Any:
        yield b"half an ans"
        raise ZeroDivisionError

    return StreamingResponse(pieces())


async def hang_up(_request: Request) -> PlainTextResponse:
    raise ClientDisconnect


ROUTES = [
    Route("/greet", greet),
    Route("/limit", limit),
    Route("/break-down", break_down),
    Route("/break-off", break_off),
    Route("/hang-up", hang_up),
]


@pytest.fixture
def house() -> Iterator[House]:
    house = House(*ROUTES)
    yield house
    house.writer.close()


async def test_a_handler_answers_and_the_log_has_a_line(house: House) -> None:
    """With the id that the caller is told, and the address that was found out."""
    response = await house.ask("GET", "/greet?token=hidden")

    assert response.text == "hello by way of 127.0.0.1"
    (line,) = house.lines()
    assert line["request_id"] == response.headers["x-request-id"]
    assert (line["status"], line["path"], line["host"]) == (
        200,
        "/greet",
        "gw.example.com",
    )
    assert line["bytes_out"] == len(response.content)
    assert b"hidden" not in house.sink.data


async def test_a_failure_is_a_problem_document(house: House) -> None:
    """Its detail stays in the log."""
    response = await house.ask("GET", "/limit")

    assert response.status_code == 429
    assert response.headers["retry-after"] == "7"
    assert response.json()["type"] == "urn:gateway:rate_limited"
    assert response.json()["request_id"] == response.headers["x-request-id"]
    told, access = house.lines()
    assert told["detail"] == "192.0.2.1"
    assert access["error"] == "rate_limited"


async def test_what_nobody_thought_of_is_a_500_that_says_nothing(
    house: House,
) -> None:
    """No traceback leaves; the log has it."""
    response = await house.ask("GET", "/break-down")

    assert response.status_code == 500
    assert "customer" not in response.text
    assert response.json()["type"] == "urn:gateway:server_error"
    told, access = house.lines()
    assert told["exception"] == "ZeroDivisionError"
    assert access["status"] == 500


async def test_half_an_answer_is_not_mended(house: House) -> None:
    """A problem document in the middle of an answer would be taken for its end."""
    sent = await house.call("/break-off")

    start, piece = sent
    assert start["status"] == 200
    assert piece == {
        "type": "http.response.body",
        "body": b"half an ans",
        "more_body": True,
    }
    assert house.lines()[-1]["error"] == "server_error"


async def test_a_client_that_went_away_is_no_failure_of_ours(house: House) -> None:
    """One line, and no stack of frames."""
    sent = await house.call("/hang-up")

    assert not sent
    (line,) = house.lines()
    assert (line["error"], line["status"]) == ("client_gone", 0)


@pytest.mark.parametrize("path", ["/nothing", "/greet/", "//greet"])
async def test_what_is_not_there_is_not_found(house: House, path: str) -> None:
    """And never a redirect: it would be built from the Host header."""
    response = await house.ask("GET", path, headers={"host": "evil.example"})

    assert response.status_code == 404
    assert "location" not in response.headers
    assert response.json()["type"] == "urn:gateway:no_route"


async def test_a_wrong_method_is_told_the_right_ones(house: House) -> None:
    """RFC 9110 section 15.5.6."""
    response = await house.ask("DELETE", "/greet")

    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD"


async def test_what_the_check_refuses_reaches_no_handler() -> None:
    """Nor the router."""

    def refuse(_scope: Scope) -> None:
        raise RequestError("not this one")

    house = House(*ROUTES, check=refuse)
    response = await house.ask("GET", "/greet")
    house.writer.close()

    assert response.status_code == 400
