"""Puts a question to the policies and tells what they say, and why.

Decides with the same engine and the same routes as the proxy does; what is made up is the
identity and the request. Nothing is minted and nothing is forwarded.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from gateway.config.configuration import PolicyFile
from gateway.config.policies.tests import Fixture, FixtureUse, TestRequest
from gateway.endpoints.admin.question import (
    MalformedQuestionError,
    Question,
    reasons_of,
)
from gateway.model.access import AccessRequest, RequestView, RouteView
from gateway.model.errors import GatewayError, RouteError, WrongMethodError
from gateway.model.identity import Subject
from gateway.model.route import Route
from gateway.model.routing import Match, Router, find_route
from gateway.model.target import Target, TargetRules, parse_target
from gateway.policy.engine import Engine
from gateway.policy.explain import explain
from gateway.policy.explanation import Explanation, to_json, to_text
from gateway.policy.fixtures import GUEST, Fixtures

# An address of nobody (RFC 5737), for a question that names none.
_SOMEWHERE = "203.0.113.1"
_ANY_HOST = "*"
_SOME_HOST = "gateway.invalid"
_MADE_UP = "made-up"


@dataclass(frozen=True, slots=True)
class Policies:
    """What decides, and what questions may refer to.

    Attributes:
        engine: The compiled policies.
        files: Where fixtures are declared.
        fixtures: Makes identities.
        router: Finds routes, as the proxy does.
        routes: All routes, for questions that name no host.
        rules: How strictly request targets are read.
    """

    engine: Engine
    files: Sequence[PolicyFile]
    fixtures: Fixtures
    router: Router
    routes: Sequence[Route]
    rules: TargetRules


@dataclass(frozen=True, slots=True)
class Undecided:
    """A request that comes to no decision, because it fails before.

    Attributes:
        request: Method, host and path.
        code: What the caller would be told.
        public: The same, as a sentence.
        detail: What only the operator may know.
    """

    request: str
    code: str
    public: str
    detail: str


class Explainer:
    """Answers questions."""

    def __init__(
        self,
        *,
        policies: Policies,
        subject_of: Callable[[str], Subject],
        clock: Callable[[], datetime],
    ) -> None:
        """Answer from one set of files.

        Args:
            policies: What decides.
            subject_of: Verifies a token and finds out whose it is; raises `GatewayError`.
            clock: The time, aware UTC.
        """
        self._policies = policies
        self._subject_of = subject_of
        self._clock = clock

    def explain(self, question: Question) -> Explanation | Undecided:
        """Return the decision with its reasons, or why there is none.

        Raises:
            MalformedQuestionError: No such fixture, or a record that is no identity.
        """
        access = self.access(question)
        if isinstance(access, Undecided):
            return access
        return explain(self._policies.engine, access)

    def access(self, question: Question) -> AccessRequest | Undecided:
        """Return what the policies would be asked, or why they would not be.

        Raises:
            MalformedQuestionError: No such fixture, or a record that is no identity.
        """
        asked = question.request
        now = question.now or self._clock()
        try:
            target = parse_target(asked.path.encode(), self._policies.rules)
            host = asked.host or self._find_host(target, asked.method)
            match = find_route(self._policies.router, host, target, asked.method)
            subject = self._subject(question, now)
        except MalformedQuestionError:
            raise
        except GatewayError as error:
            shown = f"{asked.method} {asked.host or ''}{asked.path}"
            return Undecided(shown, error.code, error.public, error.detail)
        return AccessRequest(
            subject=subject,
            request=_request(asked, host, target, now),
            route=_route(match),
            now=now,
        )

    def access_without_route(self, question: Question) -> AccessRequest:
        """Return the question as if no route mattered: `route` is empty.

        Raises:
            MalformedQuestionError: No such fixture, or a record that is no identity.
            GatewayError: The path is none, or the token is not good here.
        """
        asked, now = question.request, question.now or self._clock()
        target = parse_target(asked.path.encode(), self._policies.rules)
        return AccessRequest(
            subject=self._subject(question, now),
            request=_request(asked, asked.host or _SOME_HOST, target, now),
            route=RouteView(id="", upstream="", params={}, tags=(), audience=""),
            now=now,
        )

    def _find_host(self, target: Target, method: str) -> str:
        """Return the one host that has a route for the path."""
        hosts = sorted({route.host for route in self._policies.routes} - {_ANY_HOST})
        found, others = [], []
        for host in hosts:
            try:
                match = self._policies.router.match(host, target.segments, method)
            except WrongMethodError:
                others.append(host)
            except RouteError:
                continue
            else:
                if match.route.host == host:
                    found.append(host)
        if len(found) > 1:
            raise MalformedQuestionError(
                f"request.host: {' and '.join(found)} have this path"
            )
        # If the path is there for another method, that is the better answer.
        return (found or others or [_SOME_HOST])[0]

    def _subject(self, question: Question, now: datetime) -> Subject:
        if question.token is not None:
            return self._subject_of(question.token)
        use, declared = self._identity(question.identity)
        return self._policies.fixtures.subject(use, declared, now=now)

    def _identity(
        self, identity: str | Mapping[str, Any] | None
    ) -> tuple[FixtureUse, Mapping[str, Fixture]]:
        try:
            match identity:
                case None:
                    return FixtureUse(fixture=GUEST), {}
                case str(name):
                    return self._declared(FixtureUse(fixture=name))
                case {"fixture": _}:
                    return self._declared(FixtureUse.model_validate(identity))
                case _:
                    record = Fixture.model_validate(identity)
                    return FixtureUse(fixture=_MADE_UP), {_MADE_UP: record}
        except ValidationError as error:
            reasons = [f"identity.{reason}" for reason in reasons_of(error)]
            raise MalformedQuestionError(*reasons) from None

    def _declared(self, use: FixtureUse) -> tuple[FixtureUse, Mapping[str, Fixture]]:
        """Return the use of a fixture with the file's fixtures that it means."""
        policy, _, name = use.fixture.rpartition("/")
        found = [
            file.settings.fixture
            for file in self._policies.files
            if policy in {"", file.settings.policy.id} and name in file.settings.fixture
        ]
        if len(found) == 1:
            return use.model_copy(update={"fixture": name}), found[0]
        if use.fixture == GUEST:
            return use, {}
        many = "more than one policy has" if found else "no policy has"
        raise MalformedQuestionError(f"identity: {many} a fixture `{use.fixture}`")


