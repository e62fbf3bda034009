"""Tokens of a certified provider get through the gateway to Envoy, which accepts ours.

Nobody here wrote the program that signs what comes in, nor the one that judges what goes
out. What a provider does wrong, or fails to do, is told apart from what its users do wrong.
"""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.authentication.issuer import flip
from tests.peers.envoy import VERIFIED, Guard, envoy
from tests.peers.oidc_peer import CLIENTS, OidcPeer
from tests.peers.processes import Programs, free_port
from tests.peers.recorder import ANSWER, Recorder, recording
from tests.peers.running_gateway import (
    AUDIENCE,
    CLOSED,
    Choices,
    RunningGateway,
    Site,
    bearer,
    serving,
    wait_for,
)

pytestmark = pytest.mark.peer

OURS = "urn:gateway"
PATH = f"{CLOSED}/1"
JWKS = "/jwks"

_PROVIDER = """
kind = "oidc"
id = "{id}"
owner = "team@example.com"
issuer = "{issuer}"
algorithms = ["RS256", "ES256", "Ed25519"]
audiences = ["urn:gateway"]
[client]
id = "gateway"
extra_audiences = ["gateway-es256", "gateway-ed25519"]
[accept]
tokens = ["at+jwt", "id_token"]
[network]
allow_plain_http = true
allow_private_addresses = ["127.0.0.1"]
timeout = "1s"
jwks = {{ {jwks} }}
"""


@dataclass
class Street:
    """Everything that a request passes, from the provider to the service.

    Attributes:
        steady: A provider whose keys are believed for a day.
        shaky: A provider whose keys are old after a second, and useless after five.
        gateway: The gateway.
        guard: Port of Envoy, which stands before the service.
        service: The service.
    """

    steady: OidcPeer
    shaky: OidcPeer
    gateway: RunningGateway
    guard: int
    service: Recorder

    def ask(self, token: str) -> httpx.Response:
        """Send a request through all of it."""
        return self.gateway.get(PATH, token)

    def keys_of(self, provider: str) -> str:
        """Return in one word what the gateway thinks of a provider's keys."""
        listed = self.gateway.status()["providers"]
        return next(str(each["keys"]) for each in listed if each["id"] == provider)


@pytest.fixture(scope="module")
def street(
    programs: Programs, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Street]:
    folder = tmp_path_factory.mktemp("street")
    script = "oidc/oidc_provider.mjs"
    steady = OidcPeer(programs.node("oidc_provider", script))
    shaky = OidcPeer(programs.node("oidc_provider", script))
    guard = free_port()
    providers = {
        "steady": _PROVIDER.format(
            id="steady", issuer=steady.issuer, jwks='unknown_kid = "100/1s"'
        ),
        "shaky": _PROVIDER.format(
            id="shaky",
            issuer=shaky.issuer,
            jwks='refresh = "1s", stale = "5s", unknown_kid = "100/1s"',
        ),
    }
    site = Site(
        folder / "gateway", upstream=guard, choices=Choices(providers=providers)
    )
    with recording() as service, serving(site) as gateway:
        told = Guard(guard, service.port, site.port, site.url, AUDIENCE)
        with envoy(folder / "envoy", told):
            yield Street(steady, shaky, gateway, guard, service)


@pytest.fixture(autouse=True)
def _honest(street: Street) -> None:
    street.shaky.reset()
    street.service.received.clear()


def _verified_by_envoy(street: Street) -> Any:
    text = street.service.last.header(VERIFIED)
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "Ed25519"])
def test_an_id_token_becomes_ours_and_envoy_accepts_it(
    street: Street, algorithm: str
) -> None:
    """The main job: a real token in, one that Envoy verifies with our keys out."""
    client = CLIENTS[algorithm]
    presented = street.steady.sign_in(client, name="ana")["id_token"]

    answer = street.ask(presented)

    assert (answer.status_code, answer.content) == (httpx.codes.OK, ANSWER)
    (received,) = street.service.received
    claims = received.claims(street.gateway.jwks(), street.gateway.site.url)
    assert _verified_by_envoy(street) == claims
    assert claims["client_id"] == "steady"
    assert claims["sub"].startswith("us-east-1:")
    assert presented not in str(received.headers)


def test_an_access_token_for_the_gateway_becomes_ours(street: Street) -> None:
    """RFC 9068 in, RFC 9068 out; the person is the one of the ID token."""
    tokens = street.steady.sign_in(CLIENTS["RS256"], name="ana", resource=OURS)

    for name in ("access_token", "id_token"):
        assert street.ask(tokens[name]).status_code == httpx.codes.OK

    jwks, issuer = street.gateway.jwks(), street.gateway.site.url
    subjects = {r.claims(jwks, issuer)["sub"] for r in street.service.received}
    assert len(subjects) == 1


def test_one_flipped_bit_is_401_and_nothing_reaches_envoy(street: Street) -> None:
    """In the header, in the payload, in the signature; the whole token still passes."""
    whole = street.steady.machine_token(OURS)
    dots = [0, *(place for place, c in enumerate(whole) if c == ".")]

    for number, start in enumerate(dots):
        answer = street.ask(flip(whole, start + 30, number))
        assert answer.status_code == httpx.codes.UNAUTHORIZED
        assert answer.json()["type"].startswith("urn:gateway:")
        assert answer.headers["www-authenticate"].startswith("Bearer ")

    assert not street.service.received
    assert street.ask(whole).status_code == httpx.codes.OK


