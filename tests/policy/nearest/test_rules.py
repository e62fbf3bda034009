"""The smallest change over all allow rules; and with it, the engine allows."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model.access import AccessRequest
from gateway.policy.nearest.rules import Way, find_ways
from gateway.policy.nearest.supposing import suppose
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


def ways(text: str, question: AccessRequest | None = None) -> list[Way]:
    return find_ways(engine(text), question or access(PERSON))


def texts(way: Way) -> list[str]:
    return [
        f"{each.text} ({each.purpose})" if each.purpose else each.text
        for each in way.changes or ()
    ]


def told(text: str, question: AccessRequest | None = None) -> dict[str, Any]:
    found = ways(text, question)
    assert all(way.tried for way in found if way.changes)
    return {way.rule.id: texts(way) for way in found}


STAFF = role("staff", "'staff' in identity.groups")
GROUP = "identity.groups is [], needs 'staff' in it"
BLOCKED = rule("stop", "identity.labels.exists(l, l == 'blocked')", effect="deny")


def test_the_rule_that_lacks_least_comes_first() -> None:
    """Of those that lack as much, the first in the order of the files."""
    found = ways(
        rule("two", "identity.disabled && identity.acr == 'mfa'")
        + rule("none", "identity.acr in []")
        + rule("one", "identity.acr == 'mfa'")
        + rule("other", "identity.id == 'u9'")
        + rule("vague", "size(identity.groups) == 2")
    )

    assert [way.rule.id for way in found] == ["one", "other", "vague", "two", "none"]
    assert found[-1].changes is None
    assert [way.tried for way in found] == [True, True, False, True, False]


def test_a_rule_that_lacks_nothing_is_none_of_them() -> None:
    """The claim fails, and no change of the question is at fault."""
    assert ways(ALLOW_ALL + mint(x="claims.nobody")) == []


def test_what_contradicts_itself_is_told_as_it_is() -> None:
    """Nothing would do, but that is not for this search to prove."""
    (way,) = ways(rule("x", "identity.acr == 'a' && identity.acr == 'b'"))

    assert texts(way) == [
        "identity.acr is '', needs 'a'",
        "identity.acr is '', needs 'b'",
    ]
    assert not way.tried


def test_what_is_set_twice_is_said_once_and_as_it_really_is() -> None:
    """The second round sees what the first only supposed."""
    text = rule("x", "claims.level >= 3")
    text += rule("stop", "claims.level < 5", effect="deny")

    assert told(text) == {
        "x": ["claims.level is not there, needs at least 5 (orders/stop denies)"]
    }


def test_a_claim_that_fails_is_found_by_trying() -> None:
    """The rule would be satisfied, and still nothing would be minted."""
    (way,) = ways(rule("x", "identity.acr == 'mfa'") + mint(x="claims.nobody"))

    assert texts(way) == ["identity.acr is '', needs 'mfa'"]
    assert not way.tried


def test_of_very_many_rules_the_first_are_tried() -> None:
    """Those that seem to lack least."""
    found = ways("".join(rule(f"r{n}", f"identity.id == 'u{n}'") for n in range(2, 30)))

    assert len(found) == 28
    assert [way.tried for way in found] == [True] * 20 + [False] * 8


TERMS = st.sampled_from(
    [
        "identity.acr == 'mfa'",
        "identity.acr != 'pwd'",
        "!identity.disabled",
        "identity.email_verified",
        "'staff' in identity.groups",
        "identity.groups.exists(g, g.startsWith('gw-'))",
        "identity.labels.all(l, l != 'blocked')",
        "all_of(identity.groups, ['a', 'b'])",
        "has_scope('orders')",
        "claims.level >= 3",
        "has(claims.region) && claims.region in ['eu', 'us']",
        "claim('tier', 'basic') == 'gold'",
        "in_cidr(request.ip, ['10.0.0.0/8'])",
        "request.query.channel == ['public']",
        "route.params.order_id.startsWith(identity.id)",
        "fresh(identity.auth_time, duration('15m'))",
        "vars.trusted",
        "(identity.disabled ? false : identity.acr == 'mfa')",
        "'lead' in roles",
    ]
)
CONDITIONS = st.recursive(
    TERMS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: f"({two[0]} && {two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} || {two[1]})"),
    ),
    max_leaves=4,
)
LEAD = role("lead", "'lead' in identity.labels")
TRUSTED = "[vars]\ntrusted = \"identity.provider == 'corp' && identity.amr != []\"\n"


@pytest.mark.long
@settings(max_examples=150, deadline=None)
@given(
    st.lists(CONDITIONS, min_size=1, max_size=3),
    CONDITIONS,
    st.sampled_from([(), ("staff",), ("gw-x", "a")]),
    st.sampled_from([(), ("blocked",)]),
)
def test_with_the_suggested_change_the_engine_allows(
    conditions: list[str],
    hurdle: str,
    groups: tuple[str, ...],
    labels: tuple[str, ...],
) -> None:
    """Whatever the policy is made of; and the first is the smallest of all."""
    text = TRUSTED + LEAD + STAFF
    text += rule("stop", "'blocked' in identity.labels", effect="deny")
    text += rule("held", hurdle, roles=["staff"])
    for number, condition in enumerate(conditions):
        text += rule(f"r{number}", condition)
    judge = engine(text)
    question = access(identity(groups=groups, labels=labels, acr="pwd"))

    found = find_ways(judge, question)
    if judge.decide(question).allowed:
        return
    assert found
    sizes = [len(way.changes) for way in found if way.changes is not None]
    assert sizes == sorted(sizes)
    for way in found:
        if way.tried:
            assert way.changes
            assert judge.decide(suppose(question, way.changes)).allowed
            for change in way.changes:
                rest = [each for each in way.changes if each is not change]
                decision = judge.decide(suppose(question, rest))
                assert decision.rule != way.rule.name or not decision.allowed
    assert found[0].tried or _contradicts(found[0])


def _contradicts(way: Way) -> bool:
    """Whether one thing would have to be two, or the way has no values."""
    paths = [change.path for change in way.changes or ()]
    return len(set(paths)) < len(paths) or () in paths