def told_as_json(answer: Explanation | Undecided) -> Mapping[str, Any]:
    """Return an answer in the types of JSON."""
    if isinstance(answer, Explanation):
        return to_json(answer)
    return {
        "request": answer.request,
        "allowed": False,
        "error": {
            "code": answer.code,
            "message": answer.public,
            "detail": answer.detail,
        },
    }


def told_as_text(answer: Explanation | Undecided) -> str:
    """Return an answer for people, without colour."""
    if isinstance(answer, Explanation):
        return to_text(answer)
    detail = f" ({answer.detail})" if answer.detail else ""
    return (
        f"request   {answer.request}\n"
        f"decision  none: {answer.code}: {answer.public}{detail}\n"
    )


def _request(
    asked: TestRequest, host: str, target: Target, now: datetime
) -> RequestView:
    return RequestView(
        id="explain",
        method=asked.method,
        scheme=asked.scheme,
        host=host,
        target=target,
        raw_headers=[
            (name.lower().encode(errors="replace"), value.encode(errors="replace"))
            for name, values in asked.headers.items()
            for value in values
        ],
        ip=asked.ip or _SOMEWHERE,
        time=now,
    )


def _route(match: Match) -> RouteView:
    route = match.route
    return RouteView(
        id=route.id,
        upstream=route.upstream,
        params=match.params,
        tags=route.tags,
        audience=route.audience,
    )
