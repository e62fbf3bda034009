"""A recorded decision, explained by the policies in force."""

import json
from typing import Any

import pytest

from gateway.model.access import AccessRequest
from gateway.policy.replaying.answers import Verdict
from gateway.policy.replaying.errors import MalformedRecordError
from gateway.policy.replaying.explaining import (
    ExplainedRecord,
    explain_record,
    to_json,
    to_text,
)
from gateway.policy.replaying.record import parse_record
from tests.policy.files import (
    ALLOW_ALL,
    FEED,
    READ,
    access,
    engine,
    identity,
    mint,
    role,
    rule,
)
from tests.policy.replaying.recorder import edited, line_of, record_of, replayer

MFA = {"acr": "mfa", "auth_age": "5m"}
POLICY = (
    "[vars]\nmine = \"identity.email == 'ana@example.com'\"\n"
    + role("staff", "'staff' in identity.groups")
    + rule("stop", "'blocked' in identity.labels", effect="deny")
    + rule("own", "vars.mine && request.query.channel == ['x']", roles=["staff"])
    + rule("strong", require=MFA, roles=["staff"])
    + rule("dark", "has(claims.hd)", effect="deny", mode="shadow")
    + mint(name="identity.name")
)
ANA = identity(
    email="ana@example.com", groups=("staff",), name="Ana", acr="pwd", labels=("l",)
)
ASKED = access(ANA, target=b"/v1/orders/u1-7?channel=x")


def explained(
    asked: AccessRequest = ASKED, after: str = POLICY, **choices: Any
) -> ExplainedRecord:
    """What is to be said of a decision of `POLICY`, by these or other policies."""
    record = parse_record(line_of(asked, engine(POLICY), **choices))
    assert record is not None
    judge = engine(after)
    return explain_record(replayer(judge), judge, record)


def values(found: ExplainedRecord) -> dict[str, Any]:
    """The value of each input, or why there is none."""
    assert found.explanation is not None
    told = {}
    for read in found.explanation.reads:
        absent = "absent" if read.known else "unknown"
        told[read.path] = read.value if read.present else absent
    return told


def test_the_same_policies_come_to_the_same() -> None:
    """With each step, and each value that was recorded."""
    found = explained()

    assert found.same_policies
    assert found.answer.verdict is Verdict.SAME
    assert values(found) == {
        "claims.hd": "absent",
        "identity.acr": "pwd",
        "identity.auth_time": "1970-01-01T00:00:00+00:00",
        "identity.email": "ana@example.com",
        "identity.groups": ["staff"],
        "identity.labels": ["l"],
        "identity.name": "Ana",
        "now": "2026-05-04T12:00:00+00:00",
        "request.query.channel": ["x"],
    }
    text = to_text(found)
    assert "policies  in force: the same as then\n" in text
    assert "identity  id not recorded, authenticated, of provider corp\n" in text
    assert "  + orders/own: true" in text
    assert "  - orders/strong: false, requires acr mfa" in text
    assert "then      allowed by orders/own [allowed], roles staff\n" in text
    assert "now       allowed by orders/own [allowed], roles staff\n" in text
    assert "hashed" not in text
    assert "dropped" not in text


def test_other_policies_may_come_to_something_else() -> None:
    """Told as what it is."""
    found = explained(after=POLICY.replace("blocked", "l"))
    text = to_text(found)

    assert found.answer.verdict is Verdict.NARROWED
    assert "policies  in force: others than then\n" in text
    assert (
        "now       denied by orders/stop [denied_by_rule], roles staff (narrowed)"
        in text
    )
    assert "  + orders/stop: true" in text


def test_what_was_hashed_can_still_be_compared() -> None:
    """And is not shown, since nobody has it."""
    found = explained(hashed=["identity.email", "request.query"])

    assert found.answer.verdict is Verdict.SAME
    assert found.hashed == ("identity.email", "request.query.channel")
    assert values(found)["identity.email"] == "<hashed>"
    assert "hashed    identity.email, request.query.channel\n" in to_text(found)


