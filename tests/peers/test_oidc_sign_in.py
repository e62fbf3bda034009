"""Signing in at providers that nobody here wrote."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from gateway.authentication.errors import (
    UnknownKeyError,
    WrongHashError,
    WrongNonceError,
    WrongSubjectError,
)
from gateway.federation.errors import ProviderSaysNoError
from gateway.federation.values import ProvenLogin, RelyingParty
from gateway.model.claims import TokenType
from gateway.model.errors import (
    BadAnswerError,
    CredentialError,
    ExpiredCredentialError,
    GatewayError,
    ImmatureCredentialError,
    MalformedCredentialError,
    ProviderUnavailableError,
    UntrustedIssuerError,
    WrongAudienceError,
)
from tests.authentication.issuer import jwk, private_key
from tests.peers.federation_folder import NETWORK, attempt, parties
from tests.peers.oidc_peer import CALLBACK, OidcPeer
from tests.peers.processes import Programs

pytestmark = pytest.mark.peer

SECRET = "gateway-secret-gateway-secret-0123"
KEYS = {"rsa": "RS256", "ec": "ES256", "ed25519": "EdDSA"}

# How a client proves itself: its settings beside the id, and what the provider knows of it.
WAYS: dict[str, tuple[str, dict[str, Any]]] = {
    "basic": (
        'secret = { file = "secret" }',
        {"client_secret": SECRET, "token_endpoint_auth_method": "client_secret_basic"},
    ),
    "post": (
        'secret = { file = "secret" }\nauth = "client_secret_post"',
        {"client_secret": SECRET, "token_endpoint_auth_method": "client_secret_post"},
    ),
    "none": ("", {"token_endpoint_auth_method": "none"}),
} | {
    name: (
        f'key = {{ file = "{name}.pem" }}\nkey_id = "{name}"',
        {
            "token_endpoint_auth_method": "private_key_jwt",
            "token_endpoint_auth_signing_alg": algorithm,
            "jwks": {"keys": [jwk(algorithm, kid=name)]},
        },
    )
    for name, algorithm in KEYS.items()
}


@pytest.fixture(scope="module")
def running(programs: Programs, tmp_path_factory: pytest.TempPathFactory) -> OidcPeer:
    config = tmp_path_factory.mktemp("oidc") / "config.json"
    clients = [
        {
            "client_id": name,
            "redirect_uris": [CALLBACK],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            **known,
        }
        for name, (_, known) in WAYS.items()
    ]
    config.write_text(json.dumps({"clients": clients}))
    script = "oidc/oidc_provider.mjs"
    return OidcPeer(programs.node("oidc_provider", script, "--config", str(config)))


@pytest.fixture
def peer(running: OidcPeer) -> Iterator[OidcPeer]:
    running.reset()
    yield running
    running.reset()


def party(
    root: Path, issuer: str, *, way: str = "basic", more: str = "", secret: str = SECRET
) -> RelyingParty:
    (root / "secret").write_text(f"{secret}\n")
    for name, algorithm in KEYS.items():
        pem = private_key(algorithm).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
        (root / f"{name}.pem").write_bytes(pem)
    text = f"""
