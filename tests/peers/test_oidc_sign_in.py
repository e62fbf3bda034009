"""Signing in at a certified provider that nobody here wrote."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.federation.values import RelyingParty
from gateway.model.claims import TokenType
from tests.peers.federation_folder import NETWORK, attempt, parties
from tests.peers.oidc_peer import OidcPeer
from tests.peers.processes import Programs

pytestmark = pytest.mark.peer

CLIENT = """
id = "gateway"
secret = { file = "secret" }
"""


@pytest.fixture(scope="module")
def running(programs: Programs) -> OidcPeer:
    return OidcPeer(programs.node("oidc_provider", "oidc/oidc_provider.mjs"))


@pytest.fixture
def peer(running: OidcPeer) -> Iterator[OidcPeer]:
    running.reset()
    yield running
    running.reset()


def party(
    root: Path, peer: OidcPeer, *, more: str = "", client: str = CLIENT
) -> RelyingParty:
    (root / "secret").write_text("gateway-secret-gateway-secret-0123\n")
    text = f"""
kind = "oidc"
id = "login"
owner = "x"
issuer = "{peer.issuer}"
accept.flows = ["login"]
{more}
[client]
{client}
{NETWORK}"""
    return parties(root, login=text)["login"]


def test_somebody_signs_in(peer: OidcPeer, tmp_path: Path) -> None:
    """Code, PKCE, nonce, pushed request, and the token they are worth."""
    login = party(tmp_path, peer)

    departure = login.begin(attempt())
    answer = peer.visit(departure.url, name="ada")
    proven = login.finish(attempt(), answer)

    assert "request_uri=" in departure.url
    assert answer["state"] == attempt().state
    assert answer["iss"] == peer.issuer
    assert proven.claims.provider == "login"
    assert proven.claims.subject == "ada"
    assert proven.claims.token_type is TokenType.ID_TOKEN
    assert proven.claims.claims["email"] == "ada@example.test"
    assert proven.tokens is not None
    assert proven.tokens.refresh_token
    assert proven.tokens.expires_at is not None
    assert proven.scopes == ("openid", "email", "profile")


def test_a_code_is_good_once(peer: OidcPeer, tmp_path: Path) -> None:
    """The provider says so, and its word is passed on."""
    login = party(tmp_path, peer)
    answer = peer.visit(login.begin(attempt()).url)
    login.finish(attempt(), answer)

    with pytest.raises(Exception, match="invalid_grant"):
        login.finish(attempt(), answer)
