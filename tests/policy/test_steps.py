"""What the engine tells of a decision beside the answer."""

import pytest

from gateway.model.decision import StepTimes
from gateway.model.identity import Identity, IdentityKind
from tests.policy.files import (
    ALLOW_ALL,
    PERSON,
    access,
    engine,
    identity,
    mint,
    role,
    rule,
)

STEPS = ("roles", "deny", "allow", "mint", "shadow")
POLICY = (
    role("a")
    + rule("stop", "'x' in identity.labels", effect="deny")
    + rule("go", "identity.name != 'y'")
    + rule("dark", mode="shadow")
    + mint(x="1")
)


@pytest.mark.parametrize(
    ("policy", "who", "reached"),
    [
        (POLICY, PERSON, STEPS),
        (POLICY, identity(labels=("x",)), ("roles", "deny", "shadow")),
        (POLICY, identity(name="y"), ("roles", "deny", "allow", "shadow")),
        (role("a", "claims.nobody == 1") + ALLOW_ALL, PERSON, ("roles",)),
        (ALLOW_ALL, PERSON, ("roles", "deny", "allow", "mint")),
    ],
)
def test_each_step_that_was_reached_has_its_time(
    policy: str, who: Identity, reached: tuple[str, ...]
) -> None:
    """The others took none."""
    steps = StepTimes()

    engine(policy).decide(access(who), steps=steps)

    assert tuple(each for each in STEPS if getattr(steps, each)) == reached
    instants = [steps.began, *(getattr(steps, each) for each in reached)]
    assert instants == sorted(instants)
    assert instants[0] > 0


def test_all_plans_can_be_gone_through() -> None:
    """With the empty one, for routes and kinds that nothing is about."""
    judge = engine(ALLOW_ALL)

    plans = list(judge.plans())

    assert judge.plan_of("orders-read", IdentityKind.GUEST) in plans
    assert judge.plan_of("nowhere", IdentityKind.GUEST) in plans
