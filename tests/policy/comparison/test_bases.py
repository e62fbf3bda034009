"""`gateway.policy.comparison.bases`."""

from datetime import timedelta

from gateway.model.identity import IdentityKind
from gateway.policy.comparison.bases import Bases, required, requirements_of
from gateway.policy.comparison.corpus import Place
from gateway.policy.comparison.goals import Half
from gateway.policy.comparison.normal import Forms
from gateway.policy.comparison.searching.inputs import Inputs
from gateway.policy.comparison.searching.terms import Parts
from gateway.policy.plan import Requirement
from tests.policy.comparison.pairs import FILES, Files, rule_of
from tests.policy.comparison.sides import side, somebody
from tests.policy.files import NOON

FIXTURES = """
[fixture.ann]
provider = "corp"
email = "ann@example.com"
[fixture.robot]
kind = "service"
"""
RULE = rule_of("identity.acr == 'x'", routes="files")
FRESH = rule_of(
    "identity.acr == 'y'", routes="files", more='require = { auth_age = "15m" }'
)


def found(old: str, new: str, tries: int = 500) -> list[Inputs]:
    sides = side(Files((old,))), side(Files((new,)), "new")
    kind = IdentityKind.AUTHENTICATED
    place = Place(FILES, ("GET", "PUT"), kind, FILES.id, FILES.id)
    halves = [Half(each, each.engine.plan_of(FILES.id, kind)) for each in sides]
    return Bases(sides, Parts(), Forms()).find(place, *halves, tries=tries)


def test_bases_are_plain_or_of_fixtures_or_of_the_search() -> None:
    """Fixtures of the audience kind of the place."""
    bases = found(RULE + FIXTURES, RULE.replace("'x'", "'z'"))

    assert any(base.get(("identity", "email")) == "ann@example.com" for base in bases)
    assert {base.get(("identity", "acr")) for base in bases} >= {None, "x", "z"}
    assert len({base.key for base in bases}) == len(bases)


def test_the_search_for_bases_ends() -> None:
    """When it has tried enough."""
    assert len(found(RULE, RULE.replace("'x'", "'z'"), tries=1)) < len(
        found(RULE, FRESH)
    )


def test_a_sign_in_is_tried_on_either_side_of_what_is_required() -> None:
    """The oldest that is fresh enough, and one that is a second older."""
    bases = found(RULE, FRESH)

    times = {base.get(("identity", "auth_time")) for base in bases}
    age = timedelta(minutes=15)

    assert {NOON, NOON - age, NOON - age - timedelta(seconds=1)} <= times


def test_a_required_context_is_tried_with_and_without() -> None:
    """Each requirement once."""
    edits = list(required(Requirement(acr="mfa"), somebody(), side(Files((RULE,)))))
    plan = side(Files((FRESH,))).engine.plan_of(FILES.id, IdentityKind.AUTHENTICATED)

    assert [edit["identity", "acr"] for edit in edits] == ["mfa", ""]
    bound = Requirement(sender="dpop")
    edits = list(required(bound, somebody(), side(Files((RULE,)))))
    assert [edit["identity", "sender"] for edit in edits] == ["dpop", ""]
    assert len(requirements_of(plan, plan)) == 1
