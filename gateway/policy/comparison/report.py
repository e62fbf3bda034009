"""What a comparison found, for people and for programs.

The JSON form is a stable contract: keys are added, never renamed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.policy.comparison.approvals import NOTHING_APPROVED, Approved, Entry
from gateway.policy.comparison.findings import Finding, Key, Outcome, Verdict, What
from gateway.policy.comparison.searching.side import Side
from gateway.policy.comparison.witness import as_arguments, as_json, as_test

_HEADINGS: Final = {
    Verdict.WIDENED: "widened: lets in who was kept out",
    Verdict.NARROWED: "narrowed: keeps out who was let in",
    Verdict.CLAIMS: "claims: mints something else",
    Verdict.SHADOW: "shadow: notes something else",
    Verdict.RENAMED: "renamed: the same answer, by another rule or for another reason",
}


@dataclass(slots=True)
class Report:
    """A comparison that is done.

    Attributes:
        old: What is in force.
        new: What is proposed.
        names: What the two were called by whoever asked.
        findings: All that was found.
        asked: How many requests both sides have decided.
        approved: What of it is agreed to.
    """

    old: Side
    new: Side
    names: tuple[str, str]
    findings: Sequence[Finding]
    asked: int
    approved: Approved = NOTHING_APPROVED


def to_text(report: Report, *, verbose: bool = False) -> str:
    """Return the report for people.

    Args:
        report: The report.
        verbose: Show a witness for what changes no access, too.
    """
    lines: list[str] = []
    for verdict in Verdict:
        found = [each for each in report.findings if each.key.verdict is verdict]
        if found:
            lines += [f"{_HEADINGS[verdict]}", ""]
            for each in found:
                lines += _finding_lines(report, each, verbose=verbose)
            lines.append("")
    lines += _approval_lines(report.approved)
    lines.append(summary(report))
    return "\n".join(lines)


def summary(report: Report) -> str:
    """Return the counts in one line."""
    counts = dict.fromkeys(Verdict, 0)
    for each in report.findings:
        counts[each.key.verdict] += 1
    parts = [f"{number} {verdict}" for verdict, number in counts.items()]
    agreed = len(report.approved.agreed)
    if agreed:
        parts[0] += f" ({agreed} approved)"
    old, new = report.names
    return f"{old} → {new}: {', '.join(parts)}; {report.asked} requests compared"


def _finding_lines(report: Report, finding: Finding, *, verbose: bool) -> Iterator[str]:
    key = finding.key
    agreed = {id(each): entry for each, entry in report.approved.agreed}
    entry = agreed.get(id(finding))
    note = "" if entry is None else f"  (approved: {entry.where})"
    access = key.verdict in {Verdict.WIDENED, Verdict.NARROWED}
    of = f"  of {', '.join(finding.providers)}" if access and finding.providers else ""
    yield f"  {title(key)}{of}{note}"
    matters = key.verdict in {Verdict.WIDENED, Verdict.NARROWED, Verdict.CLAIMS}
    old, new = finding.old, finding.new
    if finding.witness is None or old is None or new is None:
        return
    if not (matters or verbose):
        return
    yield f"      was {_told(old, key)}, is {_told(new, key)}"
    yield f"      {as_arguments(finding.witness, report.new)}"
    if key.verdict is Verdict.WIDENED:
        name = f"{key.route}: {key.rule} lets in a witness of gateway diff"
        test = as_test(finding.witness, report.new, new, name=name)
        yield from (f"      | {line}".rstrip() for line in test.split("\n"))
    yield ""


def _told(outcome: Outcome, key: Key) -> str:
    if key.what is What.CLAIMS:
        return f"{key.detail} = {outcome.claims.get(key.detail)!r}"
    if key.what is What.ROLES:
        return f"{outcome.as_text()} with roles {', '.join(outcome.roles) or 'none'}"
    return outcome.as_text()


def title(key: Key) -> str:
    """Return what a group of differences is about, in one line."""
    if key.what is What.SETTING:
        return f"{key.rule}: {key.detail} [{key.what}]"
    words = [key.method, key.route or "(no route)", f"for {key.kind}"]
    if key.role:
        words.append(f"as {key.role}")
    if key.rule:
        words.append(f"by {key.rule}")
    words.append(f"[{key.what}]")
    return " ".join(words) + (f" {key.detail}" if key.detail else "")


def _approval_lines(approved: Approved) -> Iterator[str]:
    for entry in approved.expired:
        expired = entry.approval.expires
        yield f"{entry.where}: the approval of {_named(entry)} expired on {expired}"
    for entry in approved.stale:
        yield f"{entry.where}: the approval of {_named(entry)} is stale: nothing needs it"
    if approved.expired or approved.stale:
        yield ""


def _named(entry: Entry) -> str:
    approval = entry.approval
    return f"{approval.rule} on {approval.route}" if approval.route else approval.rule


def to_json(report: Report) -> dict[str, Any]:
    """Return the report in the types of JSON."""
    agreed = {id(each): entry for each, entry in report.approved.agreed}
    return {
        "old": report.names[0],
        "new": report.names[1],
        "asked": report.asked,
        "open": len(report.approved.open),
        "findings": [
            _finding_json(each, report, agreed.get(id(each)))
            for each in report.findings
        ],
        "stale_approvals": [_entry_json(each) for each in report.approved.stale],
        "expired_approvals": [_entry_json(each) for each in report.approved.expired],
    }


def _finding_json(
    finding: Finding, report: Report, entry: Entry | None
) -> dict[str, Any]:
    key = finding.key
    told: dict[str, Any] = {
        "verdict": key.verdict.value,
        "what": key.what.value,
        "route": key.route,
        "method": key.method,
        "kind": key.kind,
        "rule": key.rule,
        "role": key.role,
        "detail": key.detail,
        "count": finding.count,
        "providers": list(finding.providers),
        "approved": None if entry is None else _entry_json(entry),
        "old": _outcome_json(finding.old),
        "new": _outcome_json(finding.new),
        "witness": None,
    }
    if finding.witness is not None and finding.new is not None:
        test = as_test(finding.witness, report.new, finding.new, name=title(key))
        told["witness"] = as_json(finding.witness, report.new)
        told["witness"]["test"] = test
        told["witness"]["explain"] = as_arguments(finding.witness, report.new)
    return told


def _outcome_json(outcome: Outcome | None) -> dict[str, Any] | None:
    if outcome is None:
        return None
    return {
        "allowed": outcome.allowed,
        "reason": outcome.reason,
        "rule": outcome.rule,
        "roles": list(outcome.roles),
        "claims": dict(outcome.claims),
    }


def _entry_json(entry: Entry) -> dict[str, Any]:
    approval = entry.approval
    return {
        "where": entry.where,
        "rule": approval.rule,
        "route": approval.route,
        "approved_by": approval.approved_by,
        "reason": approval.reason,
        "expires": approval.expires.isoformat(),
    }
