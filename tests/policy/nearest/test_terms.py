"""Which terms would have to come out otherwise: all of `&&`, the cheapest of `||`."""

import pytest

from gateway.policy.nearest.change import Action
from gateway.policy.nearest.supposing import suppose
from tests.policy.files import access, identity
from tests.policy.nearest.conditions import changes_of, scope_of

WHO = identity(name="Ana", acr="pwd", groups=("a", "b"), amr=("pwd",))

NAME = "identity.name is 'Ana', needs 'Bo'"
ACR = "identity.acr is 'pwd', needs 'mfa'"
DISABLED = "identity.disabled is false, needs true"
NAMED, STRONG = "identity.name == 'Bo'", "identity.acr == 'mfa'"


@pytest.mark.parametrize(
    ("when", "wanted", "texts"),
    [
        ("identity.name == 'Ana'", True, []),
        (f"{NAMED} && {STRONG} && identity.id == 'u1'", True, [NAME, ACR]),
        (f"identity.disabled || {NAMED} && {STRONG}", True, [DISABLED]),
        (f"({NAMED} && {STRONG}) || identity.disabled", True, [DISABLED]),
        (f"!(identity.name != 'Bo') && {STRONG}", True, [NAME, ACR]),
        ("!(identity.disabled && identity.authenticated)", False,
         [DISABLED]),
        ("identity.id == 'u1' || identity.authenticated", False,
         ["identity.id is 'u1', must not be 'u1'",
          "identity.authenticated is true, needs false"]),
        ("identity.id == 'u1' && identity.authenticated", False,
         ["identity.id is 'u1', must not be 'u1'"]),
        # An error counts as what has to be repaired.
        ("claims.x == 'a' && identity.disabled", True,
         ["claims.x is not there, needs 'a'", DISABLED]),
        ("claims.x == 'a' || identity.disabled", True,
         ["claims.x is not there, needs 'a'"]),
        # Both ways of a conditional.
        (f"identity.disabled ? identity.id == 'u1' : {NAMED} && {STRONG}", True,
         [DISABLED]),
        (f"identity.authenticated ? {NAMED} : true", True, [NAME]),
        (f"identity.authenticated ? {NAMED} && {STRONG} : true", True,
         ["identity.authenticated is true, needs false"]),
        # Through `vars`.
        ("vars.staff && identity.id == 'u1'", True, [ACR]),
        ("!vars.staff || identity.disabled", False,
         [ACR]),
        # A macro over a list.
        ("identity.amr.exists(m, m == 'mfa')", True,
         ["identity.amr is ['pwd'], needs 'mfa' in it"]),
        ("identity.groups.exists(g, g.startsWith('gw-'))", True,
         ["identity.groups is ['a', 'b'], needs 'gw-' in it"]),
        ("identity.groups.exists(g, g == 'a' || g == 'z')", False,
         ["identity.groups is ['a', 'b'], must not hold 'a'"]),
        ("identity.groups.all(g, g == 'a')", True,
         ["identity.groups is ['a', 'b'], must not hold 'b'"]),
        ("identity.groups.all(g, g != 'z')", False,
         ["identity.groups is ['a', 'b'], needs 'z' in it"]),
        ("identity.groups.exists_one(g, g == 'z')", True,
         ["identity.groups is ['a', 'b'], needs 'z' in it"]),
        ("identity.groups.exists_one(g, g < 'z')", True,
         ["identity.groups is ['a', 'b'], must not hold 'b'"]),
        ("identity.groups.exists_one(g, g == 'a')", False,
         ["identity.groups is ['a', 'b'], must not hold 'a'"]),
        ("identity.labels.exists(l, l == '' || l == 'x')", True,
         ["identity.labels is [], needs '' in it"]),
        # What else the body reads.
        (f"identity.groups.exists(g, g == 'a' && {STRONG})", True, [ACR]),
        (f"identity.groups.exists(g, g == 'z' && {STRONG})", True,
         ["identity.groups is ['a', 'b'], needs 'z' in it", ACR]),
        (f"identity.groups.all(g, g != 'z' && {STRONG})", True, [ACR]),
        ("identity.groups.all(g, g == 'z' || identity.authenticated)", False,
         ["identity.authenticated is true, needs false"]),
    ],
)  # fmt: skip
def test_the_fewest_terms_are_found_and_they_do(
    when: str, *, wanted: bool, texts: list[str]
) -> None:
    """With all of them changed, the condition comes out as wanted."""
    found = changes_of(when, access(WHO), wanted=wanted)

    assert found is not None
    assert [change.text for change in found] == texts
    scope = scope_of(when, suppose(access(WHO), found))
    assert scope.outcome(scope.expression.program.plan) is wanted


@pytest.mark.parametrize(
    ("when", "wanted", "text"),
    [
        ("claims.list.all(x, x == 'a')", True,
         "`claims.list.all(x, x == 'a')` is false"),
        ("request.headers.exists(h, h == 'x-z')", True,
         "`request.headers.exists(h, h == 'x-z')` is false"),
        ("identity.name.split('n').exists(p, p == 'z')", True,
         "`identity.name.split('n')` is ['A', 'a'], needs one with `p == 'z'`"),
        ("identity.name.split('n').all(p, p == 'a')", True,
         "`identity.name.split('n')` is ['A', 'a'], must not hold 'A'"),
        ("identity.groups.exists(g, g.matches('^gw'))", True,
         "identity.groups is ['a', 'b'], needs one with `g.matches('^gw')`"),
        ("identity.groups.exists(g, false)", True,
         "`identity.groups.exists(g, false)` is false"),
        ("['b'].exists(x, x == vars.token)", True,
         "`x == vars.token` is false"),
        ("[vars.token].exists(x, x == 'a')", False,
         "`[vars.token].exists(x, x == 'a')` is true"),
        ("identity.groups.map(g, g == 'z')[0]", True,
         "`identity.groups.map(g, g == 'z')[0]` is false"),
    ],
)  # fmt: skip
def test_where_no_element_can_be_named_the_macro_is_the_answer(
    when: str, *, wanted: bool, text: str
) -> None:
    """As it is written, with the list if it is no secret."""
    question = access(WHO, headers=[(b"authorization", b"a"), (b"x-a", b"1")])
    found = changes_of(when, question, wanted=wanted)

    assert found is not None
    assert [change.text for change in found] == [text]
    assert found[0].action is Action.OTHER


@pytest.mark.parametrize(
    "when",
    [
        "identity.disabled && false",
        "identity.acr in []",
        "identity.disabled ? false : identity.acr in []",
    ],
)
def test_what_can_never_be_true_has_no_way(when: str) -> None:
    """All of it would have to be, and a part cannot."""
    assert changes_of(when, access(WHO)) is None
