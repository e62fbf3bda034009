"""All lints are asked, about all files."""

from gateway.config.faults import Severity
from tests.policy.files import ALLOW_ALL, HEAD, engine, mint, provider, role, rule
from tests.policy.lints.warned import FOR_PEOPLE


def test_each_lint_is_asked() -> None:
    """One file in which every one of them finds something."""
    text = (
        HEAD
        + role("unused")
        + role("robot", for_="service")
        + rule("mail", "identity.email == 'a@b.example'", roles=["robot"], **FOR_PEOPLE)
        + rule("claim", "claims.hd == 'x'", routes=["orders-feed"], **FOR_PEOPLE)
        + rule("header", "request.headers.role == ['x']", **FOR_PEOPLE, roles=["robot"])
        + rule("clash", "roles == ['a'] && roles == ['b']", **FOR_PEOPLE)
        + rule("pii", "identity.provider == 'guest'", for_=["guest"])
        + rule("again", "identity.provider == 'guest'", for_=["guest"])
        + rule("closed", effect="deny", routes=["bills-*"])
        + rule("shut", "identity.disabled", effect="deny", routes=["bills-*"])
    )

    judge = engine(text, providers=[provider("bots", for_="service")])

    assert all(each.severity is Severity.WARNING for each in judge.warnings)
    assert {each.code for each in judge.warnings} == {
        *("W120", "W121", "W122", "W123"),
        *("W210", "W211", "W212", "W213", "W214"),
    }


def test_a_plain_policy_has_none() -> None:
    """Whoever is warned of nothing believes the next warning."""
    assert engine(ALLOW_ALL.replace('"*"', '"bills-*"') + mint(a="'b'")).warnings == ()
