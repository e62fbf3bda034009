"""A JSON object has one meaning, or is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.authentication.json_object import (
    MAX_DEPTH,
    JsonObjectError,
    parse_array,
    parse_object,
)

_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=6,
)


def nested(depth: int) -> bytes:
    """Return an object in which arrays and objects are nested so deeply."""
    return b'{"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


def test_an_object_is_read() -> None:
    raw = b'{"sub":"al\\u00efce","n":1,"f":1.5,"list":[true,null,{"a":"b"}]}'

    assert parse_object(raw) == {
        "sub": "alïce",
        "n": 1,
        "f": 1.5,
        "list": [True, None, {"a": "b"}],
    }


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"1",
        b"{",
        b"{}x",
        b'{"a":1,}',
        b"{'a':1}",
        b"\xff{}",
        b'{"a":"\xc3"}',
        b'{"a":"\xed\xa0\x80"}',
        b"\xef\xbb\xbf{}",
        b'{"a":"\n"}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":-Infinity}',
        b'{"a":1e999}',
        b'{"a":-1E999}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":' + b"[" * 100_000,
        b"{" * 100_000,
    ],
)
def test_what_is_no_object_or_means_different_things_is_refused(raw: bytes) -> None:
    with pytest.raises(JsonObjectError):
        parse_object(raw)


@pytest.mark.parametrize(
    "raw", [b'{"a":1,"a":1}', b'{"a":1,"\\u0061":2}', b'{"x":{"a":1,"a":2}}']
)
def test_a_name_that_comes_twice_is_refused(raw: bytes) -> None:
    """RFC 7519 section 4: readers differ in which of the two they take."""
    with pytest.raises(JsonObjectError, match="twice"):
        parse_object(raw)


@pytest.mark.parametrize("raw", [b'{"a":"\\ud800"}', b'{"\\uDC00":1}'])
def test_half_a_surrogate_pair_is_refused(raw: bytes) -> None:
    """It would pass here and crash where the text is written somewhere."""
    with pytest.raises(JsonObjectError, match="Unicode"):
        parse_object(raw)


def test_a_whole_surrogate_pair_is_a_character() -> None:
    assert parse_object(b'{"a":"\\ud83d\\ude00"}') == {"a": "\U0001f600"}


def test_the_deepest_nesting_is_read_and_one_level_more_is_not() -> None:
    assert parse_object(nested(MAX_DEPTH))
    with pytest.raises(JsonObjectError, match="nested"):
        parse_object(nested(MAX_DEPTH + 1))


def test_many_brackets_side_by_side_are_not_deep() -> None:
    raw = b'{"a":[' + b",".join([b"{}"] * 50) + b"]}"

    assert len(parse_object(raw)["a"]) == 50


def test_brackets_in_a_text_are_not_deep() -> None:
    assert parse_object(b'{"a":"[[[[[[[[[[[["}') == {"a": "[[[[[[[[[[[["}


@given(st.dictionaries(st.text(), _JSON, max_size=4))
def test_what_a_writer_writes_is_read_back_or_too_deep(
    value: dict[str, object],
) -> None:
    raw = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")

    try:
        parsed = parse_object(raw)
    except JsonObjectError:
        return
    assert parsed == value


@given(st.binary(max_size=200))
def test_any_bytes_are_an_object_or_refused(raw: bytes) -> None:
    try:
        value = parse_object(raw)
    except JsonObjectError:
        return
    json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


def test_an_array_is_read_as_strictly() -> None:
    assert parse_array(b'[{"a":1},null,"x"]') == [{"a": 1}, None, "x"]


@pytest.mark.parametrize(
    "raw",
    [b"", b"{}", b"null", b"[1,]", b'[{"a":1,"a":2}]', b"[NaN]", b'["\\ud800"]'],
    ids=range(7),
)
def test_what_is_no_array_with_one_meaning_is_refused(raw: bytes) -> None:
    with pytest.raises(JsonObjectError):
        parse_array(raw)


def test_an_array_is_no_deeper_than_an_object_may_be() -> None:
    def array(depth: int) -> bytes:
        return b"[" * depth + b"]" * depth

    parse_array(array(MAX_DEPTH))
    with pytest.raises(JsonObjectError):
        parse_array(array(MAX_DEPTH + 1))
