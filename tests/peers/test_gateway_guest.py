"""Guests over the wire, and the gateway's own addresses.

A guest is given a name by nobody, and yet is the same one each time; what an address may
ask for is counted, whatever it says about itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.peers.recorder import Recorder, recording
from tests.peers.running_gateway import (
    CLOSED,
    FEED,
    Choices,
    RunningGateway,
    Site,
    bearer,
    launch,
    wait_for,
)

pytestmark = pytest.mark.peer

TOKEN = "/oauth2/token"
GRANT = {"grant_type": "urn:federation-gateway:grant:guest"}

# Everything by which a proxy in front tells where a request came from.
FORWARDED = {
    "x-forwarded-for": "198.51.100.7",
    "forwarded": "for=198.51.100.7;proto=https;host=evil.example",
    "x-real-ip": "198.51.100.7",
    "x-client-ip": "198.51.100.7",
    "true-client-ip": "198.51.100.7",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "evil.example",
    "x-original-url": "/v1/closed/1",
    "x-rewrite-url": "/v1/closed/1",
}


@dataclass
class Hall:
    """A gateway that can be started again, and the service behind it."""

    gateway: RunningGateway
    service: Recorder

    @property
    def site(self) -> Site:
        """The gateway's files."""
        return self.gateway.site

    def grant(self, **more: str) -> httpx.Response:
        """Ask for a guest token."""
        with self.gateway.caller() as caller:
            return caller.post(TOKEN, data={**GRANT, **more})

    def seen(self, token: str = "") -> dict[str, Any]:
        """Return the claims that the service sees when somebody reads the feed."""
        assert self.gateway.get(FEED, token).status_code == httpx.codes.OK
        return self.service.last.claims(self.gateway.jwks(), self.site.url)

    def restart(self) -> None:
        """Stop the gateway and start it again."""
        assert self.gateway.stop() == 0
        self.gateway = launch(self.site)


def _hall(folder: Path, choices: Choices) -> Iterator[Hall]:
    with recording() as service:
        site = Site(folder, upstream=service.port, choices=choices)
        hall = Hall(launch(site), service)
        try:
            yield hall
        finally:
            hall.gateway.stop()


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    yield from _hall(tmp_path_factory.mktemp("hall") / "site", Choices())


@pytest.fixture
def narrow(tmp_path: Path) -> Iterator[Hall]:
    """Return a gateway that gives an address three guest tokens an hour."""
    yield from _hall(tmp_path / "site", Choices(guests="3/h"))


def test_a_guest_is_the_same_each_time_also_after_a_restart(hall: Hall) -> None:
    """The token carries the id; the upstream sees it, and no credential of the guest."""
    answer = hall.grant()
    issued = answer.json()

    assert answer.status_code == httpx.codes.OK
    assert answer.headers["cache-control"] == "no-store"
    assert issued["token_type"] == "Bearer"
    assert 30 * 86400 - 1 <= issued["expires_in"] <= 30 * 86400
    ids = [hall.seen(issued["access_token"])["sub"] for _ in range(2)]
    assert issued["access_token"] not in str(hall.service.last.headers)
    hall.restart()
    ids.append(hall.seen(issued["access_token"])["sub"])
    assert ids == [issued["identity_id"]] * 3


def test_a_guest_token_is_renewed_for_the_same_guest(hall: Hall) -> None:
    """An app that comes back in time keeps its guest."""
    first = hall.grant().json()

    second = hall.grant(guest_token=first["access_token"]).json()

    assert second["access_token"] != first["access_token"]
    assert second["identity_id"] == first["identity_id"]
    assert hall.seen(second["access_token"])["sub"] == first["identity_id"]
    assert hall.grant().json()["identity_id"] != first["identity_id"]


def test_who_shows_nothing_is_nobody_in_particular(hall: Hall) -> None:
    """The feed is open; all who come without anything are the same nobody."""
    claims = hall.seen()

    assert claims["sub"] == "us-east-1:00000000-0000-0000-0000-000000000000"
    assert claims["client_id"] == "guest"


def test_a_guest_reads_what_guests_may_and_no_more(hall: Hall) -> None:
    """Who is known as a guest and may not pass could come back as somebody: 401."""
    token = hall.grant().json()["access_token"]
    hall.service.received.clear()

    answer = hall.gateway.get(f"{CLOSED}/1", token)

    assert answer.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}
    assert not hall.service.received


@pytest.mark.parametrize("take", ["other", "minted", "flipped", "garbage"])
def test_only_a_guest_token_is_renewed(hall: Hall, take: str) -> None:
    """RFC 6749 section 5.2: `invalid_grant`; a token of one purpose has no other."""
    guest = hall.grant().json()["access_token"]
    hall.seen(guest)
    wrong = {
        "other": hall.site.backend.token(),
        "minted": hall.service.last.token,
        "flipped": guest[:-10] + ("A" if guest[-10] != "A" else "B") + guest[-9:],
        "garbage": "x",
    }

    answer = hall.grant(guest_token=wrong[take])

    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert answer.json()["error"] == "invalid_grant"


def test_an_address_is_given_so_many_guests_and_then_told_when_to_come_back(
    narrow: Hall,
) -> None:
    """Whatever it says about itself: nobody here is a trusted proxy."""
    statuses = []
    answer = narrow.grant()
    for number in range(6):
        statuses.append(answer.status_code)
        spoofed = {**FORWARDED, "x-forwarded-for": f"198.51.100.{number}"}
        with narrow.gateway.caller() as caller:
            answer = caller.post(TOKEN, data=GRANT, headers=spoofed)

    assert statuses == [200, 200, 200, 429, 429, 429]
    assert answer.json()["error"] == "temporarily_unavailable"
    assert 0 < int(answer.headers["retry-after"]) <= 20 * 60


