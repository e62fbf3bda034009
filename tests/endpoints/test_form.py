"""Forms, read strictly."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.endpoints.form import (
    MalformedFormError,
    RepeatedParameterError,
    WrongContentTypeError,
    check_content_type,
    parse_form,
)
from gateway.model.errors import RequestError

FORM = b"application/x-www-form-urlencoded"
_CHARACTERS = st.characters(codec="utf-8", exclude_characters="\0")


@pytest.mark.parametrize(
    ("body", "parameters"),
    [
        (b"", {}),
        (b"a=1", {"a": "1"}),
        (b"a=1&b=2&", {"a": "1", "b": "2"}),
        (b"&&a=1", {"a": "1"}),
        (b"a=x+y%2Bz", {"a": "x y+z"}),
        (b"a=b=c", {"a": "b=c"}),
        (b"%61=%C3%A9", {"a": "é"}),
        (b"a=&b&c=3", {"c": "3"}),
    ],
)
def test_parameters_are_read(body: bytes, parameters: dict[str, str]) -> None:
    """RFC 6749 section 3.2: one without a value counts as not sent."""
    assert parse_form(body) == parameters


@pytest.mark.parametrize(
    "body", [b"a=1&a=2", b"a=1&a=1", b"a=1&%61=2", b"a=1&a", b"a&a"]
)
def test_a_parameter_twice_is_refused(body: bytes) -> None:
    """RFC 6749 section 3.2; in another spelling too."""
    with pytest.raises(RepeatedParameterError):
        parse_form(body)


@pytest.mark.parametrize(
    "body",
    [
        *(b"a=%", b"a=%4", b"a=%zz", b"a=\xc3\xa9", b"a=%C3", b"a=%ED%A0%80"),
        *(b"a=%C0%AF", b"a=x%00", b"%00=x", b"a=\0"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(body: bytes) -> None:
    """Half an escape, raw octets, text that is no UTF-8, the end of a text for some."""
    with pytest.raises(MalformedFormError):
        parse_form(body)


def test_the_last_number_of_parameters_and_the_first_too_many() -> None:
    """Bounded before they are kept."""
    parameters = [(f"p{n}", "x") for n in range(33)]

    assert len(parse_form(urlencode(parameters[:32]).encode())) == 32
    with pytest.raises(MalformedFormError):
        parse_form(urlencode(parameters).encode())
    assert len(parse_form(urlencode(parameters).encode(), max_parameters=33)) == 33


@given(
    st.dictionaries(
        st.text(_CHARACTERS, max_size=20),
        st.text(_CHARACTERS, min_size=1, max_size=20),
        max_size=20,
    )
)
def test_what_a_library_writes_is_read_back(parameters: dict[str, str]) -> None:
    """An encoder that nobody here wrote."""
    assert parse_form(urlencode(parameters).encode()) == parameters


@given(st.binary(max_size=200))
def test_only_declared_errors_come_out(body: bytes) -> None:
    """Whatever comes in."""
    try:
        parse_form(body)
    except RequestError:
        return


@pytest.mark.parametrize(
    "value",
    [
        FORM,
        b"Application/X-WWW-Form-URLEncoded",
        FORM + b"; charset=UTF-8",
        FORM + b';charset="utf-8"',
        b" " + FORM + b"\t",
    ],
)
def test_a_form_is_declared_as_one(value: bytes) -> None:
    """In UTF-8, if it says so."""
    check_content_type([value])


@pytest.mark.parametrize(
    "values",
    [
        [],
        [b""],
        [b"application/json"],
        [b"multipart/form-data; boundary=x"],
        [b"text/plain;application/x-www-form-urlencoded"],
        [FORM + b"; charset=utf-16"],
        [FORM + b"x"],
        [FORM, FORM],
    ],
)
def test_anything_else_is_refused(values: list[bytes]) -> None:
    """A web page can send some of these across origins without asking."""
    with pytest.raises(WrongContentTypeError):
        check_content_type(values)
