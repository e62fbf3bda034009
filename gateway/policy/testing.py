"""Runs the `[[test]]`s that stand beside the policies.

A test decides with the same engine and the same routes as the gateway does; made up are
only the identity, the request and the clock.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from time import perf_counter
from typing import ClassVar, Final

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
from gateway.policy.expectations import Difference, find_differences
from gateway.policy.fixtures import Fixtures

# Whatever else the machine is doing, a test is about the answer and not about its time.
TEST_BUDGET: Final = 5.0

# An address of nobody (RFC 5737), and not of the network that examples like to list.
_SOMEWHERE: Final = "203.0.113.1"
_ANY_HOST: Final = "*"
_SOME_HOST: Final = "gateway.invalid"


@dataclass(frozen=True, slots=True)
class TestResult:
    """What came of one `[[test]]`, or of one row of its table.

    Attributes:
        policy: Id of the policy.
        name: The test's name; a row has its number behind it.
        place: Finds out where it stands; of thousands that pass, nobody asks.
        differences: What was expected otherwise; none if the test passed.
        decision: What was decided; `None` if the request leads nowhere.
        seconds: How long it took.
    """

    # The name would make pytest look for tests inside.
    __test__: ClassVar[bool] = False

    policy: str
    name: str
    place: Callable[[], str] = field(repr=False, compare=False)
    differences: tuple[Difference, ...] = ()
    decision: Decision | None = field(default=None, repr=False)
    seconds: float = field(default=0, repr=False, compare=False)

    @property
    def where(self) -> str:
        """`file:line:column`."""
        return self.place()

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

    def differences(
        self, access: AccessRequest, decision: Decision
    ) -> list[Difference]:
        """Return in what a decision differs from what is expected.

        Args:
            access: What the case asks.
            decision: The answer.
        """
        policy = self.policy.settings.policy.id
        return list(
            find_differences(self.expected, decision, policy=policy, access=access)
        )


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
            clock: For tests that say no `now`. Read once: all of them are decided at
                the same moment.
            rules: How strictly request targets are read.
        """
        self._engine = engine
        self._router = router
        self._hosts = sorted({route.host for route in routes} - {_ANY_HOST})
        self._fixtures = fixtures
        self._now = clock()
        self._rules = rules

    def run(self, policies: Sequence[PolicyFile]) -> list[TestResult]:
        """Return the results of all tests of all policies, in their order."""
        return [self.run_case(case) for policy in policies for case in cases_of(policy)]

    def run_case(self, case: Case) -> TestResult:
        """Return the result of one case."""
        began = perf_counter()
        decision: Decision | None = None
        try:
            access = self.access_of(case)
        except (UnroutedError, GatewayError) as error:
            path = f"{case.request.method} {case.request.path}"
            differences = [Difference("request", path, str(error))]
        else:
            decision = self._engine.decide(access, budget=TEST_BUDGET)
            differences = case.differences(access, decision)
        return TestResult(
            policy=case.policy.settings.policy.id,
            name=case.name,
            place=partial(case.policy.document.where, case.keys),
            differences=tuple(differences),
            decision=decision,
            seconds=perf_counter() - began,
        )

    def access_of(self, case: Case) -> AccessRequest:
        """Return what a case asks the policies.

        Raises:
            UnroutedError: The request leads to no route, or could lead to several hosts.
            RequestError: Its path is not in canonical form.
            RouteError: No route is declared for it.
        """
        now = case.test.now or self._now
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
