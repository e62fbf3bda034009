"""An authorization server with pools, clients and people; the clock alone is made up."""

import functools
import json
from base64 import urlsafe_b64decode
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sqlalchemy import Connection

from gateway.app.oauth import Ground, OAuthServices
from gateway.keys.codec import encode_ring
from gateway.keys.ring import Ring, begin
from gateway.keys.seal import Seal, StoreKey
from gateway.mint.pool_keys import PLAN, KeyPurpose
from gateway.model.client import Client, ClientAuthentication
from gateway.model.user import User
from gateway.oauth.authorizing.authorizations import Next, Redirect
from gateway.oauth.authorizing.browser_sessions import BrowserSession
from gateway.oauth.grants.authorization_code import challenge_of
from gateway.oauth.server import TokenServer
from gateway.oauth.tokens import IssuedToken, TokenRequest
from gateway.pool.pool import Pool
from gateway.storage.database import Database
from gateway.storage.pools.key_rings import PoolKeyRings
from gateway.storage.pools.oauth_tables import POOL_KEY_RING
from gateway.storage.sealed import SealedColumn
from tests.pool.house import NOON, POOL_ID, House

URL = "https://gw.example.com"
ISSUER = f"{URL}/{POOL_ID}"
CALLBACK = "https://app.example.com/callback"
STORE_KEY = StoreKey(bytes(range(32)))
VERIFIER = "a-verifier-of-forty-three-characters-at-least"
ALL_SCOPES = ("openid", "email", "phone", "profile", "aws.cognito.signin.user.admin")


@functools.cache
def ring(purpose: KeyPurpose) -> Ring:
    """Return keys of one kind; to make new ones takes a part of a second each time."""
    del purpose
    return begin(PLAN, NOON)


def read(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return header and payload of a token, unchecked."""
    header, payload, _ = token.split(".")
    return _json(header), _json(payload)


def _json(segment: str) -> dict[str, Any]:
    text = urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    found: dict[str, Any] = json.loads(text)
    return found


class OAuthHouse(House):
    """Everything that the authorization server needs."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.oauth = OAuthServices(
            Ground(
                database=database,
                store_key=STORE_KEY,
                clock=self.clock,
                public_url=URL,
                pools=self.pools,
                clients=self.clients,
                monotonic_ns=lambda: int(self.seconds * 1e9),
            )
        )
        self.server = TokenServer(grants=[], clients=self.oauth.grants)

    def open(self, pool_id: str = POOL_ID) -> Pool:
        """Make a pool that has its keys already."""
        pool = self.pool(pool_id=pool_id)
        column = SealedColumn(POOL_KEY_RING.c.ring, seal=Seal(key=STORE_KEY))

        def work(connection: Connection) -> None:
            for purpose in KeyPurpose:
                raw = encode_ring(ring(purpose))
                sealed = column.seal(raw, pool.id, purpose)
                PoolKeyRings(connection).begin(pool.id, purpose, sealed)

        self.database.write(work)
        return pool

    def app(self, pool: Pool, **changed: object) -> Client:
        """Register a public client with a page of its own."""
        settings = {"redirect_uris": (CALLBACK,), "scopes": ALL_SCOPES, **changed}
        return self.client(pool, **settings)

    def service(self, pool: Pool, **changed: object) -> tuple[Client, str]:
        """Register a client that has a secret."""
        settings = {
            "redirect_uris": (CALLBACK,),
            "scopes": ALL_SCOPES,
            "authentication": ClientAuthentication.BASIC,
            **changed,
        }
        client = replace(Client("", pool.id, "service"), **settings)  # type: ignore[arg-type]  # by the tests' own words
        kept, secret = self.clients.create(client)
        assert secret is not None
        return kept, secret

    def sign_in(self, user: User, *, amr: tuple[str, ...] = ("pwd",)) -> BrowserSession:
        """Return the session of somebody who has just signed in."""
        handle = self.oauth.sessions.create(user, authenticated_at=self.now, amr=amr)
        session = self.oauth.sessions.find(handle)
        assert session is not None
        return session

    def query(self, client: Client, **changed: str | None) -> dict[str, str]:
        """Return what a well-behaved client asks for."""
        asked = {
            "client_id": client.id,
            "response_type": "code",
            "redirect_uri": client.redirect_uris[0],
            "scope": "openid",
            "state": "a state",
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
            **changed,
        }
        return {name: value for name, value in asked.items() if value is not None}

    def code(
        self, client: Client, session: BrowserSession, **changed: str | None
    ) -> str:
        """Return a code for somebody who is signed in."""
        query = self.query(client, **changed)
        return answer(self.oauth.authorizations.begin(query, session))["code"]

    def ask(self, **parameters: str) -> IssuedToken:
        """Ask the token endpoint, as a client without a secret does."""
        return self.server.issue(TokenRequest(parameters, "192.0.2.1"))

    def ask_proven(self, proof: str, **parameters: str) -> IssuedToken:
        """Ask the token endpoint with a proof of possession."""
        return self.server.issue(TokenRequest(parameters, "192.0.2.1", proofs=(proof,)))

    def exchange(self, client: Client, code: str, /, **changed: str) -> IssuedToken:
        """Exchange a code."""
        asked = {
            "grant_type": "authorization_code",
            "client_id": client.id,
            "code": code,
            "redirect_uri": client.redirect_uris[0],
            "code_verifier": VERIFIER,
            **changed,
        }
        return self.ask(**{name: value for name, value in asked.items() if value})

    def refresh(self, client: Client, token: str | None, /, **more: str) -> IssuedToken:
        """Exchange a refresh token."""
        assert token is not None
        return self.ask(
            grant_type="refresh_token",
            client_id=client.id,
            refresh_token=token,
            **more,
        )

    def tokens(self, client: Client, user: User, **changed: str | None) -> IssuedToken:
        """Return the tokens of somebody who has just signed in."""
        return self.exchange(client, self.code(client, self.sign_in(user), **changed))


def answer(step: Next) -> dict[str, str]:
    """Return what a browser takes back to the client."""
    assert isinstance(step, Redirect)
    split = urlsplit(step.uri)
    pairs = parse_qsl(split.query or split.fragment, keep_blank_values=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


__all__ = [
    "ALL_SCOPES",
    "CALLBACK",
    "ISSUER",
    "NOON",
    "POOL_ID",
    "STORE_KEY",
    "URL",
    "VERIFIER",
    "OAuthHouse",
    "answer",
    "read",
    "ring",
]
