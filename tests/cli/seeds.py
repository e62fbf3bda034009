"""Files without a fault, and one mistake after the other to put into them.

A mistake is a text that is there and what stands in its place. The mark `‸` in the new text
is where the fault has to be found; it is taken out before the file is written.
"""

from dataclasses import dataclass
from typing import Final

MARK: Final = "‸"

CONFIG: Final = """\
schema = 1

[server]
public_url = "https://gw.example.com"

[storage]
url = "sqlite:state/gateway.db"
encrypt_with = { file = "state/store.key" }

[keys]
directory = "state/keys"

[tokens.profiles.api]
ttl = "60s"

[guest]
enabled = true
ceiling = ["guest"]

[log.decisions]
sink = "none"

[upstreams.orders]
targets = ["https://orders.internal:8443"]
audience = "https://orders.internal"

[[routes]]
id = "orders-read"
path = "/v1/orders/{order_id}"
methods = ["GET"]
upstream = "orders"

[[routes]]
id = "orders-feed"
path = "/v1/feed"
methods = ["GET"]
upstream = "orders"

[[routes]]
id = "orders-pii"
path = "/v1/people"
methods = ["GET"]
upstream = "orders"
tags = ["pii"]

[[routes]]
id = "bills"
path = "/v1/bills"
methods = ["GET"]
upstream = "orders"
"""

CORP: Final = """\
kind = "oidc"
id = "corp"
owner = "identity-team@example.com"
issuer = "https://login.corp.example"
audiences = ["gateway"]
export_claims = ["hd"]

[map]
groups = "claim('groups', [])"
"""

GUEST: Final = """\
kind = "guest"
id = "guest"
owner = "identity-team@example.com"
"""

ORDERS: Final = """\
[policy]
id = "orders"
owner = "orders-team@example.com"
scope = ["orders-*"]

[const]
offices = ["192.0.2.0/24"]

[vars]
staff = "'staff' in identity.groups"
office = "in_cidr(request.ip, const.offices)"

[[role]]
id = "customer"
for = "authenticated"
when = "identity.email_verified"

[[role]]
id = "guest"
for = "guest"
when = "true"

[[rule]]
id = "no-disabled"
effect = "deny"
routes = ["orders-*"]
for = ["authenticated", "guest"]
when = "identity.disabled"

[[rule]]
id = "read"
effect = "allow"
routes = ["orders-read"]
for = ["authenticated"]
roles = ["customer"]
when = "vars.staff || route.params.order_id == identity.id"

[[rule]]
id = "feed"
effect = "allow"
routes = ["orders-feed"]
for = ["guest"]
roles = ["guest"]
when = "vars.office"

[[mint]]
routes = ["orders-*"]
[mint.claims]
name = "identity.name"

[fixture.ana]
provider = "corp"
email_verified = true

[[test]]
name = "Ana reads her order"
identity = "ana"
request = { path = "/v1/orders/ana" }
expect = { allow = true, rule = "read" }

[[test]]
name = "who is disabled does not"
identity = { fixture = "ana", disabled = true }
request = { path = "/v1/orders/ana" }
expect = { allow = false, rule = "no-disabled" }

[[test]]
name = "a guest in the office sees the feed"
identity = "guest"
request = { path = "/v1/feed", ip = "192.0.2.9" }
expect = { allow = true, rule = "feed" }
"""

FILES: Final = {
    "config.toml": CONFIG,
    "providers/corp.toml": CORP,
    "providers/guest.toml": GUEST,
    "policies/orders.toml": ORDERS,
}


@dataclass(frozen=True)
class Seed:
    """One mistake.

    Attributes:
        name: What is wrong.
        code: The code that has to be told.
        file: The file.
        old: A text that stands there once or more; the first is replaced. Empty: the new
            text is put at the end.
        new: The text with the mistake, and the mark.
    """

    name: str
    code: str
    file: str
    old: str
    new: str


