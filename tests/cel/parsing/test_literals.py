"""Literals; the language's own table of them stands in `tests/conformance/cel`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cel.parsing import literals
from gateway.cel.parsing.literals import LiteralFault


@pytest.mark.parametrize("spelling", ["9223372036854775807", "-0x8000000000000000"])
def test_the_last_integers_that_fit(spelling: str) -> None:
    """Both ends of 64 bits."""
    assert literals.integer(spelling) == int(spelling, 0)


@pytest.mark.parametrize(
    "spelling", ["9223372036854775808", "-0x8000000000000001", "1" * 10_000]
)
def test_the_first_integers_that_do_not(spelling: str) -> None:
    """However long: the number is not even converted."""
    with pytest.raises(LiteralFault):
        literals.integer(spelling)


def test_a_uint_ends_at_64_bits() -> None:
    """And begins at zero."""
    assert literals.unsigned("18446744073709551615u") == 2**64 - 1
    for spelling in ("18446744073709551616u", "-1u"):
        with pytest.raises(LiteralFault):
            literals.unsigned(spelling)


def test_a_double_is_finite() -> None:
    """Infinity has no literal."""
    assert literals.double("1.5e3") == 1500.0
    with pytest.raises(LiteralFault):
        literals.double("1e400")


@pytest.mark.parametrize(
    ("spelling", "offset"),
    [("'ab\\q'", 3), ('"""a\\"""', 4), ("'\\ud83d'", 1), ("'\\U00110000'", 1)],
)
def test_a_bad_escape_is_pointed_at(spelling: str, offset: int) -> None:
    """Inside the literal, quotes included."""
    with pytest.raises(LiteralFault) as caught:
        literals.text(spelling)

    assert caught.value.offset == offset


@pytest.mark.parametrize(("spelling", "offset"), [("b'a\\u0041'", 3), ("b'\\z'", 2)])
def test_bytes_have_no_characters(spelling: str, offset: int) -> None:
    """An escape for one would leave its encoding open."""
    with pytest.raises(LiteralFault) as caught:
        literals.octets(spelling)

    assert caught.value.offset == offset


@given(st.binary())
def test_any_octets_can_be_written(value: bytes) -> None:
    """In octal and in hexadecimal."""
    octal = "".join(f"\\{octet:03o}" for octet in value)
    hexadecimal = "".join(f"\\x{octet:02x}" for octet in value)

    assert literals.octets(f"b'{octal}'") == value
    assert literals.octets(f"b'{hexadecimal}'") == value


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_can_be_written(value: str) -> None:
    """With a long escape for each character, or raw between three quotes."""
    escaped = "".join(f"\\U{ord(character):08x}" for character in value)

    assert literals.text(f"'{escaped}'") == value
    if "'" not in value:
        assert literals.text(f"r'''{value}'''") == value


@given(st.text(max_size=8).map(lambda text: f"'{text}'"))
def test_a_string_has_a_value_or_is_refused(spelling: str) -> None:
    """Nothing but `LiteralFault` comes out."""
    try:
        assert isinstance(literals.text(spelling), str)
    except LiteralFault as fault:
        assert 0 <= fault.offset <= len(spelling)  # noqa: PT017 - either outcome is fine


def test_raw_and_empty_strings() -> None:
    """Two quotes are an empty string and not the beginning of a triple one."""
    assert literals.text("''") == ""
    assert literals.text("''''''") == ""
    assert literals.text('R"\\n"') == "\\n"
    assert literals.octets("bR'\\xff'") == b"\\xff"
    assert literals.text("'é\\n'") == "é\n"
    assert literals.octets("b'é'") == "é".encode()
