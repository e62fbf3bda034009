"""Putting questions to the policies."""

import json
from typing import Any

import pytest

from gateway.endpoints.admin.explainer import (
    Explainer,
    Undecided,
    told_as_json,
    told_as_text,
)
from gateway.endpoints.admin.question import MalformedQuestionError, parse_question
from gateway.model.access import AccessRequest
from gateway.model.decision import Decision
from gateway.policy.explanation import Explanation

OWN = {"path": "/orders/ana", "headers": {"X-A": "1"}}


def ask(explainer: Explainer, **question: Any) -> Explanation | Undecided:
    return explainer.explain(parse_question({"request": OWN} | question))


def decided(explainer: Explainer, **question: Any) -> Decision:
    answer = ask(explainer, **question)
    assert isinstance(answer, Explanation)
    return answer.decision


@pytest.mark.parametrize(
    "identity",
    [
        "ana",
        "orders/ana",
        {"id": "ana"},
        {"fixture": "ana"},
        {"fixture": "orders/twin", "id": "ana"},
    ],
)
def test_an_identity_is_a_fixture_or_a_record(
    explainer: Explainer, identity: Any
) -> None:
    """The ones that stand beside the policies, or made up on the spot."""
    decision = decided(explainer, identity=identity)

    assert decision.allowed
    assert decision.rule == "orders/own"


def test_another_identity_is_decided_otherwise(explainer: Explainer) -> None:
    """With the reasons."""
    answer = ask(explainer, identity={"id": "bea"})

    assert isinstance(answer, Explanation)
    assert not answer.decision.allowed
    assert answer.nearest[0].rule == "orders/own"


@pytest.mark.parametrize("question", [{}, {"identity": "guest"}])
def test_nobody_is_a_guest(explainer: Explainer, question: dict[str, Any]) -> None:
    """As at the proxy."""
    assert decided(explainer, **question).reason == "no_allow"


def test_a_token_is_verified_as_at_the_proxy(explainer: Explainer) -> None:
    """And its identity is the one that it belongs to."""
    assert decided(explainer, token="ana").allowed
    assert not decided(explainer, token="bea").allowed


def test_a_bad_token_comes_to_no_decision(explainer: Explainer) -> None:
    """The operator is told why; a caller is not."""
    answer = ask(explainer, token="expired")

    assert isinstance(answer, Undecided)
    assert (answer.code, answer.detail) == ("expired_credential", "exp=1")


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"path": "/nothing"}, "no_route"),
        ({"path": "/orders/1", "host": "evil.example"}, "no_route"),
        ({"path": "/orders/1", "method": "PUT"}, "method_not_allowed"),
        ({"path": "/orders/%2e%2e"}, "malformed_target"),
        ({"path": "/" + "a" * 5000}, "request_too_large"),
    ],
)
def test_a_request_that_leads_nowhere_comes_to_no_decision(
    explainer: Explainer, request_: dict[str, str], code: str
) -> None:
    """The same answers as at the proxy."""
    answer = ask(explainer, identity="ana", request=request_)

    assert isinstance(answer, Undecided)
    assert answer.code == code


@pytest.mark.parametrize(
    ("identity", "reason"),
    [
        ("nobody", "no policy has a fixture `nobody`"),
        ("more/ana", "no policy has a fixture `more/ana`"),
        ("twin", "more than one policy has a fixture `twin`"),
        ({"fixture": "nobody"}, "no policy has a fixture `nobody`"),
        ({"emial": "a@example.com"}, "identity.emial"),
        ({"groups": "one"}, "identity.groups"),
    ],
)
def test_an_identity_that_is_none_is_refused(
    explainer: Explainer, identity: Any, reason: str
) -> None:
    """A misspelt field must not be an empty one."""
    with pytest.raises(MalformedQuestionError) as refused:
        ask(explainer, identity=identity)

    assert any(reason in each for each in refused.value.reasons)


def test_a_path_of_two_hosts_needs_one_of_them(explainer: Explainer) -> None:
    """Which one was meant is not guessed."""
    with pytest.raises(MalformedQuestionError, match="have this path"):
        ask(explainer, request={"path": "/both"})

    answer = ask(explainer, request={"path": "/both", "host": "a.example.com"})
    assert isinstance(answer, Explanation)


def test_a_route_for_every_host_needs_none(explainer: Explainer) -> None:
    """Any host will do."""
    answer = ask(explainer, request={"path": "/any"})

    assert isinstance(answer, Explanation)
    assert answer.steps[0].note.startswith("any,")


def test_the_clock_can_be_set(explainer: Explainer) -> None:
    """For policies that look at it."""
    assert decided(explainer, identity="ana", now="2020-01-01T00:00:00Z").allowed


def test_an_oddity_in_a_header_does_not_stop_the_answer(explainer: Explainer) -> None:
    """JSON can hold what UTF-8 cannot."""
    request = OWN | {"headers": {"X-A": "\ud800"}}

    assert not decided(explainer, identity="ana", request=request).allowed


def test_answers_are_told_as_text_and_as_json(explainer: Explainer) -> None:
    """Both kinds of answer."""
    yes = ask(explainer, identity="ana")
    none = ask(explainer, token="expired")

    assert "decision  allowed by orders/own" in told_as_text(yes)
    assert json.loads(json.dumps(told_as_json(yes)))["allowed"] is True
    assert told_as_json(none) == {
        "request": "GET /orders/ana",
        "allowed": False,
        "error": {
            "code": "expired_credential",
            "message": "The credential has expired.",
            "detail": "exp=1",
        },
    }
    assert told_as_text(none) == (
        "request   GET /orders/ana\n"
        "decision  none: expired_credential: The credential has expired. (exp=1)\n"
    )


def test_what_the_policies_would_see_can_be_had(explainer: Explainer) -> None:
    """Or why they would see nothing."""
    asked = parse_question({"identity": "ana", "request": OWN})
    nowhere = parse_question({"identity": "ana", "request": {"path": "/nowhere"}})

    access = explainer.access(asked)
    assert isinstance(access, AccessRequest)
    assert access.route.params == {"order": "ana"}
    assert isinstance(explainer.access(nowhere), Undecided)


def test_a_question_without_a_route_can_be_seen_too(explainer: Explainer) -> None:
    """Its route is empty; who asks is known all the same."""
    question = parse_question({"identity": "ana", "request": {"path": "/nowhere"}})

    access = explainer.access_without_route(question)
    assert access.route.id == ""
    assert access.request.path == "/nowhere"
    assert access.subject.identity.id == "ana"
