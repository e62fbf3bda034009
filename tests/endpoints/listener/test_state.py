"""What the connections of one listener have in common."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from gateway.endpoints.listener.limits import ListenerLimits
from gateway.endpoints.listener.state import ListenerState
from tests.endpoints.listener.conftest import GET, Wire


async def nothing(*_: object) -> None:
    pass


def make_state() -> ListenerState:
    return ListenerState(app=nothing, limits=ListenerLimits(), name="test")


async def test_the_date_is_that_of_http() -> None:
    """RFC 9110 section 5.6.7: IMF-fixdate, in GMT."""
    state = make_state()

    date = state.date.decode("ascii")

    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", date)
    age = datetime.now(UTC) - parsedate_to_datetime(date)
    assert abs(age) < timedelta(seconds=5)


async def test_nothing_open_is_quiet() -> None:
    """A drain without connections is over at once."""
    state = make_state()
    state.draining = True

    assert await state.wait_until_quiet(5)


async def test_a_request_outlives_its_connection(wire: Wire) -> None:
    """Its application may have something to finish; that is waited for."""
    go_on = asyncio.Event()

    async def waits(*_: object) -> None:
        await go_on.wait()

    wire.script = waits
    await wire.feed(GET)
    wire.state.draining = True
    wire.transport.abort()
    await wire.settle()
    assert not await wire.state.wait_until_quiet(0.01)

    go_on.set()

    assert await wire.state.wait_until_quiet(5)
    assert wire.state.tasks == set()


async def test_a_connection_is_waited_for(wire: Wire) -> None:
    """With a limit."""
    wire.state.draining = True
    assert not await wire.state.wait_until_quiet(0.01)

    wire.transport.close()

    assert await wire.state.wait_until_quiet(5)
