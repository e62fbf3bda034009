"""Where a text stops being TOML, and why."""

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.config.syntax import find_flaw, find_nesting
from tests.config.toml_texts import toml_texts

PREFIX = "the file is not TOML: "


def flaw(text: str) -> tuple[str, str]:
    """What stands at the place of the flaw, up to three characters, and its name."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - any that the reader raises
        tomllib.loads(text)
    found = find_flaw(caught.value, text)
    assert found.offset is not None
    assert found.message.startswith(PREFIX)
    return text[found.offset :][:3], found.message.removeprefix(PREFIX)


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ('a = 1\nb = "x\nc = 2', '"x\n', "the string is never closed"),
        ("a = 1\nb = 'x\nc = 2", "'x\n", "the string is never closed"),
        ('b = """x\nc = "2"\n', '"""', "the string is never closed"),
        ("b = '''x\nc = '2'\n", "'''", "the string is never closed"),
        ('b = "x', '"x', "the string is never closed"),
        ("b = [1,\n[2],\nc = 3", "[1,", "`[` is never closed"),
        ("b = [{ a = [3] }, 1\nc = 3", "[{ ", "`[` is never closed"),
        ("b = { a = [1]\nc = 3", "{ a", "`{` is never closed"),
        ("a = 1\n  a = 2", "a =", "the key stands there already"),
        ("a = 1\na = [\n1,\n]\n", "a =", "the key stands there already"),
        ("# a\na = 1 # [\n\n# b\na = 2", "a =", "the key stands there already"),
        ("a = 1\na.b = 2", "a.b", "the key stands there already"),
        ("[a]\n[b]\n [a]\n", "[a]", "the table `a` stands there already"),
        ("[a.b]\n[a.b]", "[a.", "the table `a.b` stands there already"),
        ("a = { b = 1 }\n[a.c]", "[a.", "the table `a.c` stands there already"),
        ("b = [1, =]", "=]", "invalid value"),
        (
            f"['{'x' * 99}']\n['{'x' * 99}']",
            "['x",
            f"the table `{'x' * 60}…` stands there already",
        ),
        ("a = { b = 1, b = 2 }", "b =", "the key `b` stands twice"),
        ("a = { b = 1, 'b' = 2 }", "'b'", "the key `b` stands twice"),
        ('a = "x\\q"', '\\q"', "the escape is none; write `\\\\` for `\\`"),
        ('a = "\\u12x4"', "\\u1", "the escape is none; write `\\\\` for `\\`"),
        ('a = "\\ud800"', "\\ud", "the escape is none; write `\\\\` for `\\`"),
        ("a = 2026-02-30", "202", "invalid date or datetime"),
        ("a =\n", "\n", "invalid value"),
        ("a", "", "expected '=' after a key in a key/value pair"),
        ("] = 1", "] =", "invalid statement"),
        ("a = 1 ] 2", "] 2", "expected newline or end of document after a statement"),
        (f"a = [1,\n{'7' * 4301}]", "777", "the number is too long"),
    ],
)
def test_the_mistake_is_found_before_the_place_where_it_was_met(
    text: str, place: str, message: str
) -> None:
    """Where somebody would repair it."""
    assert flaw(text) == (place, message)


def test_a_key_that_cannot_be_found_again_is_told_where_it_was_met() -> None:
    """Written with an escape, and nobody looks for that."""
    assert flaw('a = { b = 1, "\\u0062" = 2 }')[1] == "the key `b` stands twice"


def test_an_error_without_a_place_has_none() -> None:
    """Rather none than a wrong one."""
    found = find_flaw(ValueError("who knows"), "a = 1")

    assert found.offset is None
    assert found.message == f"{PREFIX}who knows"


@pytest.mark.long
@settings(max_examples=60)
@given(toml_texts(), st.integers(0, 400), st.text(max_size=3))
def test_whatever_is_broken_has_a_place_in_the_text(
    text: str, at: int, what: str
) -> None:
    """A text with something put into it, or cut off."""
    text = text.replace("\r\n", "\n")
    for broken in (text[:at] + what + text[at:], text[:at]):
        try:
            tomllib.loads(broken)
        except ValueError as error:
            found = find_flaw(error, broken.replace("\r\n", "\n"))
            assert found.offset is not None
            assert 0 <= found.offset <= len(broken)
            assert found.message


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("a = [" + "[" * 64 + "]" * 65, 4 + 64),
        ('b = "[[["\na = ' + "{x=" * 70, 10 + 4 + 64 * 3),
        ("a = [[]] # " + "[" * 99 + "\nb = " + "[" * 65, 11 + 99 + 5 + 64),
    ],
)
def test_deep_nesting_has_a_place(text: str, offset: int) -> None:
    """That of the first bracket too many."""
    assert find_nesting(text).offset == offset


def test_nesting_by_names_has_the_place_of_the_longest_name() -> None:
    """Tables in tables need no brackets."""
    parts = ".".join("a" * 40)
    text = f"x = 1\n[{parts}]\n{parts} = 1\n"

    assert text[find_nesting(text).offset :].startswith("a.a")


def test_nesting_is_told_whatever_the_reader_ran_into() -> None:
    """How deep it goes depends on the stack; what it then complains of is no help."""
    error = ValueError("Unclosed array (at end of document)")

    flaw = find_flaw(error, "a = " + "[" * 100)

    assert flaw.offset == 4 + 64
    assert "nested too deeply" in flaw.message
