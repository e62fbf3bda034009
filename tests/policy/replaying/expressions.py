"""Expressions, policies and requests for tests that try many of them.

The values are few, so that much of what is compared is equal, and of all kinds that a claim
may have.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final

from hypothesis import strategies as st

from gateway.model.access import AccessRequest
from gateway.model.identity import UNKNOWN_TIME
from tests.policy.files import NOON, access, identity

TEXTS: Final = ("", "a", "b", "ana", "a@x.com", "1", "192.0.2.7", "é")
_LITERALS: Final = tuple(f"'{text}'" for text in TEXTS)

_SOME_TEXT: Final = (
    *_LITERALS,
    "identity.email",
    "identity.name",
    "identity.provider",
    "identity.acr",
    "request.ip",
    "request.method",
    "request.id",
    "route.params.order_id",
    "route.id",
    "request.query.q[0]",
    "claim('s', '')",
    "vars.name",
    "string(claims.n)",
    "identity.email.lowerAscii()",
)
_SOME_LISTS: Final = (
    "identity.groups",
    "identity.amr",
    "request.query.q",
    "request.headers['x-a']",
    "claim('l', [''])",
    "['a', 'b']",
    "[identity.email, 'a']",
    "const.names",
    "identity.groups.filter(g, g != 'a')",
    "identity.groups.map(g, g + 'x')",
    "[]",
)
_OPEN: Final = (
    "claims.s",
    "claims.n",
    "claims.l",
    "claims.o",
    "claims.o.p",
    "claims['n']",
    "identity.attributes.a",
    "identity.attributes.b",
    "dyn(identity.email)",
    "dyn(identity.email_verified)",
    "1",
    "1.0",
    "1u",
    "9007199254740993",
    "9007199254740992.0",
    "dyn('a')",
    "true",
    "null",
    "[1, 'a']",
    "{'p': 1}",
)
_TESTS: Final = (
    "true",
    "false",
    "identity.email_verified",
    "identity.disabled",
    "vars.trusted",
    "has(claims.n)",
    "has(claims.o.p)",
    "'q' in request.query",
    "'n' in claims",
    "'n' in identity.attributes",
    "size(request.query) == 1",
    "size(claims) > 1",
    "claims.n > 0",
    "claims.n == 1",
    "type(claims.n) == int",
    "type(claims.s) == string",
    "now > timestamp('2026-05-04T00:00:00Z')",
    "request.time == now",
    "fresh(identity.auth_time, duration('1h'))",
    "identity.auth_time == timestamp('2026-05-04T11:30:00Z')",
    "1 / 0 > 0",
    "identity.email.startsWith('a')",
    "identity.name.matches('^a')",
    "in_cidr(request.ip, ['192.0.2.0/24'])",
    "email_domain(identity.email) == 'x.com'",
    "has_scope('a')",
    "request.query.all(k, k == 'q')",
    "claims.l.exists(x, x == 1)",
    "claims.l.exists(x, x == 'a')",
    "claims.o.exists(k, claims.o[k] == 1)",
    "request.headers['x-a'].exists(x, x in ['a', 'b'])",
)


def _joined(form: str, *parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map(lambda texts: form.format(*texts))


def _strategies() -> st.SearchStrategy[str]:
    text = st.sampled_from(_SOME_TEXT)
    lists = st.sampled_from(_SOME_LISTS)
    open_ = st.sampled_from(_OPEN)
    simple = st.one_of(
        st.sampled_from(_TESTS),
        _joined("{} == {}", text, text),
        _joined("{} != {}", text, text),
        _joined("{} in {}", text, lists),
        _joined("any_of({}, {})", lists, lists),
        _joined("all_of({}, {})", lists, lists),
        _joined("{} == {}", lists, lists),
        _joined("{}.exists(x, x == {})", lists, text),
        _joined("{}.all(x, x != {})", lists, text),
        _joined("{}.exists_one(x, x == {})", lists, text),
        _joined("dyn({}) == {}", open_, open_),
        _joined("dyn({}) in [{}, {}]", open_, open_, open_),
        _joined("any_of([dyn({})], [dyn({}), dyn({})])", open_, open_, open_),
    )
    return st.recursive(
        simple,
        lambda inner: st.one_of(
            _joined("!({})", inner),
            _joined("({} && {})", inner, inner),
            _joined("({} || {})", inner, inner),
            _joined("({} ? {} : {})", inner, inner, inner),
        ),
        max_leaves=4,
    )


TESTS: Final = _strategies()
CLAIMS: Final = st.one_of(
    TESTS, *map(st.sampled_from, (_SOME_TEXT, _SOME_LISTS, _OPEN))
)

HEAD: Final = """
[policy]
id = "orders"
[const]
names = ["a", "ana"]
[vars]
name = "identity.name"
"""


def _policy(parts: tuple[str, ...]) -> str:
    trusted, role, deny, require, first, second, claim = parts
    return f"""{HEAD}
