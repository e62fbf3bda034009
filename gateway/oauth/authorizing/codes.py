"""Authorization codes: made for a browser, exchanged once by a client.

A code is 256 random bits, kept as a digest with everything that it stands for. A used one is
kept for a while: whoever presents it again has stolen it, or was stolen from, and what it gave
is taken back.

References: RFC 6749 sections 4.1.2 and 10.5; RFC 9700 section 4.5.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Connection

from gateway.oauth.authorizing.browser_sessions import BrowserSession
from gateway.oauth.authorizing.request import AuthorizationRequest
from gateway.storage.digests import MAX_CHARACTERS, digest_of, new_value
from gateway.storage.pools.authorization_codes import (
    AuthorizationCodes,
    StoredAuthorizationCode,
)

LIFETIME: Final = timedelta(minutes=5)
# How long a used code is recognised.
REMEMBERED: Final = timedelta(days=1)
_PURPOSE: Final = "authorization code"


@dataclass(frozen=True, slots=True)
class GrantedCode:
    """What a code stands for.

    Attributes:
        pool_id: The pool.
        sub: Who signed in.
        client_id: Who may exchange it.
        origin_id: What it gives, or gave.
        redirect_uri: Where it was sent.
        scopes: What was granted.
        challenge: Of PKCE; empty for none.
        nonce: For the ID token; empty for none.
        resources: Whom the access token is for.
        thumbprint: Of the key that the client promised to hold; empty for none.
        authenticated_at: When the person signed in.
        amr: How.
        expires_at: From when on it is good for nothing.
        is_used: Whether it was exchanged already.
    """

    pool_id: str
    sub: str
    client_id: str
    origin_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    challenge: str
    nonce: str
    resources: tuple[str, ...]
    thumbprint: str
    authenticated_at: datetime
    amr: tuple[str, ...]
    expires_at: datetime
    is_used: bool


class Codes:
    """Makes codes and recognises them."""

    def __init__(self, *, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    def make(
        self,
        connection: Connection,
        request: AuthorizationRequest,
        session: BrowserSession,
    ) -> str:
        """Return a new code, kept in the caller's transaction."""
        code = new_value()
        AuthorizationCodes(connection).add(
            digest_of(code, purpose=_PURPOSE),
            StoredAuthorizationCode(
                pool_id=session.user.pool_id,
                sub=session.user.sub,
                client_id=request.client.id,
                request=_as_json(request, session),
                expires_at=self._clock() + LIFETIME,
                origin_id=str(uuid4()),
            ),
        )
        return code

    def find(self, connection: Connection, code: str) -> GrantedCode | None:
        """Return what a code stands for, however old or used it is."""
        if len(code) > MAX_CHARACTERS:
            return None
        digest = digest_of(code, purpose=_PURPOSE)
        stored = AuthorizationCodes(connection).find(digest)
        return None if stored is None else _granted(stored)

    def use(self, connection: Connection, code: str) -> None:
        """Keep that a code was exchanged, in the caller's transaction."""
        AuthorizationCodes(connection).use(digest_of(code, purpose=_PURPOSE))

    def sweep(self, connection: Connection, now: datetime) -> int:
        """Remove what nobody needs to recognise any more; return how much there was."""
        return AuthorizationCodes(connection).remove_expired(now - REMEMBERED)


def _as_json(
    request: AuthorizationRequest, session: BrowserSession
) -> Mapping[str, Any]:
    return {
        "redirect_uri": request.target.redirect_uri,
        "scopes": list(request.scopes),
        "challenge": request.challenge,
        "nonce": request.nonce,
        "resources": list(request.resources),
        "jkt": request.thumbprint,
        "auth_time": session.authenticated_at.timestamp(),
        "amr": list(session.amr),
    }


def _granted(stored: StoredAuthorizationCode) -> GrantedCode:
    kept = stored.request
    return GrantedCode(
        pool_id=stored.pool_id,
        sub=stored.sub,
        client_id=stored.client_id,
        origin_id=stored.origin_id,
        redirect_uri=kept["redirect_uri"],
        scopes=tuple(kept["scopes"]),
        challenge=kept["challenge"],
        nonce=kept["nonce"],
        resources=tuple(kept["resources"]),
        thumbprint=kept["jkt"],
        authenticated_at=datetime.fromtimestamp(kept["auth_time"], UTC),
        amr=tuple(kept["amr"]),
        expires_at=stored.expires_at,
        is_used=stored.is_used,
    )
