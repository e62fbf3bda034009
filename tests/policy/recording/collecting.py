"""What is collected of a decision, made for tests."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from gateway.model.access import AccessRequest
from gateway.model.decision import Decision, Reason
from gateway.policy.engine import Engine
from gateway.policy.recording.choices import Choices
from gateway.policy.recording.collector import Collector
from tests.policy.files import access, engine, identity, rule

DENIED = Decision(allowed=False, reason=Reason.NO_ALLOW)
NOTHING = Choices()
JWS = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbmEifQ.c2lnbmF0dXJl"


def hasher(raw: bytes) -> str:
    return hashlib.sha256(b"key" + raw).hexdigest()[:32]


def reading(*paths: str) -> Engine:
    """Policies that read these paths, and nothing else."""
    terms = " || ".join(f"dyn({path}) == 1" for path in paths)
    return engine(rule("a", terms.replace("\\", "\\\\").replace('"', '\\"')))


def collected(
    policies: Engine,
    asked: AccessRequest,
    choices: Choices = NOTHING,
    decision: Decision = DENIED,
) -> tuple[dict[str, Any], list[str], list[str]]:
    """Reads, absent, dropped."""
    collector = Collector(engine=policies, choices=choices, hasher=hasher)
    evidence = collector.collect(asked, decision)
    return (
        json.loads(evidence.reads),
        json.loads(evidence.absent),
        json.loads(evidence.dropped),
    )


CLAIMS: Mapping[str, Any] = {
    "t": "text",
    "b": True,
    "f": 1.5,
    "n": None,
    "l": ["a", 1],
    "m": {"x": {"y": 1}},
}
ASKED = access(
    identity(email="ana@example.com", groups=("a", "b"), attributes={"team": "blue"}),
    claims=CLAIMS,
    target=b"/v1/orders/u1-7?channel=public&channel=vip",
    headers=[(b"x-tenant", b"acme"), (b"cookie", b"s=1")],
)
