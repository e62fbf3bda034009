"""The decision log: one JSON line for each answer of the policies.

Tells which rule decided, why, and what could not be evaluated, so that "why was this
refused?" has an answer the day after. Holds no value of the request and no credential;
the minted token appears by its id alone.
"""

import json
from datetime import datetime
from json.encoder import encode_basestring_ascii as quote

from gateway.model.decision import Decision
from gateway.model.identity import Identity, Subject
from gateway.telemetry.lines import LineWriter
from gateway.telemetry.pseudonyms import Pseudonyms
from gateway.telemetry.request_id import RequestIds
from gateway.telemetry.timestamps import Timestamps


class DecisionLog:
    """Writes the decision log."""

    def __init__(
        self, *, writer: LineWriter | None, pseudonyms: Pseudonyms, ids: RequestIds
    ) -> None:
        """Write to `writer`; with `None`, write nothing."""
        self._writer = writer
        self._pseudonyms = pseudonyms
        self._ids = ids
        self._timestamps = Timestamps()

    def record(  # noqa: PLR0913 - one argument for each part of the record
        self,
        decision: Decision,
        subject: Subject,
        *,
        at: datetime,
        request_id: str,
        route: str,
        microseconds: int,
        token_id: str = "",
    ) -> None:
        """Queue the line of one decision. Never blocks.

        Args:
            decision: What the policies said.
            subject: Whom they said it about; written as a keyed hash.
            at: The decision's `now`, aware UTC.
            request_id: The request it belongs to.
            route: Id of the route.
            microseconds: What the decision took.
            token_id: `jti` of the credential that was minted for it, if one was.
        """
        writer = self._writer
        if writer is None:
            return
        effect = "allow" if decision.allowed else "deny"
        writer.put(
            f'{{"kind":"decision","time":"{self._timestamps.of(at)}",'
            f'"decision_id":"{self._ids.new()}","request_id":{quote(request_id)},'
            f'"policy_digest":{quote(decision.digest)},"route":{quote(route)},'
            f"{self._identity(subject.identity, anonymous=subject.anonymous)},"
            f'"effect":"{effect}","rule":{quote(decision.rule)},'
            f'"reason":{quote(decision.reason)},"roles":{_texts(decision.roles)},'
            f'"faults":{_faults(decision)},"shadow":{_shadow(decision)},'
            f'"token_id":{quote(token_id)},"us":{microseconds}}}'
        )

    def _identity(self, identity: Identity, *, anonymous: bool) -> str:
        return (
            f'"identity":"{self._pseudonyms.of(identity.id)}",'
            f'"identity_kind":"{identity.kind}",'
            f'"anonymous":{"true" if anonymous else "false"},'
            f'"provider":{quote(identity.provider)}'
        )


def _texts(values: tuple[str, ...]) -> str:
    return f"[{','.join(map(quote, values))}]"


def _faults(decision: Decision) -> str:
    if not decision.faults:
        return "[]"
    return json.dumps(
        [{"where": fault.where, "message": fault.message} for fault in decision.faults]
    )


def _shadow(decision: Decision) -> str:
    if not decision.shadow:
        return "[]"
    return json.dumps(
        [
            {"rule": result.rule, "effect": result.effect, "outcome": result.outcome}
            for result in decision.shadow
        ]
    )
