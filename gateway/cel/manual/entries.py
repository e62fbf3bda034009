"""What each function, macro and operator does, in a sentence, with examples.

An example is an expression and its value, both in CEL; `error` stands for no value. The
tests run every one of them with the request that the page describes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

Examples = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing of the language.

    Attributes:
        text: What it does.
        examples: Expressions with their values.
    """

    text: str
    examples: Examples


FUNCTIONS: Final[Mapping[str, Entry]] = {
    # The gateway's own.
    "claim": Entry(
        "A claim at a path of names, or the default if there is none. A claim of another "
        "type than the default's is an error. A name with a dot in it cannot be in the "
        "path: write `claims['a.b']`.",
        (
            ("claim('plan', 'free')", "'gold'"),
            ("claim('address.country', '')", "'PT'"),
            ("claim('region', 'eu')", "'eu'"),
            ("claim('plan', 0)", "error"),
        ),
    ),
    "any_of": Entry(
        "Whether two lists have an element in common.",
        (
            ("any_of(identity.groups, ['staff', 'admin'])", "true"),
            ("any_of(identity.groups, [])", "false"),
        ),
    ),
    "all_of": Entry(
        "Whether the first list has every element of the second.",
        (
            ("all_of(identity.groups, ['staff', 'admin'])", "false"),
            ("all_of(identity.groups, [])", "true"),
        ),
    ),
    "in_cidr": Entry(
        "Whether an IP address lies in one of the networks. What is no address or no "
        "network is an error.",
        (
            ("in_cidr(request.ip, ['192.0.2.0/24', '2001:db8::/32'])", "true"),
            ("in_cidr('::ffff:192.0.2.7', ['192.0.2.0/24'])", "true"),
            ("in_cidr('somewhere', ['192.0.2.0/24'])", "error"),
        ),
    ),
    "email_domain": Entry(
        "The domain of an e-mail address with exactly one `@`: lower case, in ASCII.",
        (
            ("email_domain('Ana@Example.COM')", "'example.com'"),
            ("email_domain('ana@münchen.example')", "'xn--mnchen-3ya.example'"),
            ("email_domain('a@b@c')", "error"),
        ),
    ),
    "path_under": Entry(
        "Whether a path is a folder or lies in it, by whole segments. A path with a `.` "
        "or `..` segment is an error.",
        (
            ("path_under(request.path, '/v1/orders')", "true"),
            ("path_under('/v1/orders-old', '/v1/orders')", "false"),
            ("path_under('/v1/orders/../x', '/v1/orders')", "error"),
        ),
    ),
    "glob": Entry(
        "Whether all of a string matches a pattern: `*` is anything but `/`, `**` is "
        "anything, `?` one character but `/`.",
        (
            ("glob('orders/7/lines', 'orders/*/lines')", "true"),
            ("glob('orders/7/8/lines', 'orders/*/lines')", "false"),
            ("glob('orders/7/8/lines', 'orders/**')", "true"),
        ),
    ),
    "fresh": Entry(
        "Whether a time is known and no longer ago than the duration; a minute in the "
        "future is forgiven.",
        (
            ("fresh(identity.auth_time, duration('15m'))", "true"),
            ("fresh(identity.created, duration('15m'))", "false"),
        ),
    ),
    "has_scope": Entry(
        "Whether `identity.scopes` has the scope.",
        (("has_scope('orders.read')", "true"), ("has_scope('orders')", "false")),
    ),
    # Conversions.
    "int": Entry(
        "From `double` by cutting the fraction, from `timestamp` in seconds. What does "
        "not fit is an error.",
        (
            ("int(-2.9)", "-2"),
            ("int('42')", "42"),
            ("int(timestamp('1970-01-01T00:01:00Z'))", "60"),
            ("int(1e300)", "error"),
        ),
    ),
    "uint": Entry(
        "What is negative is an error.", (("uint(7)", "7u"), ("uint(-1)", "error"))
    ),
    "double": Entry(
        "The nearest one.", (("double(3)", "3.0"), ("double('1e3')", "1000.0"))
    ),
    "bool": Entry(
        "`true`, `True`, `TRUE`, `t`, `1` and their opposites.",
        (("bool('true')", "true"), ("bool('yes')", "error")),
    ),
    "string": Entry(
        "As the value is written; bytes are read as UTF-8.",
        (
            ("string(42)", "'42'"),
            ("string(duration('90m'))", "'5400s'"),
            ("string(b'ab')", "'ab'"),
        ),
    ),
    "bytes": Entry("The string in UTF-8.", (("bytes('é')", "b'\\xc3\\xa9'"),)),
    "timestamp": Entry(
        "From RFC 3339, or from seconds since 1970.",
        (
            (
                "timestamp('2026-05-04T14:00:00+02:00')",
                "timestamp('2026-05-04T12:00:00Z')",
            ),
            ("timestamp(60)", "timestamp('1970-01-01T00:01:00Z')"),
        ),
    ),
    "duration": Entry(
        "Numbers with `h`, `m`, `s`, `ms`, `us`, `ns`.",
        (("duration('1h30m')", "duration('5400s')"),),
    ),
    "dyn": Entry(
        "The same value, of a type that only the run time knows.",
        (("dyn(1) == 1.0", "true"),),
    ),
    "type": Entry("The type as a value.", (("type(1.5) == double", "true"),)),
    "size": Entry(
        "Characters, octets, elements or entries. Also `value.size()`.",
        (("size('añb')", "3"), ("[1, 2].size()", "2"), ("size({'a': 1})", "1")),
    ),
    "matches": Entry(
        "Whether an RE2 pattern is found in a string; `^` and `$` tie it to the ends. "
        "Also `text.matches(pattern)`.",
        (
            ("'orders-77'.matches('^orders-[0-9]+$')", "true"),
            ("matches('abc', 'b')", "true"),
        ),
    ),
}

