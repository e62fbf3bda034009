"""The decision log."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.model.decision import Decision, PolicyFault, Reason, ShadowResult
from gateway.model.identity import Identity, IdentityKind, Subject
from gateway.telemetry.decisions import DecisionLog
from gateway.telemetry.lines import LineWriter
from gateway.telemetry.pseudonyms import Pseudonyms
from gateway.telemetry.request_id import RequestIds
from tests.telemetry.fakes import MemorySink

NOON = datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC)
NAMES = Pseudonyms(secret=b"k" * 32)
ANA = Identity(
    id="us-east-1:11111111-2222-3333-4444-555555555555",
    kind=IdentityKind.AUTHENTICATED,
    authenticated=True,
    provider="google",
    provider_kind="google",
    email="ana@example.com",
)


def recorded(decision: Decision, **fields: Any) -> dict[str, Any]:
    """Return the line of one decision, read back."""
    sink = MemorySink()
    writer = LineWriter(sink=sink, flush_every=timedelta(hours=1))
    ids = RequestIds(entropy=lambda size: b"\x07" * size)
    log = DecisionLog(writer=writer, pseudonyms=NAMES, ids=ids)
    asked: dict[str, Any] = {
        "at": NOON,
        "request_id": "r" * 32,
        "route": "orders",
        "microseconds": 33,
    }
    log.record(decision, Subject(ANA, {"email": "ana@example.com"}), **(asked | fields))
    writer.close()
    (line,) = sink.data.splitlines()
    read: dict[str, Any] = json.loads(line)
    return read


def test_an_allowed_request_leaves_its_rule_and_its_token() -> None:
    """The form is a contract with whoever reads the logs."""
    decision = Decision(
        allowed=True,
        reason=Reason.ALLOWED,
        rule="orders/read-own",
        roles=("customer", "support"),
        claims={"tenant": "acme"},
        digest="d" * 64,
    )

    assert recorded(decision, token_id="t1") == {
        "kind": "decision",
        "time": "2026-05-04T12:00:00.000Z",
        "decision_id": "07" * 16,
        "request_id": "r" * 32,
        "policy_digest": "d" * 64,
        "route": "orders",
        "identity": NAMES.of(ANA.id),
        "identity_kind": "authenticated",
        "anonymous": False,
        "provider": "google",
        "effect": "allow",
        "rule": "orders/read-own",
        "reason": "allowed",
        "roles": ["customer", "support"],
        "faults": [],
        "shadow": [],
        "token_id": "t1",
        "us": 33,
    }


def test_a_refused_request_leaves_what_could_not_be_evaluated() -> None:
    """With its position: a policy that errors is found in the log."""
    decision = Decision(
        allowed=False,
        reason=Reason.POLICY_ERROR,
        faults=(PolicyFault('policies/"o".toml:3:8', "no such key"),),
        shadow=(ShadowResult("orders/weekend", "deny", "true"),),
    )

    line = recorded(decision)

    assert line["effect"] == "deny"
    assert line["reason"] == "policy_error"
    assert line["faults"] == [
        {"where": 'policies/"o".toml:3:8', "message": "no such key"}
    ]
    assert line["shadow"] == [
        {"rule": "orders/weekend", "effect": "deny", "outcome": "true"}
    ]
    assert line["token_id"] == ""


def test_nothing_of_the_person_is_written() -> None:
    """Neither the e-mail address nor the id as it is."""
    text = json.dumps(recorded(Decision(allowed=False, reason=Reason.NO_ALLOW)))

    assert "ana@" not in text
    assert ANA.id not in text


def test_without_a_sink_nothing_is_recorded() -> None:
    """`sink = "none"`."""
    log = DecisionLog(writer=None, pseudonyms=NAMES, ids=RequestIds())

    log.record(
        Decision(allowed=False, reason=Reason.NO_ALLOW),
        Subject(ANA),
        at=NOON,
        request_id="",
        route="",
        microseconds=1,
    )
