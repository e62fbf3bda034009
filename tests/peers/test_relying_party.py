"""Sign-ins of a relying party that nobody here wrote, against a gateway that runs.

It checks what it is told as its standards demand: signatures, issuers (RFC 9207), nonces, hashes
and ages; and it stops at the first thing that is not as it has to be.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from authlib.integrations.httpx_client import (  # type: ignore[import-untyped]  # no types
    OAuth2Client,
)
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from gateway.model.client import (
    ClaimsProfile,
    ClientAuthentication,
    GrantKind,
    ProofOfPossession,
)
from gateway.pool.resource_servers import ResourceServer, ResourceServers, Scope
from gateway.storage.cursors import Cursors
from tests.peers.relying_party import (
    BYE,
    CALLBACK,
    PoolOfGateway,
    RelyingParty,
    relying_party,
)
from tests.peers.running_gateway import Site, launch

pytestmark = pytest.mark.peer

EVERY_GRANT = frozenset(
    {
        GrantKind.AUTHORIZATION_CODE,
        GrantKind.REFRESH_TOKEN,
        GrantKind.DEVICE_CODE,
    }
)


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PoolOfGateway]:
    """Return a pool of a gateway that runs for all tests here."""
    gateway = launch(Site(tmp_path_factory.mktemp("site"), upstream=9))
    pool = PoolOfGateway.open(gateway)
    yield pool
    pool.database.close()
    assert gateway.stop() == 0


@pytest.fixture(scope="module")
def party() -> Iterator[RelyingParty]:
    with relying_party() as party:
        yield party


def sign_in(
    party: RelyingParty, pool: PoolOfGateway, settings: dict[str, Any], **more: Any
) -> tuple[str, dict[str, Any]]:
    """Return who has signed in, and what the relying party found."""
    client, secret = pool.client(**{"grants": EVERY_GRANT, **settings})
    user = pool.person()
    question = {
        "issuer": pool.issuer,
        "client_id": client.id,
        "redirect_uri": CALLBACK,
        "cookie": pool.cookie(user),
        **({} if secret is None else {"secret": secret}),
        **more,
    }
    found = party.ask(op="code", **question)
    assert "failure" not in found, found
    return user.sub, found


SECRET = {"authentication": ClientAuthentication.BASIC}


@pytest.mark.parametrize(
    ("settings", "more", "kind"),
    [
        ({}, {}, "bearer"),
        ({"profile": ClaimsProfile.OIDC}, {"max_age": 300}, "bearer"),
        (SECRET, {"basic": True}, "bearer"),
        (SECRET, {"basic": False, "par": True}, "bearer"),
        ({"proof": ProofOfPossession.REQUIRED}, {"dpop": True}, "dpop"),
        (
            {**SECRET, "proof": ProofOfPossession.REQUIRED},
            {"dpop": True, "par": True, "basic": True},
            "dpop",
        ),
        ({}, {"more": {"prompt": "none"}}, "bearer"),
        ({}, {"more": {"response_mode": "fragment"}}, "bearer"),
    ],
)
def test_somebody_signs_in_stays_and_leaves(
    party: RelyingParty,
    pool: PoolOfGateway,
    settings: dict[str, Any],
    more: dict[str, Any],
    kind: str,
) -> None:
    """Code with PKCE, userInfo, a refresh, a logout, introspection, and a revocation."""
    sub, found = sign_in(party, pool, settings, leave=BYE, **more)

    assert found["token_type"] == kind
    assert found["claims"]["sub"] == found["refreshed"]["sub"] == sub
    assert found["told"]["email"] == "ana@example.com"
    assert found["rotated"]
    assert found["left"] == f"{BYE}?state=bye"
    assert found["after"] == "invalid_grant"
    if "authentication" in settings:
        assert found["active"]["active"] is True


def test_a_client_signs_for_itself(party: RelyingParty, pool: PoolOfGateway) -> None:
    """`private_key_jwt`, with a key of its own."""
    private = ec.generate_private_key(ec.SECP256R1())
    names = {"kid": "k1", "alg": "ES256"}
    public = {**ECAlgorithm.to_jwk(private.public_key(), as_dict=True), **names}
    settings = {
        "authentication": ClientAuthentication.PRIVATE_KEY_JWT,
        "jwks": json.dumps({"keys": [public]}),
    }

    key = {**ECAlgorithm.to_jwk(private, as_dict=True), **names}
    sub, found = sign_in(party, pool, settings, key=key)

    assert found["claims"]["sub"] == sub


def test_a_device_is_let_in(party: RelyingParty, pool: PoolOfGateway) -> None:
    """It asks until the person has decided, somewhere else."""
    client, _ = pool.client(grants=EVERY_GRANT, redirect_uris=(CALLBACK,))
    user = pool.person()
    handle = pool.cookie(user).partition("=")[2]
    session = pool.oauth.sessions.find(handle)
    assert session is not None

    waiting = party.ask(op="device", issuer=pool.issuer, client_id=client.id)
    assert waiting["uri"] == f"{pool.gateway.site.url}/device"
    pool.oauth.devices.decide(
        waiting["user_code"], session, approved=True, address="127.0.0.1"
    )
    found = party.ask()

    assert found["claims"]["sub"] == user.sub
    assert found["after"] == "invalid_grant"


def test_a_service_acts_for_itself(party: RelyingParty, pool: PoolOfGateway) -> None:
    servers = ResourceServers(database=pool.database, cursors=Cursors(secret=b"k" * 32))
    servers.create(ResourceServer(pool.pool.id, "api", "API", (Scope("read", "r"),)))
    client, secret = pool.client(
        authentication=ClientAuthentication.BASIC,
        grants=frozenset({GrantKind.CLIENT_CREDENTIALS}),
        scopes=("api/read",),
        redirect_uris=(),
        logout_uris=(),
    )

    found = party.ask(
        op="credentials",
        issuer=pool.issuer,
        client_id=client.id,
        secret=secret,
        basic=True,
        scope="api/read",
    )

    assert found["scope"] == "api/read"
    assert found["token_type"] == "bearer"


def test_another_library_signs_in_too(pool: PoolOfGateway) -> None:
    """Authlib's own client: code with PKCE, userInfo, refresh, introspection, revocation."""
    registered, secret = pool.client(
        authentication=ClientAuthentication.POST, grants=EVERY_GRANT
    )
    user, url = pool.person(), pool.gateway.site.url
    verifier = "v" * 64
    with OAuth2Client(
        registered.id,
        secret,
        scope="openid email",
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
        token_endpoint_auth_method="client_secret_basic",
        token_endpoint=f"{url}/oauth2/token",
    ) as library:
        start, state = library.create_authorization_url(
            f"{url}/oauth2/authorize", code_verifier=verifier
        )
        back = httpx.get(start, headers={"cookie": pool.cookie(user)})
        token = library.fetch_token(
            authorization_response=back.headers["location"],
            code_verifier=verifier,
            state=state,
        )
        told = library.get(f"{url}/oauth2/userInfo").json()
        fresh = library.refresh_token(f"{url}/oauth2/token")
        answer = library.introspect_token(
            f"{url}/oauth2/introspect", token=fresh["access_token"]
        )
        library.revoke_token(f"{url}/oauth2/revoke", token=fresh["refresh_token"])
        after = library.introspect_token(
            f"{url}/oauth2/introspect", token=fresh["access_token"]
        )

    assert told["sub"] == user.sub
    assert fresh["refresh_token"] != token["refresh_token"]
    assert answer.json()["active"] is True
    assert after.json() == {"active": False}


def test_no_secret_is_logged(pool: PoolOfGateway, party: RelyingParty) -> None:
    """Neither tokens nor codes, whatever the level."""
    sign_in(party, pool, {})

    state = Path(pool.gateway.site.folder, "state")
    logged = "".join(path.read_text() for path in state.glob("*.jsonl"))
    assert "/oauth2/token" in logged
    assert "eyJ" not in logged
    assert "code=" not in logged
