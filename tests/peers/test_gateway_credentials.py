"""What a caller may do wrong, over the wire: each has its answer, and costs nothing.

The tokens are signed by a server made for saying wrong things, so that only the one thing
is wrong with them. None of these requests may reach the service.
"""

import base64
import contextlib
import hashlib
import hmac
import json
import secrets
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.peers.processes import Programs
from tests.peers.recorder import Recorder, recording
from tests.peers.running_gateway import (
    BROKEN,
    CLOSED,
    FEED,
    Choices,
    Memory,
    RunningGateway,
    Site,
    client,
    serving,
    wait_for,
)

pytestmark = pytest.mark.peer

PATH = f"{CLOSED}/1"
MIB = 2**20
# Far from the present, whatever the clocks of the machine do.
TOMORROW = int((datetime.now(UTC) + timedelta(days=1)).timestamp())
LAST_YEAR = TOMORROW - 366 * 86400

GOOD: dict[str, Any] = {
    "aud": "gateway",
    "client_id": "app",
    "jti": "1",
    "sub": "alice",
    "nbf": None,
}
ACCESS_TOKEN = {"typ": "at+jwt"}

_PROVIDER = """
kind = "oidc"
id = "mock"
owner = "team@example.com"
issuer = "{issuer}"
algorithms = ["RS256"]
audiences = ["gateway"]
[accept]
tokens = ["at+jwt", "id_token"]
[network]
allow_plain_http = true
allow_private_addresses = ["127.0.0.1"]
"""


class Mock:
    """A running oauth2-mock-server.

    Attributes:
        issuer: Where it is.
    """

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer

    def token(self, payload: dict[str, Any] | None = None, **header: Any) -> str:
        """Return an access token with these changes; `None` removes a claim."""
        change = {
            # Each token is another one, or the gateway would know it already.
            "payload": GOOD | {"jti": secrets.token_hex(8)} | (payload or {}),
            "header": ACCESS_TOKEN | header,
        }
        with client(self.issuer) as caller:
            caller.post("/__peer__/token", json=change).raise_for_status()
            form = {"grant_type": "client_credentials"}
            answer = caller.post("/token", data=form).raise_for_status()
            return str(answer.json()["access_token"])

    def public_key(self) -> rsa.RSAPublicKey:
        """Return the key that verifies its tokens."""
        with client(self.issuer) as caller:
            keys = jwt.PyJWKSet.from_dict(caller.get("/jwks").json()).keys
        key = keys[0].key
        assert isinstance(key, rsa.RSAPublicKey)
        return key


@dataclass
class Scene:
    """A gateway between a provider of wrong tokens and a service."""

    mock: Mock
    gateway: RunningGateway
    service: Recorder

    def refused(self, token: str, path: str = PATH) -> httpx.Response:
        """Return the answer to a token that must not get through."""
        answer = self.gateway.get(path, token)
        assert not self.service.received
        assert "set-cookie" not in answer.headers
        return answer

    def logged(self, name: str, answer: httpx.Response) -> dict[str, Any]:
        """Return the line that a log has for a refused request."""
        request_id = answer.json()["request_id"]

        def found() -> list[dict[str, Any]]:
            lines = self.gateway.site.logged(name)
            return [each for each in lines if each.get("request_id") == request_id]

        wait_for(found, f"a line of the log {name}")
        return found()[0]


