"""What a trigger calls: somebody else's function, with an event and for its answer."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final, Protocol

from gateway.pool.settings import TriggerKind

# Amazon Cognito's. Somebody waits behind it.
TIME_LIMIT: Final = timedelta(seconds=5)
TRIES: Final = 3

# An event with 50 attributes of 2,048 characters is a third of this.
MAX_ANSWER_BYTES: Final = 256 * 1024

# What somebody is told in a function's own words.
_MAX_MESSAGE: Final = 1000

Event = Mapping[str, Any]


class Function(Protocol):
    """Somebody else's function."""

    def call(self, kind: TriggerKind, event: Event) -> object:
        """Return what the function answers, whatever it is.

        Raises:
            TriggerRefusedError: It says no.
            UnexpectedTriggerError: It could not be called, or took too long.
            BadTriggerAnswerError: Its answer is no JSON, or too large.
        """


# `None` if the gateway has no function of that name.
FindFunction = Callable[[str], Function | None]


def no_function(_: str) -> Function | None:
    """Return no function: for gateways that have none."""
    return None


def shown(message: object) -> str:
    """Return what a function says, fit to be shown: one line of bounded length."""
    text = " ".join(str(message).split())
    return "".join(each for each in text if each.isprintable())[:_MAX_MESSAGE]
