"""The targets of one upstream, and which of them gets the next request.

The one with the fewest requests in flight. A target that could not be connected to is left
alone for a moment: it has the fewest requests of all, and would attract every one.
"""

import asyncio
from collections.abc import Sequence
from math import inf

from gateway.model.errors import UpstreamRefusedError, UpstreamTimeoutError
from gateway.upstream.connection import Connection
from gateway.upstream.fields import ResponseHeaders
from gateway.upstream.limits import Limits, Timeouts
from gateway.upstream.pool import Endpoint, Pool

# For how long a target that refused a connection is asked only if all others do, too.
_LEFT_ALONE = 1.0


class Balancer:
    """Lends connections to the targets of one upstream, and watches their times."""

    def __init__(
        self,
        targets: Sequence[Endpoint],
        *,
        loop: asyncio.AbstractEventLoop,
        timeouts: Timeouts,
        limits: Limits,
    ) -> None:
        """Start without connections.

        Args:
            targets: At least one.
            loop: The running loop.
            timeouts: How long is waited.
            limits: How much each target is given.
        """
        self._timeouts = timeouts
        self._loop = loop
        names = ResponseHeaders()
        self._pools = tuple(
            Pool(target, loop=loop, names=names, timeouts=timeouts, limits=limits)
            for target in targets
        )
        self._left_alone_until = dict.fromkeys(self._pools, -inf)
        self._timer: asyncio.TimerHandle | None = None

    def deadline(self) -> float:
        """Return when an exchange that begins now must be over, on the loop's clock."""
        return self._loop.time() + self._timeouts.total

    def take(self) -> Connection | None:
        """Return a connection that is free, if the target whose turn it is has one."""
        pools = self._pools
        pool = pools[0] if len(pools) == 1 else self._choose(pools)
        return pool.take()

    async def acquire(self, *, fresh: bool = False) -> Connection:
        """Return a connection to one of the targets.

        A target that cannot be connected to is no reason to fail, as long as there is
        another: nothing of the request has been sent.

        Args:
            fresh: Make a new one, even if there are free ones.

        Raises:
            UpstreamBusyError: All connections of the target are taken.
            UpstreamRefusedError: No target can be connected to.
            UpstreamTimeoutError: No target can be connected to in time.
        """
        if self._timer is None:
            self._timer = self._loop.call_later(self._timeouts.tick, self._tick)
        candidates = list(self._pools)
        while True:
            pool = self._choose(candidates)
            try:
                return await pool.acquire(fresh=fresh)
            except (UpstreamRefusedError, UpstreamTimeoutError):
                self._left_alone_until[pool] = self._loop.time() + _LEFT_ALONE
                candidates.remove(pool)
                if not candidates:
                    raise

    def _choose(self, candidates: Sequence[Pool]) -> Pool:
        if len(candidates) == 1:
            return candidates[0]
        now = self._loop.time()
        return min(
            candidates, key=lambda pool: (self._left_alone_until[pool] > now, pool.load)
        )

    def _tick(self) -> None:
        now = self._loop.time()
        for pool in self._pools:
            pool.check(now)
        if all(pool.empty for pool in self._pools):
            self._timer = None
        else:
            self._timer = self._loop.call_later(self._timeouts.tick, self._tick)

    def retire(self) -> None:
        """Keep no connection beyond the request that it carries."""
        for pool in self._pools:
            pool.retire()

    def close(self) -> None:
        """Close everything, whatever is going on."""
        for pool in self._pools:
            pool.close()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
