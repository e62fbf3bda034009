"""A client that sends octets as it is told, and an application that says what it saw."""

import asyncio
import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope

from tests.peers.framing import HalfClose, Pause, Seen, Step

_STATUS = re.compile(rb"HTTP/1\.[01] ([0-9]{3}) [^\r\n]*\r\n")
_LENGTH = re.compile(rb"\r\ncontent-length: ([0-9]+)\r\n", re.IGNORECASE)
_FIRST_FINAL = 200


class Recorder:
    """An application that answers every request with 200 and remembers it.

    Requests whose body did not come to its end are not remembered: an application that
    forwards them knows that they are broken.
    """

    def __init__(self, sink: Callable[[int, Seen], None]) -> None:
        """Remember by calling `sink` with the client's port and the request."""
        self._sink = sink
        self.headers: list[tuple[bytes, bytes]] = []

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        if scope["type"] != "http":
            return
        body = await _whole_body(receive)
        if body is None:
            return
        query = scope["query_string"]
        target = scope["raw_path"] + (b"?" + query if query else b"")
        self.headers = list(scope["headers"])
        # granian hands the port over as a string.
        port = int(scope["client"][1]) if scope["client"] else 0
        self._sink(port, Seen(scope["method"], target, body))
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-length", b"2")],
            }
        )
        await send({"type": "http.response.body", "body": b"ok", "more_body": False})


async def _whole_body(receive: ASGIReceiveCallable) -> bytes | None:
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message["body"]
        if not message["more_body"]:
            return body


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a client got back.

    Attributes:
        statuses: Of all answers, in order.
        closed: Whether the server closed the connection in time.
        port: The client's own port.
        raw: Every octet of the answers.
    """

    statuses: tuple[int, ...]
    closed: bool
    port: int
    raw: bytes

    @property
    def final(self) -> int:
        """The last answer's status; 0 if there was none."""
        return self.statuses[-1] if self.statuses else 0


def parse_answers(raw: bytes) -> list[int]:
    """Return the statuses of all answers whose body has arrived."""
    statuses = []
    while (match := _STATUS.match(raw)) is not None:
        head, blank, rest = raw.partition(b"\r\n\r\n")
        if not blank:
            break
        length = _LENGTH.search(head + b"\r\n")
        size = int(length[1]) if length else 0
        if len(rest) < size:
            break
        statuses.append(int(match[1]))
        raw = rest[size:]
    return statuses


def _finals(raw: bytearray) -> int:
    return sum(status >= _FIRST_FINAL for status in parse_answers(bytes(raw)))


async def play(
    port: int, *steps: Step, within: float, follow_up: tuple[int, bytes] | None = None
) -> Outcome:
    """Do what a case says, and return what came of it.

    Args:
        port: Where to connect to.
        steps: What to send.
        within: Seconds after which to stop waiting for the connection's end.
        follow_up: After so many answers, send this too; return after its answer.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    own_port = writer.get_extra_info("sockname")[1]
    sending = asyncio.create_task(_send(writer, steps))
    raw = bytearray()
    closed = False
    wanted = follow_up[0] if follow_up else None
    try:
        async with asyncio.timeout(within):
            while not closed:
                if wanted is not None and _finals(raw) >= wanted:
                    if follow_up is None:
                        break
                    writer.write(follow_up[1])
                    wanted, follow_up = wanted + 1, None
                try:
                    octets = await reader.read(65536)
                except ConnectionError:
                    octets = b""
                raw += octets
                closed = not octets
    except TimeoutError:
        pass
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
    return Outcome(tuple(parse_answers(bytes(raw))), closed, own_port, bytes(raw))


async def _send(writer: asyncio.StreamWriter, steps: tuple[Step, ...]) -> None:
    with contextlib.suppress(ConnectionError):
        for step in steps:
            match step:
                case Pause(seconds):
                    await asyncio.sleep(seconds)
                case HalfClose():
                    writer.write_eof()
                case _:
                    writer.write(step)
                    await writer.drain()
