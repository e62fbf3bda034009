"""The cookie of a browser session, as it comes back.

With TLS its name makes the browser keep it for this host alone, for every path, and off
connections without TLS (RFC 6265bis section 4.1.3.2, `__Host-`). A demo on the loopback has no
TLS, and then not that name.
"""

from starlette.types import Scope

from gateway.endpoints.cookie_header import read_cookies

SECURE_NAME = "__Host-gateway-session"
PLAIN_NAME = "gateway-session"


def cookie_name(public_url: str) -> str:
    """Return what the cookie is called where the gateway is reached like this."""
    return SECURE_NAME if public_url.startswith("https:") else PLAIN_NAME


def find_session_cookie(scope: Scope, name: str) -> str:
    """Return the cookie's value; empty if there is none."""
    found = [value for key, value in scope["headers"] if key == b"cookie"]
    return read_cookies(found).get(name, "")
