"""What the connections of one listener have in common."""

import asyncio
import logging
from email.utils import formatdate

import uvicorn
from uvicorn._types import (
    ASGI3Application,
    ASGIReceiveCallable,
    ASGISendCallable,
    Scope,
)
from uvicorn.server import ServerState

from gateway.endpoints.listener.limits import ListenerLimits
from gateway.endpoints.listener.refusal import Refusal


class ListenerState(ServerState):
    """The open connections, the running tasks, and what they are measured by.

    Attributes:
        app: What the requests are for.
        config: What uvicorn's protocol reads of its own configuration.
        limits: What each connection is allowed.
        name: The listener's name, for the logs.
        logger: Where refusals and broken answers are told.
        date: The value of the `Date` header, not older than a second.
        draining: No connection is to be kept for another request.
    """

    def __init__(
        self, *, app: ASGI3Application, limits: ListenerLimits, name: str
    ) -> None:
        super().__init__()
        self.app = app
        self.config = _protocol_config()
        self.limits = limits
        self.name = name
        self.logger = logging.getLogger("gateway.listener")
        self.date = b""
        self.draining = False
        self._quiet = asyncio.Event()
        self.tell_time()

    def tell_time(self) -> None:
        """Bring `date` up to date."""
        self.date = formatdate(usegmt=True).encode("ascii")

    def note(self, refusal: Refusal, client: tuple[str, int] | None) -> None:
        """Tell the operator of a refused request."""
        self.logger.info(
            "refused %s: %d %s: %s",
            client[0] if client else "-",
            refusal.status,
            refusal.code,
            refusal.detail,
            extra={"listener": self.name},
        )

    def note_cut(self, client: tuple[str, int] | None) -> None:
        """Tell the operator of a client that takes no answer and was cut off."""
        self.logger.info(
            "cut %s: it took nothing of its answer for too long",
            client[0] if client else "-",
            extra={"listener": self.name},
        )

    def connection_ended(self) -> None:
        """Notice, when draining, that a connection is gone."""
        self._notice_quiet()

    def task_ended(self, task: asyncio.Task[None]) -> None:
        """Forget a request's task."""
        self.tasks.discard(task)
        self._notice_quiet()

    def _notice_quiet(self) -> None:
        if self.draining and not self.connections and not self.tasks:
            self._quiet.set()

    async def wait_until_quiet(self, seconds: float) -> bool:
        """Return whether no connection and no request was left within that time."""
        self._notice_quiet()
        try:
            async with asyncio.timeout(seconds):
                await self._quiet.wait()
        except TimeoutError:
            return False
        return True


def _protocol_config() -> uvicorn.Config:
    config = uvicorn.Config(
        _nobody,
        interface="asgi3",
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        forwarded_allow_ips=[],
        server_header=False,
        date_header=False,
        workers=1,
    )
    config.load()
    return config


async def _nobody(
    scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
) -> None:
    """Stand in for the application, which uvicorn calls to see what it is."""