def _config(name: str, code: str, old: str, new: str) -> Seed:
    return Seed(name, code, "config.toml", old, new)


def _corp(name: str, code: str, old: str, new: str) -> Seed:
    return Seed(name, code, "providers/corp.toml", old, new)


def _orders(name: str, code: str, old: str, new: str) -> Seed:
    return Seed(name, code, "policies/orders.toml", old, new)


def _when(name: str, code: str, new: str) -> Seed:
    """A mistake in the condition of rule `read`."""
    old = 'when = "vars.staff || route.params.order_id == identity.id"'
    return _orders(name, code, old, f"when = {new}")


_RULE: Final = """
[[rule]]
id = {id}
effect = "allow"
routes = ["orders-read"]
for = ["authenticated"]
roles = ["customer"]
when = {when}
"""


def _rule(name: str, code: str, when: str, *, id: str = '"more"') -> Seed:  # noqa: A002 - the key's name
    """One more rule."""
    return _orders(name, code, "", _RULE.format(id=id, when=when))


_CLOSED: Final = """\
[[rule]]
id = "closed"
effect = "deny"
routes = ["orders-feed"]
for = ["guest"]
when = "true"

"""
_DEEP_VARS: Final = "".join(
    f'{MARK if n == 16 else ""}v{n} = "vars.v{n - 1}"\n' for n in range(1, 17)
)

SHAPE: Final = [
    _config("unknown table", "E103", "[keys]", "[‸kyes]"),
    _config("unknown key", "E103", 'ttl = "60s"', '‸tll = "60s"'),
    _config("setting of a later version", "E110", 'ttl = "60s"', '‸refresh_ttl = "1h"'),
    _config("number for a length of time", "E105", '"60s"', "‸60"),
    _config("length of time without unit", "E105", '"60s"', '‸"60"'),
    _config("length of time out of bounds", "E106", '"60s"', '‸"16m"'),
    _config("text for a list", "E105", '["GET"]', '‸"GET"'),
    _config("list for a text", "E105", '"orders-feed"', '‸["orders-feed"]'),
    _config(
        "missing key",
        "E104",
        '[storage]\nurl = "sqlite:state/gateway.db"',
        "[‸storage]",
    ),
    _config("method in small letters", "E105", '["GET"]', '[‸"get"]'),
    _config("method twice", "E106", '["GET"]', '‸["GET", "GET"]'),
    _config("schema of the future", "E107", "schema = 1", "schema = ‸2"),
    _config("huge number", "E106", 'ttl = "60s"', f"reuse = ‸1{'0' * 400}"),
    _config("number of 5,000 digits", "E102", "schema = 1", f"schema = ‸{'1' * 5000}"),
    _config("no such date", "E102", "schema = 1", "schema = ‸2026-02-30"),
    _config("unclosed string", "E102", '"60s"', '‸"60s'),
    _config("unclosed long string", "E102", '"60s"', '‸"""60s'),
    _config("unclosed list", "E102", '["guest"]', '‸["guest"'),
    _config("unclosed table", "E102", '{ file = "state/store.key" }', '‸{ file = "a"'),
    _config("key twice", "E102", 'ttl = "60s"', 'ttl = "60s"\n‸ttl = "61s"'),
    _config("table twice", "E102", "[guest]", "‸[keys]\n[guest]"),
    _config(
        "key twice in braces",
        "E102",
        '{ file = "state/store.key" }',
        '{ file = "a", ‸file = "b" }',
    ),
    _config("nothing behind the equals sign", "E102", '"60s"', "‸"),
    _config("unknown escape", "E102", '"60s"', '"‸\\q"'),
    _config("NUL", "E102", '"60s"', '"‸\0"'),
    _config("lone carriage return", "E102", '"60s"', '"‸\r"'),
    _config("1,000 brackets", "E102", "schema = 1", f"schema = {'[' * 64}‸{'[' * 936}"),
    _config("1,000 parts of a key", "E102", "schema = 1", f"‸{'a.' * 1000}a = 1"),
    _config(
        "secret in the file",
        "E501",
        '{ file = "state/store.key" }',
        '‸"aGVsbG8gd29ybGQ="',
    ),
    _config(
        "missing variable",
        "E502",
        '{ file = "state/store.key" }',
        '‸{ env = "NO_SUCH" }',
    ),
    _config(
        "missing file", "E502", '{ file = "state/store.key" }', '‸{ file = "no.key" }'
    ),
    _config(
        "key withdrawn too early", "E510", "[keys]", '[keys]\nretain_after = ‸"1s"'
    ),
    _corp("unknown kind", "E105", '"oidc"', '‸"oidcc"'),
    _corp("symmetric algorithm", "E504", "[map]", 'algorithms = [‸"HS256"]\n[map]'),
    _corp(
        "issuer without TLS",
        "E106",
        '"https://login.corp.example"',
        '‸"http://login.corp.example"',
    ),
    _corp("claim for a field that is none", "E103", "groups =", "‸group ="),
]

