"""What an examination finds."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How it stands with something."""

    FINE = "fine"
    TOLD = "told"
    DOUBTFUL = "doubtful"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        check: Its name; stable, for programs.
        state: How it stands with it. `told` is for whoever sets the other side up.
        message: What was found, in a sentence.
        help: What to do about it; empty if nothing has to be done.
    """

    check: str
    state: State
    message: str
    help: str = ""


def fine(check: str, message: str) -> Finding:
    """Return that something is as it has to be."""
    return Finding(check, State.FINE, message)


def told(check: str, message: str, help_: str = "") -> Finding:
    """Return what whoever sets the other side up has to know."""
    return Finding(check, State.TOLD, message, help_)


def doubtful(check: str, message: str, help_: str = "") -> Finding:
    """Return what may be a mistake."""
    return Finding(check, State.DOUBTFUL, message, help_)


def wrong(check: str, message: str, help_: str = "") -> Finding:
    """Return what has to be changed."""
    return Finding(check, State.WRONG, message, help_)