trusted = "{trusted}"
[[role]]
id = "member"
for = "authenticated"
when = "{role}"
[[rule]]
id = "never"
effect = "deny"
routes = ["*"]
for = ["authenticated"]
when = "{deny}"
[[rule]]
id = "first"
effect = "allow"
routes = ["*"]
for = ["authenticated"]
{require}
when = "{first}"
[[rule]]
id = "second"
effect = "allow"
routes = ["*"]
for = ["authenticated"]
when = "{second}"
[[mint]]
routes = ["*"]
[mint.claims]
word = "{claim}"
"""


_PLAIN_TESTS: Final = TESTS.filter(lambda text: "vars." not in text)
# Most of what is made up fails, and would hide the rest.
POLICIES: Final = st.tuples(
    _PLAIN_TESTS,
    st.one_of(st.just("true"), TESTS),
    st.one_of(st.just("false"), st.just("false"), TESTS),
    st.sampled_from(["", 'require = { acr = "a" }', 'require = { auth_age = "1h" }']),
    TESTS,
    st.one_of(st.just("true"), TESTS),
    CLAIMS,
).map(_policy)

_TEXT = st.sampled_from(TEXTS)
_NUMBER = st.sampled_from([0, 1, -1, 1.0, 0.5, -0.0, 2**53, 2**53 + 1, float(2**53)])
_LEAF = st.one_of(_TEXT, _NUMBER, st.booleans(), st.none())
_VALUE = st.one_of(
    _LEAF,
    st.lists(_LEAF, max_size=3),
    st.dictionaries(st.sampled_from(["p", "q", "$p"]), _LEAF, max_size=2),
)
_TIME = st.sampled_from([UNKNOWN_TIME, NOON - timedelta(minutes=30), NOON])


@st.composite
def questions(draw: Callable[..., Any]) -> AccessRequest:
    """Questions to the policies."""
    texts = st.lists(_TEXT, max_size=3).map(tuple)
    who = identity(
        email=draw(_TEXT),
        name=draw(_TEXT),
        acr=draw(_TEXT),
        groups=draw(texts),
        amr=draw(texts),
        scopes=draw(texts),
        email_verified=draw(st.booleans()),
        disabled=draw(st.booleans()),
        auth_time=draw(_TIME),
        attributes=draw(st.dictionaries(st.sampled_from("abn"), _VALUE, max_size=2)),
    )
    claims = draw(st.dictionaries(st.sampled_from("snlo"), _VALUE, max_size=4))
    query = draw(st.sampled_from([b"", b"?q=a", b"?q=ana&q=b", b"?r=1"]))
    headers = draw(st.sampled_from([[], [(b"x-a", b"a")], [(b"X-A", b"b")] * 2]))
    order = draw(_TEXT)
    return access(
        who,
        target=b"/v1/orders/1" + query,
        params={"order_id": order},
        claims=claims,
        headers=headers,
    )


PATHS: Final = (
    "identity",
    "identity.email",
    "identity.name",
    "identity.acr",
    "identity.groups",
    "identity.email_verified",
    "identity.auth_time",
    "identity.attributes",
    "identity.attributes.a",
    "identity.scopes",
    "identity.provider",
    "claims",
    "claims.s",
    "claims.n",
    "claims.l",
    "claims.o",
    "claims.o.p",
    "request",
    "request.ip",
    "request.method",
    "request.time",
    "request.query",
    "request.query.q",
    "request.headers",
    "request.headers.x-a",
    "route.params",
    "route.params.order_id",
    "now",
)
CHOICES: Final = st.lists(st.sampled_from(PATHS), max_size=6)


def _many(texts: Sequence[str]) -> str:
    claims = "\n".join(f'c{number} = "{text}"' for number, text in enumerate(texts))
    return f"""{HEAD}
trusted = "identity.email_verified"
[[rule]]
id = "all"
effect = "allow"
routes = ["*"]
for = ["authenticated"]
when = "true"
[[mint]]
routes = ["*"]
[mint.claims]
{claims}
"""


# Policies of many expressions, none of which hides another.
MANY: Final = st.tuples(
    *[CLAIMS] * 12,
    # Maps that are read as a whole, and what may have been dropped from them.
    *[
        st.sampled_from(texts)
        for texts in (
            ("true", "size(claims) > 1", "claims.all(k, k != 'z')"),
            ("true", "size(request.query) == 1", "size(identity.attributes) == 1"),
            ("has(claims.n)", "'s' in claims", "claim('n', 1) == 1", "has(claims.o.p)"),
            ("'q' in request.query", "'a' in identity.attributes", "claims.n == 1"),
        )
    ],
).map(_many)
