"""The bound on the work of an expression."""

import math
import time

import pytest

from gateway.cel.environment import MAX_COST, CompileError, Environment
from gateway.cel.types import DYN, INT, STRING, ListType, MapType

VARIABLES = {
    "i": INT,
    "s": STRING,
    "n": ListType(STRING),
    "nn": ListType(ListType(STRING)),
    "m": MapType(STRING, ListType(STRING)),
    "claims": MapType(STRING, DYN),
}
OPEN = Environment(VARIABLES, max_cost=math.inf)


def cost(text: str) -> float:
    return OPEN.compile(text).cost


@pytest.mark.parametrize(
    "text",
    [
        "i + 1 == 2 && s == 'a'",
        "n.exists(v, v == 'a')",
        "claims.roles.exists(r, r in ['admin', 'owner'])",
        "n.exists(v, n.exists(w, v == w))",
        "claims.a == claims.b",
        "m.exists(k, m[k].exists(v, v.startsWith('a')))",
        "s.split(',').map(v, v.trim()).filter(v, v != '').size() < 3",
        "n.all(v, v.matches('^[a-z]+$'))",
        "n.all(v, v.matches('^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'))",
        "n.all(v, glob(v, '/v1/*/**/items/*'))",
        "s.matches('(a?){500}b') || s.matches(n[0]) || glob(s, n[1])",
        "claim('groups', []).filter(g, g.startsWith('gw-')).size() > 0",
        " && ".join(f"s != 'value-{number}'" for number in range(500)),
        "s in [" + ", ".join(f"'{number}'" for number in range(1_000)) + "]",
    ],
)
def test_what_policies_write_is_far_below_the_limit(text: str) -> None:
    """The pair of loops is the dearest of them."""
    assert cost(text) < MAX_COST / (1 if text.count("exists") > 1 else 2)


@pytest.mark.parametrize(
    "text",
    [
        "n.exists(a, n.exists(b, n.exists(c, a == b && b == c)))",
        "nn.all(a, nn.all(b, a.all(c, b.all(d, c == d))))",
        "claims.a.all(a, claims.a.all(b, a == b && a.c == b.c))",
        "[s]" + ".map(x, x + x)" * 24 + ".size() > 0",
        "['a', 'b']" + ".map(x, [x + x, x + x])" * 18 + " == []",
        "n.map(v, n.join(v)).join(s).split('').map(v, n.join(v)).join().size() > 0",
        "s" + ".replace('', s)" * 9 + " == ''",
        "m.exists(a, m.exists(b, m[a] == m[b]))",
        "claim('a', []).all(a, claim('a', []).all(b, a.all(c, c == b)))",
        "n.all(v, v.matches('(a?){500}b'))",
        "n.all(v, s.matches(v))",
        "n.all(v, glob(s, v))",
    ],
)
def test_a_bomb_is_refused_at_load(text: str) -> None:
    """At once, however large what it would make."""
    began = time.process_time()
    with pytest.raises(CompileError) as caught:
        Environment(VARIABLES).compile(text)

    assert caught.value.problems[-1].code in {"E403", "E210"}
    assert time.process_time() - began < 20


def test_the_limit_is_the_environments() -> None:
    """The last cost that passes and the first that does not."""
    text = "n.exists(v, v == 'a')"
    limit = cost(text)

    assert Environment(VARIABLES, max_cost=limit).compile(text).cost == limit
    with pytest.raises(CompileError, match="E403"):
        Environment(VARIABLES, max_cost=limit - 1).compile(text)


@pytest.mark.parametrize(
    ("cheap", "dear"),
    [
        ("1", "i"),
        ("i", "i + i"),
        ("s == 'a'", "s == s"),
        ("i == 1 ? i : i", "i == 1 ? i : i + i + i"),
        ("[1, 2].all(v, v > 0)", "[1, 2, 3].all(v, v > 0)"),
        ("n.map(v, v)", "n.map(v, v + v)"),
        ("n.filter(v, true).all(v, true)", "nn.map(v, v).all(v, v.all(w, true))"),
        ("[s][0] == s", "[s + s + s][0] == s + s + s"),
        ("{'a': 'b'}.a == s", "{'a': s}.a == s"),
        ("(i > 0 ? 'a' : 'b') == s", "(i > 0 ? s : 'b') == s"),
        (
            "(i > 0 ? [1] : [2, 3]).all(v, true)",
            "(i > 0 ? [1] : [1, 2, 3]).all(v, true)",
        ),
        ("n == ['a']", "n == n"),
        ("('a' in ['b'])", "s in n"),
        ("[[1]].all(v, v == [1])", "[[1], [1, 2]].all(v, v == [1, 2])"),
        ("b'a' == b'a'", "bytes(s) == bytes(s)"),
        ("claims.a == null", "claims.a == claims"),
        ("s.matches('a{10}b')", "s.matches('a{20}b')"),
        ("s.matches('a{20}b')", "s.matches(s)"),
        ("n[0].matches('a{20}b')", "s.matches('a{20}b')"),
        ("glob(s, 'a*')", "glob(s, 'a*/b/*')"),
        ("m.all(k, k == 'a')", "m.all(k, m[k] == ['a'])"),
    ],
)
def test_more_work_costs_more(cheap: str, dear: str) -> None:
    """Sizes are followed through what makes values."""
    assert cost(cheap) < cost(dear)
