"""`gateway serve`: from the path of `config.toml` to a process that ends with its signals."""

import gc
from datetime import UTC, datetime
from pathlib import Path

import uvloop

from gateway.app.descriptors import raise_descriptor_limit, shortage
from gateway.app.loading import load
from gateway.app.reload import self_test
from gateway.app.running import Gateway
from gateway.app.tools import Tools
from gateway.config.weakened import weakened
from gateway.telemetry.logs import forward_standard_logging


def now() -> datetime:
    """Return the time: the program's one clock."""
    return datetime.now(UTC)  # noqa: TID251 - this is the clock that all are given


def serve(config_path: Path) -> None:
    """Run a gateway until SIGTERM or SIGINT.

    Raises:
        ConfigError: The files have faults.
        ReloadRefusedError: A test that stands beside the policies fails.
        GatewayError: The storage cannot be used.
        KeyRingError: The signing keys cannot be used.
        ListenError: An address cannot be listened on.
        OSError: A log file cannot be opened.
    """
    loaded = load(config_path)
    self_test(loaded, clock=now)
    settings = loaded.configuration.settings
    scarce = shortage(settings, available=raise_descriptor_limit())
    tools = Tools.open(settings, clock=now)
    logger = tools.logs.logger
    undo = forward_standard_logging(logger, level=settings.log.level)
    try:
        for text in weakened(loaded.configuration):
            logger.warning("a setting weakens the gateway", setting=text)
        for warning in loaded.warnings:
            logger.warning("a file looks wrong", fault=warning.as_line())
        if scarce:
            logger.warning("too few file descriptors", detail=scarce)
        tools.keyring.tick()

        def started(public: int, admin: int) -> None:
            logger.info(
                "ready",
                public=f"{settings.server.listen.host}:{public}",
                admin=f"{settings.server.admin_listen.host}:{admin}",
                policies=loaded.engine.digest,
            )

        # What was built so far lives as long as the process: the collector need not
        # walk through it again and again.
        gc.freeze()
        gateway = Gateway(config_path=config_path, loaded=loaded, tools=tools)
        uvloop.run(gateway.run(started=started))
    finally:
        undo()
        tools.close()
