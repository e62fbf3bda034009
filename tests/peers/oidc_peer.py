"""oidc-provider, a certified OpenID provider, as its users and its operator meet it."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.peers.processes import Program

CALLBACK = "http://127.0.0.1:9499/callback"

# A redirect to the callback ends the sign-in; before it there are a few steps.
_MAX_STEPS = 10


@dataclass(frozen=True)
class Client:
    """An OAuth client that the provider knows.

    Attributes:
        id: Its id.
        secret: Its secret.
        in_body: Whether it sends the secret in the form.
    """

    id: str
    secret: str
    in_body: bool = True


CLIENTS = {
    "RS256": Client("gateway", "gateway-secret-gateway-secret-0123", in_body=False),
    "ES256": Client("gateway-es256", "gateway-es256-secret-0123456789"),
    "Ed25519": Client("gateway-ed25519", "gateway-ed25519-secret-0123456789"),
    "PS256": Client("gateway-ps256", "gateway-ps256-secret-0123456789"),
}
MACHINE = Client("machine", "machine-secret-machine-secret-0123", in_body=False)


class OidcPeer:
    """A running oidc-provider.

    Args:
        program: Started with `oidc/oidc_provider.mjs`.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.issuer = program.address

    def sign_in(
        self, client: Client, *, name: str = "alice", resource: str = ""
    ) -> dict[str, Any]:
        """Sign somebody in, as a browser and a client would, and return the tokens.

        Args:
            client: Who asks.
            name: Who signs in; any password will do.
            resource: For whom the access token is; without it, it is opaque.
        """
        wanted = {"resource": resource} if resource else {}
        with _browser() as browser:
            answer = self._answer(browser, self._question(client, wanted), name)
            code = answer["code"]
            form = {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": CALLBACK,
            }
            return self._tokens(browser, client, form | wanted)

    def visit(self, url: str, *, name: str = "alice") -> dict[str, str]:
        """Sign somebody in where a client has sent them, and return what they bring back.

        Args:
            url: Of the authorization endpoint.
            name: Who signs in.
        """
        with _browser() as browser:
            return self._answer(browser, httpx.URL(url), name)

    def machine_token(self, resource: str) -> str:
        """Return an access token that a program got for itself."""
        form = {"grant_type": "client_credentials", "resource": resource}
        with _browser() as browser:
            return str(self._tokens(browser, MACHINE, form)["access_token"])

    def rotate(self, *, keep_old: bool) -> None:
        """Sign with new keys from now on."""
        self._control("rotate", {"keep_old": keep_old})

    def fault(self, path: str, **answer: Any) -> None:
        """Answer the next requests for a path in another way."""
        self._control("fault", {"path": path} | answer)

    def reset(self) -> None:
        """Forget faults and counters."""
        self._control("reset", {})

    def asked(self, path: str) -> int:
        """Return how often a path was requested since the last reset."""
        with _browser() as browser:
            counts = browser.get(f"{self.issuer}/__peer__/requests").json()
            return int(counts.get(path, 0))

    def _control(self, what: str, body: dict[str, Any]) -> None:
        with _browser() as browser:
            url = f"{self.issuer}/__peer__/{what}"
            browser.post(url, json=body).raise_for_status()

    def _question(self, client: Client, wanted: dict[str, str]) -> httpx.URL:
        question = {
            "client_id": client.id,
            "response_type": "code",
            "scope": "openid email profile groups",
            "redirect_uri": CALLBACK,
            "state": "state",
            "nonce": "nonce",
        }
        return httpx.URL(f"{self.issuer}/auth", params=question | wanted)

    def _answer(
        self, browser: httpx.Client, place: httpx.URL, name: str
    ) -> dict[str, str]:
        answer = browser.get(place)
        for _ in range(_MAX_STEPS):
            if "location" not in answer.headers:
                form = {"prompt": "login", "login": name, "password": "x"}
                answer = browser.post(place, data=form)
                continue
            place = place.join(answer.headers["location"])
            if str(place).startswith(CALLBACK):
                return dict(place.params)
            answer = browser.get(place)
        raise AssertionError(f"the sign-in does not end: {place}")

    def _tokens(
        self, browser: httpx.Client, client: Client, form: dict[str, str]
    ) -> dict[str, Any]:
        url = f"{self.issuer}/token"
        if client.in_body:
            form = form | {"client_id": client.id, "client_secret": client.secret}
            answer = browser.post(url, data=form)
        else:
            answer = browser.post(url, data=form, auth=(client.id, client.secret))
        assert answer.status_code == httpx.codes.OK, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens


def _browser() -> httpx.Client:
    return httpx.Client(trust_env=False, timeout=20)