NAMES: Final = [
    _config("no such upstream", "E303", 'upstream = "orders"', 'upstream = ‸"order"'),
    _config(
        "no such profile",
        "E304",
        'upstream = "orders"',
        'upstream = "orders"\nprofile = ‸"txn"',
    ),
    _config("two routes of one id", "E301", '"orders-feed"', '‸"orders-read"'),
    _config("overlapping routes", "E310", '"/v1/feed"', '‸"/v1/{what}/1"'),
    _config("route of the gateway's own", "E305", '"/v1/feed"', '‸"/oauth2/token"'),
    _config("parameter twice", "E320", '"/v1/feed"', '‸"/v1/{a}/{a}"'),
    Seed(
        "two providers of one id",
        "E301",
        "providers/guest.toml",
        '"guest"\nowner',
        '‸"corp"\nowner',
    ),
    _orders("two rules of one id", "E301", 'id = "feed"', 'id = ‸"read"'),
    _orders("two roles of one id", "E301", 'id = "guest"', 'id = ‸"customer"'),
    _orders("unknown role", "E334", 'roles = ["customer"]', 'roles = [‸"custmer"]'),
    _orders("unknown route", "E311", '["orders-read"]', '[‸"orders-raed"]'),
    _orders(
        "route outside the scope",
        "E312",
        '["orders-read"]',
        '["orders-read", ‸"bills"]',
    ),
    _orders("unknown fixture", "E335", 'identity = "ana"', 'identity = ‸"anna"'),
    _orders("test of no rule", "E226", 'rule = "read"', 'rule = ‸"raed"'),
    _orders(
        "role above the ceiling", "E314", 'for = "authenticated"', 'for = ‸["guest"]'
    ),
    _orders(
        "no such kind of person", "E105", 'for = "authenticated"', 'for = ‸"anybody"'
    ),
    _orders(
        "claim of the gateway's own",
        "E290",
        'name = "identity.name"',
        '‸sub = "identity.name"',
    ),
]

