"""Which parts of a request carry credentials: those are in no log, whatever is configured.

By their names, which is all that is known of them before the request comes; and by their
form, since a token may stand anywhere.

References: RFC 6750 section 2 (three places for a token), RFC 6749 sections 4.1.2 and 4.3.2.
"""

import re
from typing import Final

from gateway.cel.paths import Path

# Where names are chosen by whoever made the application.
_OPEN: Final = frozenset({"headers", "query"})
_DEPTH: Final = 3

_WORD: Final = re.compile(r"[^a-z0-9]+")
_SECRET_WORDS: Final = frozenset(
    {
        "accesstoken",
        "apikey",
        "assertion",
        "auth",
        "authorization",
        "cookie",
        "cookie2",
        "cookies",
        "credential",
        "credentials",
        "csrf",
        "csrftoken",
        "dpop",
        "idtoken",
        "jwt",
        "otp",
        "pass",
        "passcode",
        "passphrase",
        "passwd",
        "password",
        "pin",
        "pwd",
        "refreshtoken",
        "samlrequest",
        "samlresponse",
        "secret",
        "secrets",
        "session",
        "sessionid",
        "sid",
        "sig",
        "signature",
        "svid",
        "token",
        "tokens",
        "xsrf",
    }
)
# In a query, names are short. Whoever has one of these first gets the token for it.
_SECRET_PARAMETERS: Final = frozenset({"code", "ticket"})

# A JWS or JWE begins with `{"`, which is `eyJ` in base64.
_TOKEN: Final = re.compile(r"\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*\.")
_SCHEME: Final = re.compile(r"(?i)\b(?:bearer|basic|dpop|digest|negotiate) +[^\s\"]{8}")


def carries_credential(path: Path) -> bool:
    """Whether a path leads to a header or parameter that may be somebody's credential.

    Args:
        path: `request.headers.cookie`, or something below it. The map as a whole does not
            count: its entries are asked for one by one.
    """
    if len(path) < _DEPTH or path[0] != "request" or path[1] not in _OPEN:
        return False
    name = path[2].lower()
    words = set(_WORD.split(name))
    if not words.isdisjoint(_SECRET_WORDS) or {"api", "key"} <= words:
        return True
    return path[1] == "query" and name in _SECRET_PARAMETERS


def shows_credential(written: str) -> bool:
    """Whether a value has the form of a credential, wherever it stands in it.

    Args:
        written: The value as JSON.
    """
    if "eyJ" in written and _TOKEN.search(written):
        return True
    return " " in written and _SCHEME.search(written) is not None
