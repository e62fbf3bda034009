"""What came of a replay, for people and for programs."""

import json
from dataclasses import replace

from gateway.policy.replaying.answers import Answer, Decided, Undecided, Verdict, Why
from gateway.policy.replaying.record import Outcome
from gateway.policy.replaying.report import to_json, to_text
from gateway.policy.replaying.summary import MAX_GROUPS, MAX_TOLD, Summary
from tests.policy.files import ALLOW_ALL, access, engine, identity
from tests.policy.replaying.recorder import record_of

RECORD = record_of(access(identity(email="secret@x.com")), engine(ALLOW_ALL))._replace(
    decision_id="d1"
)
YES = RECORD.outcome
NO = Outcome(allowed=False, reason="no_allow")
EXAMPLE = "d1 at 2026-05-04T12:00:00+00:00, GET by authenticated of corp"


def answered(verdict: Verdict, before: Outcome, now: Decided | Undecided) -> Answer:
    """What came of a record."""
    return Answer(RECORD._replace(outcome=before), verdict, now)


def full() -> Summary:
    """One of everything."""
    summary = Summary(examples=1)
    banned = Outcome(allowed=False, rule="orders/banned", reason="denied_by_rule")
    stepped = Outcome(allowed=False, rule="orders/all", reason="step_up")
    other = YES._replace(roles=("a", "b"))
    for where, answer in enumerate(
        [
            answered(Verdict.SAME, YES, Decided(YES)),
            answered(Verdict.WIDENED, NO, Decided(YES)),
            answered(Verdict.NARROWED, YES, Decided(banned)),
            answered(Verdict.NARROWED, YES, Decided(stepped)),
            Answer(RECORD, Verdict.CLAIMS, Decided(YES), ("tenant",)),
            answered(Verdict.OTHERWISE, YES, Decided(other)),
            answered(
                Verdict.UNDETERMINED,
                YES,
                Undecided(Why.NOT_RECORDED, ("now", "claims")),
            ),
            answered(Verdict.UNDETERMINED, NO, Undecided(Why.TIMED_OUT)),
            answered(Verdict.UNDETERMINED, NO, Undecided(Why.ROUTE_UNKNOWN)),
        ],
        1,
    ):
        summary.add(answer, f"log:{where}")
    return summary


def test_a_reviewer_reads_what_changed() -> None:
    """The gravest first; each group with a decision to look at."""
    assert (
        to_text(full(), against="HEAD")
        == f"""\
replayed against HEAD

WIDENED: 1, denied then, allowed now
        1  orders-read: denied (no_allow) → allowed by orders/all
           {EXAMPLE} (log:2)

NARROWED: 2, allowed then, denied now
        1  orders-read: allowed by orders/all → denied by orders/banned
           {EXAMPLE} (log:3)
        1  orders-read: allowed by orders/all → denied by orders/all (step_up)
           {EXAMPLE} (log:4)

CLAIMS: 1, allowed then and now, with other claims
        1  orders-read: allowed by orders/all → allowed by orders/all, other tenant
           {EXAMPLE} (log:5)

OTHERWISE: 1, the same answer by another rule, for another reason or role
        1  orders-read: allowed by orders/all → allowed by orders/all as a, b
           {EXAMPLE} (log:6)

UNDETERMINED: 3, depends on what was not recorded
        1  orders-read: allowed by orders/all → not recorded: now, claims
           {EXAMPLE} (log:7)
        1  orders-read: denied (no_allow) → it took too long then, which cannot be repeated
           {EXAMPLE} (log:8)
        1  orders-read: denied (no_allow) → it is not known which route would serve it
           {EXAMPLE} (log:9)

9 decisions: 1 same, 1 widened, 2 narrowed, 1 claims, 1 otherwise, 3 undetermined"""
    )


def test_nothing_to_tell_is_one_line() -> None:
    """Below what was asked."""
    summary = Summary(examples=1)
    summary.add(answered(Verdict.SAME, YES, Decided(YES)), "log:1")
    summary.passed_over = 2

    assert to_text(summary, against="x") == (
        "replayed against x\n\n1 decisions: 1 same, 0 widened, 0 narrowed, 0 claims, "
        "0 otherwise, 0 undetermined, 2 lines of other logs passed over"
    )


