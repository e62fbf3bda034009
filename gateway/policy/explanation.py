"""A decision told step by step, as a value, as text and as JSON.

The JSON form is a stable contract: keys are added, never renamed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from typing_extensions import override

from gateway.model.decision import Decision
from gateway.policy.shown import Shown


class Outcome(StrEnum):
    """What became of one thing that could have mattered."""

    TRUE = "true"
    FALSE = "false"
    ERROR = "error"
    SKIPPED = "skipped"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Entry:
    """One role, rule, requirement or claim.

    Attributes:
        name: The role, `policy/rule`, or the claim.
        where: `file:line:column` of its expression.
        outcome: What became of it.
        note: What more there is to say, for people.
        values: Its expression with the values of its parts, if it was evaluated.
    """

    name: str
    where: str
    outcome: Outcome
    note: str = ""
    values: Shown | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a decision.

    Attributes:
        name: `route`, `identity`, `roles`, `deny`, `allow`, `require`, `mint`, `shadow`.
        note: What came of it, for people.
        entries: What was looked at.
    """

    name: str
    note: str
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class NeededChange:
    """One thing that would have to be otherwise.

    Attributes:
        text: What it is and what it has to be, for people.
        where: `file:line:column` of the term that asks for it.
        path: What would have to change, `identity.acr`; empty if that is no single thing.
        action: `set`, `add`, `remove`, `avoid`, `have`, `lack`; `other` if no value can
            be named.
        value: What to set, or the elements to add, to remove or to avoid.
        purpose: What it is for, if it is not for the rule's own condition.
    """

    text: str
    where: str
    path: str = ""
    action: str = "other"
    value: Any = None
    purpose: str = ""

    @override
    def __str__(self) -> str:
        return f"{self.text} ({self.purpose})" if self.purpose else self.text


@dataclass(frozen=True, slots=True)
class NearMiss:
    """What kept one allow rule from allowing.

    Attributes:
        rule: `policy/rule`.
        where: `file:line:column` of the term or of the rule.
        needs: What would have to be otherwise, in one line.
        changes: The same one by one; none if nothing that could change would do.
        tried: Whether the engine allowed the same request with the changes.
    """

    rule: str
    where: str
    needs: str
    changes: tuple[NeededChange, ...] = ()
    tried: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """One input that the decision may depend on.

    Attributes:
        path: As the decision log names it: `identity.email`.
        value: As JSON has it, short, and without credentials.
        present: Whether there is anything at the path.
        used: Whether anything here came to read it.
        known: Whether that can be told; a record may not hold it.
    """

    path: str
    value: Any
    present: bool
    used: bool
    known: bool = True


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision with everything that led to it.

    Attributes:
        request: Method, host and path.
        decision: The engine's answer.
        decided_at: `file:line:column` of the deciding rule; empty if no rule decided.
        steps: In their order.
        nearest: For a denial, what each allow rule lacks; the smallest change first.
        reads: What the decision may depend on, and nothing else does it depend on.
    """

    request: str
    decision: Decision
    decided_at: str
    steps: tuple[Step, ...]
    nearest: tuple[NearMiss, ...] = ()
    reads: tuple[Read, ...] = ()

    @property
    def verdict(self) -> str:
        """The decision in one line."""
        decision = self.decision
        words = ["allowed" if decision.allowed else "denied"]
        if decision.rule:
            words.append(f"by {decision.rule} ({self.decided_at})")
        if not decision.allowed:
            words.append(f"[{decision.reason}]")
        if decision.message:
            words.append(f'"{decision.message}"')
        return " ".join(words)


def to_json(explanation: Explanation) -> Mapping[str, Any]:
    """Return the explanation in the types of JSON."""
    decision = explanation.decision
    return {
        "request": explanation.request,
        "allowed": decision.allowed,
        "reason": decision.reason.value,
        "rule": decision.rule,
        "decided_at": explanation.decided_at,
        "message": decision.message,
        "roles": list(decision.roles),
        "claims": dict(decision.claims),
        "challenge": asdict(decision.challenge) if decision.challenge else None,
        "faults": [asdict(fault) for fault in decision.faults],
        "digest": decision.digest,
        "steps": [asdict(step) for step in explanation.steps],
        "nearest": [asdict(miss) for miss in explanation.nearest],
        "reads": [asdict(read) for read in explanation.reads],
    }


def to_text(explanation: Explanation) -> str:
    """Return the explanation for people, without colour."""
    lines = [f"request   {explanation.request}", *steps_lines(explanation)]
    lines.append(f"decision  {explanation.verdict}")
    lines += [
        f"  error at {each.where}: {each.message}"
        for each in explanation.decision.faults
    ]
    if explanation.nearest:
        lines.append("nearest   what each allow rule lacks, the smallest change first")
        for miss in explanation.nearest:
            lines += _miss_lines(miss)
    lines += reads_lines(explanation)
    return "\n".join(lines) + "\n"


def steps_lines(explanation: Explanation) -> Iterator[str]:
    """Yield the steps of a decision, for people."""
    for step in explanation.steps:
        yield f"{step.name:<9} {step.note}".rstrip()
        for entry in step.entries:
            yield from _entry_lines(entry)


def reads_lines(explanation: Explanation) -> Iterator[str]:
    """Yield what a decision may depend on, for people."""
    if explanation.reads:
        yield "reads     what it depends on, and nothing else"
    for read in explanation.reads:
        yield f"  {_read_line(read)}"


def _read_line(read: Read) -> str:
    told = f"{read.path} = {_brief(read.value)}"
    if not read.known:
        told = f"{read.path}: not recorded"
    elif not read.present:
        told = f"{read.path}: not there"
    return told if read.used else f"{told} (not looked at)"


_SEVERAL = 2
_MARKS = {
    Outcome.TRUE: "+",
    Outcome.FALSE: "-",
    Outcome.ERROR: "!",
    Outcome.SKIPPED: " ",
    Outcome.VALUE: "=",
}


def _entry_lines(entry: Entry) -> Iterator[str]:
    note = f", {entry.note}" if entry.note else ""
    where = f" ({entry.where})" if entry.where else ""
    yield f"  {_MARKS[entry.outcome]} {entry.name}: {entry.outcome}{note}{where}"
    if entry.values is not None:
        yield from value_lines(entry.values, depth=3)


def _miss_lines(miss: NearMiss) -> Iterator[str]:
    if len(miss.changes) < _SEVERAL:
        yield f"  {miss.rule}: {miss.needs} ({miss.where})"
        return
    yield f"  {miss.rule}: {len(miss.changes)} changes"
    for change in miss.changes:
        yield f"      {change} ({change.where})"


def value_lines(shown: Shown, *, depth: int = 0) -> Iterator[str]:
    """Yield an expression and its parts, each with what it came to, for people."""
    text = " ".join(shown.text.split())
    came_to = f"error: {shown.error}" if shown.error else _brief(shown.value)
    yield f"{'  ' * depth}{text} = {came_to}"
    for part in shown.parts:
        yield from value_lines(part, depth=depth + 1)


def _brief(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case None:
            return "null"
        case _:
            return repr(value)
