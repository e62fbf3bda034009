"""The connections to one target: who gets which, and which are kept."""

import asyncio

import pytest

from gateway.model.errors import (
    UpstreamBusyError,
    UpstreamRefusedError,
    UpstreamTimeoutError,
)
from gateway.upstream.connection import Connection
from gateway.upstream.fields import ResponseHeaders
from gateway.upstream.limits import Limits, Timeouts
from gateway.upstream.pool import Pool
from tests.upstream.fakes import OK, FakeEndpoint, settle

KEEP_ALIVE = 4.0
LIFETIME = 100.0


def pool_of(
    endpoint: FakeEndpoint,
    *,
    connections: int = 2,
    waiting: int = 2,
    connect: float = 5,
    lifetime: float = LIFETIME,
) -> Pool:
    """Return a small pool."""
    return Pool(
        endpoint,
        loop=asyncio.get_running_loop(),
        names=ResponseHeaders(),
        timeouts=Timeouts(connect=connect, first_byte=10, idle=30, total=60),
        limits=Limits(
            connections=connections,
            waiting=waiting,
            keep_alive=KEEP_ALIVE,
            lifetime=lifetime,
        ),
    )


def answer(connection: Connection, data: bytes = OK) -> None:
    """Let the connection carry a request to its end."""
    exchange = connection.begin(b"GET", to_head=False, total_at=float("inf"))
    connection.finish(exchange)
    connection.data_received(data)


def later(seconds: float) -> float:
    """Return what the loop's clock will say then."""
    return asyncio.get_running_loop().time() + seconds


@pytest.fixture
async def endpoint() -> FakeEndpoint:
    return FakeEndpoint()


@pytest.fixture
async def pool(endpoint: FakeEndpoint) -> Pool:
    return pool_of(endpoint)


async def test_a_connection_is_used_again(pool: Pool, endpoint: FakeEndpoint) -> None:
    """That is what a pool is for."""
    first = await pool.acquire()
    answer(first)
    second = await pool.acquire()

    assert second is first
    assert endpoint.attempts == 1
    assert pool.load == 1


async def test_the_last_used_is_taken_first(pool: Pool) -> None:
    """The others age, and go."""
    first, second = await pool.acquire(), await pool.acquire()
    answer(second)
    answer(first)

    assert await pool.acquire() is first
    assert await pool.acquire() is second


async def test_a_fresh_one_is_new(pool: Pool) -> None:
    """A request that met a stale connection must not meet another."""
    first = await pool.acquire()
    answer(first)
    second = await pool.acquire(fresh=True)

    assert second is not first
    assert not second.reused


async def test_a_fresh_one_takes_the_place_of_an_idle_one(
    pool: Pool, endpoint: FakeEndpoint
) -> None:
    """The bound holds, and nobody waits for what is free."""
    first, second = await pool.acquire(), await pool.acquire()
    answer(first)
    answer(second)
    third = await pool.acquire(fresh=True)

    assert third not in (first, second)
    assert endpoint.open == 2


async def test_one_that_has_died_is_not_handed_out(
    pool: Pool, endpoint: FakeEndpoint
) -> None:
    """As far as that is known."""
    first = await pool.acquire()
    answer(first)
    endpoint.last.abort()

    assert await pool.acquire() is not first


async def test_one_that_is_too_old_is_not_handed_out(
    pool: Pool, endpoint: FakeEndpoint
) -> None:
    """Even if the clock has not been looked at since."""
    first = await pool.acquire()
    answer(first)
    first.expires_at = later(-0.1)

    assert await pool.acquire() is not first
    assert endpoint.open == 1


async def test_who_comes_too_late_waits_for_who_is_first(
    pool: Pool, endpoint: FakeEndpoint
) -> None:
    """In the order of coming."""
    first, _ = await pool.acquire(), await pool.acquire()
    waiting = [asyncio.create_task(pool.acquire()) for _ in range(2)]
    await settle()
    load = pool.load
    answer(first)
    await settle()

    assert load == 4
    assert waiting[0].result() is first
    assert not waiting[1].done()
    assert endpoint.attempts == 2
    waiting[1].cancel()
    await settle()


async def test_who_waits_may_make_a_connection_where_one_has_gone(
    pool: Pool, endpoint: FakeEndpoint
) -> None:
    """The slot is handed over, not the connection."""
    first, second = await pool.acquire(), await pool.acquire()
    waiting = asyncio.create_task(pool.acquire())
    await settle()
    first.discard()

    assert await waiting not in (first, second)
    assert endpoint.open == 2


async def test_one_that_dies_on_its_way_to_who_waits_is_replaced(
    pool: Pool, endpoint: FakeEndpoint
) -> None:
    """It was alive when it was handed over."""
    first, second = await pool.acquire(), await pool.acquire()
    waiting = asyncio.create_task(pool.acquire())
    await settle()
    answer(first)
    endpoint.transports[0].abort()

    assert await waiting not in (first, second)


async def test_only_so_many_may_wait(pool: Pool) -> None:
    """Others are told at once, while they can still go elsewhere."""
    for _ in range(2):
        await pool.acquire()
    waiting = [asyncio.create_task(pool.acquire()) for _ in range(2)]
    await settle()

    with pytest.raises(UpstreamBusyError):
        await pool.acquire()
    for task in waiting:
        task.cancel()
    await settle()


