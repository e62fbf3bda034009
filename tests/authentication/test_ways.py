"""From a provider's `[network]` to the rules of what fetches there."""

from datetime import timedelta
from pathlib import Path

from gateway.authentication.ways import rules_of
from gateway.config.providers.network import WaySettings
from gateway.config.settings.references import FileRef
from gateway.config.settings.values import parse_network
from gateway.net.fetcher import FetchRules


def test_the_defaults_are_the_fetchers_own() -> None:
    assert rules_of(WaySettings(), hosts=["a.example"]) == FetchRules(
        allow_hosts=frozenset({"a.example"})
    )


def test_everything_that_a_file_says_is_kept_to() -> None:
    loopback = parse_network("127.0.0.0/8")
    network = WaySettings(
        allow_private_addresses=(loopback,),
        allow_plain_http=True,
        ca=FileRef(path=Path("ca.pem"), content=b"PEM"),
        timeout=timedelta(seconds=1),
    )

    assert rules_of(network, hosts=["127.0.0.1"]) == FetchRules(
        allow_hosts=frozenset({"127.0.0.1"}),
        allow_addresses=(loopback,),
        allow_http=True,
        ca=b"PEM",
        timeout=timedelta(seconds=1),
    )
