"""The mistakes in an expression: each one that could be made, and no silly ones."""

import pytest

from gateway.policy.assurance.rewrites import rewrites_of
from tests.policy.assurance.proving import expression
from tests.policy.files import mint, rule

Changes = set[tuple[str, str]]

CONST = '[const]\nlimit = 3\n[vars]\nopen = "const.limit > 2"\n'


def parts(when: str) -> Changes:
    """The mistakes in a condition, but for those of the whole of it."""
    found = expression(CONST + rule("x", when), "x")
    return {
        (one.before, one.after)
        for one in rewrites_of(found, is_condition=True)
        if not (one.before == when and one.after in {"true", "false", f"!({when})"})
    }


def whole(when: str) -> list[str]:
    """What a condition as a whole could become."""
    found = expression(CONST + rule("x", when), "x")
    return [
        one.after
        for one in rewrites_of(found, is_condition=True)
        if one.old is found.program.plan and one.before == when
    ]


def test_a_condition_may_hold_always_or_never_or_the_other_way_round() -> None:
    """Never is the same as leaving out the rule."""
    assert whole("request.tls") == ["true", "false", "!(request.tls)"]


def test_an_equation_is_turned_round_by_its_sign() -> None:
    """Once is enough."""
    assert whole("identity.acr == 'a'") == ["true", "false", "identity.acr != 'a'"]
    assert whole("!request.tls") == ["true", "false", "request.tls"]


def test_a_constant_can_only_be_the_other_one() -> None:
    """`true` is always true already."""
    assert whole("true") == ["false"]
    assert whole("false") == ["true"]
    assert whole("const.limit == 3") == []
    assert whole("vars.open") == []


@pytest.mark.parametrize(
    ("when", "changes"),
    [
        (
            "request.tls && identity.disabled",
            {"request.tls || identity.disabled", "request.tls", "identity.disabled"},
        ),
        (
            "request.tls || identity.disabled || claims.a",
            {
                "request.tls && identity.disabled && claims.a",
                "identity.disabled || claims.a",
                "request.tls || claims.a",
                "request.tls || identity.disabled",
            },
        ),
        ("request.tls && true", {"request.tls || true", "true"}),
    ],
)
def test_terms_may_be_lost_or_joined_otherwise(when: str, changes: set[str]) -> None:
    """A term that never changes cannot be missed."""
    assert parts(when) - {(when, "true")} == {
        (when, after) for after in changes - {"true"}
    }


def test_of_many_terms_the_lost_one_is_shown() -> None:
    """A thousand terms a thousand times fit on no screen."""
    terms = [f"'{number}' in identity.groups" for number in range(9)]

    assert parts(" || ".join(terms)) == {
        (" || ".join(terms), " && ".join(terms)),
        *((term, "nothing") for term in terms),
    }
    few = " || ".join(terms[1:])
    assert (few, " || ".join(terms[2:])) in parts(few)


def test_terms_of_terms_have_their_own_mistakes() -> None:
    """The text around them stays."""
    inner = "(request.tls || identity.disabled)"

    assert parts(f"identity.authenticated && {inner}") >= {
        (inner, "request.tls && identity.disabled"),
        (inner, "request.tls"),
        (inner, "identity.disabled"),
    }


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("identity.name == 'a'", "identity.name != 'a'"),
        ("identity.name != 'a'", "identity.name == 'a'"),
        ("request.content_length < 5", "request.content_length <= 5"),
        ("request.content_length <= 5", "request.content_length < 5"),
        ("now > identity.created", "now >= identity.created"),
        ("claims.age >= 18", "claims.age > 18"),
        (
            "(1 + request.content_length)  <  (7)",
            "(1 + request.content_length)  <=  (7)",
        ),
    ],
)
def test_a_comparison_may_be_off_by_its_sign(before: str, after: str) -> None:
    """At its edge, where a test has to stand."""
    assert (before, after) in parts(f"{before} && request.tls")


def test_a_negation_may_be_forgotten() -> None:
    """Inside, too."""
    assert ("!identity.disabled", "identity.disabled") in parts(
        "!identity.disabled && request.tls"
    )


def test_a_choice_may_always_take_one_branch() -> None:
    """And a branch that is a condition may be a constant."""
    when = "request.tls ? identity.disabled : true"

    assert parts(when) == {
        (when, "identity.disabled"),
        ("identity.disabled", "true"),
        ("identity.disabled", "false"),
    }
    assert parts("(request.tls ? 1 : 2) == 1") >= {
        ("(request.tls ? 1 : 2)", "1"),
        ("(request.tls ? 1 : 2)", "2"),
    }


