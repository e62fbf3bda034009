"""The decision log."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.config.settings.log import Sample
from gateway.model.access import AccessRequest, RequestView, RouteView
from gateway.model.decision import (
    Decision,
    PolicyFault,
    Reason,
    ShadowResult,
    StepTimes,
)
from gateway.model.identity import Identity, IdentityKind, Subject
from gateway.model.target import parse_target
from gateway.telemetry.counters import Counters
from gateway.telemetry.decisions import MAX_FAULTS, DecisionLog, Evidence, Timing
from gateway.telemetry.lines import LineWriter
from gateway.telemetry.pseudonyms import Pseudonyms
from gateway.telemetry.request_id import RequestIds
from tests.telemetry.fakes import MemorySink

NOON = datetime(2026, 5, 4, 12, 0, 0, 123_456, tzinfo=UTC)
NAMES = Pseudonyms(secret=b"k" * 32)
ANA = Identity(
    id="us-east-1:11111111-2222-3333-4444-555555555555",
    kind=IdentityKind.AUTHENTICATED,
    authenticated=True,
    provider="google",
    provider_kind="google",
    email="ana@example.com",
)
ACCESS = AccessRequest(
    subject=Subject(ANA, {"email": "ana@example.com"}),
    request=RequestView(
        id="r" * 32,
        method="GET",
        scheme="https",
        host="api.example.com",
        target=parse_target(b"/orders?token=t"),
        raw_headers=(),
        ip="203.0.113.9",
        time=NOON,
    ),
    route=RouteView("orders", "orders", {}, (), "https://orders.internal"),
    now=NOON,
)
DENIED = Decision(allowed=False, reason=Reason.NO_ALLOW)
ALLOWED = Decision(allowed=True, reason=Reason.ALLOWED)
FAILED = Decision(allowed=False, reason=Reason.POLICY_TIMEOUT)


class Source:
    """Has collected something for each decision, and counts how often."""

    revision = "abc"
    hash_key = "k1"

    def __init__(self) -> None:
        self.asked = 0

    def collect(self, access: AccessRequest, decision: Decision) -> Evidence:
        self.asked += 1
        return Evidence('{"identity.email":"x"}', '["claims.a"]', '["claims.b"]', "h1")


class Desk:
    """A log with what it writes to and counts in."""

    def __init__(self, **sample: float) -> None:
        self.sink = MemorySink()
        self.writer = LineWriter(sink=self.sink, flush_every=timedelta(hours=1))
        self.counters = Counters()
        self.source = Source()
        self.log = DecisionLog(
            writer=self.writer,
            pseudonyms=NAMES,
            ids=RequestIds(entropy=lambda size: b"\x80" * size),
            counters=self.counters,
            sample=Sample(**sample),
        )

    def record(self, decision: Decision, **fields: Any) -> None:
        timing = Timing(33, StepTimes(1000, 3000, 3000, 7999, 9000))
        given: dict[str, Any] = {"source": self.source, "timing": timing}
        self.log.record(decision, ACCESS, **(given | fields))

    def lines(self) -> list[dict[str, Any]]:
        self.writer.close()
        return [json.loads(line) for line in self.sink.data.splitlines()]


def recorded(decision: Decision, **fields: Any) -> dict[str, Any]:
    """Return the line of one decision, read back."""
    desk = Desk()
    desk.record(decision, **fields)
    (line,) = desk.lines()
    return line


def test_an_allowed_request_leaves_its_rule_its_reasons_and_its_token() -> None:
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
        "schema": 1,
        "time": "2026-05-04T12:00:00.123456Z",
        "decision_id": "80" * 16,
        "request_id": "r" * 32,
        "policy_digest": "d" * 64,
        "revision": "abc",
        "hash_key": "k1",
        "route": "orders",
        "method": "GET",
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
        "reads": {"identity.email": "x"},
        "absent": ["claims.a"],
        "dropped": ["claims.b"],
        "claims": "h1",
        "token_id": "t1",
        "us": 33,
        "steps_us": {"roles": 2, "deny": 0, "allow": 4, "mint": 1, "shadow": 0},
    }


def test_a_refused_request_leaves_what_could_not_be_evaluated() -> None:
    """With its position: a policy that errors is found in the log."""
    decision = Decision(
        allowed=False,
        reason=Reason.POLICY_ERROR,
        faults=(PolicyFault('policies/"o".toml:3:8', "no such key"),) * 20,
        shadow=(ShadowResult("orders/weekend", "deny", "true"),),
    )

    line = recorded(decision)

    assert line["effect"] == "deny"
    assert line["reason"] == "policy_error"
    assert (
        line["faults"]
        == [{"where": 'policies/"o".toml:3:8', "message": "no such key"}] * MAX_FAULTS
    )
    assert line["shadow"] == [
        {"rule": "orders/weekend", "effect": "deny", "outcome": "true"}
    ]
    assert line["token_id"] == ""


def test_nothing_of_the_person_is_written() -> None:
    """Neither the id as it is, nor anything that the evidence does not say."""
    text = json.dumps(recorded(DENIED))

    assert "ana@" not in text
    assert ANA.id not in text
    assert "token=" not in text


@pytest.mark.parametrize(
    ("decision", "share"), [(ALLOWED, "allow"), (DENIED, "deny"), (FAILED, "error")]
)
def test_a_sample_leaves_out_and_counts(decision: Decision, share: str) -> None:
    """The id that stands for half of all is the first that half leaves out."""
    half, more, none = Desk(**{share: 0.5}), Desk(**{share: 0.51}), Desk(**{share: 0})

    for desk in (half, more, none):
        desk.record(decision)

    assert not half.lines()
    assert half.counters.totals() == {f"decisions_not_sampled.{share}": 1}
    assert not half.source.asked
    assert len(more.lines()) == 1
    assert not more.counters.totals()
    assert not none.lines()


def test_a_sample_of_one_kind_leaves_the_others() -> None:
    """Denials are what an operator looks for."""
    desk = Desk(allow=0)

    for decision in (ALLOWED, DENIED, FAILED):
        desk.record(decision)

    assert [line["effect"] for line in desk.lines()] == ["deny", "deny"]


def test_rules_in_shadow_mode_are_counted_by_what_they_would_do() -> None:
    """Whether the decision is written or not."""
    desk = Desk(deny=0)
    shadow = (
        ShadowResult("a/x", "deny", "true"),
        ShadowResult("a/y", "allow", "true"),
        ShadowResult("a/z", "deny", "false"),
        ShadowResult("a/z", "deny", "error"),
    )

    for _ in range(2):
        desk.record(Decision(allowed=False, reason=Reason.NO_ALLOW, shadow=shadow))

    assert desk.counters.totals() == {
        "decisions_not_sampled.deny": 2,
        "shadow.a/x.would_deny": 2,
        "shadow.a/y.would_allow": 2,
        "shadow.a/z.error": 2,
        "shadow.a/z.no_match": 2,
    }


def test_without_a_sink_nothing_is_recorded() -> None:
    """`sink = "none"`; rules in shadow mode are counted all the same."""
    counters, source = Counters(), Source()
    log = DecisionLog(
        writer=None,
        pseudonyms=NAMES,
        ids=RequestIds(),
        counters=counters,
        sample=Sample(),
    )
    decision = Decision(
        allowed=False,
        reason=Reason.NO_ALLOW,
        shadow=(ShadowResult("a/x", "deny", "true"),),
    )

    log.record(decision, ACCESS, source=source, timing=Timing(1, StepTimes()))

    assert not source.asked
    assert counters.totals() == {"shadow.a/x.would_deny": 1}
