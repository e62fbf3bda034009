"""Which addresses a client may name: where browsers are sent, and where pages stand.

References: RFC 8252 section 7 (redirect URIs of native apps), RFC 9700 section 4.1 (redirect
URIs are compared character by character, so none holds a pattern).
"""

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import SplitResult, urlsplit

MAX_CHARACTERS: Final = 1024

_VISIBLE: Final = re.compile(rf"[!-~]{{1,{MAX_CHARACTERS}}}")
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*")

# What runs in the page that it is opened from, or reads what lies on the machine.
_NEVER: Final = frozenset({"javascript", "data", "vbscript", "file", "blob", "about"})
_WEB: Final = frozenset({"https", "http"})
_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})

# Each with what is said of an address that it is true of; the first one counts.
_PROBLEMS: Final[tuple[tuple[str, Callable[[str, SplitResult], bool]], ...]] = (
    (
        "must hold neither `#` nor `\\` nor `*`",
        lambda text, _: not {"#", "\\", "*"}.isdisjoint(text),
    ),
    (
        "has to begin with https://, or with an app's own scheme",
        lambda _, parts: (
            _SCHEME.fullmatch(parts.scheme) is None or parts.scheme in _NEVER
        ),
    ),
    (
        "has to name a host, and nobody's name or password",
        lambda _, parts: (
            parts.scheme in _WEB and (not parts.hostname or "@" in parts.netloc)
        ),
    ),
    (
        "has to be https, except on localhost",
        lambda _, parts: parts.scheme == "http" and parts.hostname not in _HERE,
    ),
)


def return_address_problem(text: str) -> str:
    """Return why a browser cannot be sent back there; empty if it can.

    An app's own scheme will do; `http` is for this machine alone, where nobody listens in.
    """
    if _VISIBLE.fullmatch(text) is None:
        return (
            f"has to be an address of at most {MAX_CHARACTERS} visible ASCII characters"
        )
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return "is no address"
    return next((said for said, is_so in _PROBLEMS if is_so(text, parts)), "")


def page_address_problem(text: str) -> str:
    """Return why no page can stand there; empty if one can."""
    problem = return_address_problem(text)
    if not problem and urlsplit(text).scheme not in _WEB:
        return "has to begin with https://"
    return problem
