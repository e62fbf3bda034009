"""Requests without a pause, while something happens to the gateway."""

import contextlib
import threading
from collections.abc import Iterator

import httpx

from tests.peers.running_gateway import CLOSED, Backend, RunningGateway, bearer

CALLERS = 3


class Load:
    """Several callers, each with new credentials all the time.

    Attributes:
        statuses: Of the answers, and how often; 0 for those that broke off.
    """

    def __init__(
        self, gateway: RunningGateway, *, backend: Backend | None = None
    ) -> None:
        """Prepare callers for whom the site's backend vouches, or another one."""
        self._gateway = gateway
        self._backend = backend or gateway.site.backend
        self._stop = threading.Event()
        self._counting = threading.Lock()
        self.statuses: dict[int, int] = {}

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Send requests while the block lasts."""
        threads = [
            threading.Thread(target=self._call, args=(f"user-{number}",))
            for number in range(CALLERS)
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def _call(self, subject: str) -> None:
        with self._gateway.caller() as caller:
            while not self._stop.is_set():
                token = self._backend.token(subject)
                try:
                    status = caller.get(
                        f"{CLOSED}/1", headers=bearer(token)
                    ).status_code
                except httpx.TransportError:
                    status = 0
                with self._counting:
                    self.statuses[status] = self.statuses.get(status, 0) + 1
