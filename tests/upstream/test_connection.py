"""One connection: what it does with bytes, pauses, ends and time, on a fake transport."""

import asyncio
from math import inf

import pytest

from gateway.model.errors import UpstreamError, UpstreamTimeoutError
from gateway.upstream.connection import Connection
from gateway.upstream.exchange import Exchange
from gateway.upstream.fields import ResponseHeaders
from gateway.upstream.limits import Limits, Timeouts
from tests.upstream.fakes import OK, FakeTransport, settle

BIG = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
OPEN_ENDED = b"HTTP/1.1 200 OK\r\n\r\n"
TIMEOUTS = Timeouts(connect=1, first_byte=10, idle=30, total=60)


class Keeper:
    """Remembers which connections came back and which are gone."""

    def __init__(self) -> None:
        self.kept: list[Connection] = []
        self.dropped: list[Connection] = []

    def keep(self, connection: Connection) -> None:
        self.kept.append(connection)

    def drop(self, connection: Connection) -> None:
        self.dropped.append(connection)


class Wire:
    """A connection with everything around it that a test looks at."""

    def __init__(self) -> None:
        self.keeper = Keeper()
        self.loop = asyncio.get_running_loop()
        self.connection = Connection(
            self.keeper,
            loop=self.loop,
            names=ResponseHeaders(),
            timeouts=TIMEOUTS,
            limits=Limits(buffer=100),
        )
        self.transport = FakeTransport(self.connection)
        self.connection.connection_made(self.transport)

    def ask(
        self, payload: bytes = b"GET", *, whole: bool = True, to_head: bool = False
    ) -> Exchange:
        """Write a request, or the beginning of one."""
        exchange = self.connection.begin(
            payload, to_head=to_head, total_at=self.loop.time() + TIMEOUTS.total
        )
        if whole:
            self.connection.finish(exchange)
        return exchange

    def check_in(self, seconds: float) -> None:
        """Look at the clock as if it were so much later."""
        self.connection.check(self.loop.time() + seconds)

    @property
    def gone(self) -> bool:
        """Whether the connection is closed and its keeper knows, once."""
        closed = self.transport.is_closing()
        assert closed == bool(self.keeper.dropped)
        assert len(self.keeper.dropped) <= 1
        return closed


async def read_all(exchange: Exchange) -> bytes:
    """Return the body of the answer, once it is whole."""
    await exchange.head()
    body = b""
    while piece := await exchange.read():
        body += piece
    return body


@pytest.fixture
async def wire() -> Wire:
    return Wire()


async def test_a_request_is_one_write_and_its_answer_frees_the_connection(
    wire: Wire,
) -> None:
    """And the next one may use it."""
    for turn in range(2):
        exchange = wire.ask(b"GET %d" % turn)
        wire.transport.receive(OK)

        assert await exchange.read() == b"ok"
        assert wire.connection.reused == bool(turn)
    assert wire.transport.written == b"GET 0GET 1"
    assert wire.keeper.kept == [wire.connection] * 2
    assert not wire.gone


async def test_the_connection_is_free_before_the_answer_is_taken(wire: Wire) -> None:
    """A slow client keeps what it was sent, not the connection."""
    exchange = wire.ask()
    wire.transport.receive(OK)

    assert wire.keeper.kept
    assert await exchange.read() == b"ok"


async def test_a_promise_to_stay_is_passed_to_the_keeper(wire: Wire) -> None:
    """For when to close it."""
    wire.ask()
    wire.transport.receive(
        b"HTTP/1.1 204 No\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n\r\n"
    )

    assert wire.connection.promise == 5


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"x",
        OK + OK,
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        CHUNKED + b"2\r\nok\r\n0\r\nA: b\r\n\r\n",
    ],
)
async def test_after_an_oddity_the_connection_is_closed(
    wire: Wire, answer: bytes
) -> None:
    """But the answer counts."""
    exchange = wire.ask()
    wire.transport.receive(answer)

    assert await exchange.read() == b"ok"
    assert await exchange.read() == b""
    assert wire.gone
    assert not wire.keeper.kept


async def test_bytes_that_nobody_asked_for_close_the_connection(wire: Wire) -> None:
    """They would be the answer to the next request."""
    wire.transport.receive(OK)

    assert wire.gone


async def test_bytes_between_two_requests_close_the_connection(wire: Wire) -> None:
    """Even a line break."""
    wire.ask()
    wire.transport.receive(OK)
    wire.transport.receive(b"\r\n")

    assert wire.gone


async def test_the_peers_end_between_two_requests_closes_the_connection(
    wire: Wire,
) -> None:
    """It is not offered again."""
    wire.ask()
    wire.transport.receive(OK)
    wire.connection.eof_received()

    assert wire.gone
    assert not wire.connection.alive


async def test_an_invalid_answer_is_a_failure_and_closes_the_connection(
    wire: Wire,
) -> None:
    """Nothing of it is passed on."""
    exchange = wire.ask()
    wire.transport.receive(b"HTTP/1.1 200 OK\nfoo: bar\n\n")

    with pytest.raises(UpstreamError):
        await exchange.head()
    assert wire.gone


