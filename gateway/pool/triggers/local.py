"""Python functions of the operator's, called as AWS Lambda calls a handler.

A file that was written for Lambda runs as it is: `module:function` is called with the event,
which it may change, and with a context. What it returns is the answer, what it raises is
its refusal.

Reference: AWS Lambda, "Define Lambda function handler in Python", "The Lambda context object
in Python".
"""

import importlib
import json
import secrets
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from gateway.pool.errors import (
    BadTriggerAnswerError,
    TriggerRefusedError,
    UnexpectedTriggerError,
)
from gateway.pool.settings import TriggerKind
from gateway.pool.triggers.functions import (
    MAX_ANSWER_BYTES,
    TIME_LIMIT,
    Event,
    shown,
)
from gateway.pool.triggers.threads import Threads

PythonFunction = Callable[[Any, Any], object]

# A module may do a lot when it is imported; whoever starts the gateway waits for it.
_IMPORT_LIMIT: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Context:
    """What a handler may ask about its call; named as in Lambda."""

    function_name: str
    _ends_at: float
    function_version: str = "$LATEST"
    memory_limit_in_mb: str = "128"
    identity: None = None
    client_context: None = None
    aws_request_id: str = field(default_factory=lambda: str(uuid4()))
    log_stream_name: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def invoked_function_arn(self) -> str:
        """A name in the form of AWS, of no account."""
        return f"arn:aws:lambda:us-east-1:000000000000:function:{self.function_name}"

    @property
    def log_group_name(self) -> str:
        """Where Lambda would log."""
        return f"/aws/lambda/{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the caller still waits."""
        return max(0, int((self._ends_at - time.monotonic()) * 1000))


def load_function(
    name: str, *, folder: Path | None = None, threads: Threads
) -> PythonFunction:
    """Return a function that is named `module:function`.

    Args:
        name: Of the module, and of the function in it.
        folder: Where modules are looked for beside those that are installed.
        threads: Where the module is imported, which runs it.

    Raises:
        ValueError: There is none; says why.
    """
    module_name, _, function_name = name.partition(":")
    if folder is not None and str(folder) not in sys.path:
        # Last: a file of the operator's does not take the place of a module of ours.
        sys.path.append(str(folder))
    try:
        done = threads.run(
            lambda: importlib.import_module(module_name), limit=_IMPORT_LIMIT
        )
    except TimeoutError as error:
        raise ValueError(f"importing {module_name!r} takes too long") from error
    failure = done.exception()
    if failure is not None:
        told = f"{type(failure).__name__}: {shown(failure)}"
        raise ValueError(f"importing {module_name!r} fails: {told}") from failure
    found = getattr(done.result(), function_name, None)
    if not callable(found):
        raise ValueError(  # noqa: TRY004 - the name is wrong, not somebody's code
            f"{module_name!r} has no function {function_name!r}"
        )
    function: PythonFunction = found
    return function


class LocalFunction:
    """A Python function. It is tried once: the last call may still go on."""

    def __init__(
        self,
        name: str,
        function: PythonFunction,
        *,
        threads: Threads,
        limit: timedelta = TIME_LIMIT,
    ) -> None:
        """Take the function.

        Args:
            name: What it is called in the gateway's settings.
            function: What is called.
            threads: Where.
            limit: How long to wait for it.
        """
        self._name = name
        self._function = function
        self._threads = threads
        self._limit = limit

    def call(self, kind: TriggerKind, event: Event) -> object:
        """Return what the function returns.

        Raises:
            TriggerRefusedError: It raises something.
            UnexpectedTriggerError: It takes too long, or wants to end the program.
            BadTriggerAnswerError: What it returns cannot be written as JSON.
        """
        context = Context(self._name, time.monotonic() + self._limit.total_seconds())
        # Its own: what it changes later on changes nothing here.
        its_own = json.loads(json.dumps(event))

        def work() -> str | BadTriggerAnswerError:
            return _written(kind, self._function(its_own, context))

        try:
            done = self._threads.run(work, limit=self._limit)
        except TimeoutError as error:
            raise UnexpectedTriggerError(f"{kind}: {self._name}: {error}") from error
        failure = done.exception()
        if isinstance(failure, Exception):
            raise TriggerRefusedError(trigger=kind, message=shown(failure)) from failure
        if failure is not None:
            told = type(failure).__name__
            raise UnexpectedTriggerError(
                f"{kind}: {self._name} raises {told}"
            ) from failure
        answer = done.result()
        if isinstance(answer, BadTriggerAnswerError):
            raise answer
        return json.loads(answer)


def _written(kind: TriggerKind, value: object) -> str | BadTriggerAnswerError:
    """Return an answer as JSON; or what is wrong with it, which is no refusal."""
    try:
        text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        return BadTriggerAnswerError(f"{kind}: the answer is no JSON: {shown(error)}")
    if len(text) > MAX_ANSWER_BYTES:
        return BadTriggerAnswerError(
            f"{kind}: the answer has more than {MAX_ANSWER_BYTES} bytes"
        )
    return text
