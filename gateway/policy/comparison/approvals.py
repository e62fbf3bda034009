"""Widenings that somebody has agreed to, in a file beside the policies.

An entry names what is widened, who agreed, why, and until when it may stand there. It says
nothing about any other widening, and nothing once its day has passed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import Field

from gateway.config.document import Document
from gateway.config.errors import ConfigError
from gateway.config.settings.door import Door
from gateway.config.settings.section import Id, Loose, OneOrMore, Section, Text
from gateway.config.validation import Reader
from gateway.policy.comparison.findings import Finding, Key, Verdict, What


class Approval(Section):
    """One widening that is wanted."""

    what: Literal["access", "require", "roles", "setting"] = Field(
        default="access", description="What differs, as `gateway diff` names it."
    )
    route: Id | None = Field(default=None, description="Id of the route.")
    methods: Annotated[tuple[Text, ...], Loose, OneOrMore] = Field(
        default=(), description="Methods; empty for all of the route."
    )
    kind: Literal["authenticated", "guest", "service"] | None = Field(
        default=None, description="The audience kind."
    )
    role: str | None = Field(
        default=None, description="The role that is held; without it, any."
    )
    providers: Annotated[tuple[Text, ...], Loose, OneOrMore] = Field(
        default=(),
        description="The only providers whose identities may meet it; empty for any.",
    )
    rule: str = Field(description="`policy/rule` that lets in; for a setting, its key.")
    approved_by: Text = Field(description="Who agreed.")
    reason: Text = Field(description="Why.")
    expires: date = Field(description="The last day on which it counts.")

    def covers(self, finding: Finding) -> bool:
        """Whether the entry is about a widening, and about no less than all of it."""
        if self.providers and not set(finding.providers) <= set(self.providers):
            return False
        return self._is_about(finding.key)

    def _is_about(self, key: Key) -> bool:
        if key.verdict is not Verdict.WIDENED or key.what != self.what:
            return False
        if key.rule != self.rule:
            return False
        if key.what is What.SETTING:
            return True
        here = (key.route, key.kind) == (self.route, self.kind)
        method = not self.methods or key.method in self.methods
        return here and method and self.role in {None, key.role}


class Approvals(Section):
    """The file."""

    schema_version: Literal[1] = Field(
        default=1, alias="schema", description="Version of the file's meaning."
    )
    approval: Annotated[tuple[Approval, ...], Loose] = Field(
        default=(), description="What is agreed to."
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """One approval with its place.

    Attributes:
        approval: What it says.
        where: `file:line:column`.
    """

    approval: Approval
    where: str


@dataclass(frozen=True, slots=True)
class Approved:
    """What became of widenings and of approvals.

    Attributes:
        open: Widenings that nobody has agreed to.
        agreed: Those that somebody has, each with the entry.
        stale: Entries that no widening needs.
        expired: Entries whose day has passed.
    """

    open: tuple[Finding, ...]
    agreed: tuple[tuple[Finding, Entry], ...]
    stale: tuple[Entry, ...]
    expired: tuple[Entry, ...]


NOTHING_APPROVED: Final = Approved((), (), (), ())


def read_approvals(document: Document) -> list[Entry]:
    """Return the entries of an approval file.

    Raises:
        ConfigError: With everything that is wrong with it.
    """
    reader = Reader(document, Door(environ={}))
    approvals = reader.read(Approvals, document.data)
    if approvals is None:
        raise ConfigError(reader.faults)
    return [
        Entry(approval, document.where(("approval", number, "rule")))
        for number, approval in enumerate(approvals.approval)
    ]


def approve(
    findings: Sequence[Finding], entries: Sequence[Entry], *, today: date
) -> Approved:
    """Return which widenings are agreed to and which are not.

    Args:
        findings: All that was found.
        entries: Of the approval file.
        today: What expiry is compared with.
    """
    valid = [entry for entry in entries if today <= entry.approval.expires]
    agreed: list[tuple[Finding, Entry]] = []
    unapproved: list[Finding] = []
    for finding in findings:
        if finding.key.verdict is not Verdict.WIDENED:
            continue
        entry = next((e for e in valid if e.approval.covers(finding)), None)
        if entry is None:
            unapproved.append(finding)
        else:
            agreed.append((finding, entry))
    return Approved(
        open=tuple(unapproved),
        agreed=tuple(agreed),
        stale=tuple(e for e in valid if not any(map(e.approval.covers, findings))),
        expired=tuple(entry for entry in entries if entry not in valid),
    )
