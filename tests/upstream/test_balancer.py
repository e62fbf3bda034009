"""Which of several targets gets the next request."""

import asyncio

import pytest

from gateway.model.errors import UpstreamRefusedError, UpstreamTimeoutError
from gateway.upstream.balancer import Balancer
from gateway.upstream.connection import Connection
from gateway.upstream.limits import Limits, Timeouts
from tests.upstream.fakes import OK, FakeEndpoint, settle, until


def balancer_of(
    *endpoints: FakeEndpoint, connect: float = 5, first_byte: float = 10
) -> Balancer:
    """Return a balancer over these targets."""
    return Balancer(
        endpoints,
        loop=asyncio.get_running_loop(),
        timeouts=Timeouts(connect=connect, first_byte=first_byte, idle=30, total=60),
        limits=Limits(connections=10, keep_alive=0.01),
    )


def answer(connection: Connection) -> None:
    """Let the connection carry a request to its end."""
    exchange = connection.begin(b"GET", to_head=False, total_at=float("inf"))
    connection.finish(exchange)
    connection.data_received(OK)


@pytest.fixture
async def endpoints() -> list[FakeEndpoint]:
    return [FakeEndpoint() for _ in range(3)]


async def test_requests_go_where_the_fewest_are_in_flight(
    endpoints: list[FakeEndpoint],
) -> None:
    """Not in turns: a slow instance gets less."""
    balancer = balancer_of(*endpoints)
    for _ in range(6):
        await balancer.acquire()
    slow = [endpoint.open for endpoint in endpoints]
    endpoints[1].transports[0].abort()
    endpoints[1].transports[1].abort()
    await settle()
    await balancer.acquire()

    assert slow == [2, 2, 2]
    assert endpoints[1].attempts == 3
    balancer.close()


async def test_idle_connections_do_not_count_as_load(
    endpoints: list[FakeEndpoint],
) -> None:
    """What was used before is used again."""
    balancer = balancer_of(endpoints[0])
    answer(await balancer.acquire())
    answer(await balancer.acquire())

    assert endpoints[0].attempts == 1
    balancer.close()


async def test_a_target_that_refuses_is_passed_over(
    endpoints: list[FakeEndpoint],
) -> None:
    """Nothing of the request has been sent to it; and it is left alone for a moment."""
    balancer = balancer_of(*endpoints)
    endpoints[0].refuse = 100
    for _ in range(6):
        await balancer.acquire()

    assert endpoints[0].attempts == 1
    assert [endpoint.open for endpoint in endpoints] == [0, 3, 3]
    balancer.close()


async def test_a_target_that_was_left_alone_gets_another_chance(
    endpoints: list[FakeEndpoint],
) -> None:
    """After a moment, or when all others refuse, too."""
    balancer = balancer_of(*endpoints)
    endpoints[0].refuse = 1
    await balancer.acquire()
    for endpoint in endpoints[1:]:
        endpoint.refuse = 1
    await balancer.acquire()

    assert endpoints[0].open == 1
    balancer.close()


async def test_a_target_that_says_nothing_is_passed_over(
    endpoints: list[FakeEndpoint],
) -> None:
    """Packets may be dropped instead of refused."""
    balancer = balancer_of(*endpoints, connect=0.01)
    endpoints[0].hang = True
    await balancer.acquire()

    assert endpoints[1].open == 1
    balancer.close()


@pytest.mark.parametrize(
    ("hang", "error"), [(False, UpstreamRefusedError), (True, UpstreamTimeoutError)]
)
async def test_if_none_can_be_connected_to_that_is_a_failure(
    endpoints: list[FakeEndpoint], error: type[Exception], *, hang: bool
) -> None:
    """Each was asked once."""
    balancer = balancer_of(*endpoints, connect=0.01)
    for endpoint in endpoints:
        endpoint.refuse = 100
        endpoint.hang = hang

    with pytest.raises(error):
        await balancer.acquire()
    assert [endpoint.attempts for endpoint in endpoints] == [1, 1, 1]
    balancer.close()


async def test_times_run_out_by_themselves(endpoints: list[FakeEndpoint]) -> None:
    """One timer looks after all connections of an upstream."""
    balancer = balancer_of(endpoints[0], first_byte=0.02)
    connection = await balancer.acquire()
    exchange = connection.begin(b"GET", to_head=False, total_at=balancer.deadline())
    connection.finish(exchange)

    with pytest.raises(UpstreamTimeoutError, match="first_byte"):
        await asyncio.wait_for(exchange.head(), 5)


async def test_the_timer_rests_when_there_is_nothing_to_look_after(
    endpoints: list[FakeEndpoint],
) -> None:
    """An idle gateway sleeps; the next request wakes it."""
    balancer = balancer_of(endpoints[0], first_byte=0.01)
    for _ in range(2):
        answer(await balancer.acquire())
        ticking = balancer._timer is not None
        await until(lambda: balancer._timer is None)

        assert ticking
        assert endpoints[0].open == 0


async def test_a_deadline_is_the_total_from_now(endpoints: list[FakeEndpoint]) -> None:
    """On the loop's own clock."""
    now = asyncio.get_running_loop().time()

    assert balancer_of(endpoints[0]).deadline() == pytest.approx(now + 60, abs=1)


async def test_retiring_and_closing_reach_every_target(
    endpoints: list[FakeEndpoint],
) -> None:
    """Idle ones go first, busy ones at the end."""
    balancer = balancer_of(*endpoints)
    connections = [await balancer.acquire() for _ in range(3)]
    answer(connections[0])
    balancer.retire()
    retired = [endpoint.open for endpoint in endpoints]
    balancer.close()
    balancer.close()

    assert retired == [0, 1, 1]
    assert [endpoint.open for endpoint in endpoints] == [0, 0, 0]
