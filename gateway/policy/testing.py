"""Runs the `[[test]]`s that stand beside the policies.

A test decides with the same engine and the same routes as the gateway does; made up are
only the identity, the request and the clock.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Final

from gateway.config.configuration import PolicyFile
from gateway.config.faults import Fault
from gateway.config.policies.tests import Expectation, PolicyTest, TestRequest
from gateway.config.positions import Keys
from gateway.model.access import AccessRequest, RequestView, RouteView
from gateway.model.decision import Decision
from gateway.model.errors import GatewayError, RouteError
from gateway.model.route import Route
from gateway.model.routing import Router, find_route
from gateway.model.target import STRICT, Target, TargetRules, parse_target
from gateway.policy.engine import Engine
from gateway.policy.fixtures import Fixtures

# Whatever else the machine is doing, a test is about the answer and not about its time.
TEST_BUDGET: Final = 5.0

# An address of nobody (RFC 5737), and not of the network that examples like to list.
_SOMEWHERE: Final = "203.0.113.1"
_ANY_HOST: Final = "*"
_SOME_HOST: Final = "gateway.invalid"


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that a test expected otherwise.

    Attributes:
        what: `allow`, `rule`, `roles`, `reason`, `status`, `challenge`, `mint.NAME`, or
            `request` if there was nothing to decide.
        expected: As the test has it.
        got: As it came out.
    """

    what: str
    expected: Any
    got: Any


@dataclass(frozen=True, slots=True)
class TestResult:
    """What came of one `[[test]]`, or of one row of its table.

    Attributes:
        policy: Id of the policy.
        name: The test's name; a row has its number behind it.
        where: `file:line:column`.
        differences: What was expected otherwise; none if the test passed.
        decision: What was decided; `None` if the request leads nowhere.
    """

    # The name would make pytest look for tests inside.
    __test__: ClassVar[bool] = False

    policy: str
    name: str
    where: str
    differences: tuple[Difference, ...] = ()
    decision: Decision | None = field(default=None, repr=False)

    @property
    def passed(self) -> bool:
        """Whether everything came out as expected."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class Case:
    """One request with what is expected of it.

    Attributes:
        policy: The file.
        test: The test.
        keys: Where the case stands in the file.
        name: The test's name; a row has its number behind it.
        request: The request.
        expected: What it has to lead to.
    """

    policy: PolicyFile
    test: PolicyTest
    keys: Keys
    name: str
    request: TestRequest
    expected: Expectation


class UnroutedError(Exception):
    """A test's request leads to no route, or to more than one host."""


class PolicyTests:
    """Runs tests against an engine."""

    def __init__(
        self,
        *,
        engine: Engine,
        router: Router,
        routes: Sequence[Route],
        fixtures: Fixtures,
        clock: Callable[[], datetime],
        rules: TargetRules = STRICT,
    ) -> None:
        """Take what decides.

        Args:
            engine: The compiled policies.
            router: Finds the routes, as the proxy does.
            routes: All routes, for tests that name no host.
            fixtures: Makes the identities.
            clock: For tests that say no `now`.
            rules: How strictly request targets are read.
        """
        self._engine = engine
        self._router = router
        self._hosts = sorted({route.host for route in routes} - {_ANY_HOST})
        self._fixtures = fixtures
        self._clock = clock
        self._rules = rules

    def run(self, policies: Sequence[PolicyFile]) -> list[TestResult]:
        """Return the results of all tests of all policies, in their order."""
        return [self.run_case(case) for policy in policies for case in cases_of(policy)]

    def run_case(self, case: Case) -> TestResult:
        """Return the result of one case."""
        decision: Decision | None = None
        try:
            access = self.access_of(case)
        except (UnroutedError, GatewayError) as error:
            path = f"{case.request.method} {case.request.path}"
            differences = [Difference("request", path, str(error))]
        else:
            decision = self._engine.decide(access, budget=TEST_BUDGET)
            differences = list(_differences(case, access, decision))
        return TestResult(
            policy=case.policy.settings.policy.id,
            name=case.name,
            where=case.policy.document.where(case.keys),
            differences=tuple(differences),
            decision=decision,
        )

    def access_of(self, case: Case) -> AccessRequest:
        """Return what a case asks the policies.

        Raises:
            UnroutedError: The request leads to no route, or could lead to several hosts.
            RequestError: Its path is not in canonical form.
            RouteError: No route is declared for it.
        """
        now = case.test.now or self._clock()
        asked = case.request
        target = parse_target(asked.path.encode(), self._rules)
        host = asked.host or self._find_host(target, asked.method)
        match = find_route(self._router, host, target, asked.method)
        route = match.route
        return AccessRequest(
            subject=self._fixtures.subject(
                case.test.identity, case.policy.settings.fixture, now=now
            ),
            request=RequestView(
                id="test",
                method=asked.method,
                scheme=asked.scheme,
                host=host,
                target=target,
                raw_headers=[
                    (name.lower().encode(), value.encode())
                    for name, values in asked.headers.items()
                    for value in values
                ],
                ip=asked.ip or _SOMEWHERE,
                time=now,
            ),
            route=RouteView(
                id=route.id,
                upstream=route.upstream,
                params=match.params,
                tags=route.tags,
                audience=route.audience,
            ),
            now=now,
        )

    def _find_host(self, target: Target, method: str) -> str:
        """Return the one host that has a route for the path."""
        found = [host for host in self._hosts if self._serves(host, target, method)]
        if len(found) > 1:
            raise UnroutedError(
                f"a host is needed: {' and '.join(found)} have this path"
            )
        return found[0] if found else _SOME_HOST

    def _serves(self, host: str, target: Target, method: str) -> bool:
        try:
            match = self._router.match(host, target.segments, method)
        except RouteError:
            return False
        return match.route.host == host