EXPRESSIONS: Final = [
    _when("misspelt field", "E201", "\"identity.‸emial == ''\""),
    _when(
        "misspelt field on the third line",
        "E201",
        '"""\nidentity.id ==\n\'\' ||\nidentity.‸emial == \'\'"""',
    ),
    _when("misspelt field behind an escape", "E201", "\"\\u0069dentity.‸emial == ''\""),
    _when("misspelt field behind emoji", "E201", "\"'😀' == identity.‸emial\""),
    _when("misspelt variable", "E202", "\"‸identiy.id == ''\""),
    _when("misspelt function", "E202", "\"request.ip.‸startWith('1')\""),
    _when("misspelt variable of the file", "E201", '"vars.‸stuff"'),
    _when("misspelt constant", "E201", '"request.ip in const.‸office"'),
    _when("number beside text", "E210", '"‸identity.id == 1"'),
    _when("text for a condition", "E211", '"‸identity.id"'),
    _when("unclosed string in CEL", "E200", '"identity.id == ‸\'a"'),
    _when("unclosed parenthesis", "E200", '"‸(identity.disabled"'),
    _when("an equals sign too few", "E200", "\"identity.id ‸= 'a'\""),
    _when("optional syntax", "E205", "\"identity‸.?id == 'a'\""),
    _when("number too large for CEL", "E204", '"size(roles) == ‸99999999999999999999"'),
    _when("pattern that is none", "E215", "\"identity.id.‸matches('(')\""),
    _when("has() of a field", "E207", '"‸has(identity.id)"'),
    _when(
        "cost bomb",
        "E403",
        '"‸' + "roles.all(a, roles.all(b, roles.all(c, roles.all(d, a == b))))" + '"',
    ),
    _when("10,000 terms", "E106", '‸"' + " || ".join(["true"] * 10_000) + '"'),
    _when(
        "1,000 parentheses",
        "E402",
        '"' + "(" * 64 + "‸" + "(" * 936 + "true" + ")" * 1000 + '"',
    ),
    _when("1,000 negations", "E402", '"‸' + "!" * 1000 + 'request.tls"'),
    _when(
        "1,000 brackets in CEL",
        "E402",
        '"' + "[" * 64 + "‸" + "[" * 936 + "]" * 1000 + ' == []"',
    ),
    _orders(
        "variables in a circle", "E223", "[vars]", '[vars]\n‸a = "vars.b"\nb = "vars.a"'
    ),
    _orders(
        "variables too deep",
        "E420",
        "[vars]",
        f'[vars]\nv0 = "request.tls"\n{_DEEP_VARS}',
    ),
    _orders(
        "role that reads the roles",
        "E202",
        '"identity.email_verified"',
        '"‸roles == []"',
    ),
    _orders("constant without a type", "E222", "[const]", "[const]\nnoon = ‸12:00:00"),
    _orders("constant of 100 bits", "E222", "[const]", f"[const]\nbig = ‸{2**100}"),
    _orders("claim without a type", "E225", '"identity.name"', '‸"now"'),
    _corp(
        "misspelt claim function", "E202", "claim('groups', [])", "‸clam('groups', [])"
    ),
    _corp(
        "text for a list of text", "E211", "claim('groups', [])", "‸claim('groups', '')"
    ),
]

WARNINGS: Final = [
    _rule("never true", "W211", "\"identity.id == 'a' && ‸identity.id == 'b'\""),
    _rule("constant", "W211", '"‸false"'),
    _rule(
        "repeated rule",
        "W212",
        '"vars.staff || route.params.order_id == identity.id"',
        id='‸"more"',
    ),
    _orders(
        "nothing left",
        "W213",
        '[[rule]]\nid = "feed"',
        _CLOSED + '[[rule]]\nid = ‸"feed"',
    ),
    _rule("unguarded claim", "W122", "\"‸claims.hd == 'x'\""),
    _rule("header as identity", "W123", "\"‸request.headers['x-user'] == ['root']\""),
    _rule("address nobody vouches for", "W120", "‸\"identity.email == 'a@b.example'\""),
    _rule("rule without a test", "W208", '"request.tls"', id='‸"more"'),
    _orders(
        "nobody to ask",
        "W202",
        'id = "orders"\nowner = "orders-team@example.com"',
        'id = ‸"orders"',
    ),
    _orders("review is due", "W203", "scope =", "review_by = ‸2020-01-01\nscope ="),
    _config(
        "no encryption behind",
        "W101",
        '["https://orders.internal:8443"]',
        '‸["http://orders.internal:8080"]',
    ),
    _orders(
        "sensitive for guests",
        "W121",
        'routes = ["orders-feed"]\nfor = ["guest"]',
        'routes = ["orders-pii"]\nfor = ‸["guest"]',
    ),
]

SEEDS: Final = [*SHAPE, *NAMES, *EXPRESSIONS, *WARNINGS]
