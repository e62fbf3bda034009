"""An explanation reads well, and its JSON keeps its keys."""

import json

from gateway.model.decision import Challenge, Decision, PolicyFault, Reason
from gateway.policy.explanation import (
    Entry,
    Explanation,
    NearMiss,
    NeededChange,
    Outcome,
    Read,
    Step,
    to_json,
    to_text,
)
from gateway.policy.shown import Shown

VALUES = Shown(
    text="identity.id ==\n  'u1' && vars.x",
    where="policies/orders.toml:7:8",
    value=False,
    parts=(
        Shown("identity.id", "policies/orders.toml:7:8", value="u2", joined=True),
        Shown("vars.x", "policies/orders.toml:8:10", error="no such key"),
        Shown("claims.y", "policies/orders.toml:8:10"),
    ),
)
DENIED = Explanation(
    request="GET https://api.example.com/x",
    decision=Decision(
        allowed=False,
        reason=Reason.STEP_UP,
        rule="orders/own",
        message="sign in again",
        roles=("staff",),
        challenge=Challenge(acr="mfa"),
        faults=(PolicyFault("policies/orders.toml:7:8", "no such key"),),
        digest="d1",
    ),
    decided_at="policies/orders.toml:5:6",
    steps=(
        Step("route", "orders-read"),
        Step(
            "allow",
            "",
            (
                Entry("orders/own", "a:1:2", Outcome.FALSE, "why", VALUES),
                Entry("orders/other", "", Outcome.SKIPPED),
            ),
        ),
    ),
    nearest=(
        NearMiss("orders/own", "policies/orders.toml:7:8", "`x` is false"),
        NearMiss(
            "orders/other",
            "policies/orders.toml:9:8",
            "a; b (why)",
            (
                NeededChange("a", "p:1:1", "identity.acr", "set", "mfa"),
                NeededChange("b", "p:1:2", purpose="why"),
            ),
            tried=True,
        ),
    ),
    reads=(
        Read("claims.y", None, present=False, used=True),
        Read("identity.id", "u2", present=True, used=True),
        Read("now", "2026-05-04T12:00:00+00:00", present=True, used=False),
        Read("route.tags", None, present=False, used=True, known=False),
    ),
)
ALLOWED = Explanation(
    request="GET https://api.example.com/x",
    decision=Decision(
        allowed=True, reason=Reason.ALLOWED, rule="orders/own", claims={"a": [1]}
    ),
    decided_at="policies/orders.toml:5:6",
    steps=(),
)


def test_the_text_is_for_people() -> None:
    """Line by line, without colour."""
    assert to_text(DENIED) == (
        "request   GET https://api.example.com/x\n"
        "route     orders-read\n"
        "allow\n"
        "  - orders/own: false, why (a:1:2)\n"
        "      identity.id == 'u1' && vars.x = false\n"
        "        identity.id = 'u2'\n"
        "        vars.x = error: no such key\n"
        "        claims.y = null\n"
        "    orders/other: skipped\n"
        "decision  denied by orders/own (policies/orders.toml:5:6) [step_up]"
        ' "sign in again"\n'
        "  error at policies/orders.toml:7:8: no such key\n"
        "nearest   what each allow rule lacks, the smallest change first\n"
        "  orders/own: `x` is false (policies/orders.toml:7:8)\n"
        "  orders/other: 2 changes\n"
        "      a (p:1:1)\n"
        "      b (why) (p:1:2)\n"
        "reads     what it depends on, and nothing else\n"
        "  claims.y: not there\n"
        "  identity.id = 'u2'\n"
        "  now = '2026-05-04T12:00:00+00:00' (not looked at)\n"
        "  route.tags: not recorded\n"
    )


def test_what_is_allowed_has_no_reason_and_nothing_near() -> None:
    """The verdict is enough."""
    assert to_text(ALLOWED) == (
        "request   GET https://api.example.com/x\n"
        "decision  allowed by orders/own (policies/orders.toml:5:6)\n"
    )
    assert to_json(ALLOWED)["challenge"] is None


def test_a_denial_by_no_rule_names_none() -> None:
    """Default deny."""
    nobody = Explanation(
        request="",
        decision=Decision(allowed=False, reason=Reason.NO_ALLOW),
        decided_at="",
        steps=(),
    )

    assert nobody.verdict == "denied [no_allow]"


def test_the_json_is_a_contract() -> None:
    """Keys are added, never renamed."""
    assert json.loads(json.dumps(to_json(DENIED))) == {
        "request": "GET https://api.example.com/x",
        "allowed": False,
        "reason": "step_up",
        "rule": "orders/own",
        "decided_at": "policies/orders.toml:5:6",
        "message": "sign in again",
        "roles": ["staff"],
        "claims": {},
        "challenge": {
            "error": "insufficient_user_authentication",
            "acr": "mfa",
            "max_age": None,
            "sender": "",
        },
        "faults": [{"where": "policies/orders.toml:7:8", "message": "no such key"}],
        "digest": "d1",
        "steps": [
            {"name": "route", "note": "orders-read", "entries": []},
            {
                "name": "allow",
                "note": "",
                "entries": [
                    {
                        "name": "orders/own",
                        "where": "a:1:2",
                        "outcome": "false",
                        "note": "why",
                        "values": {
                            "text": "identity.id ==\n  'u1' && vars.x",
                            "where": "policies/orders.toml:7:8",
                            "value": False,
                            "error": "",
                            "joined": False,
                            "parts": [
                                {
                                    "text": "identity.id",
                                    "where": "policies/orders.toml:7:8",
                                    "value": "u2",
                                    "error": "",
                                    "joined": True,
                                    "parts": [],
                                },
                                {
                                    "text": "vars.x",
                                    "where": "policies/orders.toml:8:10",
                                    "value": None,
                                    "error": "no such key",
                                    "joined": False,
                                    "parts": [],
                                },
                                {
                                    "text": "claims.y",
                                    "where": "policies/orders.toml:8:10",
                                    "value": None,
                                    "error": "",
                                    "joined": False,
                                    "parts": [],
                                },
                            ],
                        },
                    },
                    {
                        "name": "orders/other",
                        "where": "",
                        "outcome": "skipped",
                        "note": "",
                        "values": None,
                    },
                ],
            },
        ],
        "nearest": [
            {
                "rule": "orders/own",
                "where": "policies/orders.toml:7:8",
                "needs": "`x` is false",
                "changes": [],
                "tried": False,
            },
            {
                "rule": "orders/other",
                "where": "policies/orders.toml:9:8",
                "needs": "a; b (why)",
                "changes": [
                    {
                        "text": "a",
                        "where": "p:1:1",
                        "path": "identity.acr",
                        "action": "set",
                        "value": "mfa",
                        "purpose": "",
                    },
                    {
                        "text": "b",
                        "where": "p:1:2",
                        "path": "",
                        "action": "other",
                        "value": None,
                        "purpose": "why",
                    },
                ],
                "tried": True,
            },
        ],
        "reads": [
            {
                "path": "claims.y",
                "value": None,
                "present": False,
                "used": True,
                "known": True,
            },
            {
                "path": "identity.id",
                "value": "u2",
                "present": True,
                "used": True,
                "known": True,
            },
            {
                "path": "now",
                "value": "2026-05-04T12:00:00+00:00",
                "present": True,
                "used": False,
                "known": True,
            },
            {
                "path": "route.tags",
                "value": None,
                "present": False,
                "used": True,
                "known": False,
            },
        ],
    }
