"""What stands before an allow rule beside its condition, and that it is enough."""

from typing import Any

from gateway.model.access import AccessRequest
from gateway.policy.nearest.rules import Way, find_ways
from tests.policy.files import (
    ADMIN,
    GUEST,
    NOON,
    PERSON,
    access,
    engine,
    identity,
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
        bound = rule("x", routes="*-admin", require={"sender": "dpop"})
        sender = "identity.sender is '', needs 'dpop' (orders/x requires it)"
        assert told(bound, access(PERSON, ADMIN)) == {"x": [sender]}
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
