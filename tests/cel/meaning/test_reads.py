"""The paths that an expression may read."""

import pytest

from gateway.cel.environment import Environment


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("true", set()),
        ("now", {"now"}),
        ("identity.name == 'a' && identity.admin", {"identity.name", "identity.admin"}),
        ("identity.params.id", {"identity.params.id"}),
        ("identity.params['id']", {"identity.params.id"}),
        ("identity.groups[0]", {"identity.groups"}),
        ("identity == identity || identity.name == 'a'", {"identity"}),
        ("identity.params[s]", {"identity.params", "s"}),
        ("claims.hd", {"claims.hd"}),
        ("claims.o.p", {"claims.o.p"}),
        ("claims.o['p'].q.r", {"claims.o.p.q.r"}),
        ("claims.o[s].q", {"claims.o", "s"}),
        ("claims.o == 1 || claims.o.p == 2", {"claims.o"}),
        ("claims['https://a.test/b'].c", {"claims['https://a.test/b'].c"}),
        ("(t ? claims.a : claims.b).c", {"t", "claims.a", "claims.b"}),
        ("claims['hd']", {"claims.hd"}),
        ("claims[s]", {"claims", "s"}),
        ("has(claims.hd)", {"claims.hd"}),
        ("has(claims.o.p)", {"claims.o.p"}),
        ("has((t ? claims.o : claims.p).q)", {"t", "claims.o", "claims.p"}),
        ("'hd' in claims", {"claims.hd"}),
        ("'id' in identity.params", {"identity.params.id"}),
        ("'a' in claims.o", {"claims.o"}),
        ("'a' in n", {"n"}),
        ("'a' in {'a': i}", {"i"}),
        ("s in claims", {"claims", "s"}),
        ("claims.exists(c, c == 'a')", {"claims"}),
        ("claim('o.p', [''])", {"claims.o.p"}),
        ("claim('o..p', '')", {"claims.o[''].p"}),
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
def test_a_path_is_as_deep_as_the_expression_says(
    environment: Environment, text: str, paths: set[str]
) -> None:
    """And stands for all that is below it."""
    assert environment.compile(text).reads == paths
