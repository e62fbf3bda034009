"""The smallest change over all allow rules; and with it, the engine allows."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model.access import AccessRequest
from gateway.policy.nearest.rules import Way, find_ways
from gateway.policy.nearest.supposing import suppose
from tests.policy.files import (
    ADMIN,
    ALLOW_ALL,
    GUEST,
    NOON,
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


class TestRoles:
    """A role follows from its mapping, so that is what has to change."""

    def test_the_mapping_says_what_keeps_the_role_back(self) -> None:
        """The cheapest role of those that would do."""
        text = STAFF + role("boss", "identity.disabled && identity.acr == 'x'")

        assert told(text + rule("x", roles=["staff", "boss"])) == {
            "x": [f"{GROUP} (for the role staff)"]
        }

    def test_a_condition_may_ask_for_a_role(self) -> None:
        """As if the rule named it."""
        assert told(STAFF + rule("x", "'staff' in roles", roles=[])) == {
            "x": [f"{GROUP} (for the role staff)"]
        }

    def test_a_role_that_must_not_be_held_names_the_roles(self) -> None:
        """What would take it away is not looked for."""
        (way,) = ways(role("basic") + rule("x", "!('basic' in roles)"))

        assert texts(way) == ["roles is ['basic'], must not hold 'basic'"]
        assert not way.tried

    def test_in_mode_first_the_roles_before_it_must_not_be_held(self) -> None:
        """One role only."""
        text = '[roles]\nmode = "first"\n' + role("basic", "!identity.disabled")

        assert told(text + STAFF + rule("x", roles=["staff"])) == {
            "x": [
                f"{GROUP} (for the role staff)",
                "identity.disabled is false, needs true (for the role staff)",
            ]
        }

    def test_a_default_role_needs_that_no_other_is_held(self) -> None:
        """The pair of the mapping that needs one."""
        text = '[roles]\non_none = "default"\ndefault = "basic"\n'
        text += role("basic", "identity.disabled && identity.acr == 'x'")
        text += role("staff", "identity.id == 'u1'")

        assert told(text + rule("x", roles=["basic"])) == {
            "x": ["identity.id is 'u1', must not be 'u1' (for the role basic)"]
        }

    def test_a_role_that_is_not_for_such_callers_has_no_way(self) -> None:
        """Nobody of this kind can hold it."""
        text = role("bot", "identity.disabled", for_="service")
        (way,) = ways(STAFF + text + rule("x", roles=["bot"]))

        assert way.changes is None
        assert not way.tried

    def test_a_mapping_that_fails_has_to_be_repaired_first(self) -> None:
        """Until then, nothing is allowed; what comes to light then is added."""
        text = role("odd", "claims.level > 3") + rule("x", "identity.acr == 'mfa'")

        assert told(text) == {
            "x": [
                "claims.level is not there, needs more than 3 (the mapping of odd fails)",
                "identity.acr is '', needs 'mfa'",
            ]
        }

    def test_a_mapping_is_repaired_in_whatever_way_there_is(self) -> None:
        """Not all can be false, and not all can be true."""
        text = role("staff", "identity.id == 'u1'") + rule("x", roles=["staff"])

        assert told(text + role("odd", "claims.name.startsWith('')")) == {
            "x": [
                (
                    "claims.name is not there, needs to begin with '' "
                    "(the mapping of odd fails)"
                )
            ]
        }
        assert told(
            text.replace("staff", "odd") + role("odd", "claims.name in []")
        ) == {"x": ["claims.name is not there, is needed (the mapping of odd fails)"]}


class TestObstacles:
    """What stands beside the condition."""

    def test_a_deny_rule_that_matches_is_in_the_way_of_all(self) -> None:
        """Named, so that one knows whose change it is."""
        blocked = access(identity(labels=("blocked",)))

        assert told(BLOCKED + rule("x", "identity.acr == 'mfa'"), blocked) == {
            "x": [
                "identity.acr is '', needs 'mfa'",
                (
                    "identity.labels is ['blocked'], must not hold 'blocked' "
                    "(orders/stop denies)"
                ),
            ]
        }

    def test_a_deny_rule_for_the_new_role_comes_to_light(self) -> None:
        """It was no candidate before the role was held."""
        text = STAFF + rule("x", roles=["staff"])
        text += rule("stop", "!identity.disabled", effect="deny", roles=["staff"])

        assert told(text) == {
            "x": [
                f"{GROUP} (for the role staff)",
                "identity.disabled is false, needs true (orders/stop denies)",
            ]
        }

    def test_an_allow_rule_that_fails_before_it_is_in_the_way(self) -> None:
        """It was consulted, and an error denies."""
        text = rule("broken", "claims.level > 3") + rule("x", "identity.disabled")
        found = told(text)

        assert found["broken"] == ["claims.level is not there, needs more than 3"]
        assert len(found["x"]) == 2
        assert found["x"][0].endswith("(orders/broken fails)")

    def test_a_rule_for_another_role_is_never_consulted(self) -> None:
        """So it does not matter that it fails."""
        text = STAFF + rule("broken", "claims.level > 3", roles=["staff"])

        assert told(text + role("basic") + rule("x", "identity.disabled"))["x"] == [
            "identity.disabled is false, needs true"
        ]

    def test_what_a_rule_requires_is_needed_too(self) -> None:
        """Each part that is not met."""
        strong = rule("x", routes="*-admin", require={"acr": "mfa", "auth_age": "15m"})
        acr = "identity.acr is '', needs 'mfa' (orders/x requires it)"
        fresh = (
            "identity.auth_time is 1970-01-01T00:00:00+00:00, needs a sign-in within "
            "the last 900s (orders/x requires it)"
        )

        assert told(strong, access(PERSON, ADMIN)) == {"x": [acr, fresh]}
        assert told(strong, access(identity(acr="mfa"), ADMIN)) == {"x": [fresh]}
        assert told(strong, access(identity(auth_time=NOON), ADMIN)) == {"x": [acr]}

    def test_a_guest_may_lack_a_role_as_well(self) -> None:
        """Of those that guests may hold."""
        text = role("guest", "'a' in identity.labels", for_="guest")
        (way,) = ways(text + rule("x", for_="guest", roles=["guest"]), access(GUEST))

        assert texts(way) == [
            "identity.labels is [], needs 'a' in it (for the role guest)"
        ]
        assert way.tried


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