async def test_an_invalid_chunk_breaks_the_body(wire: Wire) -> None:
    """What came before it is delivered."""
    exchange = wire.ask()
    wire.transport.receive(CHUNKED + b"2\r\nok\r\n")
    wire.transport.receive(b"zz\r\n")

    assert await exchange.read() == b"ok"
    with pytest.raises(UpstreamError):
        await exchange.read()
    assert wire.gone


async def test_an_answer_before_the_request_is_whole_is_an_oddity(wire: Wire) -> None:
    """The rest of the request may already be on its way."""
    exchange = wire.ask(whole=False)
    wire.transport.receive(OK)

    assert await exchange.read() == b"ok"
    assert wire.gone


async def test_an_early_refusal_stops_the_sender(wire: Wire) -> None:
    """A 413 means that nobody reads the rest."""
    exchange = wire.ask(whole=False)
    exchange.sender = asyncio.create_task(_for_ever())
    wire.transport.receive(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n")
    await exchange.head()
    await exchange.sender_stopped()
    wire.transport.receive(b"no")

    assert await exchange.read() == b"no"
    assert wire.gone


async def test_an_early_success_lets_the_sender_go_on(wire: Wire) -> None:
    """Some upstreams answer while they read; at its end the connection closes."""
    exchange = wire.ask(whole=False)
    exchange.sender = asyncio.create_task(_for_ever())
    wire.transport.receive(BIG + b"x")
    await settle()
    still_sending = not exchange.sender.done()
    wire.check_in(TIMEOUTS.idle + 1)
    await settle()
    patient = not exchange.sender.done()
    wire.transport.receive(b"x" * 999)
    await exchange.sender_stopped()

    assert still_sending
    assert patient
    assert wire.gone


@pytest.mark.parametrize("data", [b"", b"HTTP/1.1 200 OK\r\nContent", BIG, BIG + b"x"])
@pytest.mark.parametrize("way", ["end", "lost", "reset"])
async def test_a_connection_that_ends_too_early_is_a_failure(
    wire: Wire, data: bytes, way: str
) -> None:
    """Whichever way it ends."""
    exchange = wire.ask()
    if data:
        wire.transport.receive(data)
    if way == "end":
        wire.connection.eof_received()
    else:
        wire.transport.lose(ConnectionResetError() if way == "reset" else None)
    await settle()

    with pytest.raises(UpstreamError):
        await read_all(exchange)
    assert wire.keeper.dropped == [wire.connection]


async def test_an_end_is_the_end_of_a_body_without_a_length(wire: Wire) -> None:
    """An orderly one only."""
    exchange = wire.ask()
    wire.transport.receive(OPEN_ENDED + b"ok")
    wire.connection.eof_received()

    assert await exchange.read() == b"ok"
    assert await exchange.read() == b""
    assert wire.gone


async def test_a_reset_is_no_end_of_a_body_without_a_length(wire: Wire) -> None:
    """Who resets has not said that this was all."""
    exchange = wire.ask()
    wire.transport.receive(OPEN_ENDED + b"ok")
    wire.transport.lose(ConnectionResetError())
    await settle()

    assert await exchange.read() == b"ok"
    with pytest.raises(UpstreamError):
        await exchange.read()


async def test_a_connection_that_died_unseen_fails_the_request_at_once(
    wire: Wire,
) -> None:
    """Instead of letting it wait for its timeout."""
    wire.transport.lose(None)
    await settle()
    exchange = wire.ask()

    with pytest.raises(UpstreamError):
        await exchange.head()
    assert exchange.reader.untouched
    assert wire.keeper.dropped == [wire.connection]


async def test_a_slow_client_stops_the_upstream(wire: Wire) -> None:
    """What is held is bounded; what comes later is read later."""
    exchange = wire.ask()
    wire.transport.receive(BIG + b"x" * 100)
    within = wire.transport.reading
    wire.transport.receive(b"x")
    beyond = wire.transport.reading
    wire.transport.receive(b"x")
    taken = await exchange.read()

    assert within
    assert not beyond
    assert len(taken) == 102
    assert wire.transport.reading


async def test_a_slow_client_is_not_the_upstreams_fault(wire: Wire) -> None:
    """Idle does not run while the upstream may not send; it does afterwards."""
    exchange = wire.ask()
    wire.transport.receive(BIG + b"x" * 101)
    wire.check_in(TIMEOUTS.idle + 1)
    while_paused = wire.gone
    await exchange.read()
    wire.check_in(TIMEOUTS.idle - 1)
    too_early = wire.gone
    wire.check_in(TIMEOUTS.idle + 1)

    assert not while_paused
    assert not too_early
    assert wire.gone


async def test_a_slow_client_is_not_the_upstreams_fault_while_it_uploads(
    wire: Wire,
) -> None:
    """The end of the request does not start the clock while nothing may be sent."""
    exchange = wire.ask(whole=False)
    wire.transport.receive(BIG + b"x" * 101)
    wire.connection.finish(exchange)
    wire.check_in(TIMEOUTS.idle + 1)

    assert not wire.gone


async def test_a_connection_is_handed_back_reading(wire: Wire) -> None:
    """Even if the last piece was one too many to hold."""
    exchange = wire.ask()
    wire.transport.receive(BIG + b"x" * 101)
    wire.transport.receive(b"x" * 899)

    assert wire.keeper.kept
    assert wire.transport.reading
    assert len(await exchange.read()) == 1000


async def test_the_sender_waits_while_the_peer_does_not_keep_up(wire: Wire) -> None:
    """So that a slow upstream slows the client down."""
    exchange = wire.ask(whole=False)
    wire.transport.block = True
    writing = asyncio.create_task(wire.connection.write(exchange, b"abc"))
    await settle()
    blocked = not writing.done()
    wire.connection.resume_writing()
    await writing

    assert blocked
    assert wire.transport.written == b"GETabc"
    assert exchange.write_at == inf


async def test_a_peer_that_takes_nothing_is_idle(wire: Wire) -> None:
    """It counts in both directions."""
    exchange = wire.ask(whole=False)
    wire.transport.block = True
    exchange.sender = asyncio.create_task(wire.connection.write(exchange, b"abc"))
    await settle()
    wire.check_in(TIMEOUTS.idle - 1)
    early = wire.gone
    wire.check_in(TIMEOUTS.idle + 1)
    await exchange.sender_stopped()

    assert not early
    with pytest.raises(UpstreamTimeoutError, match="idle"):
        await exchange.head()
    assert wire.gone
    wire.connection.resume_writing()


async def test_writing_for_an_exchange_that_is_over_does_nothing(wire: Wire) -> None:
    """The connection may carry another one by then."""
    exchange = wire.ask()
    wire.transport.receive(OK)
    await wire.connection.write(exchange, b"late")

    assert wire.transport.written == b"GET"


async def test_the_transports_own_pauses_need_no_sender(wire: Wire) -> None:
    """A long head may fill the buffer, too."""
    wire.connection.resume_writing()
    wire.connection.pause_writing()
    wire.connection.resume_writing()

    assert not wire.gone


@pytest.mark.parametrize(
    ("received", "seconds", "what"),
    [
        (b"", TIMEOUTS.first_byte, "first_byte"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", TIMEOUTS.first_byte, "first_byte"),
        (b"HTTP/1.1 200 OK\r\nX: drip", TIMEOUTS.first_byte, "first_byte"),
        (BIG, TIMEOUTS.idle, "idle"),
        (BIG + b"x", TIMEOUTS.idle, "idle"),
    ],
)
async def test_each_wait_has_its_time(
    wire: Wire, received: bytes, seconds: float, what: str
) -> None:
    """The last moment that passes, and the first that does not."""
    exchange = wire.ask()
    if received:
        wire.transport.receive(received)
    wire.check_in(seconds - 0.5)
    early = wire.gone
    wire.check_in(seconds + 0.5)

    assert not early
    with pytest.raises(UpstreamTimeoutError, match=what):
        await read_all(exchange)
    assert wire.gone


@pytest.mark.parametrize("whole", [True, False])
async def test_the_total_runs_whatever_happens(wire: Wire, *, whole: bool) -> None:
    """Also while the client is the slow one."""
    exchange = wire.ask(whole=whole)
    if whole:
        wire.transport.receive(BIG + b"x" * 101)
    wire.check_in(TIMEOUTS.total - 0.5)
    early = wire.gone
    wire.check_in(TIMEOUTS.total + 0.5)

    assert not early
    with pytest.raises(UpstreamTimeoutError, match="total"):
        await read_all(exchange)
    assert wire.gone


async def test_nothing_runs_out_between_two_requests(wire: Wire) -> None:
    """How long a connection is kept is its keeper's business."""
    wire.ask()
    wire.transport.receive(OK)
    wire.check_in(1000)

    assert not wire.gone


async def test_giving_up_closes_the_connection(wire: Wire) -> None:
    """The client has gone; the upstream must not go on for nobody."""
    exchange = wire.ask()
    wire.transport.receive(BIG)
    exchange.abandon()
    await settle()

    assert wire.gone


async def test_giving_up_what_is_over_disturbs_nobody(wire: Wire) -> None:
    """The connection carries somebody else's request by then."""
    first = wire.ask()
    wire.transport.receive(OK)
    wire.ask()
    first.abandon()

    assert not wire.gone


async def test_the_end_of_the_response_is_no_timeout_of_the_next(wire: Wire) -> None:
    """Each exchange has its own times."""
    wire.ask()
    wire.transport.receive(OK)
    wire.ask(whole=False)
    wire.check_in(TIMEOUTS.first_byte + 1)

    assert not wire.gone


async def _for_ever() -> None:
    await asyncio.Event().wait()