kind = "oidc"
id = "login"
owner = "x"
issuer = "{issuer}"
accept.flows = ["login"]
{more}
[client]
id = "{way}"
{WAYS[way][0]}
{NETWORK}"""
    return parties(root, login=text)["login"]


@pytest.mark.parametrize("way", WAYS)
def test_somebody_signs_in(peer: OidcPeer, tmp_path: Path, way: str) -> None:
    """Code, PKCE, nonce, pushed request, and the tokens they are worth."""
    login = party(tmp_path, peer.issuer, way=way)

    departure = login.begin(attempt())
    answer = peer.visit(departure.url, name="ada")
    proven = login.finish(attempt(), answer)

    assert "request_uri=" in departure.url
    assert "nonce" not in departure.url
    assert answer["state"] == attempt().state
    assert answer["iss"] == peer.issuer
    assert proven.claims.subject == "ada"
    assert proven.claims.token_type is TokenType.ID_TOKEN
    assert proven.claims.claims["email"] == "ada@example.test"
    assert proven.tokens is not None
    assert proven.tokens.refresh_token
    assert proven.tokens.expires_at is not None
    assert proven.scopes == ("openid", "email", "profile")


@pytest.mark.parametrize("way", ["basic", "post"])
def test_who_does_not_know_the_secret_is_told_so(
    peer: OidcPeer, tmp_path: Path, way: str
) -> None:
    """Where the request is pushed, before anybody is sent anywhere."""
    login = party(tmp_path, peer.issuer, way=way, secret="another")

    with pytest.raises(ProviderSaysNoError) as caught:
        login.begin(attempt())

    assert caught.value.reason == "invalid_client"


def test_a_request_goes_through_the_browser_if_it_has_to(
    peer: OidcPeer, tmp_path: Path
) -> None:
    """`par = "off"`; and the wishes of a sign-in are those that the provider obeys."""
    login = party(tmp_path, peer.issuer, more='par = "off"')
    wished = replace(
        attempt(), max_age=timedelta(hours=1), login_hint="ada", force=True
    )

    departure = login.begin(wished)
    proven = login.finish(wished, peer.visit(departure.url))

    assert "code_challenge=" in departure.url
    assert proven.claims.claims["auth_time"]


def test_every_address_may_stand_in_the_file(peer: OidcPeer, tmp_path: Path) -> None:
    """Then nobody asks the provider what it is."""
    places = {"authorize": "auth", "token": "token", "userinfo": "me", "jwks": "jwks"}
    more = "\n".join(
        f'{name}_url = "{peer.issuer}/{path}"' for name, path in places.items()
    )
    login = party(tmp_path, peer.issuer, more=more)

    proven = login.finish(attempt(), peer.visit(login.begin(attempt()).url))

    assert proven.claims.subject == "alice"
    assert peer.asked("/.well-known/openid-configuration") == 0


def test_a_code_is_good_once(peer: OidcPeer, tmp_path: Path) -> None:
    """The provider says so, and its word is passed on."""
    login = party(tmp_path, peer.issuer)
    answer = peer.visit(login.begin(attempt()).url)
    login.finish(attempt(), answer)

    with pytest.raises(ProviderSaysNoError) as caught:
        login.finish(attempt(), answer)

    assert caught.value.reason == "invalid_grant"


def test_a_code_is_good_for_its_own_sign_in_alone(
    peer: OidcPeer, tmp_path: Path
) -> None:
    """Somebody else's code, brought with one's own state (RFC 9700 section 4.5)."""
    login = party(tmp_path, peer.issuer)
    stolen = peer.visit(login.begin(attempt(2)).url, name="victim")

    with pytest.raises(ProviderSaysNoError) as caught:
        login.finish(attempt(1), stolen | {"state": attempt(1).state})

    assert caught.value.reason == "invalid_grant"


def test_an_answer_that_names_another_provider_is_refused(
    peer: OidcPeer, tmp_path: Path
) -> None:
    """Or none: this one says that it always does (RFC 9207)."""
    login = party(tmp_path, peer.issuer)
    answer = peer.visit(login.begin(attempt()).url)
    unsaid = {name: value for name, value in answer.items() if name != "iss"}

    for wrong in (unsaid, answer | {"iss": "https://evil.example"}):
        with pytest.raises(BadAnswerError):
            login.finish(attempt(), wrong)
    assert login.finish(attempt(), answer).claims.subject == "alice"


def test_keys_change_while_people_sign_in(peer: OidcPeer, tmp_path: Path) -> None:
    """Those of now count, whatever was published before."""
    login = party(tmp_path, peer.issuer)
    peer.rotate(keep_old=False)

    proven = login.finish(attempt(), peer.visit(login.begin(attempt()).url))

    assert proven.claims.subject == "alice"


TEN_MEGABYTES = " " * 10 * 1024 * 1024
FAULTS: dict[str, tuple[dict[str, Any], type[GatewayError]]] = {
    "503": ({"status": 503}, ProviderUnavailableError),
    "slow": ({"status": 200, "delay_ms": 2500, "body": "{}"}, ProviderUnavailableError),
    "a page": ({"status": 200, "body": "<html>please wait</html>"}, BadAnswerError),
    "10 MB": ({"status": 200, "body": TEN_MEGABYTES}, BadAnswerError),
    "a redirect": ({"status": 302}, BadAnswerError),
    "empty": ({"status": 200}, BadAnswerError),
}


@pytest.mark.parametrize(("fault", "error"), FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("path", ["/token", "/me"])
def test_a_broken_answer_lets_nobody_in(
    peer: OidcPeer,
    tmp_path: Path,
    path: str,
    fault: dict[str, Any],
    error: type[GatewayError],
) -> None:
    """And the next one is as good as ever."""
    login = party(tmp_path, peer.issuer)
    answer = peer.visit(login.begin(attempt()).url)
    peer.fault(path, **fault)

    with pytest.raises(error):
        login.finish(attempt(), answer)

    again = peer.visit(login.begin(attempt()).url)
    assert login.finish(attempt(), again).claims.subject == "alice"


class Mock:
    """oauth2-mock-server, which says what it is told to, signed."""

    def __init__(self, address: str) -> None:
        self.address = address

    def says(self, what: str, change: dict[str, Any]) -> None:
        with httpx.Client(trust_env=False) as client:
            url = f"{self.address}/__peer__/{what}"
            client.post(url, json=change).raise_for_status()


@pytest.fixture(scope="module")
def mock(programs: Programs) -> Mock:
    return Mock(programs.node("oauth2_mock", "oidc/oauth2_mock.mjs").address)


@pytest.fixture
def mocked(mock: Mock, tmp_path: Path) -> Iterator[RelyingParty]:
    yield party(tmp_path, mock.address, more="userinfo = true")
    for what in ("token", "userinfo", "token_response"):
        mock.says(what, {})


def sign_in(login: RelyingParty) -> ProvenLogin:
    departure = login.begin(attempt())
    with httpx.Client(trust_env=False) as browser:
        back = httpx.URL(browser.get(departure.url).headers["location"])
    return login.finish(attempt(), dict(back.params))


HONEST = {"aud": "basic", "sub": "johndoe", "scope": None, "amr": ["pwd"]}
FAR = 4_000_000_000
WRONG: dict[str, tuple[dict[str, Any], dict[str, Any], type[CredentialError]]] = {
    "another issuer": ({"iss": "https://evil.example"}, {}, UntrustedIssuerError),
    "another client": ({"aud": "other"}, {}, WrongAudienceError),
    "no client": ({"aud": ""}, {}, MalformedCredentialError),
    "an empty list": ({"aud": []}, {}, MalformedCredentialError),
    "two, and no party": ({"aud": ["basic", "other"]}, {}, WrongAudienceError),
    "another party": ({"azp": "other"}, {}, WrongAudienceError),
    "another nonce": ({"nonce": "other"}, {}, WrongNonceError),
    "no nonce": ({"nonce": None}, {}, MalformedCredentialError),
    "another access token": ({"at_hash": "AAAA"}, {}, WrongHashError),
    "expired": ({"exp": 1_700_000_000}, {}, ExpiredCredentialError),
    "stale": ({"iat": 1_700_000_000, "exp": 1_702_000_000}, {}, ExpiredCredentialError),
    "to come": ({"nbf": FAR}, {}, ImmatureCredentialError),
    "nobody": ({"sub": None}, {}, MalformedCredentialError),
    "an unknown key": ({}, {"kid": "unknown"}, UnknownKeyError),
}


@pytest.mark.parametrize(("payload", "header", "error"), WRONG.values(), ids=WRONG)
def test_a_token_that_says_something_wrong_is_refused(
    mock: Mock,
    mocked: RelyingParty,
    payload: dict[str, Any],
    header: dict[str, Any],
    error: type[CredentialError],
) -> None:
    """With a good signature; the same token without the change is accepted."""
    mock.says("token", {"payload": HONEST})
    assert sign_in(mocked).claims.subject == "johndoe"

    mock.says("token", {"payload": HONEST | payload, "header": header})

    with pytest.raises(error):
        sign_in(mocked)


def test_what_is_said_of_somebody_else_is_refused(
    mock: Mock, mocked: RelyingParty
) -> None:
    """OpenID Connect Core section 5.3.2."""
    mock.says("token", {"payload": HONEST})
    mock.says("userinfo", {"body": {"sub": "johndoe", "locale": "de"}})
    assert sign_in(mocked).claims.claims["locale"] == "de"

    mock.says("userinfo", {"body": {"sub": "somebody-else", "email": "a@b.example"}})

    with pytest.raises(WrongSubjectError):
        sign_in(mocked)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, {"error": "invalid_grant"}, ProviderSaysNoError),
        (200, {"error": "server_error"}, ProviderSaysNoError),
        (400, {}, BadAnswerError),
        (500, {"error": "server_error"}, ProviderUnavailableError),
        (429, {}, ProviderUnavailableError),
        (200, {"access_token": "a", "token_type": "Bearer"}, BadAnswerError),
    ],
    ids=range(6),
)
def test_a_token_endpoint_that_gives_nothing_lets_nobody_in(
    mock: Mock,
    mocked: RelyingParty,
    status: int,
    body: dict[str, Any],
    error: type[GatewayError],
) -> None:
    """Each for its own reason."""
    mock.says("token_response", {"status": status, "body": body})

    with pytest.raises(error):
        sign_in(mocked)
