"""W123: a header that any client may set, taken for an identity."""

import pytest

from tests.policy.files import marked, mint, role, rule
from tests.policy.lints.warned import FOR_PEOPLE, only

CODE = "W123"


@pytest.mark.parametrize(
    ("when", "part"),
    [
        ("request.headers['x-user'] == ['root']", "request.headers['x-user']"),
        ("request.headers.role[0] == 'admin'", "request.headers.role"),
        ("'x-auth-user' in request.headers", "'x-auth-user' in request.headers"),
        ("has(request.headers.user)", "has(request.headers.user)"),
        ("'admin' in request.headers['x-groups']", "request.headers['x-groups']"),
        (
            "request.headers['x-forwarded-for'] == ['192.0.2.1']",
            "request.headers['x-forwarded-for']",
        ),
        ("!(request.headers.user == ['x'])", "request.headers.user"),
    ],
)
def test_a_rule_that_goes_by_one_is_told(when: str, part: str) -> None:
    """At the place of the header."""
    (found,) = only(CODE, rule("x", when, **FOR_PEOPLE))

    assert marked(found) == part
    assert found.message.startswith("rule `x` goes by the header ")
    assert ("request.ip" in found.help) is ("forwarded" in part)


@pytest.mark.parametrize(
    "text",
    [
        rule("x", "request.headers['x-channel'] == ['public']", **FOR_PEOPLE),
        rule("x", "request.headers['user-agent'] == ['curl']", **FOR_PEOPLE),
        rule("x", "request.headers.user == [identity.id]", **FOR_PEOPLE),
        rule("x", "request.headers.user[0] in claim('names', [])", **FOR_PEOPLE),
        rule("x", "request.headers.role[0] in roles", **FOR_PEOPLE),
        rule("x", "request.headers.user == ['x']", effect="deny", **FOR_PEOPLE),
        rule("x", "request.headers == {}", **FOR_PEOPLE),
        rule("x", "'user' in request.query", **FOR_PEOPLE),
        rule("x", "has(request.query.user)", **FOR_PEOPLE),
        mint(language="request.headers['accept-language'][0]"),
        mint(roles="roles"),
    ],
)
def test_other_headers_and_other_uses_are_fine(text: str) -> None:
    """What is compared with what the gateway knows is a check, not a belief."""
    assert only(CODE, text) == []


def test_who_holds_a_role_is_decided_by_no_header() -> None:
    """Whatever it is called."""
    (found,) = only(CODE, role("a", "request.headers['x-a'] == ['1']"))

    assert found.message.startswith("role `a` goes by the header `x-a`")


@pytest.mark.parametrize("claim", ["email", "user_id"])
def test_a_claim_about_somebody_is_taken_from_no_header(claim: str) -> None:
    """The gateway would vouch for the caller's own word."""
    (found,) = only(CODE, mint(**{claim: "request.headers['x-a'][0]"}))

    assert found.message.startswith(f"claim `{claim}` goes by the header `x-a`")


def test_a_variable_is_searched_and_told_once() -> None:
    """At its own place, however many rules read it."""
    variables = "[vars]\nroot = \"request.headers.user == ['root']\"\n"
    rules = rule("x", "vars.root || vars.root") + rule("y", "vars.root && request.tls")

    (found,) = only(CODE, variables + rules)
    assert found.source.startswith("root = ")


@pytest.mark.parametrize(("variable", "told"), [("identity.id", 0), ("request.ip", 1)])
def test_what_a_header_is_compared_with_may_be_a_variable(
    variable: str, told: int
) -> None:
    """As good as what it stands for."""
    text = f"[vars]\nme = '{variable}'\n" + rule(
        "x", "request.headers.user[0] == vars.me"
    )

    assert len(only(CODE, text)) == told
