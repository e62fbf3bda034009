"""`/live` and `/ready`: whether to restart the gateway, and whether to send it requests."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

NO_STORE = {"Cache-Control": "no-store"}


class Readiness(Protocol):
    """Knows what keeps the gateway from serving."""

    def obstacles(self) -> Mapping[str, str]:
        """Return what is in the way, by name, with a sentence; empty if nothing is.

        Called on the event loop, so it waits for nothing.
        """


def routes(*, readiness: Readiness) -> Sequence[BaseRoute]:
    """Return the probes' routes."""
    # Neither waits for anything: on the loop, they answer when all threads are taken.

    async def live(_request: Request) -> JSONResponse:
        # That this runs is the answer. A restart would cure nothing that it can see.
        return JSONResponse({"live": True}, headers=NO_STORE)

    async def ready(_request: Request) -> JSONResponse:
        obstacles = readiness.obstacles()
        return JSONResponse(
            {"ready": not obstacles, "reasons": dict(obstacles)},
            status_code=HTTPStatus.SERVICE_UNAVAILABLE if obstacles else HTTPStatus.OK,
            headers=NO_STORE,
        )

    return [Route("/live", live), Route("/ready", ready)]
