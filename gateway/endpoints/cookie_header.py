"""Cookies as a browser sends them back: one reading for everybody.

Two readers that took another one of two cookies of one name would have one page speak to
one person, and the next to another.

Reference: RFC 6265 sections 4.2.1 and 5.4 (whose order is no promise, but the usual one).
"""

from collections.abc import Mapping, Sequence


def read_cookies(headers: Sequence[bytes]) -> Mapping[str, str]:
    """Return cookies by name, as they stand; of two with one name, the first.

    Args:
        headers: All values of the header `Cookie`.
    """
    cookies: dict[str, str] = {}
    for header in headers:
        for pair in header.decode("latin-1").split(";"):
            name, _, value = pair.strip().partition("=")
            cookies.setdefault(name, value)
    return cookies
