"""Starts gateways whose signing keys change every second or so.

    python -m tests.peers.hasty_gateway CONFIG ROTATE_SECONDS PUBLISH_SECONDS

What a gateway does is what `gateway serve` does; only its key ring is in a hurry that the
configuration does not allow. For each line on the standard input one gateway is started
and its process id printed. Starting is a fork of this process, in which everything has
been imported: tests that end a gateway twenty times need not wait for that each time.
"""

import os
import signal
import sys
import traceback
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import uvloop

from gateway.app.loading import load
from gateway.app.running import Gateway
from gateway.app.serving import now
from gateway.app.tools import Tools

TICK = timedelta(milliseconds=50)


def serve(
    config_path: Path, rotate_every: timedelta, publish_before: timedelta
) -> None:
    """Run a gateway until SIGTERM."""
    loaded = load(config_path)
    settings = loaded.configuration.settings
    plan = {"rotate_every": rotate_every, "publish_before": publish_before}
    hasty = settings.model_copy(update={"keys": settings.keys.model_copy(update=plan)})
    tools = Tools.open(hasty, clock=now)
    tools.keyring.tick()
    gateway = Gateway(config_path=config_path, loaded=loaded, tools=tools, tick=TICK)
    uvloop.run(gateway.run(started=lambda _public, _admin: None))
    tools.close()


def _child(config_path: Path, lengths: list[timedelta]) -> NoReturn:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        serve(config_path, *lengths)
    finally:
        # Not back into the loop that starts others.
        failed = sys.exc_info()[0] is not None
        if failed:
            traceback.print_exc()
        sys.stderr.flush()
        os._exit(failed)


def main() -> None:
    """Start a gateway for each line."""
    config_path = Path(sys.argv[1])
    lengths = [timedelta(seconds=float(text)) for text in sys.argv[2:4]]
    # What is imported when it is needed first is imported here, once for all.
    load(config_path)
    # Nobody waits for those that were killed.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while sys.stdin.readline():
        pid = os.fork()
        if pid == 0:
            _child(config_path, lengths)
        print(pid, flush=True)  # noqa: T201 - whoever asked reads it


if __name__ == "__main__":
    main()
