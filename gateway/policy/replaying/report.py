"""What came of a replay, for people and for programs.

The JSON form is a stable contract: keys are added, never renamed. Neither form holds a value
of a request: a reader who needs one asks the log for the decision by its id.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gateway.model.decision import Reason
from gateway.policy.replaying.answers import CHANGES, Verdict, Why
from gateway.policy.replaying.record import Outcome
from gateway.policy.replaying.summary import Example, Group, Summary

_TITLES: Final[Mapping[Verdict, str]] = {
    Verdict.WIDENED: "denied then, allowed now",
    Verdict.NARROWED: "allowed then, denied now",
    Verdict.CLAIMS: "allowed then and now, with other claims",
    Verdict.OTHERWISE: "the same answer by another rule, for another reason or role",
    Verdict.UNDETERMINED: "depends on what was not recorded",
}
WHY: Final[Mapping[str, str]] = {
    Why.NOT_RECORDED: "not recorded",
    Why.OTHER_KEY: "hashed with another storage key",
    Why.ROUTE_UNKNOWN: "it is not known which route would serve it",
    Why.TIMED_OUT: "it took too long then, which cannot be repeated",
}
_OBVIOUS: Final = frozenset({Reason.ALLOWED, Reason.DENIED_BY_RULE})


def to_text(summary: Summary, *, against: str) -> str:
    """Return the report for people, without colour.

    Args:
        summary: What came of the records.
        against: What they were replayed against, in a few words.
    """
    lines = [f"replayed against {against}", ""]
    if summary.unexplained:
        lines += [*_alarm(summary), ""]
    for verdict in (*CHANGES, Verdict.UNDETERMINED):
        if summary.count(verdict):
            lines += [*_section(summary, verdict), ""]
    if summary.ungrouped:
        lines += [f"{summary.ungrouped} more in groups that are not shown", ""]
    if summary.unreadable:
        lines += [*_unreadable(summary), ""]
    return "\n".join([*lines, _totals(summary)])


def _alarm(summary: Summary) -> Iterator[str]:
    yield (
        f"ALARM: {summary.unexplained} of these decisions were made by the very policies "
        "they were replayed against, and come out otherwise."
    )
    yield "Either the log was changed, or the gateway does not decide alike twice."
    for example in summary.suspects:
        yield f"    {_example(example)}"


def _section(summary: Summary, verdict: Verdict) -> Iterator[str]:
    count = summary.count(verdict)
    yield f"{verdict.upper()}: {count}, {_TITLES[verdict]}"
    for group in summary.groups(verdict):
        yield f"  {group.count:>7}  {group.subject.route}: {_change(group)}"
        for example in group.examples:
            yield f"           {_example(example)}"


def _change(group: Group) -> str:
    subject = group.subject
    before = _outcome(subject.before)
    if subject.after is None:
        missing = f": {', '.join(subject.missing)}" if subject.missing else ""
        apart = f"{but_for_claims(subject.apart)}, " if subject.apart else ""
        return f"{before} → {apart}{WHY[subject.why]}{missing}"
    claims = f", other {', '.join(subject.claims)}" if subject.claims else ""
    return f"{before} → {_outcome(subject.after)}{claims}"


def but_for_claims(apart: Outcome) -> str:
    """Return that a rule allows, and that nobody knows with which claims."""
    return f"{_outcome(apart)} but for its claims"


def _outcome(outcome: Outcome) -> str:
    words = ["allowed" if outcome.allowed else "denied"]
    if outcome.rule:
        words.append(f"by {outcome.rule}")
    if outcome.reason not in _OBVIOUS:
        words.append(f"({outcome.reason})")
    if outcome.roles:
        words.append(f"as {', '.join(outcome.roles)}")
    return " ".join(words)


def _example(example: Example) -> str:
    record = example.record
    return (
        f"{record.decision_id} at {record.at.isoformat()}, {record.method} by "
        f"{record.kind} of {record.provider or 'no provider'} ({example.where})"
    )


def _unreadable(summary: Summary) -> Iterator[str]:
    yield f"NOT READABLE: {summary.unreadable}, and nobody knows what they say"
    for line in summary.told:
        yield f"    {line.where}: {line.reason}"
    rest = summary.unreadable - len(summary.told)
    if rest:
        yield f"    and {rest} more"


def _totals(summary: Summary) -> str:
    parts = [f"{summary.count(Verdict.SAME)} same"]
    parts += [f"{summary.count(v)} {v}" for v in (*CHANGES, Verdict.UNDETERMINED)]
    if summary.may_widen:
        parts.append(f"{summary.may_widen} of these allowed now but for their claims")
    if summary.unreadable:
        parts.append(f"{summary.unreadable} not readable")
    if summary.passed_over:
        parts.append(f"{summary.passed_over} lines of other logs passed over")
    return f"{summary.records} decisions: {', '.join(parts)}"


def to_json(summary: Summary, *, against: str) -> dict[str, Any]:
    """Return the report in the types of JSON.

    Args:
        summary: What came of the records.
        against: What they were replayed against, in a few words.
    """
    verdicts = (*CHANGES, Verdict.UNDETERMINED)
    return {
        "against": against,
        "decisions": summary.records,
        "same": summary.count(Verdict.SAME),
        "changed": summary.changed,
        **{verdict.value: summary.count(verdict) for verdict in verdicts},
        "undetermined_percent": summary.undetermined_percent,
        "passed_over": summary.passed_over,
        "unreadable": summary.unreadable,
        "unreadable_lines": [
            {"where": line.where, "reason": line.reason} for line in summary.told
        ],
        "may_widen": summary.may_widen,
        "unexplained": summary.unexplained,
        "unexplained_decisions": [_example_as_json(each) for each in summary.suspects],
        "groups": [
            _group_as_json(group)
            for verdict in verdicts
            for group in summary.groups(verdict)
        ],
        "ungrouped": summary.ungrouped,
    }


def _group_as_json(group: Group) -> dict[str, Any]:
    subject = group.subject
    return {
        "verdict": subject.verdict.value,
        "route": subject.route,
        "count": group.count,
        "before": _outcome_as_json(subject.before),
        "after": None if subject.after is None else _outcome_as_json(subject.after),
        "why": subject.why,
        "missing": list(subject.missing),
        "claims": list(subject.claims),
        "apart_from_claims": None
        if subject.apart is None
        else _outcome_as_json(subject.apart),
        "examples": [_example_as_json(each) for each in group.examples],
    }


def _outcome_as_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "effect": "allow" if outcome.allowed else "deny",
        "rule": outcome.rule,
        "reason": outcome.reason,
        "roles": list(outcome.roles),
    }


def _example_as_json(example: Example) -> dict[str, Any]:
    record = example.record
    return {
        "decision_id": record.decision_id,
        "where": example.where,
        "time": record.at.isoformat(),
        "request_id": record.request_id,
        "policy_digest": record.digest,
        "route": record.route,
        "method": record.method,
        "identity_kind": record.kind.value,
        "provider": record.provider,
        "before": _outcome_as_json(record.outcome),
    }
