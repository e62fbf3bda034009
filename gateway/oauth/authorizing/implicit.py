"""The implicit answer: tokens in the fragment of an address. A legacy.

Only for clients whose settings name it (RFC 9700 section 2.1.2 has everybody else use codes).
No refresh token, as RFC 6749 section 4.2.2 has it.

Reference: Amazon Cognito, "Authorize endpoint": `response_type=token`.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection

from gateway.oauth.authorizing.browser_sessions import BrowserSession
from gateway.oauth.authorizing.request import AuthorizationRequest
from gateway.oauth.errors import AccessDeniedError
from gateway.oauth.issuing.authorization import Authorization
from gateway.oauth.issuing.person import Person, find_person
from gateway.oauth.issuing.pool_tokens import PoolTokens
from gateway.oauth.tokens import BEARER
from gateway.pool.triggers.values import TokenSource
from gateway.storage.database import Database
from gateway.storage.pools.origins import Origins


class ImplicitAnswers:
    """Answers with tokens. Blocks; call it in a thread."""

    def __init__(
        self,
        *,
        database: Database,
        tokens: PoolTokens,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._tokens = tokens
        self._clock = clock

    def answer(
        self, request: AuthorizationRequest, session: BrowserSession
    ) -> Mapping[str, str]:
        """Return what stands in the fragment.

        Raises:
            AccessDeniedError: The person is not let in any more.
            UnavailableError: Nothing was issued.
        """
        granted = self._granted(request, session)

        def work(connection: Connection) -> Person | None:
            Origins(connection).add(granted.stored())
            return find_person(connection, granted.pool_id, granted.sub)

        person = self._database.write(work)
        if person is None:
            raise AccessDeniedError("the person is not let in any more")
        issued = self._tokens.issue(
            person, request.client, granted, source=TokenSource.PAGES
        )
        answer = {
            "access_token": issued.access_token,
            "token_type": BEARER,
            "expires_in": str(issued.expires_in),
            "scope": " ".join(issued.scopes),
        }
        if issued.id_token is not None:
            answer["id_token"] = issued.id_token
        return answer

    def _granted(
        self, request: AuthorizationRequest, session: BrowserSession
    ) -> Authorization:
        now, client = self._clock(), request.client
        return Authorization(
            id=str(uuid4()),
            pool_id=client.pool_id,
            sub=session.user.sub,
            client_id=client.id,
            scopes=request.scopes,
            authenticated_at=session.authenticated_at,
            amr=session.amr,
            created_at=now,
            expires_at=now + max(client.lifetimes.access, client.lifetimes.id),
            nonce=request.nonce,
            resources=request.resources,
        )
