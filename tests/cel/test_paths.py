"""Paths as text and as names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cel.paths import (
    MalformedPathError,
    is_within,
    parse_path,
    shortest,
    write_path,
)


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (("now",), "now"),
        (("identity", "email"), "identity.email"),
        (("request", "headers", "x-tenant"), "request.headers.x-tenant"),
        (("claims", "a", "b", "0"), "claims.a.b.0"),
        (("claims", "https://x.test/y"), "claims['https://x.test/y']"),
        (("claims", "", "a b"), "claims['']['a b']"),
        (("claims", "it's", "b\\c"), "claims['it\\'s']['b\\\\c']"),
        (("claims", "a\nb\x7f", "ä"), "claims['a\\x0ab\\x7f']['ä']"),
        (("claims", "a.b", "c"), "claims['a.b'].c"),
    ],
)
def test_a_path_has_one_text(names: tuple[str, ...], text: str) -> None:
    """Plain words follow a point; everything else is quoted as CEL quotes."""
    assert write_path(names) == text
    assert parse_path(text) == names


def test_a_path_may_be_written_in_other_ways() -> None:
    """People quote what need not be quoted, and use escapes of their own."""
    assert parse_path("claims['hd']") == ("claims", "hd")
    assert parse_path("claims['\\u00e4\\n']") == ("claims", "ä\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "begins with the name"),
        ("1", "begins with the name"),
        (".a", "begins with the name"),
        ("a.", "after `a`"),
        ("a..b", "after `a`"),
        ("a.b c", "after `a.b`"),
        ("a['b'", "after `a`"),
        ("a['b'].", r"after `a\['b'\]`"),
        ('a["b"]', "after `a`"),
        ("a['''b''']", "after `a`"),
        ("a['\\q']", "is no escape"),
    ],
)
def test_what_is_no_path_is_refused(text: str, message: str) -> None:
    """With a reason, since people write them into config.toml."""
    with pytest.raises(MalformedPathError, match=message):
        parse_path(text)


@given(st.text())
def test_nothing_but_the_declared_error_comes_out(text: str) -> None:
    """Whatever comes in; and what is a path comes back as it was meant."""
    try:
        path = parse_path(text)
    except MalformedPathError:
        return
    assert parse_path(write_path(path)) == path


@given(st.lists(st.text(), max_size=4))
def test_every_key_can_be_written(names: list[str]) -> None:
    """Keys come from issuers and callers."""
    path = ("claims", *names)

    assert parse_path(write_path(path)) == path


def test_a_path_is_within_itself_and_what_leads_to_it() -> None:
    """Names are compared, not letters."""
    assert is_within(("a", "b"), ("a", "b"))
    assert is_within(("a", "b"), ("a",))
    assert not is_within(("a",), ("a", "b"))
    assert not is_within(("ab", "b"), ("a",))


def test_a_path_stands_for_all_below_it() -> None:
    """So nothing below it has to be named."""
    paths = [("a", "b", "c"), ("a", "b"), ("a", "d"), ("b", "b"), ("b", "b", "b", "b")]

    assert shortest(paths) == {("a", "b"), ("a", "d"), ("b", "b")}
    assert shortest([]) == set()
