"""The decision log: one JSON line for each answer of the policies.

Tells which rule decided, why, what was read for it and what could not be evaluated, so that
"why was this refused?" has an answer the day after, and so that other policies can be asked
the same question. What was read is handed in as JSON: `gateway.policy.recording` knows what
may be told of a request. The identity appears by its pseudonym, the minted token by its id.
"""

import json
from json.encoder import encode_basestring_ascii as quote
from typing import Final, NamedTuple, Protocol

from gateway.config.settings.log import Sample
from gateway.model.access import AccessRequest
from gateway.model.decision import Decision, Reason, ShadowResult, StepTimes
from gateway.model.identity import Identity
from gateway.telemetry.counters import Counters
from gateway.telemetry.lines import LineWriter
from gateway.telemetry.pseudonyms import Pseudonyms
from gateway.telemetry.request_id import RequestIds
from gateway.telemetry.timestamps import Timestamps

# Of the form of the lines. What is added keeps it; what would change a meaning raises it.
SCHEMA: Final = 1

# Longer ones are nobody's.
_MAX_METHOD: Final = 64

# Of the expressions that failed, the first tell enough.
MAX_FAULTS: Final = 16

_FAILURES: Final = frozenset({Reason.POLICY_ERROR, Reason.POLICY_TIMEOUT})

# So many leading digits of a decision's id say whether it belongs to the sample.
_DIGITS: Final = 8


class Evidence(NamedTuple):
    """What a decision goes by, as JSON.

    Attributes:
        reads: Object of paths and values.
        absent: Array of the paths that led nowhere.
        dropped: Array of the paths whose value may not be told, or is too long.
        claims: Keyed hash of the minted claims; empty if there are none.
    """

    reads: str = "{}"
    absent: str = "[]"
    dropped: str = "[]"
    claims: str = ""


class EvidenceSource(Protocol):
    """Knows what the decisions of one set of policies go by.

    Attributes:
        revision: The git commit of the policies; empty if there is none.
        hash_key: The name of the key that values are hashed with.
    """

    revision: str
    hash_key: str

    def collect(self, access: AccessRequest, decision: Decision) -> Evidence:
        """Return what a decision goes by. Never raises."""


class Timing(NamedTuple):
    """What a decision took.

    Attributes:
        microseconds: All of it.
        steps: When its steps ended.
    """

    microseconds: int
    steps: StepTimes


class DecisionLog:
    """Writes the decision log."""

    def __init__(
        self,
        *,
        writer: LineWriter | None,
        pseudonyms: Pseudonyms,
        ids: RequestIds,
        counters: Counters,
        sample: Sample,
    ) -> None:
        """Prepare; nothing is written yet.

        Args:
            writer: Where the lines go; with `None`, none is made.
            pseudonyms: What to call identities.
            ids: Gives each decision its id.
            counters: Where what the sample leaves out is counted, and what rules in
                shadow mode would have done.
            sample: The share of decisions that is written.
        """
        self._writer = writer
        self._pseudonyms = pseudonyms
        self._ids = ids
        self._counters = counters
        self._timestamps = Timestamps()
        self._bounds = {
            name: int(share * 16**_DIGITS)
            for name, share in (
                ("allow", sample.allow),
                ("deny", sample.deny),
                ("error", sample.error),
            )
        }

    def record(
        self,
        decision: Decision,
        access: AccessRequest,
        *,
        source: EvidenceSource,
        timing: Timing,
        token_id: str = "",
    ) -> None:
        """Queue the line of one decision, if it belongs to the sample. Never blocks.

        Args:
            decision: What the policies said.
            access: What they were asked.
            source: Of the policies that said it.
            timing: What the decision took.
            token_id: `jti` of the credential that was minted for it, if one was.
        """
        for result in decision.shadow:
            self._counters.add(f"shadow.{result.rule}.{_told(result)}")
        writer = self._writer
        if writer is None:
            return
        decision_id = self._ids.new()
        effect = "allow" if decision.allowed else "deny"
        share = "error" if decision.reason in _FAILURES else effect
        # The id is random, so its first digits are as good as a die.
        if int(decision_id[:_DIGITS], 16) >= self._bounds[share]:
            self._counters.add(f"decisions_not_sampled.{share}")
            return
        evidence = source.collect(access, decision)
        request, subject = access.request, access.subject
        writer.put(
            f'{{"kind":"decision","schema":{SCHEMA},'
            f'"time":"{self._timestamps.precise(access.now)}",'
            f'"decision_id":"{decision_id}","request_id":{quote(request.id)},'
            f'"policy_digest":{quote(decision.digest)},'
            f'"revision":{quote(source.revision)},"hash_key":"{source.hash_key}",'
            f'"route":{quote(access.route.id)},'
            f'"method":{quote(request.method[:_MAX_METHOD])},'
            f"{self._identity(subject.identity, anonymous=subject.anonymous)},"
            f'"effect":"{effect}","rule":{quote(decision.rule)},'
            f'"reason":{quote(decision.reason)},"roles":{_texts(decision.roles)},'
            f'"faults":{_faults(decision)},"shadow":{_shadow(decision)},'
            f'"reads":{evidence.reads},"absent":{evidence.absent},'
            f'"dropped":{evidence.dropped},"claims":"{evidence.claims}",'
            f'"token_id":{quote(token_id)},{_times(timing)}}}'
        )

    def _identity(self, identity: Identity, *, anonymous: bool) -> str:
        return (
            f'"identity":"{self._pseudonyms.of(identity.id)}",'
            f'"identity_kind":{quote(identity.kind)},'
            f'"anonymous":{"true" if anonymous else "false"},'
            f'"provider":{quote(identity.provider)}'
        )


def _told(result: ShadowResult) -> str:
    """Return in a word what a rule in shadow mode came to."""
    if result.outcome == "true":
        return f"would_{result.effect}"
    return "no_match" if result.outcome == "false" else result.outcome


def _texts(values: tuple[str, ...]) -> str:
    return f"[{','.join(map(quote, values))}]"


def _times(timing: Timing) -> str:
    roles, deny, allow, mint, shadow = timing.steps.microseconds()
    return (
        f'"us":{timing.microseconds},"steps_us":{{"roles":{roles},"deny":{deny},'
        f'"allow":{allow},"mint":{mint},"shadow":{shadow}}}'
    )


def _faults(decision: Decision) -> str:
    if not decision.faults:
        return "[]"
    return _compact(
        [
            {"where": fault.where, "message": fault.message}
            for fault in decision.faults[:MAX_FAULTS]
        ]
    )


def _shadow(decision: Decision) -> str:
    if not decision.shadow:
        return "[]"
    return _compact(
        [
            {"rule": result.rule, "effect": result.effect, "outcome": result.outcome}
            for result in decision.shadow
        ]
    )


_compact = json.JSONEncoder(separators=(",", ":")).encode
