"""Which parts of a request carry credentials: those are in no log, whatever is configured.

By their names, which is all that is known of them before the request comes; and by their
form, since a token may stand anywhere.

References: RFC 6750 section 2 (three places for a token), RFC 6749 sections 4.1.2 and 4.3.2.
"""

import re
from typing import Final

from gateway.cel.paths import Path

# The maps whose names are chosen by whoever made the application.
OPEN: Final[tuple[Path, ...]] = (
    ("request", "headers"),
    ("request", "query"),
    ("route", "params"),
)
_DEPTH: Final = 3

_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SECRET_WORDS: Final = (
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
    "hmac",
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
    "verifier",
    "xsrf",
)
# Names of headers are in lower case, so that nobody sees where a word begins in them.
_SECRET_ENDINGS: Final = (
    "apikey",
    "cookie",
    "credential",
    "credentials",
    "passphrase",
    "passwd",
    "password",
    "secret",
    "sessid",
    "sessionid",
    "token",
)
_SECRET_NAME: Final = re.compile(
    rf"(?:\b(?:{'|'.join(_SECRET_WORDS)})|{'|'.join(_SECRET_ENDINGS)}"
    r"|\b(?:access|api|private)[^a-z0-9]*key)\b",
    re.ASCII,
)
# In a query, names are short. Whoever has one of these first gets the token for it.
_SECRET_PARAMETERS: Final = frozenset(
    {"code", "device_code", "samlart", "ticket", "user_code"}
)

# A JWS or JWE begins with `{"`, which is `eyJ` in base64. What stands before it does not
# matter: an escaped line end leaves an `n` there. It looks ahead from where a run of such
# characters begins, once, so that the time grows with the length and not with its square.
_TOKEN: Final = re.compile(
    r"(?<![A-Za-z0-9_-])(?=[A-Za-z0-9_-]++\.[A-Za-z0-9_-]*+\.)"
    r"[A-Za-z0-9_-]*?eyJ[A-Za-z0-9_-]{5,}+\."
)
_SCHEME: Final = re.compile(r"(?i)(?:bearer|basic|dpop|digest|negotiate) +[^\s\"]{8}")


def carries_credential(path: Path) -> bool:
    """Whether a path leads to a header or parameter that may be somebody's credential.

    A parameter is one of the query or of the route's template.

    Args:
        path: `request.headers.cookie`, or something below it. The map as a whole does not
            count: its entries are asked for one by one.
    """
    if len(path) < _DEPTH or path[:2] not in OPEN:
        return False
    name = written = path[2].lower()
    if name != path[2]:
        written = f"{name} {_HUMP.sub('-', path[2]).lower()}"
    # To the pattern, an underscore would be a letter.
    if _SECRET_NAME.search(written.replace("_", "-")):
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
