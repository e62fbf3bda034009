"""Services behind the gateway that refuse, stall, lie or die: the caller is told.

What cannot be told any more, because the answer has begun, is a broken connection and
never the silent end of half an answer.
"""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from tests.peers.liar import OK, Behaviour, Liar, Talk
from tests.peers.nginx import nginx
from tests.peers.processes import free_port
from tests.peers.running_gateway import (
    CLOSED,
    FEED,
    Choices,
    RunningGateway,
    Site,
    serving,
)

pytestmark = pytest.mark.peer

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
# Ended by the client, so that the end of an answer is the end of the connection too.
GET = f"GET {FEED} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
LARGE = b"x" * 1_000_000
SECONDS = 15


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    """Return a gateway that is not patient. Who stands behind it is a test's choice."""
    port = free_port()
    patience = 'connect = "1s", first_byte = "400ms", idle = "400ms", total = "5s"'
    site = Site(
        tmp_path_factory.mktemp("gateway") / "site",
        upstream=port,
        choices=Choices(timeout=patience),
    )
    with serving(site) as gateway:
        yield gateway


def _upstream_port(gateway: RunningGateway) -> int:
    config = (gateway.site.folder / "config.toml").read_text()
    return int(config.partition('targets = ["http://127.0.0.1:')[2].partition('"')[0])


@contextlib.asynccontextmanager
async def behind(gateway: RunningGateway, behaviour: Behaviour) -> AsyncIterator[Liar]:
    """Run a service that behaves so, where the gateway expects one."""
    liar = Liar(behaviour)
    server = await asyncio.start_server(
        liar._talk, "127.0.0.1", _upstream_port(gateway)
    )
    try:
        yield liar
    finally:
        server.close()
        liar.stop()
        await server.wait_closed()


def _reset(talk: Talk) -> None:
    """Close so that the other side sees a reset and no end."""
    connection = talk.writer.get_extra_info("socket")
    linger_no_time = struct.pack("ii", 1, 0)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_no_time)
    talk.writer.transport.abort()


def _caller(gateway: RunningGateway) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=gateway.site.url, trust_env=False, timeout=SECONDS
    )