METHODS: Final[Mapping[str, Entry]] = {
    "contains": Entry("", (("'abc'.contains('b')", "true"),)),
    "startsWith": Entry("", (("'abc'.startsWith('ab')", "true"),)),
    "endsWith": Entry("", (("'abc'.endsWith('bc')", "true"),)),
    "lowerAscii": Entry("Other letters stay.", (("'AÉ'.lowerAscii()", "'aÉ'"),)),
    "upperAscii": Entry("Other letters stay.", (("'aé'.upperAscii()", "'Aé'"),)),
    "trim": Entry("Without white space at both ends.", (("' a '.trim()", "'a'"),)),
    "split": Entry(
        "Into at most so many parts, the last with the rest.",
        (
            ("'a,b,c'.split(',')", "['a', 'b', 'c']"),
            ("'a,b,c'.split(',', 2)", "['a', 'b,c']"),
        ),
    ),
    "replace": Entry(
        "Every occurrence, or the first so many.",
        (
            ("'abab'.replace('a', 'x')", "'xbxb'"),
            ("'abab'.replace('a', 'x', 1)", "'xbab'"),
        ),
    ),
    "substring": Entry(
        "From one position up to, but without, another. Positions count characters.",
        (("'abcd'.substring(1, 3)", "'bc'"), ("'abcd'.substring(2)", "'cd'")),
    ),
    "join": Entry("", (("['a', 'b'].join('-')", "'a-b'"), ("['a'].join()", "'a'"))),
    "getFullYear": Entry("", (("now.getFullYear()", "2026"),)),
    "getMonth": Entry("January is 0.", (("now.getMonth()", "4"),)),
    "getDate": Entry("The first is 1.", (("now.getDate()", "4"),)),
    "getDayOfMonth": Entry("The first is 0.", (("now.getDayOfMonth()", "3"),)),
    "getDayOfWeek": Entry("Sunday is 0.", (("now.getDayOfWeek()", "1"),)),
    "getDayOfYear": Entry("The first is 0.", (("now.getDayOfYear()", "123"),)),
    "getHours": Entry(
        "In a zone: an IANA name, or `+01:00`. Of a duration: all of its hours.",
        (
            ("now.getHours('Europe/Lisbon')", "13"),
            ("now.getHours('-08:30')", "3"),
            ("duration('90m').getHours()", "1"),
        ),
    ),
    "getMinutes": Entry("", (("duration('90m').getMinutes()", "90"),)),
    "getSeconds": Entry("", (("duration('90s').getSeconds()", "90"),)),
    "getMilliseconds": Entry(
        "Of a duration: beyond the whole seconds.",
        (("duration('1.5s').getMilliseconds()", "500"),),
    ),
}

MACROS: Final[Mapping[str, Entry]] = {
    "has(map.key)": Entry(
        "Whether a map has a key. Fields of `identity` and `request` are always there.",
        (("has(claims.plan)", "true"), ("has(claims.region)", "false")),
    ),
    "list.all(x, test)": Entry(
        "Whether the test is true of every element.",
        (("identity.groups.all(g, g != 'guest')", "true"),),
    ),
    "list.exists(x, test)": Entry(
        "Whether it is true of one.",
        (("identity.amr.exists(m, m == 'mfa')", "true"),),
    ),
    "list.exists_one(x, test)": Entry(
        "Whether it is true of exactly one.", (("[1, 2].exists_one(n, n > 1)", "true"),)
    ),
    "list.filter(x, test)": Entry(
        "The elements that it is true of.",
        (("[1, 2, 3].filter(n, n > 1)", "[2, 3]"),),
    ),
    "list.map(x, value)": Entry(
        "What becomes of each element.", (("[1, 2].map(n, n * 2)", "[2, 4]"),)
    ),
}

