"""What triggers may call: the functions of the files that are in force."""

from collections.abc import Callable, Mapping
from datetime import datetime

from gateway.app.hooks import build_webhook
from gateway.config.configuration import Configuration
from gateway.config.errors import ConfigError
from gateway.config.faults import Fault
from gateway.config.settings.triggers import TriggerFunction
from gateway.pool.triggers.functions import MAX_ANSWER_BYTES, Function
from gateway.pool.triggers.local import LocalFunction, load_function
from gateway.pool.triggers.remote import RemoteFunction
from gateway.pool.triggers.threads import Threads


class Functions:
    """The functions by name; a reload replaces them.

    Attributes:
        threads: Where those in Python run. They outlive a reload, as calls may that do not
            come back.
    """

    def __init__(self) -> None:
        self.threads = Threads()
        self._functions: Mapping[str, Function] = {}

    def find(self, name: str) -> Function | None:
        """Return a function; `None` if there is none of that name."""
        return self._functions.get(name)

    def use(self, functions: Mapping[str, Function]) -> None:
        """Know these from now on."""
        self._functions = functions


def build_functions(
    configuration: Configuration, *, threads: Threads, clock: Callable[[], datetime]
) -> Mapping[str, Function]:
    """Return the functions that the files declare.

    Args:
        configuration: The files.
        threads: Where those in Python are imported, and run.
        clock: The time.

    Raises:
        ConfigError: One in Python is not there, or cannot be imported.
    """
    functions: dict[str, Function] = {}
    faults: list[Fault] = []
    for name, settings in configuration.settings.triggers.items():
        try:
            functions[name] = _function(name, settings, threads=threads, clock=clock)
        except ValueError as error:
            place = ("triggers", name, "python")
            faults.append(configuration.document.fault("E337", place, str(error)))
    if faults:
        raise ConfigError(faults)
    return functions


def _function(
    name: str,
    settings: TriggerFunction,
    *,
    threads: Threads,
    clock: Callable[[], datetime],
) -> Function:
    if settings.webhook is not None:
        webhook = build_webhook(
            settings.webhook, max_bytes=MAX_ANSWER_BYTES, clock=clock
        )
        return RemoteFunction(webhook)
    function = load_function(
        settings.python or "", folder=settings.folder, threads=threads
    )
    return LocalFunction(name, function, threads=threads)
