"""What comes of a record that is decided anew."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from gateway.cel.paths import Path, write_path
from gateway.policy.replaying.record import Outcome, Record


class Verdict(StrEnum):
    """How the new decision compares with the recorded one."""

    SAME = "same"
    WIDENED = "widened"
    NARROWED = "narrowed"
    CLAIMS = "claims"
    OTHERWISE = "otherwise"
    UNDETERMINED = "undetermined"


CHANGES = (Verdict.WIDENED, Verdict.NARROWED, Verdict.CLAIMS, Verdict.OTHERWISE)


class Why(StrEnum):
    """Why nobody can tell what would be decided."""

    NOT_RECORDED = "not_recorded"
    OTHER_KEY = "other_key"
    ROUTE_UNKNOWN = "route_unknown"
    TIMED_OUT = "timed_out"


@dataclass(frozen=True, slots=True)
class Decided:
    """A new decision.

    Attributes:
        outcome: What came of it.
        claims: The claims that it would mint.
    """

    outcome: Outcome
    claims: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Undecided:
    """No new decision.

    Attributes:
        why: What stands in the way.
        missing: The paths of what would have to be known.
        apart: What a rule allows, if nothing but the claims is in question: they may be
            others, or none can be made and so it is a denial.
    """

    why: Why
    missing: tuple[str, ...] = ()
    apart: Outcome | None = None

    @classmethod
    def lacking(cls, paths: tuple[Path, ...]) -> "Undecided":
        """Return what is said if values were not recorded."""
        return cls(Why.NOT_RECORDED, tuple(map(write_path, paths)))


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes of one record.

    Attributes:
        record: The record.
        verdict: How the decisions compare.
        now: The new decision, or why there is none.
        claims: The names of the claims that differ, if it is known what they were.
        unexplained: The very policies that made the recorded decision make another now.
    """

    record: Record
    verdict: Verdict
    now: Decided | Undecided
    claims: tuple[str, ...] = ()
    unexplained: bool = False


def compare(before: Outcome, after: Outcome) -> Verdict:
    """Return how a new decision compares with a recorded one."""
    if before == after:
        return Verdict.SAME
    if before.allowed != after.allowed:
        return Verdict.WIDENED if after.allowed else Verdict.NARROWED
    if before.claims != after.claims:
        return Verdict.CLAIMS
    return Verdict.OTHERWISE
