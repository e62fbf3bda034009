"""Removes what is over from the database, every few minutes, as long as the gateway runs.

Codes, sessions, counted tries: whoever reads them sees for themselves that their time is
over, so nothing depends on when they go. Any gateway of a database may do it; what one
cannot remove, the next sweep will.
"""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from gateway.app.pools import PoolServices
from gateway.federation.attempts import sweep as sweep_attempts
from gateway.federation.linking.proofs import sweep as sweep_links
from gateway.federation.sessions import sweep as sweep_sessions
from gateway.model.errors import StorageError
from gateway.oauth.authorizing.browser_sessions import BrowserSessions
from gateway.oauth.authorizing.codes import Codes as AuthorizationCodes
from gateway.oauth.authorizing.devices import Devices
from gateway.oauth.authorizing.pushed_requests import PushedRequests
from gateway.pool.limits import WINDOW
from gateway.pool.people.unconfirmed import Unconfirmed
from gateway.pool.throttling import MEMORY
from gateway.storage.database import Database
from gateway.storage.pools.codes import UserCodes
from gateway.storage.pools.failures import UserFailures
from gateway.storage.pools.origins import Origins
from gateway.storage.pools.replays import Replays
from gateway.storage.pools.sessions import SignInSessions
from gateway.storage.pools.spending import Spending
from gateway.telemetry.logs import Logger

EVERY: Final = timedelta(minutes=10)

# How long it is known from where somebody has signed in: from there, strangers elsewhere do
# not keep them out.
KNOWN_NETWORKS: Final = timedelta(days=90)

# Removes what is over at a time; returns how much there was.
Sweep = Callable[[datetime], int]


class Sweeping:
    """Sweeps when it is due."""

    def __init__(
        self,
        *,
        sweeps: Mapping[str, Sweep],
        clock: Callable[[], datetime],
        logger: Logger,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare; the first sweep is due at once.

        Args:
            sweeps: By what they remove, for the log.
            clock: The time.
            logger: The program's own messages.
            monotonic: Seconds that pass.
        """
        self._sweeps = sweeps
        self._clock = clock
        self._logger = logger
        self._monotonic = monotonic
        self._due_at = monotonic()

    def tick(self) -> None:
        """Sweep, if it is time. Belongs into a thread, one at a time."""
        if self._monotonic() < self._due_at:
            return
        self._due_at = self._monotonic() + EVERY.total_seconds()
        for what, sweep in self._sweeps.items():
            try:
                removed = sweep(self._clock())
            except StorageError as error:
                self._logger.warning(
                    "what is over stays for now", what=what, detail=error.detail
                )
                continue
            if removed:
                self._logger.debug("removed what was over", what=what, count=removed)


def sweeps_of(
    database: Database,
    services: PoolServices,
    *,
    sessions: BrowserSessions,
    pushed: PushedRequests,
    codes: AuthorizationCodes,
    devices: Devices,
) -> Mapping[str, Sweep]:
    """Return everything that is swept.

    Args:
        database: What is swept.
        services: Know the pools.
        sessions: Of browsers.
        pushed: Requests that were sent ahead.
        codes: Authorization codes.
        devices: Devices that wait.
    """

    def in_one(work: Callable[[Connection, datetime], int]) -> Sweep:
        return lambda now: database.write(lambda connection: work(connection, now))

    unconfirmed = Unconfirmed(database=database, pools=services.pools)
    return {
        "people who never confirmed": unconfirmed.sweep,
        "codes": in_one(lambda c, now: UserCodes(c).remove_expired(now)),
        "sign-ins": in_one(lambda c, now: SignInSessions(c).remove_expired(now)),
        "failed tries": in_one(_failures),
        "counts of an hour": in_one(
            lambda c, now: Spending(c).remove_before(now - WINDOW)
        ),
        "browsers' sessions": in_one(sessions.sweep),
        "pushed requests": in_one(pushed.sweep),
        "authorization codes": in_one(codes.sweep),
        "waiting devices": in_one(devices.sweep),
        "authorizations": in_one(lambda c, now: Origins(c).remove_expired(now)),
        "sign-ins through providers": in_one(sweep_attempts),
        "proofs": in_one(lambda c, now: Replays(c).remove_expired(now)),
        "waiting links": in_one(sweep_links),
        "sign-ins from providers": in_one(sweep_sessions),
    }


def _failures(connection: Connection, now: datetime) -> int:
    kept = UserFailures(connection)
    strangers = kept.remove_strangers(now - MEMORY)
    return strangers + kept.remove_before(now - KNOWN_NETWORKS)