VALUES: Final[Mapping[str, Entry]] = {
    "bool": Entry("", (("true && !false", "true"),)),
    "int": Entry("64 bits, signed.", (("0x10 + 1", "17"), ("7 / -2", "-3"))),
    "uint": Entry("64 bits, unsigned.", (("7u % 2u", "1u"),)),
    "double": Entry("IEEE 754.", (("1.5e3", "1500.0"), ("1.0 / 2.0", "0.5"))),
    "string": Entry(
        "Unicode; in any quotes, three of them over several lines; `r'…'` has no escapes.",
        (("'it\\'s'", '"it\'s"'), ("r'\\d'", "'\\\\d'"), ("'\\u00e9'", "'é'")),
    ),
    "bytes": Entry("Octets.", (("b'a\\xff' == b'\\141\\377'", "true"),)),
    "list": Entry("", (("['a', 'b'][1]", "'b'"), ("[1] + [2]", "[1, 2]"))),
    "map": Entry(
        "Keys are `bool`, `int`, `uint` or `string`.",
        (("{'a': 1}['a']", "1"), ("{'a': 1}.a", "1"), ("'b' in {'a': 1}", "false")),
    ),
    "timestamp": Entry(
        "In nanoseconds, of the years 1 to 9999.",
        (("timestamp('2026-05-04T12:00:00Z') == now", "true"),),
    ),
    "duration": Entry("In nanoseconds.", (("now - duration('1h') < now", "true"),)),
    "null": Entry("", (("claims.nothing == null", "true"),)),
}

RULES: Final[Mapping[str, Examples]] = {
    "Numbers never wrap, and are never converted silently. What does not fit is an error.": (
        ("9223372036854775807 + 1", "error"),
        ("1u - 2u", "error"),
        ("1 / 0", "error"),
    ),
    "An error of one side of `&&` or `||` does not matter if the other side decides. So a "
    "guard may stand on either side.": (
        ("has(claims.region) && claims.region == 'eu'", "false"),
        ("claims.region == 'eu' || true", "true"),
        ("claims.region == 'eu' || false", "error"),
    ),
    "An error that is left denies, wherever the expression stands.": (
        ("!(claims.region == 'eu')", "error"),
    ),
    "Values of different types are never equal, but numbers whose type only the run time "
    "knows are compared as numbers. Where types are known and differ, the comparison is "
    "refused when the file is read.": (
        ("claims.level == 3", "true"),
        ("claims.level == 3.0", "true"),
        ("claims.level == '3'", "false"),
    ),
    "Lists and maps are equal if their elements are.": (
        ("[1, 2] == [1, 2]", "true"),
        ("{'a': [1]} == {'a': [1]}", "true"),
    ),
}

# What is refused, the code that says so, and what to write.
UNSUPPORTED: Final[tuple[tuple[str, str, str, str], ...]] = (
    (
        "Optional values: `a.?b`, `a[?0]`, `optional.of(x)`",
        "claims.?plan",
        "E205",
        "claim('plan', '')",
    ),
    (
        "Back-quoted names",
        "claims.`plan`",
        "E205",
        "claims['plan']",
    ),
    (
        "`cel.bind`, `cel.block`",
        "cel.bind(g, identity.groups, 'a' in g)",
        "E205",
        "vars.staff",
    ),
    (
        "`map` with three arguments",
        "[1, 2].map(n, n > 1, n * 2)",
        "E205",
        "[1, 2].filter(n, n > 1).map(n, n * 2)",
    ),
    (
        "Macros with two variables",
        "{'a': 1}.all(k, v, v > 0)",
        "E205",
        "{'a': 1}.all(k, {'a': 1}[k] > 0)",
    ),
    (
        "Messages: `Type{field: value}`",
        "identity{id: 'a'}",
        "E205",
        "{'id': 'a'}",
    ),
    (
        "Numbers of two types in one comparison",
        "1 == 1.0",
        "E210",
        "double(1) == 1.0",
    ),
    (
        "`charAt`, `indexOf`, `format` and what else other libraries have",
        "'abc'.charAt(0)",
        "E202",
        "'abc'.substring(0, 1)",
    ),
    (
        "`has` of a field that is always there",
        "has(identity.email)",
        "E207",
        "identity.email != ''",
    ),
    (
        "A clock of one's own",
        "timestamp()",
        "E210",
        "now",
    ),
)
