"""Policies with tests, and what the tests prove of them."""

from collections.abc import Sequence

from gateway.model.route import Route
from gateway.policy.assurance.assessment import Assessment
from gateway.policy.assurance.coverage import Coverage, FileCoverage, ItemCoverage
from gateway.policy.assurance.items import find_items
from gateway.policy.assurance.mutation import Mutation
from gateway.policy.assurance.trials import trials_of
from gateway.policy.expressions import Expression
from gateway.policy.fixtures import Fixtures
from gateway.policy.testing import PolicyTests, cases_of
from gateway.upstream.routes import RouteTable
from tests.policy.files import NOON, PROVIDERS, ROUTES, engine, files

READ = '{ path = "/v1/orders/u1-7" }'
OTHER = '{ path = "/v1/orders/u2-7" }'
FEED = '{ path = "/v1/feed" }'
DELETE = '{ path = "/v1/admin/orders/9", method = "DELETE" }'
PEOPLE = '\n[fixture.u1]\n[fixture.sam]\ngroups = ["staff"]\n'
ROBOT = '[fixture.r1]\nkind = "service"\n'


def expect(
    expected: str, request: str = READ, identity: str = '"u1"', now: str = ""
) -> str:
    """One test."""
    moment = f"now = {now}\n" if now else ""
    return (
        f'\n[[test]]\nname = "a case"\nidentity = {identity}\n{moment}'
        f"request = {request}\nexpect = {{ {expected} }}\n"
    )


def assess(*texts: str, routes: Sequence[Route] = ROUTES) -> Assessment:
    """The policies of these texts, with their tests."""
    policies = files(*texts)
    compiled = engine(*texts, routes=routes)
    tests = PolicyTests(
        engine=compiled,
        router=RouteTable(routes),
        routes=routes,
        fixtures=Fixtures(providers=PROVIDERS, region="us-east-1"),
        clock=lambda: NOON,
    )
    cases = [case for policy in policies for case in cases_of(policy)]
    return Assessment(compiled, routes, policies, policies, trials_of(tests, cases))


def nothing() -> None:
    """Nobody looks at the progress."""


def cover(*texts: str) -> Coverage:
    """What the tests in these texts have seen."""
    assessment = assess(*texts)
    return assessment.cover(assessment.observe(advance=nothing))


def cover_one(text: str) -> FileCoverage:
    """What the tests in a text have seen."""
    (file,) = cover(text).files
    return file


def item(text: str, name: str) -> ItemCoverage:
    """What they have seen of one thing."""
    (found,) = [one for one in cover_one(text).items if one.name == name]
    return found


def mutate(*texts: str) -> Mutation:
    """What the tests in these texts do not notice; all of them have to pass."""
    assessment = assess(*texts)
    seen = assessment.observe(advance=nothing)
    for trial, decision in zip(assessment.trials, seen.decisions, strict=True):
        assert not trial.case.differences(trial.access, decision)
    return assessment.mutate(assessment.mutants(), seen, advance=nothing)


def survivors(*texts: str) -> set[tuple[str, str]]:
    """What they do not notice, as before and after."""
    return {(each.before, each.after) for each in mutate(*texts).survivors}


def mutants(*texts: str, item: str = "") -> set[tuple[str, str]]:
    """The mistakes that could be made in these texts, as before and after."""
    found = assess(*texts).mutants()
    return {(one.before, one.after) for one in found if item in {"", one.item}}


def expression(text: str, name: str) -> Expression:
    """One expression of a text, by the name of what it belongs to."""
    assessment = assess(text)
    items = find_items(assessment.policies, assessment.engine, assessment.routes)
    (found,) = [one.expression for one in items if one.name == name]
    assert found is not None
    return found
