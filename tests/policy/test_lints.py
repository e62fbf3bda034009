"""What looks wrong is told, and what is fine is not."""

import pytest

from gateway.config.faults import Fault, Severity
from tests.policy.files import (
    ADMIN,
    ALLOW_ALL,
    GUESTS,
    engine,
    marked,
    mint,
    role,
    route,
    rule,
)

FOR_PEOPLE = {"for_": "authenticated"}


def warnings(*texts: str) -> list[Fault]:
    found = engine(*texts).warnings
    assert all(each.severity is Severity.WARNING for each in found)
    return list(found)


class TestEmail:
    """W120: an address that nobody vouches for."""

    MAIL = "identity.email.endsWith('@corp.example')"

    @pytest.mark.parametrize(
        "text",
        [
            rule("x", MAIL, **FOR_PEOPLE),
            f'[vars]\nmail = "{MAIL}"\n' + rule("x", "vars.mail", **FOR_PEOPLE),
            rule("x", f"email_domain(identity.email) == 'x' || {MAIL}", **FOR_PEOPLE),
            role("a", MAIL) + rule("x", roles=["a"], **FOR_PEOPLE),
            mint(mail="identity.email"),
        ],
    )
    def test_is_told(self, text: str) -> None:
        """Once, whatever way the address is read."""
        (found,) = warnings(text)

        assert found.code == "W120"
        assert "never email_verified" in found.message

    @pytest.mark.parametrize(
        "text",
        [
            rule("x", f"identity.email_verified && {MAIL}", **FOR_PEOPLE),
            '[vars]\nok = "identity.email_verified"\n'
            + rule("x", f"vars.ok && {MAIL}", **FOR_PEOPLE),
            rule("x", "identity.username == 'email'", **FOR_PEOPLE),
            mint(mail="identity.email", sure="identity.email_verified"),
        ],
    )
    def test_is_fine_if_the_flag_is_read_as_well(self, text: str) -> None:
        """A claim may leave it to the upstream, if it is told."""
        assert warnings(text) == []


class TestGuests:
    """W121, W207: what guests can reach."""

    def test_a_tagged_route_that_guests_may_use_is_told(self) -> None:
        """`orders-read` is tagged `pii`."""
        (found,) = warnings(rule("x", routes=["orders-*"], for_=["guest"]))

        assert found.code == "W121"
        assert "`orders-read`" in found.message
        assert "`pii`" in found.message
        assert marked(found) == "['guest']"

    @pytest.mark.parametrize(
        "text",
        [
            rule("x", routes=["orders-feed"], for_="guest"),
            rule("x", routes=["orders-read"], **FOR_PEOPLE),
            rule("x", effect="deny"),
            rule("x", mode="shadow"),
        ],
    )
    def test_other_rules_are_fine(self, text: str) -> None:
        """Other routes, other kinds, rules that allow nothing."""
        assert warnings(text) == []

    def test_a_rule_for_guests_that_do_not_exist_is_told(self) -> None:
        """Somebody expects them to."""
        without = GUESTS.model_copy(update={"enabled": False})
        open_routes = [route("a", tags=("admin",)), ADMIN]

        judge = engine(ALLOW_ALL, guest=without, routes=open_routes)
        assert [each.code for each in judge.warnings] == ["W207"]


class TestUnusedRoles:
    """W209: a role that is good for nothing."""

    def test_a_role_that_nobody_asks_for_is_told(self) -> None:
        """It may be a slip in the rule's name."""
        text = role("a") + role("b") + rule("x", roles=["a"], **FOR_PEOPLE)

        (found,) = warnings(text)
        assert found.code == "W209"
        assert marked(found) == '"b"'

    @pytest.mark.parametrize(
        "text",
        [
            rule("x", roles=["a", "b"], **FOR_PEOPLE),
            rule("x", "'b' in roles", roles=["a"], **FOR_PEOPLE),
            rule("x", roles=["a"], **FOR_PEOPLE) + "[vars]\nb = '\"b\" in roles'\n",
            rule("x", roles=["a"], **FOR_PEOPLE)
            + mint(r="roles.filter(r, r in ['b'])"),
            rule("x", **FOR_PEOPLE),
        ],
    )
    def test_a_role_is_used_in_many_ways(self, text: str) -> None:
        """By a rule, an expression, a variable, a claim; or by a rule for any role."""
        assert warnings(role("a") + role("b") + text) == []

    def test_a_deny_rule_without_roles_uses_none(self) -> None:
        """It is for everybody."""
        text = rule("x", roles=["a"], **FOR_PEOPLE) + rule("y", effect="deny")

        assert [each.code for each in warnings(role("a") + role("b") + text)] == [
            "W209"
        ]

    def test_a_role_may_be_used_by_another_file(self) -> None:
        """A role name is global."""
        assert warnings(role("a"), rule("x", roles=["a"], **FOR_PEOPLE)) == []


class TestMissingRoles:
    """W210: a rule that nobody can meet."""

    @pytest.mark.parametrize(
        "texts",
        [
            (role("a", for_="service") + rule("x", roles=["a"], **FOR_PEOPLE),),
            (role("a", " false ") + rule("x", roles=["a"], **FOR_PEOPLE),),
            (
                '[policy]\nid = "o"\nscope = ["bills-*"]\n' + role("a"),
                rule("x", roles=["a"], routes=["orders-*"], **FOR_PEOPLE),
            ),
        ],
    )
    def test_a_role_that_is_never_granted_there_is_told(
        self, texts: tuple[str, ...]
    ) -> None:
        """Of another kind, to nobody, or on other routes."""
        (found,) = warnings(*texts)

        assert found.code == "W210"
        assert marked(found) == "'a'"

    def test_a_default_role_is_granted(self) -> None:
        """That is what its condition is `false` for."""
        head = '[roles]\non_none = "default"\ndefault = "a"\n'

        text = head + role("a", "false") + rule("x", roles=["a"], **FOR_PEOPLE)
        assert warnings(text) == []
