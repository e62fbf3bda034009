"""A recorded decision, explained by the policies in force.

The question is put together from what was recorded, and decided anew: so it is told what
was decided then, what would be decided now, by which steps, and where the record does not
hold what these steps ask for.

The JSON form is a stable contract: keys are added, never renamed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from gateway.model.decision import Decision, Reason
from gateway.policy.engine import Engine
from gateway.policy.explain import explain_recorded
from gateway.policy.explanation import Explanation, reads_lines, steps_lines
from gateway.policy.replaying.answers import Answer, Decided, Verdict
from gateway.policy.replaying.record import Outcome, Record
from gateway.policy.replaying.replayer import Replayer
from gateway.policy.replaying.report import WHY, but_for_claims


@dataclass(frozen=True, slots=True)
class ExplainedRecord:
    """A recorded decision, and what is to be said of it now.

    Attributes:
        record: What was recorded.
        answer: What would be decided now, and how it compares.
        digest: Of the policies in force.
        hashed: The paths of which the record holds hashes.
        explanation: How the decision comes about; `None` if the request leads to no route
            that is known.
    """

    record: Record
    answer: Answer
    digest: str
    hashed: tuple[str, ...]
    explanation: Explanation | None

    @property
    def same_policies(self) -> bool:
        """Whether the policies in force are those that made the decision."""
        return self.record.digest == self.digest


def explain_record(
    replayer: Replayer, engine: Engine, record: Record
) -> ExplainedRecord:
    """Return what there is to say of a recorded decision.

    Args:
        replayer: Asks the policies in force.
        engine: These policies.
        record: The decision.

    Raises:
        MalformedRecordError: The record holds what no decision can have read.
    """
    answer = replayer.answer(record)
    access = replayer.recall(record)
    explanation = None
    if access is not None:
        explanation = explain_recorded(engine, access, _decision(answer))
    return ExplainedRecord(
        record=record,
        answer=answer,
        digest=engine.digest,
        hashed=tuple(path for path, each in record.reads.items() if _holds_hash(each)),
        explanation=explanation,
    )


def _decision(answer: Answer) -> Decision:
    """Return the decision to be explained: that of now; if there is none, that of then."""
    now = answer.now
    outcome = now.outcome if isinstance(now, Decided) else answer.record.outcome
    return Decision(
        allowed=outcome.allowed,
        # A request that leads nowhere has a reason that is not the policies'.
        reason=Reason(outcome.reason)
        if outcome.reason in _REASONS
        else Reason.NO_ALLOW,
        rule=outcome.rule,
        roles=outcome.roles,
        claims=now.claims if isinstance(now, Decided) else {},
    )


_REASONS = frozenset(map(str, Reason))


def _holds_hash(encoded: Any) -> bool:
    match encoded:
        case {"$hash": _}:
            return True
        case dict():
            return any(map(_holds_hash, encoded.values()))
        case list():
            return any(map(_holds_hash, encoded))
        case _:
            return False


def to_json(explained: ExplainedRecord) -> Mapping[str, Any]:
    """Return what there is to say in the types of JSON."""
    record, now = explained.record, explained.answer.now
    explanation = explained.explanation
    decided = isinstance(now, Decided)
    return {
        "decision_id": record.decision_id,
        "request_id": record.request_id,
        "time": record.at.isoformat(),
        "route": record.route,
        "method": record.method,
        "recorded_digest": record.digest,
        "digest": explained.digest,
        "same_policies": explained.same_policies,
        "verdict": explained.answer.verdict.value,
        "recorded": _outcome_json(record.outcome),
        "now": _outcome_json(now.outcome) if isinstance(now, Decided) else None,
        "undetermined": None if decided else _why(explained.answer),
        "missing": [] if isinstance(now, Decided) else list(now.missing),
        "apart_from_claims": None
        if isinstance(now, Decided) or now.apart is None
        else _outcome_json(now.apart),
        "hashed": list(explained.hashed),
        "dropped": list(record.dropped),
        "steps": [asdict(step) for step in explanation.steps] if explanation else [],
        "reads": [asdict(read) for read in explanation.reads] if explanation else [],
    }


def _outcome_json(outcome: Outcome) -> Mapping[str, Any]:
    return {
        "allowed": outcome.allowed,
        "rule": outcome.rule,
        "reason": outcome.reason,
        "roles": list(outcome.roles),
    }


def to_text(explained: ExplainedRecord) -> str:
    """Return what there is to say for people, without colour."""
    return "\n".join(_lines(explained)) + "\n"


def _lines(explained: ExplainedRecord) -> Iterator[str]:
    record, answer = explained.record, explained.answer
    yield f"recorded  {record.decision_id} at {record.at.isoformat()}"
    yield f"request   {record.request_id}, {record.method}, route {record.route}"
    same = "the same as then" if explained.same_policies else "others than then"
    yield f"policies  in force: {same}"
    if explained.explanation is not None:
        yield from steps_lines(explained.explanation)
    yield f"then      {_told(record.outcome)}"
    if isinstance(answer.now, Decided):
        verdict = "" if answer.verdict is Verdict.SAME else f" ({answer.verdict})"
        yield f"now       {_told(answer.now.outcome)}{verdict}"
    else:
        missing = ", ".join(answer.now.missing)
        apart = answer.now.apart
        told = f"{but_for_claims(apart)}, " if apart else ""
        yield f"now       undetermined: {told}{_why(answer)}{missing and f': {missing}'}"
    if explained.hashed:
        yield f"hashed    {', '.join(explained.hashed)}"
    if record.dropped:
        yield f"dropped   {', '.join(record.dropped)}"
    if explained.explanation is not None:
        yield from reads_lines(explained.explanation)


def _told(outcome: Outcome) -> str:
    rule = f" by {outcome.rule}" if outcome.rule else ""
    roles = f", roles {', '.join(outcome.roles)}" if outcome.roles else ""
    return (
        f"{'allowed' if outcome.allowed else 'denied'}{rule} [{outcome.reason}]{roles}"
    )


def _why(answer: Answer) -> str:
    return "" if isinstance(answer.now, Decided) else WHY[answer.now.why]