def cases_of(policy: PolicyFile) -> Iterator[Case]:
    """Yield the cases of a file's tests, in their order."""
    for number, test in enumerate(policy.settings.test):
        keys: Keys = ("test", number)
        if test.request is not None and test.expect is not None:
            place: Keys = (*keys, "name")
            yield Case(policy, test, place, test.name, test.request, test.expect)
        for row, expected in enumerate(test.table):
            name = f"{test.name} ({row + 1})"
            place = (*keys, "table", row)
            yield Case(policy, test, place, name, expected.request, expected)


def find_untested(
    policies: Sequence[PolicyFile], results: Sequence[TestResult]
) -> list[Fault]:
    """Return a warning for each rule that has decided no test.

    Args:
        policies: The files.
        results: Those of all their tests.
    """
    decided = {result.decision.rule for result in results if result.decision}
    return [
        policy.document.fault(
            "W208", ("rule", number, "id"), f"no test is decided by rule `{rule.id}`"
        )
        for policy in policies
        for number, rule in enumerate(policy.settings.rule)
        if rule.mode == "enforce"
        and f"{policy.settings.policy.id}/{rule.id}" not in decided
    ]


def _differences(
    case: Case, access: AccessRequest, decision: Decision
) -> Iterator[Difference]:
    expected = case.expected
    own_words = expected.reason is not None and expected.reason == decision.message
    got = {
        "allow": decision.allowed,
        "rule": decision.rule,
        "roles": list(decision.roles),
        "reason": decision.message if own_words else decision.reason.value,
        "status": _status(decision, anonymous=access.subject.anonymous),
        "challenge": decision.challenge.error if decision.challenge else None,
    }
    wanted = {what: getattr(expected, what) for what in got}
    if expected.rule is not None and "/" not in expected.rule:
        wanted["rule"] = f"{case.policy.settings.policy.id}/{expected.rule}"
    if expected.roles is not None:
        wanted["roles"] = sorted(expected.roles)
    for what, value in got.items():
        if wanted[what] is not None and wanted[what] != value:
            yield Difference(what, wanted[what], value)
    claims = dict(decision.claims)
    if decision.allowed:
        claims["aud"] = access.route.audience
    for name, value in (expected.mint or {}).items():
        if not _same(value, claims.get(name)):
            yield Difference(f"mint.{name}", value, claims.get(name))


def _status(decision: Decision, *, anonymous: bool) -> int:
    if decision.allowed:
        return 200
    return 401 if decision.needs_authentication(anonymous=anonymous) else 403


def _same(expected: Any, value: Any) -> bool:
    # As JSON, where a list is a list and `1` is not `true`.
    return json.dumps(expected, sort_keys=True, default=str) == json.dumps(
        value, sort_keys=True
    )
