"""The paths that an expression may read."""

import pytest

from gateway.cel.environment import Environment


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("true", set()),
        ("now", {"now"}),
        ("identity.name == 'a' && identity.admin", {"identity.name", "identity.admin"}),
        ("identity.params.id", {"identity.params"}),
        ("identity.params[s]", {"identity.params", "s"}),
        ("claims.hd", {"claims.hd"}),
        ("claims.o.p", {"claims.o"}),
        ("claims['hd']", {"claims.hd"}),
        ("claims[s]", {"claims", "s"}),
        ("has(claims.hd)", {"claims.hd"}),
        ("has(claims.o.p)", {"claims.o"}),
        ("'hd' in claims", {"claims.hd"}),
        ("s in claims", {"claims", "s"}),
        ("claims.exists(c, c == 'a')", {"claims"}),
        ("claim('o.p', [''])", {"claims.o"}),
        ("claim(s, '')", {"claims", "s"}),
        ("claim('o', s)", {"claims.o", "s"}),
        ("has_scope('a')", {"identity.scopes"}),
        ("fresh(identity.born, z)", {"identity.born", "now", "z"}),
        ("t ? i : u == u ? 1 : 2", {"t", "i", "u"}),
        ("l.all(i, i > 0)", {"l"}),
        ("l.all(v, .i > v)", {"l", "i"}),
        ("[i, l[0]]", {"i", "l"}),
        ("{s: i}", {"s", "i"}),
        ("int(now)", {"now"}),
    ],
)
def test_a_path_is_a_variable_and_at_most_one_name(
    environment: Environment, text: str, paths: set[str]
) -> None:
    """A variable alone stands for all that it holds."""
    assert environment.compile(text).reads == paths
