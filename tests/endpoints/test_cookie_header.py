"""Cookies as they come back."""

from collections.abc import Mapping

import pytest

from gateway.endpoints.cookie_header import read_cookies


@pytest.mark.parametrize(
    ("headers", "cookies"),
    [
        ((), {}),
        ((b"a=1",), {"a": "1"}),
        ((b"a=1; b=x=y",), {"a": "1", "b": "x=y"}),
        ((b"a=1;b=2", b"c=3"), {"a": "1", "b": "2", "c": "3"}),
        ((b"a=1; a=2", b"a=3"), {"a": "1"}),
        ((b'a="\\377"',), {"a": '"\\377"'}),
        ((b"a",), {"a": ""}),
        ((b"\xff=\xfe; a=1",), {"ÿ": "þ", "a": "1"}),
    ],
)
def test_cookies_are_read_in_one_way(
    headers: tuple[bytes, ...], cookies: Mapping[str, str]
) -> None:
    """As they stand, and the first of two."""
    assert read_cookies(headers) == cookies
