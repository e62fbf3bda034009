"""Whether a form was sent by a page that we gave to this very browser.

The field is a keyed digest over the browser's random name and its sign-in: another site
can make a browser send a form here, and knows neither. So nobody is signed in to a
stranger's account either (login CSRF), and after a sign-in older forms are good no more.

Reference: OWASP, Cross-Site Request Forgery Prevention, signed double-submit cookie bound
to the session.
"""

import hmac
from base64 import urlsafe_b64encode
from typing import Final

from gateway.endpoints.hosted_ui.cookies import Cookies
from gateway.endpoints.hosted_ui.errors import ForgedFormError
from gateway.endpoints.hosted_ui.visit import Visit

FIELD: Final = "csrf"

_CONTEXT: Final = b"gateway form 1\0"
# What a browser says of a form that a page of another origin sends (Fetch Metadata).
_FOREIGN: Final = frozenset({"cross-site", "same-site"})


class FormGuard:
    """Makes and checks the field that every form has."""

    def __init__(self, *, secret: bytes, cookies: Cookies) -> None:
        """Take the key.

        Args:
            secret: 32 bytes that never leave the gateway.
            cookies: Know the browser.
        """
        self._secret = secret
        self._cookies = cookies

    def token(self, visit: Visit, browser: str) -> str:
        """Return what a form of this browser has to carry."""
        # Neither holds a zero character, so no two pairs are the same octets.
        said = f"{browser}\0{self._cookies.session(visit)}".encode()
        digest = hmac.digest(self._secret, _CONTEXT + said, "sha256")
        return urlsafe_b64encode(digest).decode("ascii").rstrip("=")

    def check(self, visit: Visit) -> None:
        """Raise unless the form comes from a page of ours in this browser.

        Raises:
            ForgedFormError: It does not, or the browser keeps no cookies.
        """
        browser = self._cookies.browser(visit)
        wanted = self.token(visit, browser)
        sent = visit.typed(FIELD).encode("utf-8", "replace")
        if not browser or not hmac.compare_digest(sent, wanted.encode("ascii")):
            raise ForgedFormError("the form's token is missing or another browser's")
        if visit.fetch_site in _FOREIGN:
            raise ForgedFormError("the form was sent from another site")
