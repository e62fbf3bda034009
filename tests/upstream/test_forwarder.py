"""Requests to upstreams and answers back, over connections to nowhere."""

import asyncio
import gc
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.config.settings.addresses import parse_url
from gateway.config.settings.references import FileRef
from gateway.config.settings.upstreams import Upstream, UpstreamTls
from gateway.model.errors import (
    MalformedHeaderError,
    RequestError,
    UpstreamBusyError,
    UpstreamError,
    UpstreamRefusedError,
    UpstreamTimeoutError,
)
from gateway.upstream.exchange import BodySource
from gateway.upstream.forwarder import Forwarder, Outbound, Service, service_of
from gateway.upstream.limits import Limits, Timeouts
from gateway.upstream.response import UpstreamResponse
from gateway.upstream.target import Target
from tests.upstream.fakes import OK, FakeEndpoint, FakeTransport, Source, settle, until

TIMEOUTS = Timeouts(connect=5, first_byte=10, idle=30, total=60)
GET = Outbound(
    method="GET",
    target=b"/v1/a?b=c",
    headers=[(b"accept", b"*/*")],
    host=b"api.example.com",
    injected=((b"authorization", b"Bearer minted"),),
)
HEAD_OF_GET = (
    b"GET /v1/a?b=c HTTP/1.1\r\nhost: api.example.com\r\naccept: */*\r\n"
    b"authorization: Bearer minted\r\n\r\n"
)
POST = replace(GET, method="POST", headers=[], injected=(), content_length=5)
CHUNKED_POST = replace(POST, content_length=None)
# As much of a body as is worth a connection, and a body that is longer.
ENOUGH = bytes(65536)
LONG_POST = replace(POST, content_length=len(ENOUGH) + 5)


class Upstreams:
    """A forwarder to one upstream, and what the upstream sees and says."""

    def __init__(
        self,
        *,
        timeouts: Timeouts = TIMEOUTS,
        limits: Limits | None = None,
    ) -> None:
        self.endpoint = FakeEndpoint()
        self.service = Service((self.endpoint,), timeouts, limits or Limits())
        self.forwarder = Forwarder(upstreams={"orders": self.service})

    def send(
        self, outbound: Outbound, body: BodySource | None = None
    ) -> asyncio.Task[UpstreamResponse]:
        """Begin to forward."""
        return asyncio.create_task(self.forwarder.forward("orders", outbound, body))

    async def connected(self, count: int = 1) -> FakeTransport:
        """Wait for so many connections, and return the last."""
        await until(lambda: len(self.endpoint.transports) >= count)
        await settle()
        return self.endpoint.last

    async def answer(self, outbound: Outbound, data: bytes) -> UpstreamResponse:
        """Forward without a body, and let the upstream say this."""
        sending = self.send(outbound)
        await settle()
        self.endpoint.last.receive(data)
        return await sending


@pytest.fixture
async def upstreams() -> Upstreams:
    upstreams = Upstreams()
    await upstreams.forwarder.open()
    return upstreams


async def test_a_request_goes_out_and_its_answer_comes_back(
    upstreams: Upstreams,
) -> None:
    """Exactly what was said, and nothing else."""
    response = await upstreams.answer(GET, OK)

    assert upstreams.endpoint.last.written == HEAD_OF_GET
    assert response.status == 200
    assert await response.read() == b"ok"
    assert response.ended


async def test_one_connection_serves_one_request_after_the_other(
    upstreams: Upstreams,
) -> None:
    """As long as nothing is odd."""
    for _ in range(3):
        response = await upstreams.answer(GET, OK)
        await response.read()
        await response.close()

    assert upstreams.endpoint.attempts == 1


async def test_an_answer_to_head_has_no_body(upstreams: Upstreams) -> None:
    """RFC 9110 section 9.3.2."""
    response = await upstreams.answer(
        replace(GET, method="HEAD"), b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"
    )

    assert response.headers == [(b"content-length", b"99")]
    assert response.ended