async def _raw(
    gateway: RunningGateway, request: bytes, begun: asyncio.Event | None = None
) -> bytes:
    """Send octets, and return all that comes back until the connection is over.

    Args:
        gateway: To whom.
        request: The octets.
        begun: Set as soon as the answer has begun.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.site.port)
    writer.write(request)
    answer = b""
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(SECONDS):
            while piece := await reader.read(65536):
                answer += piece
                if begun is not None:
                    begun.set()
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
    return answer


async def _problem(gateway: RunningGateway) -> tuple[int, str]:
    async with _caller(gateway) as caller:
        answer = await caller.get(FEED)
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["type"]


async def test_nobody_listens_502(gateway: RunningGateway) -> None:
    assert await _problem(gateway) == (502, "urn:gateway:upstream_refused")


async def test_it_hangs_up_without_an_answer_502(gateway: RunningGateway) -> None:
    async def behaviour(talk: Talk) -> None:
        await talk.request()
        _reset(talk)

    async with behind(gateway, behaviour):
        assert await _problem(gateway) == (502, "urn:gateway:upstream_error")


async def test_it_stalls_504(gateway: RunningGateway) -> None:
    """The request arrived, and nothing comes: `first_byte` is over."""

    async def behaviour(talk: Talk) -> None:
        await talk.request()
        await talk.reader.read()

    async with behind(gateway, behaviour) as liar:
        assert await _problem(gateway) == (504, "urn:gateway:upstream_timeout")
        assert liar.requests == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 2OO OK\r\n\r\n",
        HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok",
        HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"Content-Length: -1\r\n\r\n",
        HEAD + b"X: " + b"a" * 1_000_000,
    ],
    ids=lambda answer: repr(answer[:60]),
)
async def test_what_is_no_answer_502(gateway: RunningGateway, answer: bytes) -> None:
    async def behaviour(talk: Talk) -> None:
        await talk.request()
        await talk.say(answer)
        await talk.reader.read()

    async with behind(gateway, behaviour):
        assert await _problem(gateway) == (502, "urn:gateway:upstream_error")


DEATHS = {
    "counted": HEAD + b"Content-Length: 1000\r\n\r\n" + b"x" * 10,
    "chunked, after a chunk": CHUNKED + b"a\r\n0123456789\r\n",
    "chunked, within a chunk": CHUNKED + b"ff\r\n0123456789",
    "chunked, a bad chunk": CHUNKED + b"a\r\n0123456789\r\nzz\r\n",
}


@pytest.mark.parametrize("way", ["closes", "resets", "stalls"])
@pytest.mark.parametrize("beginning", DEATHS.values(), ids=DEATHS)
async def test_it_dies_mid_body_and_the_client_sees_a_broken_body(
    gateway: RunningGateway, beginning: bytes, way: str
) -> None:
    """A cache, or a script, must not take half an answer for a whole one."""
    begun = asyncio.Event()

    async def behaviour(talk: Talk) -> None:
        await talk.request()
        await talk.say(beginning)
        await begun.wait()
        if way == "resets":
            _reset(talk)
        elif way == "stalls":
            await talk.reader.read()

    async with behind(gateway, behaviour):
        raw = await _raw(gateway, GET, begun)
        begun.clear()
        await _check_broken(gateway, begun)

    head, _, body = raw.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert not body.endswith(b"0\r\n\r\n")
    assert len(body) < 1000


async def _check_broken(gateway: RunningGateway, begun: asyncio.Event) -> None:
    """Fail unless an HTTP client notices that an answer is not whole."""
    async with _caller(gateway) as caller, caller.stream("GET", FEED) as answer:
        begun.set()
        with pytest.raises(httpx.TransportError):
            await answer.aread()


async def test_an_answer_without_a_length_that_is_reset_is_broken(
    gateway: RunningGateway,
) -> None:
    """Its end is the end of the connection; an orderly one, and no other."""
    begun = asyncio.Event()
    endings = ["reset", "close"]

    async def behaviour(talk: Talk) -> None:
        await talk.request()
        await talk.say(HEAD + b"\r\nhello")
        await begun.wait()
        if endings.pop() == "reset":
            _reset(talk)

    async with behind(gateway, behaviour):
        closed = await _raw(gateway, GET, begun)
        begun.clear()
        await _check_broken(gateway, begun)

    assert closed.endswith(b"\r\n5\r\nhello\r\n0\r\n\r\n")


async def test_what_follows_an_answer_reaches_nobody(gateway: RunningGateway) -> None:
    """More than it promised: an answer that somebody else might be given."""
    forged = HEAD + b"Content-Length: 6\r\n\r\nforged"

    async def behaviour(talk: Talk) -> None:
        await talk.serve(HEAD + b"Content-Length: 2\r\n\r\nok" + forged)

    async with behind(gateway, behaviour) as liar, _caller(gateway) as caller:
        answers = [(await caller.get(FEED)).text for _ in range(5)]

    assert answers == ["ok"] * 5
    assert len(liar.talks) == 5


async def test_a_service_that_answers_before_it_has_read_all_is_heard(
    gateway: RunningGateway,
) -> None:
    """413 while the body is still on its way; and nothing hangs."""
    token = gateway.site.backend.token()

    async def behaviour(talk: Talk) -> None:
        await talk.request()
        await talk.say(
            b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n"
            b"Connection: close\r\n\r\nbig"
        )
        await talk.reader.read(1000)

    async with behind(gateway, behaviour):
        head = (
            f"PUT {CLOSED}/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 8000000\r\n"
            f"Authorization: Bearer {token}\r\n\r\n"
        )
        answer = await _raw(gateway, head.encode() + b"x" * 100_000)

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert answer.endswith(b"\r\n\r\nbig")


async def test_a_client_that_dies_mid_body_is_no_end_of_the_body(
    gateway: RunningGateway,
) -> None:
    """The service sees a broken request, not a shorter one."""
    token = gateway.site.backend.token()
    arrived = asyncio.Event()
    seen: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def behaviour(talk: Talk) -> None:
        await talk.request()
        arrived.set()
        body = b""
        with contextlib.suppress(ConnectionError):
            while piece := await talk.reader.read(65536):
                body += piece
        seen.set_result(body)

    async with behind(gateway, behaviour), asyncio.timeout(SECONDS):
        _, writer = await asyncio.open_connection("127.0.0.1", gateway.site.port)
        head = (
            f"PUT {CLOSED}/1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
            f"Authorization: Bearer {token}\r\n\r\n"
        )
        # The gateway asks nobody to wait for a slow client: it gathers the beginning.
        writer.write(head.encode() + b"%x\r\n%b\r\n" % (len(LARGE), LARGE))
        await arrived.wait()
        writer.close()
        await writer.wait_closed()
        body = await seen

    assert not body.endswith(b"0\r\n\r\n")


async def test_a_client_that_dies_at_once_is_nobody_s_business(
    gateway: RunningGateway,
) -> None:
    """Half a small body, and gone: the service is not even asked."""
    token = gateway.site.backend.token()
    head = (
        f"PUT {CLOSED}/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n"
        f"Authorization: Bearer {token}\r\n\r\n"
    )

    async def behaviour(talk: Talk) -> None:
        await talk.serve()

    async with behind(gateway, behaviour) as liar, asyncio.timeout(SECONDS):
        _, writer = await asyncio.open_connection("127.0.0.1", gateway.site.port)
        writer.write(head.encode() + b"hello")
        writer.close()
        await writer.wait_closed()
        # Whoever comes next is served, on what is then the first connection.
        assert (await _raw(gateway, GET)).endswith(b"\r\n\r\nok")

    assert liar.requests == 1


async def test_a_client_that_leaves_ends_the_exchange_with_the_service(
    gateway: RunningGateway,
) -> None:
    """Nothing is produced for nobody."""
    ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def behaviour(talk: Talk) -> None:
        await talk.request()
        await talk.say(CHUNKED)
        try:
            while True:
                await talk.say(b"400\r\n" + b"x" * 1024 + b"\r\n")
                await asyncio.sleep(0.01)
        except ConnectionError:
            ended.set_result(None)

    async with behind(gateway, behaviour):
        async with _caller(gateway) as caller, caller.stream("GET", FEED) as answer:
            async for _ in answer.aiter_raw():
                break
        async with asyncio.timeout(SECONDS):
            await ended


async def test_connections_to_a_service_that_is_well_are_used_again(
    gateway: RunningGateway,
) -> None:
    """After all of this; and one that the service closed meanwhile is no failure."""

    async def behaviour(talk: Talk) -> None:
        for _ in range(3):
            await talk.request()
            await talk.say(OK)

    async with behind(gateway, behaviour) as liar, _caller(gateway) as caller:
        for _ in range(12):
            assert (await caller.get(FEED)).text == "ok"

    assert len(liar.talks) == 4


async def test_nginx_is_kept_alive(gateway: RunningGateway, tmp_path: Path) -> None:
    """Two hundred requests of several callers at once, on a few connections."""
    port = _upstream_port(gateway)
    server = (
        f"listen 127.0.0.1:{port}; keepalive_requests 1000;"
        f" location / {{ add_header X-Connection $connection;"
        ' return 200 "$request_method $request_uri $http_x_forwarded_for"; }'
    )
    with nginx(tmp_path, port, server):
        async with _caller(gateway) as caller:

            async def ask(number: int) -> httpx.Response:
                return await caller.get(f"{FEED}?n={number}&n=%20x")

            answers = [
                answer
                for start in range(0, 200, 4)
                for answer in await asyncio.gather(*map(ask, range(start, start + 4)))
            ]

    assert [a.text for a in answers] == [
        f"GET {FEED}?n={number}&n=%20x 127.0.0.1" for number in range(200)
    ]
    assert len({a.headers["x-connection"] for a in answers}) <= 4
