"""Asks routes over ASGI, as a client or a browser would."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

import httpx
from starlette.routing import BaseRoute

from gateway.endpoints.frame import Frame
from gateway.telemetry.access import AccessLog
from gateway.telemetry.lines import LineWriter
from gateway.telemetry.logs import build_logger
from gateway.telemetry.pseudonyms import Pseudonyms
from gateway.telemetry.request_id import RequestIds
from tests.oauth.house import NOON, URL
from tests.telemetry.fakes import MemorySink


def caller(routes: Sequence[BaseRoute]) -> httpx.AsyncClient:
    """Return somebody who asks, in the frame that all endpoints stand in."""
    writer = LineWriter(sink=MemorySink(), flush_every=timedelta(hours=1))
    frame = Frame(
        routes=routes,
        client_ip=lambda _: "192.0.2.1",
        access_log=AccessLog(writer=None, pseudonyms=Pseudonyms(secret=b"k" * 32)),
        logger=build_logger(writer=writer, level="error", clock=lambda: NOON),
        ids=RequestIds(),
        clock=lambda: NOON,
    )
    writer.close()
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(cast("Any", frame)), base_url=URL
    )