@pytest.mark.parametrize(
    ("outbound", "pieces", "sent"),
    [
        (POST, [b"abcde"], b"content-length: 5\r\n\r\nabcde"),
        (POST, [b"ab", b"cde"], b"content-length: 5\r\n\r\nabcde"),
        (CHUNKED_POST, [], b"transfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
        (
            CHUNKED_POST,
            [b"ab", b"cde"],
            b"transfer-encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n",
        ),
    ],
)
async def test_a_body_goes_out_as_its_head_announces_it(
    upstreams: Upstreams, outbound: Outbound, pieces: Sequence[bytes], sent: bytes
) -> None:
    """In as many pieces as it comes; the connection can be used again."""
    sending = upstreams.send(outbound, Source(pieces, stall=outbound is POST))
    transport = await upstreams.connected()
    transport.receive(OK)
    response = await sending

    assert transport.written.endswith(sent)
    assert await response.read() == b"ok"
    assert not transport.is_closing()


async def test_an_empty_post_says_so(upstreams: Upstreams) -> None:
    """RFC 9110 section 8.6; and its body is not asked for."""
    source = Source([], stall=True)
    sending = upstreams.send(replace(POST, content_length=0), source)
    transport = await upstreams.connected()
    transport.receive(OK)
    await sending

    assert transport.written.endswith(b"content-length: 0\r\n\r\n")


async def test_a_slow_client_holds_no_connection(upstreams: Upstreams) -> None:
    """Neither before its body is there nor before much of it is."""
    slow = [
        upstreams.send(POST, Source([], stall=True)),
        upstreams.send(POST, Source([b"abcd"], stall=True)),
        upstreams.send(LONG_POST, Source([ENOUGH[1:]], stall=True)),
        upstreams.send(CHUNKED_POST, Source([b"a"] * 1000, stall=True)),
    ]
    await settle()

    assert upstreams.endpoint.attempts == 0
    for sending in slow:
        sending.cancel()
    await settle()


@pytest.mark.parametrize(
    ("outbound", "framed"),
    [
        (LONG_POST, ENOUGH),
        (CHUNKED_POST, b"10000\r\n" + ENOUGH + b"\r\n"),
    ],
)
async def test_a_long_body_goes_on_its_way_before_its_end(
    upstreams: Upstreams, outbound: Outbound, framed: bytes
) -> None:
    """Nobody could hold all of it."""
    sending = upstreams.send(outbound, Source([ENOUGH], stall=True))
    transport = await upstreams.connected()

    assert transport.written.endswith(b"\r\n\r\n" + framed)
    sending.cancel()
    await settle()


async def test_a_body_that_fails_reaches_the_caller_and_closes_the_connection(
    upstreams: Upstreams,
) -> None:
    """The upstream sees a broken request, never a shorter one."""
    sending = upstreams.send(
        LONG_POST, Source([ENOUGH], failure=EOFError("client gone"))
    )
    transport = await upstreams.connected()

    with pytest.raises(EOFError, match="client gone"):
        await sending
    assert transport.is_closing()
    assert not transport.written.endswith(b"0\r\n\r\n")


@pytest.mark.parametrize(
    ("outbound", "pieces"),
    [
        (POST, [b"abc"]),
        (POST, [b"abc", b"defg"]),
        (POST, [b"abcdefg"]),
        (POST, []),
        (LONG_POST, [ENOUGH, b"abc"]),
        (LONG_POST, [ENOUGH, b"abc", b"defg"]),
    ],
)
async def test_a_body_of_another_length_is_refused(
    upstreams: Upstreams, outbound: Outbound, pieces: list[bytes]
) -> None:
    """Its rest would be the upstream's next request."""
    with pytest.raises(RequestError):
        await upstreams.forwarder.forward("orders", outbound, Source(pieces))
    await settle()

    assert upstreams.endpoint.open == 0


async def test_an_early_refusal_is_the_answer(upstreams: Upstreams) -> None:
    """A 413 comes before the body was read; the rest is not sent."""
    source = Source([ENOUGH], stall=True)
    sending = upstreams.send(LONG_POST, source)
    transport = await upstreams.connected()
    transport.receive(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")
    response = await sending
    body = await response.read()
    await response.close()

    assert (response.status, body) == (413, b"no")
    assert source.cancelled
    assert transport.is_closing()


async def test_a_body_that_fails_after_the_head_breaks_the_answer(
    upstreams: Upstreams,
) -> None:
    """The upstream answers while it reads, and the client hangs up."""
    failing = asyncio.Event()

    class Late:
        def __init__(self) -> None:
            self.pieces = [ENOUGH]

        async def read(self) -> bytes:
            if self.pieces:
                return self.pieces.pop()
            await failing.wait()
            raise EOFError("client gone")

    sending = upstreams.send(LONG_POST, Late())
    transport = await upstreams.connected()
    transport.receive(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx")
    response = await sending
    await response.read()
    failing.set()

    with pytest.raises(EOFError):
        await response.read()
    assert transport.is_closing()


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_a_request_that_met_a_stale_connection_is_sent_again(
    upstreams: Upstreams, method: str
) -> None:
    """RFC 9112 section 9.3.1: the server closed it just then; on a new connection."""
    outbound = replace(GET, method=method)
    await upstreams.answer(outbound, OK if method != "HEAD" else OK[:-2])
    sending = upstreams.send(outbound)
    await settle()
    upstreams.endpoint.last.lose(None)
    transport = await upstreams.connected(2)
    transport.receive(b"HTTP/1.1 204 No Content\r\n\r\n")

    assert (await sending).status == 204
    assert transport.written.startswith(method.encode())


@pytest.mark.parametrize(
    ("outbound", "received", "used_before"),
    [
        (replace(GET, method="POST"), b"", True),
        (replace(GET, method="DELETE"), b"", True),
        (POST, b"", True),
        (replace(POST, method="GET"), b"", True),
        (GET, b"H", True),
        (GET, b"HTTP/1.1 100 Continue\r\n\r\n", True),
        (GET, b"", False),
    ],
)
async def test_no_other_request_is_sent_twice(
    upstreams: Upstreams, outbound: Outbound, received: bytes, *, used_before: bool
) -> None:
    """It may have had its effect already."""
    if used_before:
        await upstreams.answer(GET, OK)
    body = Source([b"abcde"]) if outbound.content_length else None
    sending = upstreams.send(outbound, body)
    transport = await upstreams.connected()
    if received:
        transport.receive(received)
    transport.lose(None)

    with pytest.raises(UpstreamError):
        await sending
    assert upstreams.endpoint.attempts == 1


async def test_a_request_is_sent_again_only_once(upstreams: Upstreams) -> None:
    """The second loss is the upstream's answer."""
    await upstreams.answer(GET, OK)
    sending = upstreams.send(GET)
    await settle()
    upstreams.endpoint.last.lose(None)
    await upstreams.connected(2)
    upstreams.endpoint.last.lose(None)

    with pytest.raises(UpstreamError):
        await sending
    assert upstreams.endpoint.attempts == 2


async def test_a_timeout_is_not_sent_again() -> None:
    """It would double the wait and the load."""
    upstreams = Upstreams(timeouts=Timeouts(first_byte=0.02))
    await upstreams.forwarder.open()
    await upstreams.answer(GET, OK)

    with pytest.raises(UpstreamTimeoutError):
        await upstreams.forwarder.forward("orders", GET)
    assert upstreams.endpoint.attempts == 1


async def test_a_caller_that_gives_up_closes_the_connection(
    upstreams: Upstreams,
) -> None:
    """The client has gone while the upstream was thinking."""
    sending = upstreams.send(LONG_POST, Source([ENOUGH], stall=True))
    transport = await upstreams.connected()
    sending.cancel()
    await asyncio.wait([sending])
    await settle()

    assert transport.is_closing()


async def test_a_refusal_and_a_full_pool_have_their_own_errors() -> None:
    """502 and 503 for who asks, and different words for who operates."""
    upstreams = Upstreams(limits=Limits(connections=1, waiting=0))
    await upstreams.forwarder.open()
    upstreams.endpoint.refuse = 1

    with pytest.raises(UpstreamRefusedError):
        await upstreams.forwarder.forward("orders", GET)
    holding = upstreams.send(GET)
    await settle()
    with pytest.raises(UpstreamBusyError):
        await upstreams.forwarder.forward("orders", GET)
    holding.cancel()
    await settle()


async def test_a_bad_header_takes_no_connection(upstreams: Upstreams) -> None:
    """It is found before anything is sent."""
    with pytest.raises(MalformedHeaderError):
        await upstreams.forwarder.forward(
            "orders", replace(GET, headers=[(b"a", b"b\r\nc: d")])
        )

    assert upstreams.endpoint.attempts == 0


async def test_closing_breaks_what_is_going_on(upstreams: Upstreams) -> None:
    """After the drain, nothing is left."""
    response = await upstreams.answer(
        GET, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"
    )
    await upstreams.forwarder.close()
    await settle()

    assert upstreams.endpoint.open == 0
    assert await response.read() == b"x"
    with pytest.raises(UpstreamError):
        await response.read()


async def test_a_successor_inherits_connections_to_the_same_upstreams(
    upstreams: Upstreams,
) -> None:
    """A reload is not felt; what has changed starts anew, what is going on finishes."""
    await upstreams.answer(GET, OK)
    same = Forwarder(upstreams={"orders": upstreams.service})
    await same.open(after=upstreams.forwarder)
    upstreams.forwarder.retire(heir=same)
    kept = upstreams.endpoint.open
    other = Forwarder(
        upstreams={"orders": replace(upstreams.service, limits=Limits(connections=1))}
    )
    await other.open(after=same)
    going_on = asyncio.create_task(same.forward("orders", GET))
    await settle()
    same.retire(heir=other)
    upstreams.endpoint.last.receive(OK)

    assert kept == 1
    assert await (await going_on).read() == b"ok"
    assert upstreams.endpoint.open == 0


def _settings(url: str, tls: UpstreamTls | None = None) -> Upstream:
    return Upstream(
        targets=(parse_url(url),),
        audience="https://orders.internal",
        connections=7,
        tls=tls,
    )


def test_a_plain_upstream_is_read_from_its_settings() -> None:
    """With its defaults."""
    service = service_of(_settings("http://orders.internal:8080"))

    assert service.targets == (Target("orders.internal", 8080),)
    assert service.timeouts == Timeouts(connect=1, first_byte=10, idle=30, total=60)
    assert service.limits == Limits(connections=7)


def test_a_tls_upstream_is_read_from_its_settings() -> None:
    """One context for all its targets; the system's authorities unless others are named."""
    service = service_of(_settings("https://orders.internal"))
    (target,) = service.targets

    assert isinstance(target, Target)
    assert target.tls is not None
    assert target.tls.material.ca is None


def test_unusable_certificates_are_refused() -> None:
    """At load."""
    bad = UpstreamTls(ca=FileRef(Path("ca.pem"), b"nothing"))

    with pytest.raises(ValueError, match="unusable TLS material"):
        service_of(_settings("https://orders.internal", bad))


async def test_a_request_leaves_nothing_for_the_garbage_collector(
    upstreams: Upstreams,
) -> None:
    """A circle in each request would cost more than all its parsing."""
    for data in (OK, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"):
        await (await upstreams.answer(GET, data)).read()
        gc.collect()
        gc.disable()
        try:
            for _ in range(50):
                await (await upstreams.answer(GET, data)).read()
            left = gc.collect()
        finally:
            gc.enable()

        assert left < 50
