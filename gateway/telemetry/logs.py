"""The program's own messages: JSON lines through structlog.

The logger is an object that is handed around, not a global. Libraries that use the
standard `logging` are joined to it by `forward_standard_logging`. Lines go through a queue,
so that logging never makes anybody wait.
"""

import json
import logging
import sys
import traceback
from collections.abc import Callable, MutableMapping
from datetime import datetime
from typing import Any, Protocol, cast

import structlog
from typing_extensions import override

from gateway.telemetry.lines import LineWriter
from gateway.telemetry.redaction import redact_event, redact_text
from gateway.telemetry.timestamps import Timestamps

# They report each request with its URL at "info".
_TALKATIVE = ("httpx", "httpcore")

# The innermost frames tell where; the outermost only repeat the server's.
_MAX_FRAMES = 12

_LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}


class Logger(Protocol):
    """Takes messages: one sentence of fixed text, and the facts as fields."""

    def debug(self, event: str, **fields: Any) -> None:
        """Tell what only a developer wants to know."""

    def info(self, event: str, **fields: Any) -> None:
        """Tell what happened."""

    def warning(self, event: str, **fields: Any) -> None:
        """Tell what somebody should look at."""

    def error(self, event: str, **fields: Any) -> None:
        """Tell what somebody must look at."""

    def exception(self, event: str, **fields: Any) -> None:
        """Tell the same about the exception that is being handled."""


def build_logger(
    *, writer: LineWriter, level: str, clock: Callable[[], datetime]
) -> Logger:
    """Return the program's logger.

    Args:
        writer: Where the lines go.
        level: `debug`, `info`, `warning` or `error`: the least that is written.
        clock: For the lines' time.

    Raises:
        ValueError: There is no such level.
    """
    if level not in _LEVELS:
        raise ValueError(f"no level is called {level!r}")
    timestamps = Timestamps()

    def stamp(
        _logger: object, method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        head = {
            "kind": "log",
            "time": timestamps.of(clock()),
            "level": method,
            "event": event["event"],
        }
        # First for those who read; last, so that no field can pose as them.
        return head | dict(event) | head

    logger = structlog.wrap_logger(
        _LineLogger(writer),
        processors=[_tell_exception, redact_event, stamp, _render],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
    )
    return cast("Logger", logger)


def forward_standard_logging(logger: Logger, *, level: str) -> Callable[[], None]:
    """Send what libraries log to `logger`.

    Args:
        logger: Of `build_logger`.
        level: The least that is forwarded.

    Returns:
        A function that undoes it.
    """
    root = logging.getLogger()
    handler = _Forwarder(logger)
    talkative = [logging.getLogger(name) for name in _TALKATIVE]
    handlers = list(root.handlers)
    levels = {each: each.level for each in (root, *talkative)}
    root.handlers[:] = [handler]
    root.setLevel(_LEVELS[level])
    for each in talkative:
        each.setLevel(logging.WARNING)

    def undo() -> None:
        root.handlers[:] = handlers
        for each, before in levels.items():
            each.setLevel(before)

    return undo


class _LineLogger:
    """What structlog hands a rendered line to, whatever its level."""

    def __init__(self, writer: LineWriter) -> None:
        self.debug = self.info = self.warning = self.error = writer.put
        self.critical = self.exception = writer.put


class _Forwarder(logging.Handler):
    def __init__(self, logger: Logger) -> None:
        super().__init__()
        self._logger = logger

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Forward one record. Never raises."""
        try:
            text = record.getMessage()
        except (TypeError, ValueError):
            # A library's arguments do not fit its own message.
            text = str(record.msg)
        fields: dict[str, Any] = {"logger": record.name}
        if record.exc_info and record.exc_info[1] is not None:
            fields["exc_info"] = record.exc_info[1]
        if record.levelno >= logging.ERROR:
            self._logger.error(text, **fields)
        elif record.levelno >= logging.WARNING:
            self._logger.warning(text, **fields)
        elif record.levelno >= logging.INFO:
            self._logger.info(text, **fields)
        else:
            self._logger.debug(text, **fields)


def _tell_exception(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace `exc_info` by type, message and places. Local variables stay unseen."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if not isinstance(error, BaseException):
        return event
    frames = traceback.extract_tb(error.__traceback__)[-_MAX_FRAMES:]
    event["exception"] = type(error).__name__
    event["exception_text"] = str(error)
    event["frames"] = [f"{f.filename}:{f.lineno} {f.name}" for f in frames]
    return event


def _render(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
    try:
        return json.dumps(dict(event), allow_nan=False)
    except ValueError:
        # NaN and infinity have no form in JSON; the rest of the line is worth keeping.
        shown = {name: redact_text(str(value)) for name, value in event.items()}
        return json.dumps(shown)
