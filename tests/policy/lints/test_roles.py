"""W209, W210: roles and rules that do not meet."""

import pytest

from tests.policy.files import marked, mint, role, rule
from tests.policy.lints.warned import FOR_PEOPLE, warnings


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
        text = rule("x", roles=["a"], **FOR_PEOPLE) + rule(
            "y", "identity.disabled", effect="deny"
        )

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
