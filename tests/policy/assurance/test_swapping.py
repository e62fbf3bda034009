"""Plans with other programs: everywhere they have to be, and nowhere else."""

from gateway.cel.program import Program
from gateway.model.identity import IdentityKind
from gateway.policy.assurance.items import Item, find_items
from gateway.policy.assurance.swapping import Swap, expressions_in, with_rules
from gateway.policy.expressions import Expression
from gateway.policy.plan import Plan
from tests.policy.assurance.proving import assess
from tests.policy.files import FEED, access, mint, role, rule

TEXT = (
    '[vars]\nstaff = "\'staff\' in identity.groups"\nboth = "vars.staff && request.tls"\n'
    + role("helper", "vars.staff")
    + rule("one", "vars.both")
    + rule("two", "request.tls", effect="deny")
    + rule("dark", "request.tls", mode="shadow")
    + mint(s="vars.staff", t="identity.name")
)


class Setting:
    def __init__(self, text: str) -> None:
        self.assessment = assess(text)
        self.engine = self.assessment.engine
        self.plan = self.engine.plan_of(FEED.id, IdentityKind.AUTHENTICATED)
        self.items: dict[str, Item] = {
            one.name: one
            for one in find_items(
                self.assessment.policies, self.engine, self.assessment.routes
            )
        }

    def expression(self, name: str) -> Expression:
        found = self.items[name].expression
        assert found is not None
        return found

    def program(self, source: str) -> Program:
        setting = Setting(rule("x", source))
        return setting.expression("x").program


def when(plan: Plan) -> Expression:
    return plan.allows.rules[0].when


def test_a_changed_expression_is_evaluated_otherwise() -> None:
    """In its place alone, though another place says the same."""
    setting = Setting(TEXT)
    other = setting.program("!request.tls")

    plan = Swap({setting.expression("two"): other}).plan(setting.plan)

    assert plan.denies.rules[0].when.program is other
    assert plan.shadows is setting.plan.shadows
    assert plan.allows is setting.plan.allows


def test_a_changed_variable_reaches_all_that_read_it() -> None:
    """Roles, rules, claims, and the variables between."""
    setting = Setting(TEXT)
    other = setting.program("request.tls")

    plan = Swap({setting.expression("staff"): other}).plan(setting.plan)

    frames = {one.frame for one in expressions_in(plan) if one.frame is not None}
    assert len(frames) == 1
    (frame,) = frames
    assert frame.variables["staff"].program is other
    assert frame.variables["both"].frame is frame
    assert when(plan).frame is frame
    assert plan.claims[1].value is setting.plan.claims[1].value
    assert plan.denies is setting.plan.denies


def test_the_plan_that_was_given_stays_as_it_is() -> None:
    """It goes on deciding."""
    setting = Setting(TEXT)
    before = [one.program for one in expressions_in(setting.plan)]

    Swap({setting.expression("staff"): setting.program("true")}).plan(setting.plan)

    assert [one.program for one in expressions_in(setting.plan)] == before


def test_every_plan_is_changed_in_the_same_way() -> None:
    """Plans share their expressions; so do the changed ones."""
    setting = Setting(TEXT)
    swap = Swap({setting.expression("staff"): setting.program("request.tls")})

    once, again = swap.plan(setting.plan), swap.plan(setting.plan)

    assert list(expressions_in(once)) == list(expressions_in(again))


def test_nothing_to_change_changes_nothing() -> None:
    """Whatever the plan."""
    setting = Setting(TEXT)

    plan = Swap({}).plan(setting.plan)

    assert list(expressions_in(plan)) == list(expressions_in(setting.plan))


def test_rules_can_be_changed_and_taken_out() -> None:
    """Each in its place."""
    setting = Setting(TEXT)

    plan = with_rules(setting.plan, lambda one: None if one.id == "two" else one)

    assert plan.denies.rules == ()
    assert plan.allows is setting.plan.allows


def test_an_engine_decides_by_the_changed_plan() -> None:
    """The whole point."""
    setting = Setting(rule("one", "request.tls"))
    change = {setting.expression("one"): setting.program("false")}
    plan = Swap(change).plan(setting.plan)
    kinds = {IdentityKind.AUTHENTICATED: plan}

    changed = setting.engine.with_plans({FEED.id: kinds})

    assert setting.engine.decide(access(to=FEED)).allowed
    assert not changed.decide(access(to=FEED)).allowed
    assert changed.digest == setting.engine.digest
