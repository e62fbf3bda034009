"""Names are completed by what they can be."""

import pytest

from gateway.policy.workbench.bench import Bench
from gateway.policy.workbench.completion import complete
from tests.policy.files import PERSON, access, engine, policy, rule

TEXT = (
    '[const]\nteams = ["a"]\n[vars]\nmine = "route.params.order_id"\n'
    'level = "claims.level"\n' + rule("x")
)


@pytest.fixture(scope="module")
def bench() -> Bench:
    """A policy with names of its own, and claims with some keys."""
    claims = {"hd": "x", "a b": 1, "nested": {"key": 1}}
    question = access(PERSON, claims=claims, headers=[(b"x-a", b"1"), (b"host", b"h")])
    return Bench(policy(TEXT), engine=engine(TEXT), access=question)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ident", ["identity"]),
        ("identity.em", ["identity.email", "identity.email_verified"]),
        ("true && identity.email_v", ["identity.email_verified"]),
        ("identity.nothing", []),
        ("vars.", ["vars.level", "vars.mine"]),
        ("const.t", ["const.teams"]),
        ("email_d", ["email_domain("]),
        ("ha", ["has(", "has_scope("]),
        ("tru", ["true"]),
        ("identity.email.sta", ["identity.email.startsWith("]),
        ("identity.groups.exi", ["identity.groups.exists(",
                                 "identity.groups.exists_one("]),
        ("identity.groups.si", ["identity.groups.size("]),
        ("identity.auth_time.getH", ["identity.auth_time.getHours("]),
        ("identity.auth_time.sta", []),
        ("claims.h", ["claims.hd"]),
        ("claims.nested.k", ["claims.nested.key"]),
        ("claims.hd.sta", ["claims.hd.startsWith("]),
        ("request.headers.h", ["request.headers.host"]),
        ("route.params.o", ["route.params.order_id"]),
        ("vars.level.siz", ["vars.level.size("]),
        ("identity.email.size.x", []),
        ("nobody.x", []),
        ("identity.groups[0].low", [".lowerAscii("]),
        ("'abc'.upp", [".upperAscii("]),
        ("size(x).a", [".all("]),
        ("12", []),
    ],
)  # fmt: skip
def test_what_was_begun_is_completed(bench: Bench, text: str, words: list[str]) -> None:
    """By variables, fields, keys that are there, functions, and methods of the type."""
    assert complete(bench, text) == words


@pytest.mark.parametrize("text", ["", "identity.disabled && ", "size("])
def test_where_nothing_was_begun_all_names_are_offered(bench: Bench, text: str) -> None:
    """Variables and functions, but no methods."""
    words = complete(bench, text)

    assert {"identity", "request", "size(", "in_cidr(", "null"} <= set(words)
    assert "startsWith(" not in words
    assert words == sorted(words)


def test_a_key_that_is_no_word_is_not_offered(bench: Bench) -> None:
    """It would need brackets."""
    assert "claims.a b" not in complete(bench, "claims.")
    assert "request.headers.x-a" not in complete(bench, "request.headers.")
