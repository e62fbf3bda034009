"""`gateway.policy.comparison.findings`."""

from typing import Any

from gateway.model.decision import Decision, Reason
from gateway.policy.comparison.findings import Key, Outcome, Verdict, What, differences

ALLOWED = Decision(allowed=True, reason=Reason.ALLOWED, rule="a/b", roles=("r",))


def yes(rule: str = "a/b", **fields: Any) -> Outcome:
    usual: dict[str, Any] = {"route": "files", "decision": ALLOWED} | fields
    return Outcome(allowed=True, reason="allowed", rule=rule, **usual)


def no(reason: str = "no_allow", rule: str = "", **fields: Any) -> Outcome:
    return Outcome(allowed=False, reason=reason, rule=rule, route="files", **fields)


def told(old: Outcome, new: Outcome, known: frozenset[str] = frozenset()) -> list[Key]:
    return list(differences(old, new, kind="guest", method="GET", known=known))


def key(
    verdict: Verdict, what: What, rule: str, role: str = "", detail: str = ""
) -> Key:
    return Key(verdict, what, "files", "GET", "guest", rule, role, detail)


def test_the_same_answer_is_no_difference() -> None:
    """For whatever reason, as long as it is the same one."""
    assert told(yes(), yes()) == []
    assert told(no(), no()) == []


def test_who_is_let_in_now_widens_and_who_is_not_narrows() -> None:
    """With the rule that lets in, and the roles that it asks for."""
    through = yes(through=("r", "s"))

    assert told(no(), through) == [key(Verdict.WIDENED, What.ACCESS, "a/b", "r,s")]
    assert told(through, no()) == [key(Verdict.NARROWED, What.ACCESS, "a/b", "r,s")]


def test_who_had_to_step_up_and_need_not_is_let_in_as_well() -> None:
    """What is required has become less."""
    assert told(no("step_up", "a/b"), yes()) == [
        key(Verdict.WIDENED, What.REQUIRE, "a/b")
    ]


def test_another_reason_is_told_and_changes_nothing() -> None:
    """Nor does another rule that lets in."""
    (reason,) = told(no(), no("denied_by_rule", "a/c"))
    (rule,) = told(yes(), yes("a/c"))

    assert reason.verdict is rule.verdict is Verdict.RENAMED
    assert reason.detail == "denied (no_allow) → denied (denied_by_rule) by a/c"
    assert rule.detail == "a/b → a/c"


def test_a_role_that_is_gained_widens_if_it_opens_something() -> None:
    """Which whoever asks has found out."""
    more = Outcome(
        allowed=True,
        reason="allowed",
        rule="a/b",
        route="files",
        decision=Decision(
            allowed=True, reason=Reason.ALLOWED, rule="a/b", roles=("r", "s")
        ),
    )

    assert told(yes(), more) == []
    assert told(yes(), more, frozenset({"s"})) == [
        key(Verdict.WIDENED, What.ROLES, "a/b", "s")
    ]


def test_each_claim_that_differs_is_told() -> None:
    """Also for whom the credential is."""
    minted = Decision(
        allowed=True, reason=Reason.ALLOWED, rule="a/b", roles=("r",), claims={"x": 1}
    )
    new = Outcome(
        allowed=True,
        reason="allowed",
        rule="a/b",
        route="files",
        decision=minted,
        audience="other",
    )

    assert [each.detail for each in told(yes(), new)] == ["aud", "x"]
    assert new.claims == {"x": 1, "aud": "other"}
    assert no().claims == {}
    assert no().roles == ()


def test_what_is_only_watched_is_told_when_it_starts_and_when_it_ends() -> None:
    """Not that a rule is there and says no."""
    rule = ("a/w", "deny", "true")
    silent = ("a/w", "deny", "false")

    assert told(no(), no(watched=(silent,))) == []
    assert [each.detail for each in told(no(), no(watched=(rule,)))] == [
        "deny now noted"
    ]
    assert [each.detail for each in told(no(watched=(rule,)), no())] == [
        "deny no longer noted"
    ]


def test_an_answer_is_told_in_words() -> None:
    """With its rule or its reason."""
    assert yes().as_text() == "allowed by a/b"
    assert no().as_text() == "denied (no_allow)"
