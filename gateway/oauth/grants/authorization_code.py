"""The authorization code grant, with PKCE: a code for tokens, once.

One transaction settles who wins: the code is looked at, used, and what it gives is kept, or
nothing of it. Whoever presents a used code again has what it gave taken back from everybody,
since nobody knows which of the two was the client.

References: RFC 6749 sections 4.1.3 and 10.5; RFC 7636 section 4.6; RFC 9449 section 10;
RFC 9700 sections 2.1.1 and 4.8.2 (PKCE downgrade).
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from gateway.model.client import Client, GrantKind
from gateway.oauth.authorizing.codes import Codes, GrantedCode
from gateway.oauth.errors import (
    InvalidGrantError,
    InvalidProofError,
    MissingParameterError,
    ReplayedCodeError,
)
from gateway.oauth.grants.answer import answer
from gateway.oauth.issuing.authorization import Authorization, ends_at
from gateway.oauth.issuing.person import Person, find_person
from gateway.oauth.issuing.pool_tokens import PoolTokens
from gateway.oauth.issuing.refresh_tokens import RefreshTokens
from gateway.oauth.tokens import ClientRequest, IssuedToken
from gateway.pool.triggers.values import TokenSource
from gateway.storage.database import Database
from gateway.storage.pools.origins import Origins

CODE: Final = "code"
REDIRECT_URI: Final = "redirect_uri"
VERIFIER: Final = "code_verifier"

# RFC 7636 section 4.1.
_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)


class AuthorizationCodeGrant:
    """Exchanges codes for tokens."""

    kind = GrantKind.AUTHORIZATION_CODE

    def __init__(
        self,
        *,
        database: Database,
        codes: Codes,
        refresh_tokens: RefreshTokens,
        tokens: PoolTokens,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._codes = codes
        self._refresh_tokens = refresh_tokens
        self._tokens = tokens
        self._clock = clock

    def issue(self, request: ClientRequest) -> IssuedToken:
        """Return the tokens that a code stands for.

        Raises:
            MissingParameterError: There is no code, or no redirect URI.
            ReplayedCodeError: The code was used before.
            InvalidGrantError: The code is not good, not the client's, or not proven.
            InvalidProofError: The client promised to hold a key, and does not.
            UnavailableError: Nothing was kept; the code is still good.
        """
        client, code = request.client, request.parameters.get(CODE)
        if code is None:
            raise MissingParameterError("no code")
        now = self._clock()

        def work(
            connection: Connection,
        ) -> tuple[Person, Authorization, str | None] | None:
            found = self._codes.find(connection, code)
            if found is None or found.client_id != client.id:
                raise InvalidGrantError("there is no such code of this client")
            if found.is_used:
                Origins(connection).revoke(found.origin_id, now)
                return None
            _check(found, request, now)
            person = find_person(connection, found.pool_id, found.sub)
            if person is None:
                raise InvalidGrantError("the person is not let in any more")
            self._codes.use(connection, code)
            granted = _granted(found, client, request.thumbprint, now)
            refresh = self._refresh_tokens.begin(connection, client, granted)
            return person, granted, refresh

        done = self._database.write(work)
        if done is None:
            # Raised out here: that what it gave is taken back is to be kept.
            raise ReplayedCodeError(f"client {client.id}: a code was presented again")
        person, granted, refresh = done
        issued = self._tokens.issue(person, client, granted, source=TokenSource.PAGES)
        return answer(issued, granted.thumbprint, refresh)


def _check(found: GrantedCode, request: ClientRequest, now: datetime) -> None:
    """Refuse a code that is too old, or whose sender did not begin with it."""
    if found.expires_at <= now:
        raise InvalidGrantError("the code is too old")
    redirect_uri = request.parameters.get(REDIRECT_URI)
    if redirect_uri is None:
        raise MissingParameterError("no redirect_uri")
    if redirect_uri != found.redirect_uri:
        raise InvalidGrantError("the code was sent somewhere else")
    _check_verifier(found.challenge, request.parameters.get(VERIFIER))
    if found.thumbprint and found.thumbprint != request.thumbprint:
        raise InvalidProofError("not the key that the client promised to hold")


def _check_verifier(challenge: str, verifier: str | None) -> None:
    if not challenge:
        # A verifier for a request that had no challenge: somebody has removed it on the
        # way (RFC 9700 section 4.8.2).
        if verifier is not None:
            raise InvalidGrantError("a code_verifier, and the request had no challenge")
        return
    if verifier is None:
        raise InvalidGrantError("no code_verifier")
    if _VERIFIER.fullmatch(verifier) is None:
        raise InvalidGrantError("the code_verifier is malformed")
    if not hmac.compare_digest(challenge_of(verifier), challenge):
        raise InvalidGrantError("the code_verifier is not the one of the challenge")


def challenge_of(verifier: str) -> str:
    """Return the challenge that a verifier meets: RFC 7636 section 4.2, `S256`."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def _granted(
    found: GrantedCode, client: Client, thumbprint: str, now: datetime
) -> Authorization:
    return Authorization(
        id=found.origin_id,
        pool_id=found.pool_id,
        sub=found.sub,
        client_id=client.id,
        scopes=found.scopes,
        authenticated_at=found.authenticated_at,
        amr=found.amr,
        created_at=now,
        expires_at=ends_at(client, now),
        nonce=found.nonce,
        resources=found.resources,
        thumbprint=thumbprint,
    )
