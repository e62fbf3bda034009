"""Finds decisions in their log."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from gateway.policy.recording.telling import Record, parse_line
from gateway.telemetry.trail import lines_backwards

# A rule in shadow mode that might have decided.
_MATTERING: Final = ("true", "error")

FAILURES: Final = frozenset({"policy_error", "policy_timeout"})


class Effect(StrEnum):
    """What decisions may be looked for by."""

    ALLOW = "allow"
    DENY = "deny"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which decisions are looked for.

    Attributes:
        effect: `error` are those that were denied because an expression failed or took too
            long; `None` for all.
        route: Id of the route; empty for all.
        rule: `policy/rule`, or the rule alone, that decided or would have, in shadow mode;
            empty for all.
    """

    effect: Effect | None = None
    route: str = ""
    rule: str = ""

    def matches(self, record: Record) -> bool:
        """Whether a decision is one of them."""
        if self.route and record.get("route") != self.route:
            return False
        if self.rule and not _concerns(record, self.rule):
            return False
        if self.effect is Effect.ERROR:
            return record.get("reason") in FAILURES
        return self.effect is None or record.get("effect") == self.effect


def _concerns(record: Record, rule: str) -> bool:
    shadow = record.get("shadow")
    watched = [
        result.get("rule")
        for result in (shadow if isinstance(shadow, list) else [])
        if isinstance(result, dict) and result.get("outcome") in _MATTERING
    ]
    return any(
        isinstance(name, str) and rule in {name, name.rpartition("/")[2]}
        for name in (record.get("rule"), *watched)
    )


def decisions_backwards(path: Path) -> Iterator[Record]:
    """Yield the decisions in a log and in the files set aside from it, the last first.

    Raises:
        OSError: A file cannot be read.
    """
    return filter(None, map(parse_line, lines_backwards(path)))


def find_line(path: Path, name: str) -> bytes | None:
    """Return the line of the youngest decision with an id; `None` if there is none.

    Args:
        path: The log.
        name: The id of the decision, or of its request.

    Raises:
        OSError: A file cannot be read.
    """
    needle = name.encode("utf-8", "surrogateescape")
    for line in lines_backwards(path):
        # Most lines need not be parsed to know that they are not the one.
        if needle in line:
            record = parse_line(line)
            if record is not None and name in {
                str(record.get("decision_id")),
                str(record.get("request_id")),
            }:
                return line
    return None
