"""What came of all records, grouped by what changed.

A reviewer reads groups: one for each route and each pair of what decided then and what would
decide now, with how often it came about and a few decisions to look at.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from gateway.policy.replaying.answers import (
    CHANGES,
    Answer,
    Undecided,
    Verdict,
)
from gateway.policy.replaying.record import Outcome, Record

# More than anybody reads; a log that somebody made up may have one for each line.
MAX_GROUPS: Final = 1000

# Lines that could not be read, and changes that nothing explains, told one by one.
MAX_TOLD: Final = 20

# The paths that a group names.
_MOST_PATHS: Final = 16


@dataclass(frozen=True, slots=True)
class Subject:
    """What the records of one group have in common.

    Attributes:
        verdict: How the decisions compare.
        route: Id of the route.
        before: What decided; without roles and claims, unless they are what changed.
        after: What would decide; `None` if that cannot be told.
        why: Why not; empty if it can.
        missing: The paths of what would have to be known.
        claims: The names of the claims that differ, as far as it is known.
        apart: What a rule allows, if nothing but the claims is in question.
    """

    verdict: Verdict
    route: str
    before: Outcome
    after: Outcome | None = None
    why: str = ""
    missing: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    apart: Outcome | None = None

    @property
    def may_widen(self) -> bool:
        """Whether a rule allows what was denied, and only the claims are in question."""
        return self.apart is not None and not self.before.allowed


@dataclass(frozen=True, slots=True)
class Example:
    """One record of a group.

    Attributes:
        where: `file:line`.
        record: The record.
    """

    where: str
    record: Record


@dataclass(slots=True)
class Group:
    """The records of which the same is to be said.

    Attributes:
        subject: What is to be said.
        count: How many they are.
        examples: The first of them.
    """

    subject: Subject
    count: int = 0
    examples: list[Example] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line that is no record.

    Attributes:
        where: `file:line`.
        reason: Why.
    """

    where: str
    reason: str


class Summary:
    """Counts and groups answers.

    Attributes:
        records: How many records were decided anew, or could not be.
        passed_over: Lines of other logs.
        unreadable: Lines that are no line of the gateway's, or not all of it.
        unexplained: Records that the very same policies decide otherwise now.
        may_widen: Records of denials that a rule allows now, where it is not known what
            claims would be minted.
        told: The first of the lines that could not be read.
        suspects: The first of the unexplained records.
    """

    def __init__(self, *, examples: int, groups: int = MAX_GROUPS) -> None:
        """Begin.

        Args:
            examples: How many records to keep for each group.
            groups: How many groups to keep.
        """
        self._most = examples
        self._most_groups = groups
        self._counts: Counter[Verdict] = Counter()
        self._groups: dict[Subject, Group] = {}
        self.records = 0
        self.passed_over = 0
        self.unreadable = 0
        self.unexplained = 0
        self.may_widen = 0
        self.told: list[Unreadable] = []
        self.suspects: list[Example] = []

    def add(self, answer: Answer, where: str) -> None:
        """Add what came of a record.

        Args:
            answer: What came of it.
            where: `file:line`.
        """
        self.records += 1
        self._counts[answer.verdict] += 1
        if answer.verdict is Verdict.SAME:
            return
        example = Example(where, answer.record)
        if answer.unexplained:
            self.unexplained += 1
            if len(self.suspects) < MAX_TOLD:
                self.suspects.append(example)
        subject = _subject(answer)
        self.may_widen += subject.may_widen
        self._add_to_group(subject, 1, [example])

    def include(self, later: "Summary") -> None:
        """Add all that came of records which follow on those that are here.

        Args:
            later: With as many groups as it took, and as many examples as are kept here.
        """
        self.records += later.records
        self._counts += later._counts  # noqa: SLF001 - its own class
        self.passed_over += later.passed_over
        self.unreadable += later.unreadable
        self.unexplained += later.unexplained
        self.may_widen += later.may_widen
        self.told += later.told[: MAX_TOLD - len(self.told)]
        self.suspects += later.suspects[: MAX_TOLD - len(self.suspects)]
        for group in later._groups.values():  # noqa: SLF001 - ditto
            self._add_to_group(group.subject, group.count, group.examples)

    def _add_to_group(
        self, subject: Subject, count: int, examples: Sequence[Example]
    ) -> None:
        group = self._groups.get(subject)
        if group is None:
            if len(self._groups) >= self._most_groups:
                return
            group = self._groups[subject] = Group(subject)
        group.count += count
        group.examples += examples[: self._most - len(group.examples)]

    def reject(self, where: str, reason: str) -> None:
        """Add a line that could not be read.

        Args:
            where: `file:line`.
            reason: Why.
        """
        self.unreadable += 1
        if len(self.told) < MAX_TOLD:
            self.told.append(Unreadable(where, reason))

    def count(self, verdict: Verdict) -> int:
        """Return how many records have a verdict."""
        return self._counts[verdict]

    @property
    def changed(self) -> int:
        """How many records would be decided otherwise."""
        return sum(self._counts[verdict] for verdict in CHANGES)

    @property
    def undetermined_percent(self) -> float:
        """The share of decisions of which nobody can tell.

        Lines that cannot be read count: each may have been one.
        """
        unknown = self._counts[Verdict.UNDETERMINED] + self.unreadable
        total = self.records + self.unreadable
        return 100 * unknown / total if total else 0.0

    @property
    def ungrouped(self) -> int:
        """How many records are in none of the groups, because there are too many."""
        grouped = sum(group.count for group in self._groups.values())
        return self.records - self._counts[Verdict.SAME] - grouped

    def groups(self, verdict: Verdict) -> list[Group]:
        """Return the groups of a verdict: what may widen first, then the largest."""
        found = [g for g in self._groups.values() if g.subject.verdict is verdict]
        return sorted(
            found,
            key=lambda group: (
                not group.subject.may_widen,
                -group.count,
                group.subject.route,
            ),
        )


def _subject(answer: Answer) -> Subject:
    record, now = answer.record, answer.now
    if isinstance(now, Undecided):
        return Subject(
            Verdict.UNDETERMINED,
            record.route,
            _brief(record.outcome),
            why=now.why.value,
            missing=now.missing[:_MOST_PATHS],
            apart=None if now.apart is None else _brief(now.apart),
        )
    before, after = record.outcome, now.outcome
    told = _with_roles if _brief(before) == _brief(after) else _brief
    return Subject(
        answer.verdict,
        record.route,
        told(before),
        told(after),
        claims=answer.claims,
    )


def _brief(outcome: Outcome) -> Outcome:
    return Outcome(outcome.allowed, outcome.rule, outcome.reason)


def _with_roles(outcome: Outcome) -> Outcome:
    return Outcome(outcome.allowed, outcome.rule, outcome.reason, outcome.roles)