@pytest.fixture(scope="module")
def running(
    programs: Programs, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    mock = Mock(programs.node("oauth2_mock", "oidc/oauth2_mock.mjs").address)
    provider = _PROVIDER.format(issuer=mock.issuer)
    with recording() as service:
        site = Site(
            tmp_path_factory.mktemp("gateway") / "site",
            upstream=service.port,
            choices=Choices(providers={"mock": provider}),
        )
        with serving(site) as gateway:
            yield Scene(mock, gateway, service)


@pytest.fixture
def scene(running: Scene) -> Scene:
    running.service.received.clear()
    return running


def test_what_the_server_signs_without_a_fault_gets_through(scene: Scene) -> None:
    """Or all that follows would prove nothing."""
    answer = scene.gateway.get(PATH, scene.mock.token())

    assert answer.status_code == httpx.codes.OK
    assert len(scene.service.received) == 1


@pytest.mark.parametrize(
    ("payload", "header", "code"),
    [
        ({"iss": "https://evil.example"}, {}, "untrusted_issuer"),
        ({"iss": None}, {}, "untrusted_issuer"),
        ({"aud": "somebody-else"}, {}, "wrong_audience"),
        ({"aud": None}, {}, "malformed_credential"),
        ({}, {"typ": "guest+jwt"}, "wrong_token_type"),
        ({}, {"typ": "logout+jwt"}, "wrong_token_type"),
        ({}, {"typ": "JWT"}, "wrong_token_type"),
        ({"exp": LAST_YEAR}, {}, "expired_credential"),
        ({"exp": None}, {}, "malformed_credential"),
        ({"exp": str(TOMORROW)}, {}, "malformed_credential"),
        ({"nbf": TOMORROW}, {}, "immature_credential"),
        ({"iat": TOMORROW}, {}, "immature_credential"),
        ({"sub": None}, {}, "malformed_credential"),
        ({}, {"kid": "unknown"}, "invalid_token"),
        ({}, {"jwk": {"kty": "oct", "k": "AAAA"}}, "invalid_token"),
        ({}, {"jku": "https://evil.example/jwks"}, "invalid_token"),
        ({}, {"x5u": "https://evil.example/certificate"}, "invalid_token"),
        ({}, {"x5c": ["AAAA"]}, "invalid_token"),
    ],
    ids=str,
)
def test_a_token_with_one_fault_is_401(
    scene: Scene, payload: dict[str, Any], header: dict[str, Any], code: str
) -> None:
    """Each is signed as it must be; RFC 8725 section 3, RFC 9068 section 4."""
    answer = scene.refused(scene.mock.token(payload, **header))

    assert answer.status_code == httpx.codes.UNAUTHORIZED
    assert answer.json()["type"] == f"urn:gateway:{code}"
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


@pytest.mark.parametrize(
    "header",
    [
        {"crit": ["exp"]},
        {"crit": ["unheard-of"], "unheard-of": True},
        {"crit": []},
        {"b64": False, "crit": ["b64"]},
    ],
    ids=str,
)
def test_an_extension_that_is_not_understood_is_401(
    scene: Scene, header: dict[str, Any]
) -> None:
    """RFC 7515 section 4.1.11. The mock server's library refuses to sign these."""
    token = scene.gateway.site.backend.token(header=header)

    answer = scene.refused(token)

    assert answer.status_code == httpx.codes.UNAUTHORIZED
    assert scene.gateway.get(PATH, scene.gateway.site.backend.token()).is_success


def _encode(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def _resigned(token: str, algorithm: str, secret: bytes = b"") -> str:
    """Return a token with another algorithm, and an HMAC or nothing as its signature."""
    header = jwt.get_unverified_header(token) | {"alg": algorithm}
    signed = f"{_encode(json.dumps(header).encode())}.{token.split('.')[1]}"
    digest = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_encode(digest) if secret else ''}"


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE"])
def test_an_unsigned_token_is_401(scene: Scene, algorithm: str) -> None:
    """`alg: none`, and with a signature that is none either."""
    token = _resigned(scene.mock.token(), algorithm)

    for text in (token, f"{token}AAAA"):
        assert scene.refused(text).status_code == httpx.codes.UNAUTHORIZED


@pytest.mark.parametrize("algorithm", ["HS256", "RS256", "none"])
def test_the_public_key_is_no_shared_secret(scene: Scene, algorithm: str) -> None:
    """Algorithm confusion (CVE-2022-29217): in all forms that a library might take."""
    key = scene.mock.public_key()
    forms = [
        key.public_bytes(encoding, form)
        for encoding in (Encoding.PEM, Encoding.DER)
        for form in (PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1)
    ]

    for secret in (*forms, forms[0].strip()):
        token = _resigned(scene.mock.token(), algorithm, secret)
        assert scene.refused(token).status_code == httpx.codes.UNAUTHORIZED


def test_what_the_gateway_minted_is_no_credential_here(scene: Scene) -> None:
    """A service that was sent a token must not be able to come back with it."""
    scene.gateway.get(PATH, scene.mock.token())
    minted = scene.service.last.token
    scene.service.received.clear()

    for path in (PATH, FEED):
        answer = scene.refused(minted, path)
        assert answer.status_code == httpx.codes.UNAUTHORIZED


def test_no_credential_on_a_closed_route_is_401(scene: Scene) -> None:
    """RFC 6750 section 3.1: a challenge, and no error code where nothing was shown."""
    answer = scene.gateway.get(PATH)

    assert answer.status_code == httpx.codes.UNAUTHORIZED
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == 'Bearer realm="gateway"'
    assert answer.json()["type"] == "urn:gateway:missing_credential"
    assert not scene.service.received


def test_a_policy_that_cannot_be_evaluated_denies_and_says_where(scene: Scene) -> None:
    """An error is a no: 403 for the caller, file, line and column in the log."""
    answer = scene.refused(scene.gateway.site.backend.token(), BROKEN)

    assert answer.status_code == httpx.codes.FORBIDDEN
    assert answer.json()["type"] == "urn:gateway:access_denied"
    assert "main.toml" not in answer.text
    line = scene.logged("decisions", answer)
    assert (line["effect"], line["reason"]) == ("deny", "policy_error")
    (fault,) = line["faults"]
    assert fault["where"] == "policies/main.toml:29:9"


def test_two_credentials_are_400(scene: Scene) -> None:
    """Which of them would be believed? Also where each of them is good."""
    good = scene.mock.token()

    for first, second in ((good, good), (good, "x"), ("x", good)):
        with scene.gateway.caller() as caller:
            headers = [
                ("authorization", f"Bearer {first}"),
                ("Authorization", f"Bearer {second}"),
            ]
            answer = caller.get(PATH, headers=headers)
        assert answer.status_code == httpx.codes.BAD_REQUEST
        assert answer.json()["type"] == "urn:gateway:conflicting_credentials"
    assert not scene.service.received


@pytest.mark.parametrize("path", [PATH, FEED])
def test_garbage_is_401_and_never_a_guest(scene: Scene, path: str) -> None:
    """Also where guests may go: who shows something broken meant to be somebody."""
    whole = scene.mock.token()
    garbage = [
        "x",
        "..",
        "a.b.c",
        "a.b.c.d",
        "=.=.=",
        "eyJ.eyJ.eyJ",
        whole[:-1],
        whole[: len(whole) // 2],
        whole.rpartition(".")[0],
        whole.rpartition(".")[0] + ".",
        f"{whole}.",
        f"{whole}=",
        whole.replace(".", "..", 1),
        "\u00e9.\u00e9.\u00e9".encode().decode("latin-1"),
    ]

    for text in garbage:
        with scene.gateway.caller() as caller:
            value = f"Bearer {text}".encode("latin-1")
            answer = caller.get(path, headers=[(b"authorization", value)])
        assert answer.status_code == httpx.codes.UNAUTHORIZED, text
    for scheme in ("", "Bearer", "Basic YTpi", "Bearer a b", "Negotiate abc"):
        with scene.gateway.caller() as caller:
            answer = caller.get(path, headers={"authorization": scheme})
        assert answer.status_code == httpx.codes.UNAUTHORIZED, scheme
    assert not scene.service.received


def test_a_token_just_over_the_limit_is_401(scene: Scene) -> None:
    """`token_bytes` is 8192 by default; nothing of it is decoded."""
    answer = scene.refused("a" * 8190 + ".b.c")

    assert answer.status_code == httpx.codes.UNAUTHORIZED


def _send(port: int, request: bytes) -> bytes:
    """Send a request, whether or not the other side wants all of it; return the answer."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        # It may have seen enough; what it said can be read all the same.
        with contextlib.suppress(ConnectionError):
            connection.sendall(request)
        with contextlib.suppress(ConnectionError):
            while piece := connection.recv(65536):
                answer += piece
    return answer


def test_megabyte_tokens_are_refused_in_constant_memory(scene: Scene) -> None:
    """As a header and in a form: two hundred of them cost what fifty have cost."""
    port = scene.gateway.site.port
    token = b"a" * MIB + b".b.c"
    as_header = b"GET %b HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %b\r\n\r\n" % (
        PATH.encode(),
        token,
    )
    form = b"grant_type=urn:federation-gateway:grant:guest&guest_token=" + token
    as_form = (
        b"POST /oauth2/token HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n"
        b"Content-Length: %d\r\n\r\n%b" % (len(form), form)
    )
    for _ in range(25):
        _send(port, as_header)
        _send(port, as_form)
    memory = Memory(scene.gateway.process.pid)

    to_headers = [_send(port, as_header)[:13] for _ in range(100)]
    to_forms = [_send(port, as_form)[:13] for _ in range(100)]

    # Who sends on without listening may lose the answer to a reset, and only that.
    assert set(to_headers) - {b""} == {b"HTTP/1.1 431 "}
    assert set(to_forms) - {b""} == {b"HTTP/1.1 400 "}
    assert to_headers.count(b"") + to_forms.count(b"") < 20
    assert memory.growth() < 8 * MIB
    assert not scene.service.received
    assert scene.gateway.get(PATH, scene.mock.token()).status_code == httpx.codes.OK


def test_bad_tokens_are_told_in_the_log_and_hold_no_secret(scene: Scene) -> None:
    """The operator learns why; neither log nor answer repeats the token."""
    token = scene.mock.token({"aud": "somebody-else"})

    answer = scene.refused(token)

    assert token.split(".")[2] not in answer.text
    assert scene.logged("program", answer)["error"] == "wrong_audience"
    assert scene.logged("access", answer)["error"] == "wrong_audience"
    for name in ("program", "access", "decisions"):
        assert token.split(".")[2] not in json.dumps(scene.gateway.site.logged(name))