def test_what_nothing_explains_comes_before_all_else() -> None:
    """It is a fault of the log or of the gateway, and not of a policy."""
    summary = Summary(examples=0)
    summary.add(
        Answer(RECORD, Verdict.NARROWED, Decided(NO), unexplained=True), "log:1"
    )

    text = to_text(summary, against="x")

    assert text.splitlines()[2].startswith("ALARM: 1 of these decisions were made by")
    assert f"    {EXAMPLE} (log:1)" in text.splitlines()


def test_lines_that_cannot_be_read_are_told() -> None:
    """With their numbers, as many as anybody reads."""
    summary = Summary(examples=0)
    summary.reject("log:7", "it is no JSON")
    assert "    log:7: it is no JSON\n\n0 decisions" in to_text(summary, against="x")
    assert "more" not in to_text(summary, against="x")

    for _ in range(MAX_TOLD + 1):
        summary.reject("log:8", "it is no JSON")
    text = to_text(summary, against="x")
    assert "    and 2 more" in text
    assert text.endswith("22 not readable")


def test_groups_that_are_not_shown_are_counted() -> None:
    """Nothing is left out in silence."""
    summary = Summary(examples=0)
    for number in range(MAX_GROUPS + 1):
        record = RECORD._replace(route=str(number), provider="")
        summary.add(Answer(record, Verdict.WIDENED, Decided(YES)), "log:1")

    assert "\n1 more in groups that are not shown\n" in to_text(summary, against="x")


def test_a_program_reads_the_same() -> None:
    """The keys are a contract."""
    summary = full()
    summary.reject("log:10", "it is no JSON")
    summary.add(
        Answer(RECORD, Verdict.NARROWED, Decided(NO), unexplained=True), "log:11"
    )

    document = json.loads(json.dumps(to_json(summary, against="HEAD")))

    groups = document.pop("groups")
    strange = document.pop("unexplained_decisions")
    assert document == {
        "against": "HEAD",
        "decisions": 10,
        "same": 1,
        "changed": 6,
        "widened": 1,
        "narrowed": 3,
        "claims": 1,
        "otherwise": 1,
        "undetermined": 3,
        "undetermined_percent": 400 / 11,
        "passed_over": 0,
        "unreadable": 1,
        "unreadable_lines": [{"where": "log:10", "reason": "it is no JSON"}],
        "may_widen": 0,
        "unexplained": 1,
        "ungrouped": 0,
    }
    example = {
        "decision_id": "d1",
        "where": "log:2",
        "time": "2026-05-04T12:00:00+00:00",
        "request_id": "request-1",
        "policy_digest": RECORD.digest,
        "route": "orders-read",
        "method": "GET",
        "identity_kind": "authenticated",
        "provider": "corp",
        "before": {"effect": "deny", "rule": "", "reason": "no_allow", "roles": []},
    }
    assert strange[0]["where"] == "log:11"
    assert groups[0] == {
        "verdict": "widened",
        "route": "orders-read",
        "count": 1,
        "before": {"effect": "deny", "rule": "", "reason": "no_allow", "roles": []},
        "after": {
            "effect": "allow",
            "rule": "orders/all",
            "reason": "allowed",
            "roles": [],
        },
        "why": "",
        "missing": [],
        "claims": [],
        "apart_from_claims": None,
        "examples": [example],
    }
    assert groups[-1]["after"] is None
    assert "secret@x.com" not in json.dumps(document)


def test_what_may_be_let_in_comes_before_what_is_only_unknown() -> None:
    """However seldom it is."""
    summary = Summary(examples=0)
    lacking = Undecided(Why.NOT_RECORDED, ("identity.name",))
    for before, now in (
        (YES, lacking),
        (YES, lacking),
        (YES, replace(lacking, apart=YES)),
        (NO, replace(lacking, apart=YES)),
    ):
        summary.add(answered(Verdict.UNDETERMINED, before, now), "log:1")

    told = to_text(summary, against="HEAD")
    document = to_json(summary, against="HEAD")

    first = "denied (no_allow) → allowed by orders/all but for its claims, not recorded"
    assert f"\n        1  orders-read: {first}: identity.name\n        2" in told
    assert told.endswith("4 undetermined, 1 of these allowed now but for their claims")
    assert document["may_widen"] == 1
    assert [group["apart_from_claims"] for group in document["groups"]] == [
        {"effect": "allow", "rule": "orders/all", "reason": "allowed", "roles": []},
        None,
        {"effect": "allow", "rule": "orders/all", "reason": "allowed", "roles": []},
    ]
