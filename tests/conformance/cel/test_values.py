"""The language definition, "Values": literals, their escapes, and the types of values."""

from collections.abc import Callable
from typing import Any

import pytest

from gateway.cel.values import TypeName, Uint

Evaluate = Callable[[str], Any]


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ("0", 0),
        ("-0", 0),
        ("42", 42),
        ("0x2A", 42),
        ("-0x2a", -42),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
        ("- 9223372036854775808", -(2**63)),
        ("9223372036854775808", "refused"),
        ("-9223372036854775809", "refused"),
        ("0x8000000000000000", "refused"),
        ("1" * 400, "refused"),
        ("7u", Uint(7)),
        ("0xFFU", Uint(255)),
        ("18446744073709551615u", Uint(2**64 - 1)),
        ("18446744073709551616u", "refused"),
        ("-1u", "refused"),
        ("1.5", 1.5),
        (".5", 0.5),
        ("-.5e1", -5.0),
        ("1e3", 1000.0),
        ("1E-2", 0.01),
        ("1e999", "refused"),
        ("7.", "refused"),
        ("1_000", "refused"),
        ("0X1", "refused"),
        ("0x", "refused"),
        ("12abc", "refused"),
        ("true", True),
        ("false", False),
        ("null", None),
    ],
)
def test_numbers_and_words(evaluate: Evaluate, literal: str, value: Any) -> None:
    """An integer that does not fit is refused, not rounded or wrapped."""
    result = evaluate(literal)

    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ('""', ""),
        ("''", ""),
        ("'\"\"'", '""'),
        ("'''x''x'''", "x''x"),
        ('"""a\nb"""', "a\nb"),
        ("'''a\r\nb'''", "a\r\nb"),
        ('"\\""', '"'),
        ('"\\\\"', "\\"),
        ('r"\\\\"', "\\\\"),
        ("R'\\n'", "\\n"),
        ("r'\\'", "\\"),
        ("r'''a\\'''", "a\\"),
        ("'\\a\\b\\f\\n\\r\\t\\v'", "\a\b\f\n\r\t\v"),
        ("'\\?\\`\\'\\\"'", "?`'\""),
        ('"\\303\\277"', "Ã¿"),
        ('"\\377"', "ÿ"),
        ('"\\xFF"', "ÿ"),
        ('"\\XfF"', "ÿ"),
        ("'\\u00e9'", "é"),
        ("'\\U0001F600'", "😀"),
        ("'ÿ'", "ÿ"),
        ("'\\ud800'", "refused"),
        ("'\\U00110000'", "refused"),
        ("'\\400'", "refused"),
        ("'\\18'", "refused"),
        ("'\\x4'", "refused"),
        ("'\\u41'", "refused"),
        ("'\\q'", "refused"),
        ("'\\'", "refused"),
        ("'a\nb'", "refused"),
        ("'a", "refused"),
        ("'''a''", "refused"),
        ("'a'b'", "refused"),
    ],
)
def test_strings(evaluate: Evaluate, literal: str, value: str) -> None:
    """A closing quote matches the opening one; a raw string has no escapes."""
    assert evaluate(literal) == value


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ('b"abc"', b"abc"),
        ('b"ÿ"', b"\xc3\xbf"),
        ('b"\\303\\277"', b"\xc3\xbf"),
        ('b"\\377"', b"\xff"),
        ("B'\\xFF\\n\\\\'", b"\xff\n\\"),
        ("br'\\xFF'", b"\\xFF"),
        ("b'''a'b'''", b"a'b"),
        ("b''", b""),
        ("b'\\u00e9'", "refused"),
        ("b'\\U000000e9'", "refused"),
        ("rb'a'", "refused"),
    ],
)
def test_bytes(evaluate: Evaluate, literal: str, value: Any) -> None:
    """Characters become UTF-8; octal and hexadecimal escapes are octets."""
    assert evaluate(literal) == value


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ("type(1)", "int"),
        ("type(1u)", "uint"),
        ("type(1.0)", "double"),
        ("type('')", "string"),
        ("type(b'')", "bytes"),
        ("type(true)", "bool"),
        ("type(null)", "null_type"),
        ("type([])", "list"),
        ("type(n)", "list"),
        ("type({})", "map"),
        ("type(w)", "google.protobuf.Timestamp"),
        ("type(z)", "google.protobuf.Duration"),
        ("type(type(1))", "type"),
        ("type(d.a)", "map"),
        ("int", "int"),
        ("google.protobuf.Duration", "google.protobuf.Duration"),
    ],
)
def test_types_are_values(evaluate: Evaluate, expression: str, name: str) -> None:
    """A type is a value of the type `type`."""
    assert evaluate(expression) == TypeName(name)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("type(1) == int", True),
        ("type('a') == string", True),
        ("type(1) == string", False),
        ("type(type(1)) == type(string)", True),
        ("type(w) == google.protobuf.Timestamp", True),
        ("type(1) == 'int'", "refused"),
        ("dyn(type(1)) == 'int'", False),
        ("type(d.l[2]) == double", True),
    ],
)
def test_types_are_compared(evaluate: Evaluate, expression: str, value: Any) -> None:
    """By identity of the type, never with its name as a string."""
    assert evaluate(expression) == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("[]", []),
        ("[1, 'a', null]", [1, "a", None]),
        ("[1, 2,]", [1, 2]),
        ("[,]", "refused"),
        ("[i, i + 1]", [5, 6]),
        ("{}", {}),
        ("{'a': 1, 'b': l}", {"a": 1, "b": [1, 2, 3]}),
        ("{'a': 1,}", {"a": 1}),
        ("{1: 'a', 2u: 'b'}", {1: "a", 2: "b"}),
        ("{true: 1, false: 0}", {True: 1, False: 0}),
        ("{s: i}", {"abc": 5}),
        ("{'a': 1, 'a': 2}", "error"),
        ("{s: 1, 'ab' + 'c': 2}", "error"),
        ("{1: 1, 1u: 2}", "error"),
        ("{1.5: 1}", "refused"),
        ("{null: 1}", "refused"),
        ("{[1]: 1}", "refused"),
        ("{dyn(1.5): 1}", "error"),
        ("{dyn(null): 1}", "error"),
        ("m{a: 1}", "refused"),
    ],
)
def test_lists_and_maps(evaluate: Evaluate, expression: str, value: Any) -> None:
    """A key is a bool, int, uint or string, and stands there once."""
    result = evaluate(expression)

    assert (list(result) if isinstance(result, tuple) else result) == value
