"""The pages' cookies: which browser it is, and who has signed in with it.

Both are out of reach of scripts and of other sites. With the prefix `__Host-` no other host
of the domain can set them either.

Reference: RFC 6265bis sections 4.1.3 (prefixes) and 5.6.7 (`SameSite`).
"""

import re
import secrets
from datetime import timedelta
from typing import Final

from starlette.responses import Response

from gateway.endpoints.hosted_ui.visit import Visit

# What we hand out; anything else in a cookie is nobody's.
_HANDLE: Final = re.compile(r"[A-Za-z0-9_.~-]{20,512}")
# As clients may be called (`gateway.pool.client_flaws`), a declared one by a short word.
_CLIENT: Final = re.compile(r"[A-Za-z0-9_+]{1,128}")
# Who has said no once is not asked at each sign-in.
_NEXT_OFFER: Final = timedelta(days=90)
# Browsers keep 4096 bytes with the name and all attributes (RFC 6265bis section 5.6).
MAX_SIGN_UP: Final = 3800
_SIGN_UP: Final = re.compile(rf"[A-Za-z0-9_.-]{{20,{MAX_SIGN_UP}}}")


class Cookies:
    """Names, reads and sets them."""

    def __init__(self, *, secure: bool) -> None:
        """Name them.

        Args:
            secure: Whether the gateway's own address is `https`. Without it browsers would
                not keep a cookie with the prefix (a demonstration on this machine alone).
        """
        self._secure = secure
        prefix = "__Host-" if secure else ""
        self._session = f"{prefix}gateway-session"
        self._browser = f"{prefix}gateway-browser"
        self._client = f"{prefix}gateway-client"
        self._offer = f"{prefix}gateway-passkey-offer"
        self._sign_up = f"{prefix}gateway-sign-up"

    def session(self, visit: Visit) -> str:
        """Return the handle of whoever has signed in; empty if nobody has."""
        return self._read(visit, self._session)

    def browser(self, visit: Visit) -> str:
        """Return the browser's random name; empty if it has none yet."""
        return self._read(visit, self._browser)

    def client(self, visit: Visit) -> str:
        """Return the client that somebody last came from; empty if nobody knows."""
        return self._read(visit, self._client, _CLIENT)

    def sign_up(self, visit: Visit) -> str:
        """Return what was kept of a sign-up that waits for a link, sealed; or nothing."""
        kept = self._read(visit, self._sign_up, _SIGN_UP)
        return kept + "=" * (-len(kept.rpartition(".")[2]) % 4)

    def has_offer(self, visit: Visit) -> bool:
        """Return whether a passkey was offered in this browser not long ago."""
        return self._offer in visit.cookies

    @staticmethod
    def new_browser() -> str:
        """Return a name that nobody can guess."""
        return secrets.token_urlsafe(32)

    def keep_browser(self, response: Response, name: str) -> None:
        """Let a browser keep its name until it is closed."""
        self._set(response, self._browser, name, None)

    def keep_client(self, response: Response, client_id: str) -> None:
        """Let a browser remember which client somebody came from: no secret."""
        self._set(response, self._client, client_id, None)

    def keep_sign_up(self, response: Response, sealed: str) -> None:
        """Let a browser remember a sign-up until the link is followed."""
        # With base64's padding the value would stand in quotes, and be read with them.
        self._set(response, self._sign_up, sealed.rstrip("="), None)

    def end_sign_up(self, response: Response) -> None:
        """Let a browser forget a sign-up."""
        self._set(response, self._sign_up, "", 0)

    def keep_offer(self, response: Response) -> None:
        """Let a browser remember that a passkey was offered: no secret."""
        seconds = int(_NEXT_OFFER.total_seconds())
        self._set(response, self._offer, "1", seconds)

    def keep_session(
        self, response: Response, handle: str, lifetime: timedelta
    ) -> None:
        """Let a browser keep a sign-in."""
        self._set(response, self._session, handle, int(lifetime.total_seconds()))

    def end_session(self, response: Response) -> None:
        """Let a browser forget a sign-in."""
        self._set(response, self._session, "", 0)

    @staticmethod
    def _read(visit: Visit, name: str, form: re.Pattern[str] = _HANDLE) -> str:
        value = visit.cookies.get(name, "")
        return value if form.fullmatch(value) else ""

    def _set(
        self, response: Response, name: str, value: str, seconds: int | None
    ) -> None:
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            path="/",
            secure=self._secure,
            httponly=True,
            # Applications link to the pages from their own sites; no other site sends
            # forms here.
            samesite="lax",
        )
