"""The cookie of a browser session, as it comes back.

With TLS its name makes the browser keep it for this host alone, for every path, and off
connections without TLS (RFC 6265bis section 4.1.3.2, `__Host-`). A demo on the loopback has no
TLS, and then not that name.
"""

from http.cookies import CookieError, SimpleCookie

from starlette.types import Scope

SECURE_NAME = "__Host-gateway-session"
PLAIN_NAME = "gateway-session"


def cookie_name(public_url: str) -> str:
    """Return what the cookie is called where the gateway is reached like this."""
    return SECURE_NAME if public_url.startswith("https:") else PLAIN_NAME


def find_session_cookie(scope: Scope, name: str) -> str:
    """Return the cookie's value; empty if there is none, or if it cannot be read."""
    found = [value for key, value in scope["headers"] if key == b"cookie"]
    cookies: SimpleCookie = SimpleCookie()
    try:
        cookies.load(b"; ".join(found).decode("latin-1"))
    except CookieError:
        return ""
    return cookies[name].value if name in cookies else ""
