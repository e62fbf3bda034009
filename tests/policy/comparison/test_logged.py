"""`gateway.policy.comparison.logged`."""

import json

from gateway.policy.comparison.logged import logged
from gateway.policy.comparison.searching.inputs import Inputs
from tests.policy.comparison.pairs import FEED, FILES, Files, Pair, rule_of
from tests.policy.comparison.sides import comparison, side, somebody
from tests.policy.replaying.recorder import edited, line_of

RULE = rule_of(
    "identity.acr == 'rare' && request.query.q == ['a'] && claims.hd == 'x' "
    "&& route.params.owner == 'ann' && now > timestamp(0)",
    routes="files",
)
SIDE = side(Files((RULE,)))
ASKED = somebody(acr="rare").edited(
    {
        ("request", "query", "q"): ["a"],
        ("claims", "hd"): "x",
        ("params", "owner"): "ann",
    }
)


def line(inputs: Inputs = ASKED, **choices: object) -> bytes:
    return line_of(SIDE.access_of(inputs), SIDE.engine, **choices)  # type: ignore[arg-type]


def test_a_request_of_the_log_is_asked_as_far_as_it_is_told() -> None:
    """By the same provider, with what was read."""
    (found,) = logged([line()], SIDE.routes)

    access = SIDE.access_of(found)
    assert access.subject.identity.acr == "rare"
    assert access.subject.identity.provider == "corp"
    assert access.subject.claims == {"hd": "x"}
    assert access.request.query == {"q": ["a"]}
    assert access.route.params["owner"] == "ann"
    assert SIDE.engine.decide(access).allowed


def test_what_was_hashed_is_not_told() -> None:
    """It is as if nothing were known of it."""
    (found,) = logged([line(hashed=["identity.acr"])], SIDE.routes)

    assert SIDE.access_of(found).subject.identity.acr == ""


def test_the_same_request_is_taken_once_and_not_without_end() -> None:
    """Whenever it was made."""
    lines = [line(), line(), line(ASKED.edited({("identity", "acr"): "other"}))]

    assert len(logged(lines, SIDE.routes)) == 2
    assert len(logged(lines, SIDE.routes, most=1)) == 1


def test_what_is_no_decision_is_passed_over() -> None:
    """So is one about a route that is not there, and a value that nobody wrote so."""
    odd = edited(
        line(),
        reads={
            "identity..acr": "x",
            "identity.acr": {"$time": "noon"},
            "identity.provider": "google",
            "route.params": {"owner": "ben"},
            "route.id": "other",
        },
        provider="",
    )

    assert logged([b"{}", b"\n", b"x", line()], (FEED,)) == []
    (found,) = logged([odd], (FILES,))
    assert found.target == "/v1/files/ben/x"
    assert found.get(("identity", "provider")) is None
    assert json.loads(odd)["route"] == "files"


def test_a_comparison_asks_what_the_log_holds() -> None:
    """Also where no search would come to it."""
    wider = RULE.replace("claims.hd == 'x'", "true")
    run = comparison(Pair("p", Files((RULE,)), Files((wider,))), extra=[ASKED])
    before = comparison(Pair("p", Files((RULE,)), Files((RULE,))), extra=[ASKED])

    assert before.run() == []
    assert before.asked == 1
    assert run.run()
