"""W211: conditions that nobody can meet."""

import pytest

from tests.policy.files import marked, mint, role, rule
from tests.policy.lints.warned import FOR_PEOPLE, only

CODE = "W211"


@pytest.mark.parametrize(
    "text",
    [
        rule("x", "identity.id == 'a' && identity.id == 'b'", **FOR_PEOPLE),
        rule("x", "request.tls && (identity.id == 'a' && identity.id == 'b')"),
        role("x", "identity.id == 'a' && identity.id == 'b'"),
        "[vars]\nb = \"identity.id == 'b'\"\n"
        + rule("x", "identity.id == 'a' && vars.b")
        + rule("y", "identity.id == 'a' && vars.b && request.tls"),
    ],
)
def test_terms_that_exclude_each_other_are_told_once(text: str) -> None:
    """At the second of them."""
    (found,) = only(CODE, text)

    assert marked(found) == "identity.id == 'b'"
    assert found.message == "this is never true together with `identity.id == 'a'`"


@pytest.mark.parametrize("when", ["false", "1 > 2", "request.tls && false"])
def test_a_rule_without_a_chance_is_told(when: str) -> None:
    """Whole, where no two terms are to blame."""
    (found,) = only(CODE, rule("x", when, **FOR_PEOPLE))

    assert marked(found) == when
    assert found.message.startswith("rule `x` never applies")


@pytest.mark.parametrize(
    "text",
    [
        rule("x", "identity.id == 'a' || identity.id == 'b'", **FOR_PEOPLE),
        role("x", "false"),
        mint(a="false"),
    ],
)
def test_what_has_a_chance_is_fine(text: str) -> None:
    """A role that is `false` may be the default; a claim may be `false`."""
    assert only(CODE, text) == []


def test_a_long_term_is_clipped() -> None:
    """A message is one line that people read."""
    long = f"request.ip == '{'a' * 200}'"

    (found,) = only(CODE, rule("x", f"{long} && request.ip == 'b'", **FOR_PEOPLE))
    assert len(found.message) < 120
    assert "…" in found.message


def test_two_rules_that_say_the_same_are_both_told() -> None:
    """They share what was compiled, and not their place."""
    when = "identity.id == 'a' && identity.id == 'b'"

    found = only(CODE, rule("x", when), rule("y", when))

    assert [each.file for each in found] == [
        "policies/orders.toml",
        "policies/second.toml",
    ]
