"""The gateway's decision function as a service of its own, for Envoy's ext_authz.

It takes a request's head, asks the same pipeline as the proxy, and answers 200 with the
minted credential or 403. No body, no upstream, no access log: what is measured is the price
of asking over HTTP.

    python benchmarks/decider.py CONFIG PORT
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import uvloop
from uvicorn._types import ASGI3Application

from gateway.app.loading import load
from gateway.app.snapshot import build_snapshot
from gateway.app.tools import Tools
from gateway.endpoints.listener.server import Listener
from gateway.model.errors import GatewayError
from gateway.model.target import parse_target
from gateway.pipeline import Inbound, Passage, Pipeline


class Decider:
    """Answers whether a request may pass."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def __call__(
        self,
        scope: dict[str, Any],
        _receive: Callable[[], Awaitable[Any]],
        send: Callable[[dict[str, Any]], Awaitable[None]],
    ) -> None:
        """Answer one question."""
        passage = Passage()
        inbound = Inbound(
            id="",
            method=scope["method"],
            scheme="http",
            host="gateway.bench",
            target=parse_target(scope["raw_path"]),
            presented=scope["headers"],
            headers=scope["headers"],
            content_length=0,
            ip=scope["client"][0],
        )
        try:
            await self._pipeline.admit(inbound, passage)
        except GatewayError:
            passage.minted = None
        headers = [(b"content-length", b"0")]
        if passage.minted is not None:
            headers.append((passage.minted.header, passage.minted.value))
        status = 403 if passage.minted is None else 200
        await send(
            {"type": "http.response.start", "status": status, "headers": headers}
        )
        await send({"type": "http.response.body", "body": b""})


async def run(config: Path, port: int) -> None:
    """Serve until the process is ended."""
    loaded = load(config)
    tools = Tools.open(loaded.configuration.settings, clock=lambda: datetime.now(UTC))
    snapshot = await build_snapshot(loaded, tools=tools, before=None)
    app = cast("ASGI3Application", Decider(snapshot.plane.pipeline))
    await Listener(app=app, host="127.0.0.1", port=port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(run(Path(sys.argv[1]), int(sys.argv[2])))