@pytest.mark.parametrize(
    ("when", "changes"),
    [
        (
            "identity.groups.exists(g, g.size() > 3)",
            {
                ("exists", "all"),
                ("g.size() > 3", "true"),
            },
        ),
        (
            "identity.groups.all(g, g.size() > 3)",
            {("all", "exists"), ("g.size() > 3", "false")},
        ),
        (
            "identity.groups.exists_one(g, g.size() > 3)",
            {("g.size() > 3", "true")},
        ),
        (
            "identity.groups.filter(g, g.size() > 3) == []",
            {("g.size() > 3", "true"), ("g.size() > 3", "false")},
        ),
        ("identity.groups.map(g, g.size()) == []", set()),
        ("identity.groups.filter(g, true) == []", set()),
    ],
)
def test_a_macro_may_be_another_or_test_nothing(when: str, changes: Changes) -> None:
    """What comes to the same as a mistake of the whole is left out."""
    names = {"exists", "all"}
    loop = when.removesuffix(" == []")
    expected = {
        (loop, loop.replace(before, after, 1)) if before in names else (before, after)
        for before, after in changes
    }
    others = {("g.size() > 3", "g.size() >= 3")} if "> 3" in when else set()
    others |= {(when, when.replace("==", "!="))} if "== []" in when else set()

    assert parts(when) == expected | others


@pytest.mark.parametrize(
    ("when", "changes"),
    [
        (
            "identity.provider in ['a', 'b', 'c']",
            {
                ("['a', 'b', 'c']", "['b', 'c']"),
                ("['a', 'b', 'c']", "['a', 'c']"),
                ("['a', 'b', 'c']", "['a', 'b']"),
            },
        ),
        ("identity.provider in ['a']", set()),
        ("identity.acr in const.limits", set()),
        (
            "any_of(identity.groups, ['a', 'b'])",
            {("['a', 'b']", "['b']"), ("['a', 'b']", "['a']")},
        ),
        ("identity.groups.exists(g, g in ['a', 'b'])", None),
    ],
)
def test_an_element_may_be_missing_from_a_list(
    when: str, changes: Changes | None
) -> None:
    """One of one is the whole condition; lists elsewhere are data."""
    when = when.replace("const.limits", "['x']")
    if changes is None:
        assert ("['a', 'b']", "['b']") in parts(when)
    else:
        assert parts(when) == changes


@pytest.mark.parametrize(
    ("when", "changes"),
    [
        ("request.path.startsWith('/a')", {("'/a'", "''")}),
        ("request.path.startsWith(identity.id + '-')", {("'-'", "''")}),
        ("request.path == 'x' + identity.id", None),
        ("'staff' in identity.groups", set()),
        ("request.path.startsWith('')", set()),
    ],
)
def test_a_text_may_be_empty(when: str, changes: Changes | None) -> None:
    """`startsWith('')` is true of everything; in an equation it is never true."""
    if changes is None:
        assert ("'x'", "''") in parts(when)
    else:
        assert parts(when) == changes


def test_each_mistake_has_a_place_and_advice() -> None:
    """The term that is lost, not the beginning of all terms."""
    found = expression(rule("x", "request.tls && identity.disabled"), "x")
    by_after = {
        one.after: one
        for one in rewrites_of(found, is_condition=True)
        if one.before == found.program.source
    }

    assert by_after["request.tls"].at.start == len("request.tls && ")
    assert by_after["request.tls"].hint == (
        "`identity.disabled` is false and all beside it is true"
    )
    assert by_after["true"].hint == ("`request.tls && identity.disabled` is false")
    or_ = expression(rule("x", "request.tls || identity.disabled"), "x")
    hints = {one.after: one.hint for one in rewrites_of(or_, is_condition=True)}
    assert hints["identity.disabled"] == (
        "`request.tls` is true and all beside it is false"
    )


def test_a_value_that_is_no_condition_has_no_truth() -> None:
    """Only what is in it."""
    name = expression(mint(a="identity.name"), "a")
    choice = expression(mint(a="request.tls ? 'x' : 'y'"), "a")
    admin = expression(mint(a="'admin' in roles"), "a")

    assert list(rewrites_of(name, is_condition=False)) == []
    assert {one.after for one in rewrites_of(choice, is_condition=False)} == {
        "'x'",
        "'y'",
    }
    assert len(list(rewrites_of(admin, is_condition=False))) == 3


def test_a_condition_of_unknown_type_is_one_all_the_same() -> None:
    """The run time will see that it is a bool."""
    assert whole("claims.admin") == ["true", "false", "!(claims.admin)"]