def test_who_goes_around_the_gateway_is_refused_by_envoy(street: Street) -> None:
    """Without a token, with the provider's own, with one of ours that was changed."""
    callers = street.steady.machine_token(OURS)
    street.ask(callers)
    ours = street.service.last.token
    street.service.received.clear()

    with httpx.Client(trust_env=False) as client:
        answers = [
            client.get(f"http://127.0.0.1:{street.guard}{PATH}", headers=headers)
            for headers in ({}, bearer(callers), bearer(flip(ours, 200, 2)))
        ]
        assert not street.service.received
        straight = client.get(
            f"http://127.0.0.1:{street.guard}{PATH}", headers=bearer(ours)
        )

    assert [a.status_code for a in answers] == [httpx.codes.UNAUTHORIZED] * 3
    assert straight.status_code == httpx.codes.OK


def test_tokens_for_others_are_refused(street: Street) -> None:
    """Another resource; an opaque token, which says nothing about whom it is for."""
    foreign = street.steady.machine_token("urn:another")
    opaque = street.steady.sign_in(CLIENTS["RS256"])["access_token"]

    assert street.ask(foreign).json()["type"] == "urn:gateway:wrong_audience"
    assert street.ask(opaque).status_code == httpx.codes.UNAUTHORIZED
    assert not street.service.received


def test_a_provider_that_rotates_and_keeps_its_old_keys_is_followed(
    street: Street,
) -> None:
    """A key that is not known causes a look; tokens of the old one stay good."""
    street.ask(street.steady.machine_token(OURS))
    old = street.steady.machine_token(OURS)
    street.steady.rotate(keep_old=True)
    new = street.steady.machine_token(OURS)

    assert street.ask(new).status_code == httpx.codes.OK
    assert street.ask(old).status_code == httpx.codes.OK


def test_a_provider_that_drops_its_old_keys_is_followed(street: Street) -> None:
    """What the dropped key signed is refused from the next look at the keys on."""
    street.ask(street.steady.machine_token(OURS))
    old = street.steady.machine_token(OURS)
    street.steady.rotate(keep_old=False)
    new = street.steady.machine_token(OURS)

    assert street.ask(new).status_code == httpx.codes.OK
    answer = street.ask(old)
    assert answer.status_code == httpx.codes.UNAUTHORIZED
    assert "invalid_token" in answer.headers["www-authenticate"]


def _break(peer: OidcPeer, **fault: Any) -> None:
    for path in (JWKS, "/.well-known/openid-configuration"):
        peer.fault(path, times=10_000, **fault)


def _never_answers(peer: OidcPeer) -> None:
    _break(peer, status=0, delay_ms=5000)


def _answers_garbage(peer: OidcPeer) -> None:
    _break(peer, status=200, body="<html>please wait</html>")


@pytest.mark.parametrize("breaks", [_never_answers, _answers_garbage])
def test_a_broken_provider_is_bridged_and_then_told_apart_from_a_bad_token(
    street: Street, breaks: Callable[[OidcPeer], None]
) -> None:
    """Cached keys serve through the stale window; then it is 503, never 401."""
    _recovered(street)
    tokens = [street.shaky.machine_token(OURS) for _ in range(20)]
    known = tokens[-1]
    forged = flip(street.steady.machine_token(OURS), 200, 1)

    breaks(street.shaky)
    _bridged(street, tokens)

    wait_for(lambda: street.keys_of("shaky") == "missing", "keys too old")
    answer = street.ask(tokens.pop())
    assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert answer.json()["type"] == "urn:gateway:provider_unavailable"
    assert int(answer.headers["retry-after"]) > 0
    assert "www-authenticate" not in answer.headers
    # Whom the gateway knows already, and other providers, do not notice it.
    assert street.ask(known).status_code == httpx.codes.OK
    assert street.ask(forged).status_code == httpx.codes.UNAUTHORIZED

    street.shaky.reset()
    unseen = tokens.pop()
    wait_for(lambda: street.ask(unseen).status_code == httpx.codes.OK, "recovery")


def _recovered(street: Street) -> None:
    """Return when the provider is asked again without a pause for earlier failures."""

    def passes() -> bool:
        token = street.shaky.machine_token(OURS)
        return street.ask(token).status_code == httpx.codes.OK

    wait_for(passes, "the provider's recovery", within=40)


def _bridged(street: Street, tokens: list[str]) -> None:
    """Return once the keys are too old to be fresh; no request fails meanwhile."""

    def stale() -> bool:
        assert street.ask(tokens.pop()).status_code == httpx.codes.OK
        return street.keys_of("shaky") == "stale"

    wait_for(stale, "stale keys", every=0.2)


def test_a_provider_that_is_gone_is_bridged_and_then_unavailable(
    street: Street,
) -> None:
    """Its process has ended. The last test here: it is not started again."""
    _recovered(street)
    tokens = [street.shaky.machine_token(OURS) for _ in range(20)]

    assert street.shaky.program.stop() == 0
    _bridged(street, tokens)
    wait_for(lambda: street.keys_of("shaky") == "missing", "keys too old")
    beyond = street.ask(tokens.pop())

    assert beyond.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert beyond.json()["type"] == "urn:gateway:provider_unavailable"