async def test_nobody_waits_for_ever(endpoint: FakeEndpoint) -> None:
    """Waiting for a connection takes as long as making one may."""
    pool = pool_of(endpoint, connections=1, connect=0.01)
    first = await pool.acquire()

    with pytest.raises(UpstreamBusyError):
        await pool.acquire()
    answer(first)
    assert await pool.acquire() is first
    assert pool.load == 1


async def test_who_gives_up_waiting_leaves_no_trace(pool: Pool) -> None:
    """The next in line gets what it would have got."""
    first, _ = await pool.acquire(), await pool.acquire()
    waiting = [asyncio.create_task(pool.acquire()) for _ in range(2)]
    await settle()
    waiting[0].cancel()
    await settle()
    answer(first)

    assert await waiting[1] is first
    assert pool.load == 2


@pytest.mark.parametrize("what", ["connection", "slot"])
async def test_who_has_given_up_is_passed_over(pool: Pool, what: str) -> None:
    """Even before it has had the time to leave the line."""
    first, _ = await pool.acquire(), await pool.acquire()
    waiting = [asyncio.create_task(pool.acquire()) for _ in range(2)]
    await settle()
    waiting[0].cancel()
    if what == "connection":
        answer(first)
    else:
        first.discard()

    assert (await waiting[1] is first) == (what == "connection")
    assert pool.load == 2


@pytest.mark.parametrize("what", ["connection", "slot"])
async def test_who_gives_up_in_the_moment_of_getting_gives_back(
    pool: Pool, what: str
) -> None:
    """Else the bound would shrink with every such client."""
    first, _ = await pool.acquire(), await pool.acquire()
    waiting = asyncio.create_task(pool.acquire())
    await settle()
    if what == "connection":
        answer(first)
    else:
        first.discard()
    waiting.cancel()
    await settle()

    assert waiting.cancelled()
    assert pool.load == 1
    assert (await pool.acquire() is first) == (what == "connection")


async def test_a_refusal_is_passed_on_and_costs_no_slot(
    pool: Pool, endpoint: FakeEndpoint
) -> None:
    """However often it happens."""
    endpoint.refuse = 5
    for _ in range(5):
        with pytest.raises(UpstreamRefusedError):
            await pool.acquire()

    assert pool.empty
    await pool.acquire()


async def test_a_connection_that_closes_at_once_is_a_refusal(
    pool: Pool, endpoint: FakeEndpoint
) -> None:
    """Nothing has been sent, so another target may be asked."""
    endpoint.dead = True

    with pytest.raises(UpstreamRefusedError):
        await pool.acquire()
    await settle()
    assert pool.empty


async def test_connecting_takes_only_so_long(endpoint: FakeEndpoint) -> None:
    """A target that drops packets says nothing at all."""
    pool = pool_of(endpoint, connect=0.01)
    endpoint.hang = True

    with pytest.raises(UpstreamTimeoutError, match="connect"):
        await pool.acquire()
    assert pool.empty


async def test_who_gives_up_connecting_frees_the_slot(
    pool: Pool, endpoint: FakeEndpoint
) -> None:
    """The client has gone."""
    endpoint.hang = True
    connecting = asyncio.create_task(pool.acquire())
    await settle()
    connecting.cancel()
    await settle()

    assert pool.empty


async def test_idle_connections_are_closed(pool: Pool, endpoint: FakeEndpoint) -> None:
    """Before the peer does it in the middle of the next request."""
    answer(await pool.acquire())

    pool.check(later(KEEP_ALIVE - 1))
    early = endpoint.open
    pool.check(later(KEEP_ALIVE + 1))

    assert early == 1
    assert endpoint.open == 0
    assert pool.empty


async def test_a_promise_that_is_shorter_counts(
    pool: Pool, endpoint: FakeEndpoint
) -> None:
    """A second is left for its way."""
    answer(
        await pool.acquire(),
        b"HTTP/1.1 204 No Content\r\nKeep-Alive: timeout=3\r\n\r\n",
    )

    pool.check(later(1.5))
    early = endpoint.open
    pool.check(later(2.5))

    assert early == 1
    assert endpoint.open == 0


async def test_a_connection_lives_only_so_long(endpoint: FakeEndpoint) -> None:
    """However busy it is: the name may lead elsewhere by now."""
    pool = pool_of(endpoint, lifetime=0)
    answer(await pool.acquire())

    assert pool.empty
    assert endpoint.open == 0


async def test_the_time_of_a_busy_connection_is_watched(
    pool: Pool, endpoint: FakeEndpoint
) -> None:
    """By the same look at the clock."""
    connection = await pool.acquire()
    connection.begin(b"GET", to_head=False, total_at=later(1))

    pool.check(later(2))

    assert endpoint.open == 0
    assert pool.empty


async def test_a_retired_pool_finishes_and_keeps_nothing(
    pool: Pool, endpoint: FakeEndpoint
) -> None:
    """Requests that were routed before a reload may still come."""
    first, second = await pool.acquire(), await pool.acquire()
    answer(first)
    pool.retire()
    after_retiring = endpoint.open
    answer(second)
    after_the_last = endpoint.open
    answer(await pool.acquire())

    assert after_retiring == 1
    assert after_the_last == 0
    assert endpoint.attempts == 3
    assert pool.empty


async def test_a_closed_pool_has_no_connection_left(
    pool: Pool, endpoint: FakeEndpoint
) -> None:
    """Whatever they were doing."""
    first, _ = await pool.acquire(), await pool.acquire()
    answer(first)
    pool.close()

    assert endpoint.open == 0
    assert pool.empty