def test_what_was_dropped_is_told_where_it_is_missed() -> None:
    """Nothing is guessed."""
    found = explained(dropped=["identity.email", "identity.acr"])
    text = to_text(found)

    assert found.answer.verdict is Verdict.UNDETERMINED
    assert "now       undetermined: not recorded: identity.email\n" in text
    assert "dropped   identity.acr, identity.email\n" in text
    assert "identity.email: not recorded\n" in text
    assert "error: `identity.email` was not recorded" in text
    assert (
        "  ! orders/strong: error, requires acr mfa and a sign-in within the last "
        "300 seconds, and what tells was not recorded" in text
    )


def test_a_mapping_that_cannot_be_told_ends_the_way() -> None:
    """Everything else depends on the roles."""
    text = to_text(explained(dropped=["identity.groups"]))

    assert "a role mapping failed, so nothing else is looked at" in text
    assert "undetermined: not recorded: identity.groups" in text


def test_a_map_of_which_parts_are_missing_is_not_shown_as_a_whole() -> None:
    """Whoever reads all of it reads what is not there."""
    found = explained(
        after=POLICY + rule("all", "claims.exists(c, c == 'x')", effect="deny")
    )

    assert found.answer.verdict is Verdict.UNDETERMINED
    assert values(found)["claims"] == "<not recorded as a whole>"


def test_a_route_that_is_gone_leaves_the_record_alone() -> None:
    """There is nothing to walk along."""
    record = parse_record(line_of(ASKED, engine(POLICY)))
    assert record is not None
    judge = engine(rule("a", routes=["*-feed"]), routes=[FEED])

    found = explain_record(replayer(judge, before=[READ], after=[FEED]), judge, record)
    text = to_text(found)

    assert found.explanation is None
    assert to_json(found)["steps"] == to_json(found)["reads"] == []
    assert "now       denied [route_not_found] (narrowed)" in text
    assert "reads" not in text


def test_a_decision_that_took_too_long_cannot_be_repeated() -> None:
    """What is shown is what was decided then."""
    line = edited(
        line_of(ASKED, engine(POLICY)), reason="policy_timeout", effect="deny", rule=""
    )
    record = parse_record(line)
    assert record is not None
    judge = engine(POLICY)

    text = to_text(explain_record(replayer(judge), judge, record))

    assert "now       undetermined: it took too long then" in text


def test_a_record_that_nobody_wrote_is_refused() -> None:
    """By the one error that is for it."""
    line = edited(line_of(ASKED, engine(POLICY)), reads={"identity.email": 7})
    record = parse_record(line)
    assert record is not None
    judge = engine(POLICY)

    with pytest.raises(MalformedRecordError):
        explain_record(replayer(judge), judge, record)


@pytest.mark.parametrize("dropped", [[], ["identity.email"]])
def test_the_json_is_a_contract(dropped: list[str]) -> None:
    """Keys are added, never renamed."""
    found = explained(hashed=["identity.labels"], dropped=dropped)
    told = json.loads(json.dumps(to_json(found)))

    recorded = {
        "allowed": True,
        "rule": "orders/own",
        "reason": "allowed",
        "roles": ["staff"],
    }
    assert told.pop("steps")[0]["name"] == "route"
    assert told.pop("reads")[0]["path"] == "claims.hd"
    assert told == {
        "decision_id": found.record.decision_id,
        "request_id": "request-1",
        "time": "2026-05-04T12:00:00+00:00",
        "route": "orders-read",
        "method": "GET",
        "recorded_digest": found.record.digest,
        "digest": found.digest,
        "same_policies": True,
        "verdict": "undetermined" if dropped else "same",
        "recorded": recorded,
        "now": None if dropped else recorded,
        "undetermined": "not recorded" if dropped else None,
        "missing": dropped,
        "apart_from_claims": None,
        "hashed": ["identity.labels"],
        "dropped": dropped,
    }


def test_claims_that_are_unknown_are_told_apart_from_the_decision() -> None:
    """They are made of a name that the log holds as a hash."""
    minting = mint(name="identity.name")
    question = access(identity(name="Ana"))
    before = engine(rule("own", "identity.name == 'Bea'") + minting)
    record = record_of(question, before, hashed=["identity.name"])
    judge = engine(ALLOW_ALL + minting)

    explained = explain_record(replayer(judge), judge, record)

    told = "undetermined: allowed by orders/all but for its claims, not recorded: "
    assert f"now       {told}identity.name\n" in to_text(explained)
    assert to_json(explained)["apart_from_claims"] == {
        "allowed": True,
        "rule": "orders/all",
        "reason": "allowed",
        "roles": [],
    }
