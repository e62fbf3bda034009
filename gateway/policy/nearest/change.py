"""One thing that would have to be otherwise, and several of them together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from gateway.cel.paths import Path

# Nobody changes the roles as such: they follow from the rest.
ROLES: Final[Path] = ("roles",)


class Action(StrEnum):
    """What would have to be done to the value at a path."""

    SET = "set"
    ADD = "add"
    REMOVE = "remove"
    AVOID = "avoid"
    HAVE = "have"
    LACK = "lack"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that would have to be otherwise.

    Attributes:
        subject: What it is about, as it is written.
        now: What it is now: "is 'pwd'", "is not there".
        where: `file:line:column` of the term that says so.
        action: What would do it. `OTHER` if that cannot be told.
        path: What would have to change; empty if that is no single thing.
        value: The value to set, or the elements to add, to remove, or to avoid.
        needs: What it has to be: "needs 'mfa'"; empty if `now` says it all.
        purpose: What the change is for, if it is not for the rule's own condition.
    """

    subject: str
    now: str
    where: str
    action: Action = Action.OTHER
    path: Path = ()
    value: Any = None
    needs: str = ""
    purpose: str = ""

    @property
    def text(self) -> str:
        """What it is now and what it has to be, for people."""
        said = f"{self.subject} {self.now}"
        return f"{said}, {self.needs}" if self.needs else said

    def covers(self, other: "Change") -> bool:
        """Whether the other one is done with when this one is."""
        if self.path != other.path or not self.path:
            return self == other
        if other.action is Action.HAVE:
            return self.action in {Action.SET, Action.ADD, Action.HAVE}
        if other.action is Action.AVOID and self.action is Action.SET:
            return self.value not in other.value
        return self.action is other.action and bool(self.value == other.value)


# `None` says that nothing would do.
Changes = tuple[Change, ...] | None


def together(groups: Iterable[Changes]) -> Changes:
    """Return the changes of all groups, each thing once; `None` if one has no way."""
    found: list[Change] = []
    for group in groups:
        if group is None:
            return None
        for change in group:
            if any(each.covers(change) for each in found):
                continue
            found = [each for each in found if not change.covers(each)]
            found.append(change)
    return tuple(found)


def cheapest(choices: Iterable[Changes]) -> Changes:
    """Return the fewest changes; of several, those that are best known, then the first."""
    possible = [choice for choice in choices if choice is not None]
    return min(possible, key=_price, default=None)


def _price(changes: Sequence[Change]) -> tuple[int, int]:
    vague = sum(
        change.action is Action.OTHER or change.path == ROLES for change in changes
    )
    return len(changes), vague