def test_forwarded_headers_of_a_stranger_change_nothing(hall: Hall) -> None:
    """oauth2-proxy CVE-2026-40575, Oathkeeper GHSA-p224-6x5r-fjpm and their like."""
    hall.service.received.clear()
    token = hall.site.backend.token()
    with hall.gateway.caller(token) as caller:
        plain = caller.get(FEED)
        forwarded = caller.get(FEED, headers=FORWARDED)
        closed = hall.gateway.get(f"{CLOSED}/1", headers=FORWARDED)

    first, second = hall.service.received
    assert (plain.status_code, forwarded.status_code) == (200, 200)
    assert closed.status_code == httpx.codes.UNAUTHORIZED
    own = {"x-request-id"}
    assert [h for h in second.headers if h[0] not in own] == [
        h for h in first.headers if h[0] not in own
    ]
    assert second.header("x-forwarded-for") == "127.0.0.1"
    assert second.header("x-forwarded-proto") == "http"


def test_own_paths_are_ours_on_our_own_host_and_routed_on_any_other(
    hall: Hall,
) -> None:
    """`/oauth2/token` of a service behind the gateway is that service's."""
    with hall.gateway.caller() as caller:
        ours = caller.post(TOKEN, data=GRANT)
        foreign = caller.post(TOKEN, data=GRANT, headers={"host": "api.example.com"})
        keys = caller.get("/.well-known/jwks.json", headers={"host": "api.example.com"})

    assert ours.status_code == httpx.codes.OK
    assert foreign.status_code == keys.status_code == httpx.codes.NOT_FOUND
    assert foreign.json()["type"] == keys.json()["type"] == "urn:gateway:no_route"


@pytest.mark.parametrize("host", ["127.0.0.1.evil.example", "x@127.0.0.1", "::1", ""])
def test_a_host_that_looks_like_ours_is_not_ours(hall: Hall, host: str) -> None:
    """Compared as a whole, and refused where it is no host at all."""
    with hall.gateway.caller() as caller:
        answer = caller.post(TOKEN, data=GRANT, headers={"host": host})

    assert answer.status_code in {httpx.codes.BAD_REQUEST, httpx.codes.NOT_FOUND}
    assert "access_token" not in answer.text


def test_a_service_may_have_the_path_of_an_own_one_on_its_own_host(hall: Hall) -> None:
    """The files allow it, and so requests get there."""
    site = hall.site
    site.write("config.toml", _with_foreign_route(site))
    site.edit(
        "policies/main.toml",
        'routes = ["closed"]\nfor = ["authenticated"]\nwhen = "true"',
        'routes = ["closed", "foreign"]\nfor = ["authenticated"]\nwhen = "true"',
    )

    def routed() -> bool:
        with hall.gateway.caller(site.backend.token()) as caller:
            headers = {"host": "shop.example.com"}
            answer = caller.post(TOKEN, content=b"theirs", headers=headers)
        return answer.status_code == httpx.codes.OK

    wait_for(routed, "the route")
    assert (hall.service.last.path, hall.service.last.body) == (TOKEN, b"theirs")
    assert hall.grant().status_code == httpx.codes.OK


def _with_foreign_route(site: Site) -> str:
    text = (site.folder / "config.toml").read_text()
    route = text.split("[[routes]]")[2].replace('id = "closed"', 'id = "foreign"')
    place = f'host = "shop.example.com"\npath = "{TOKEN}"'
    return text + "\n[[routes]]" + route.replace('path = "/v1/closed/**"', place)


@pytest.mark.parametrize("path", ["/live", "/ready", "/status", "/explain", "/metrics"])
def test_what_is_for_operators_is_not_on_the_public_port(hall: Hall, path: str) -> None:
    """oauth2-proxy GHSA-5hvv-m4w4-gf6v: a health check that let requests through."""
    for host in ("", f"127.0.0.1:{hall.site.admin_port}", "localhost"):
        headers = {"host": host} if host else {}
        answer = hall.gateway.get(path, headers=headers)
        assert answer.status_code == httpx.codes.NOT_FOUND
        assert answer.json()["type"] == "urn:gateway:no_route"


def test_what_is_for_callers_is_not_on_the_admin_port(hall: Hall) -> None:
    """And a page on the web cannot have a browser ask it by another name."""
    with hall.gateway.operator() as operator:
        for path in (FEED, TOKEN, "/.well-known/jwks.json"):
            assert operator.get(path).status_code == httpx.codes.NOT_FOUND
        rebound = operator.get("/status", headers={"host": "evil.example"})
        assert operator.get("/status").status_code == httpx.codes.OK

    assert not rebound.is_success
    assert "signing_key" not in rebound.text


def test_discovery_tells_where_things_are(hall: Hall) -> None:
    """From our own settings alone: no header of a request turns up in it."""
    with hall.gateway.caller() as caller:
        answer = caller.get(
            "/.well-known/openid-configuration",
            headers={**FORWARDED, **bearer("x")},
        )
    document = answer.json()

    assert document["issuer"] == hall.site.url
    assert document["jwks_uri"] == f"{hall.site.url}/.well-known/jwks.json"
    assert document["token_endpoint"] == f"{hall.site.url}{TOKEN}"
    assert "evil" not in answer.text
