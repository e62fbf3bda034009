"""Keys outlive a reload, as long as nothing about them has changed."""

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from gateway.authentication.key_sources import KeySources
from gateway.config.providers.google import GoogleProvider
from gateway.config.providers.oidc import OidcProvider
from gateway.config.settings.references import FileRef
from gateway.config.settings.values import Rate
from gateway.net.fetcher import FetchRules
from tests.authentication.issuer import ISSUER
from tests.authentication.provider import JWKS, Clock, FakeProvider


class World:
    """Everything that key sources talk to."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.provider = FakeProvider()
        self.rules: list[FetchRules] = []
        self.sources = KeySources(clock=self.clock, fetcher=self.fetcher)

    def fetcher(self, rules: FetchRules) -> FakeProvider:
        self.rules.append(rules)
        return self.provider


@pytest.fixture
def world() -> World:
    return World()


def provider(**changes: Any) -> OidcProvider:
    settings = {
        "kind": "oidc",
        "id": "corp",
        "issuer": ISSUER,
        "audiences": ("gateway",),
    }
    return OidcProvider.model_validate(settings | changes)


def test_a_reload_keeps_the_keys(world: World) -> None:
    """Labels, audiences and mappings do not matter to keys."""
    source = world.sources.for_(provider())
    source.get("ES256-0", "ES256")

    again = world.sources.for_(
        provider(label="Corporate", audiences=("gateway", "orders"), id="other")
    )

    assert again is source
    assert world.provider.asked[JWKS] == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://other.example"},
        {"jwks_url": "https://login.example/keys"},
        {"algorithms": ("ES256",)},
        {"network": {"allow_hosts": ("login.example", "keys.example")}},
        {"network": {"allow_private_addresses": (ip_network("10.0.0.0/8"),)}},
        {"network": {"allow_plain_http": True}},
        {"network": {"timeout": timedelta(seconds=1)}},
        {"network": {"ca": FileRef(path=Path("ca.pem"), content=b"PEM")}},
        {"network": {"jwks": {"refresh": timedelta(minutes=1)}}},
        {"network": {"jwks": {"stale": timedelta(minutes=1)}}},
        {"network": {"jwks": {"unknown_kid": Rate(1, timedelta(minutes=1))}}},
    ],
)
def test_what_the_keys_depend_on_makes_a_new_source(
    world: World, changes: dict[str, Any]
) -> None:
    source = world.sources.for_(provider())

    assert world.sources.for_(provider(**changes)) is not source


def test_a_provider_is_reached_within_its_own_bounds(world: World) -> None:
    world.sources.for_(
        provider(
            jwks_url="https://keys.example/jwks",
            network={
                "allow_private_addresses": (ip_network("10.1.0.0/16"),),
                "ca": FileRef(path=Path("ca.pem"), content=b"PEM"),
                "timeout": timedelta(seconds=2),
            },
        )
    )

    assert world.rules == [
        FetchRules(
            allow_hosts=frozenset({"login.example", "keys.example"}),
            allow_addresses=(ip_network("10.1.0.0/16"),),
            allow_http=False,
            ca=b"PEM",
            timeout=timedelta(seconds=2),
        )
    ]


def test_google_is_reached_where_its_keys_are(world: World) -> None:
    google = GoogleProvider.model_validate(
        {"kind": "google", "id": "google", "client": {"id": "app.example"}}
    )

    world.sources.for_(google)

    assert world.rules[0].allow_hosts >= {"accounts.google.com", "www.googleapis.com"}


def test_a_bad_certificate_file_is_found_at_once() -> None:
    """The real fetcher is the default."""
    sources = KeySources(clock=Clock())
    ca = FileRef(path=Path("ca.pem"), content=b"no certificate")

    assert sources.for_(provider()).status().issuer == ISSUER
    with pytest.raises(ValueError, match="no certificate"):
        sources.for_(provider(network={"ca": ca}))


def test_what_the_files_no_longer_name_is_forgotten(world: World) -> None:
    kept, dropped = provider(), provider(issuer="https://other.example")
    source, other = world.sources.for_(kept), world.sources.for_(dropped)

    world.sources.keep_only([provider(label="new")])

    assert [status.issuer for status in world.sources.status()] == [ISSUER]
    assert world.sources.for_(kept) is source
    assert world.sources.for_(dropped) is not other


def test_all_keys_are_refreshed_and_told_about(world: World) -> None:
    world.sources.for_(
        provider(
            jwks_url=JWKS,
            issuer="https://z.example",
            network={"allow_hosts": ("z.example", "login.example")},
        )
    )
    world.sources.for_(provider())

    world.sources.refresh_due()

    assert [(each.issuer, each.usable) for each in world.sources.status()] == [
        (ISSUER, True),
        ("https://z.example", True),
    ]
