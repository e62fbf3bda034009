"""What is asked for reaches the policies, as a request to a route would."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.model.access import AccessRequest
from gateway.model.decision import Decision, Reason, StepTimes
from gateway.model.errors import OversizedRequestError
from gateway.model.identity import Identity, IdentityKind, Subject
from gateway.model.target import TargetRules
from gateway.oauth.exchanging.offers import Policies
from gateway.oauth.exchanging.requests import Asked, Shown
from tests.oauth.exchanging.stages import NOON, SUBJECT, offer

ASKED = Asked(Shown("t", "urn:id_token"), None, "", (), "urn:access_token", "")


class Engine:
    def __init__(self) -> None:
        self.asked: list[AccessRequest] = []

    def decide(self, access: AccessRequest, *, steps: StepTimes) -> Decision:
        steps.began = 1
        self.asked.append(access)
        return Decision(allowed=True, reason=Reason.ALLOWED)


def _policies(engine: Engine) -> Policies:
    return Policies(
        engine=engine,
        rules=TargetRules(),
        scheme="https",
        host="gw.example",
        new_id=lambda: "r1",
    )


def test_what_is_asked_for_stands_in_the_query() -> None:
    """Each scope by itself; what is not asked for is not there."""
    engine = Engine()
    asked = replace(ASKED, scopes=("a:b", "c&d"), client_id="my app")

    answer = _policies(engine).ask(
        offer(tags=("t",)), asked, SUBJECT, actor=None, ip="192.0.2.1", now=NOON
    )

    (access,) = engine.asked
    assert answer.access is access
    assert answer.decision.allowed
    assert answer.steps.began == 1
    assert answer.microseconds >= 0
    assert access.request.query == {
        "subject_token_type": ["urn:id_token"],
        "requested_token_type": ["urn:access_token"],
        "scope": ["a:b", "c&d"],
        "client_id": ["my app"],
    }
    assert access.request.path == "/oauth2/token/app"
    assert (access.request.method, access.request.tls) == ("POST", True)
    assert (access.request.ip, access.request.time) == ("192.0.2.1", NOON)
    assert (access.route.id, access.route.tags) == ("app", ("t",))
    assert access.subject is SUBJECT


def test_so_does_whoever_acts() -> None:
    """By all that tells them apart."""
    engine = Engine()
    robot = Identity(
        id="us-east-1:2",
        kind=IdentityKind.SERVICE,
        authenticated=True,
        provider="corp",
        provider_kind="oidc",
        subject="robot&admin=1",
    )

    _policies(engine).ask(
        offer(), ASKED, SUBJECT, actor=Subject(robot), ip="", now=NOON
    )

    query = engine.asked[0].request.query
    assert {name: query[name] for name in query if name.startswith("actor")} == {
        "actor_id": ["us-east-1:2"],
        "actor_kind": ["service"],
        "actor_provider": ["corp"],
        "actor_subject": ["robot&admin=1"],
    }
    assert "admin" not in query


def test_no_more_is_asked_than_policies_go_through() -> None:
    """The pair around the limit of a query."""
    policies = _policies(Engine())

    def ask(count: int) -> None:
        scopes = tuple(str(number) for number in range(count))
        asked = replace(ASKED, scopes=scopes)
        policies.ask(
            offer(), asked, SUBJECT, actor=None, ip="", now=NOON + timedelta(0)
        )

    ask(126)
    with pytest.raises(OversizedRequestError):
        ask(127)
