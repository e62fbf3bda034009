"""`gateway.policy.comparison.searching.terms`."""

from gateway.policy.comparison.searching.search import Search
from gateway.policy.comparison.searching.terms import (
    FAILED,
    Parts,
    Trial,
    is_joint,
    leaves,
    parts,
)
from tests.policy.comparison.pairs import Files, rule_of
from tests.policy.comparison.sides import place_of, scene_of, side, somebody


def _text(term: object) -> str:
    plan, source = term.plan, term.expression.program.source  # type: ignore[attr-defined]
    return str(source[plan.start : plan.end])


def test_a_variable_is_what_it_stands_for() -> None:
    """Also one that stands for another."""
    head = "[vars]\na = \"identity.acr == 'x'\"\nb = 'vars.a'\n"
    _, term = place_of("vars.b && !identity.disabled", head)

    assert [_text(leaf) for leaf in leaves(term)] == [
        "identity.acr == 'x'",
        "identity.disabled",
    ]


def test_leaves_are_what_logic_joins() -> None:
    """Through `&&`, `||`, `!` and `?:`."""
    _, term = place_of(
        "request.tls ? identity.disabled : (identity.acr == 'x' || true)"
    )

    assert is_joint(term)
    assert len(list(leaves(term))) == 4
    assert not is_joint(next(leaves(term)))


def test_parts_include_what_is_read_without_being_written() -> None:
    """`has_scope` reads the scopes."""
    _, term = place_of("has_scope('a')")

    assert len(list(parts(term))) == 4
    assert [each.is_constant for each in term.children] == [True, False]
    assert str(term.type) == "bool"


def test_a_term_without_a_value_has_failed() -> None:
    """Which is a value to look at, and no exception."""
    term, scene = scene_of("claims.hd == 'x'")

    assert scene.value(term) is FAILED
    assert repr(FAILED) == "FAILED"


def test_a_term_is_compiled_once() -> None:
    """However often it is looked at."""
    made = Parts()
    _, term = place_of("identity.acr == 'x'")

    assert made.of(term) is made.of(term)


def test_a_term_inside_of_a_macro_is_given_the_element() -> None:
    """By the slot of the macro's variable."""
    term, scene = scene_of("identity.groups.exists(g, g == 'a' && size(g) == 1)")
    body = term.children[1]

    assert scene.trial.value(body, {0: "a"}) is True
    assert scene.trial.value(body, {0: "b"}) is False


def test_roles_are_mapped_unless_they_are_given() -> None:
    """A mapping that fails gives none."""
    role = '[[role]]\nid = "r"\nfor = "authenticated"\nwhen = "{}"\n'
    rule = rule_of("'r' in roles", routes="files")
    good = side(Files((role.format("true") + rule,)))
    bad = side(Files((role.format("claims.hd == 'x'") + rule,)))
    access = good.access_of(somebody())

    mapped = Search(Parts(), 1).trial(good, somebody())
    failed = Search(Parts(), 1).trial(bad, somebody())
    given = Trial(access, engine=good.engine, made=Parts(), roles=("other",))

    assert mapped is not None
    assert failed is not None
    assert mapped.roles == ("r",)
    assert failed.roles == ()
    assert given.roles == ("other",)
