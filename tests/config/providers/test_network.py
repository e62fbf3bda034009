"""Bounds on the way to a provider."""

import pytest
from pydantic_core import PydanticCustomError

from gateway.config.providers.network import NetworkSettings, WaySettings
from gateway.config.settings.addresses import parse_url
from gateway.config.settings.values import parse_network


def test_the_defaults_are_the_strict_ones() -> None:
    network = NetworkSettings()

    assert not network.allow_plain_http
    assert network.allow_private_addresses == ()


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://login.example/token", ""),
        ("https://other.example/token", "E330"),
        ("http://login.example/token", "E106"),
        ("https://10.0.0.7/token", "E330"),
        ("http://127.0.0.1:8082/token", "E106"),
    ],
)
def test_where_requests_go_is_checked_at_load(url: str, code: str) -> None:
    """So that nothing surprises at the first sign-in."""
    hosts = ("login.example", "10.0.0.7", "127.0.0.1")

    if not code:
        WaySettings().check(url, "token_url", hosts=hosts)
        return
    with pytest.raises(PydanticCustomError) as caught:
        WaySettings().check(url, "token_url", hosts=hosts)
    assert caught.value.type == code


def test_a_provider_on_this_machine_needs_two_words() -> None:
    """No TLS, and a private address: each is meant, or a mistake."""
    network = WaySettings(
        allow_plain_http=True, allow_private_addresses=(parse_network("127.0.0.0/8"),)
    )

    network.check("http://127.0.0.1:8082", "url", hosts=("127.0.0.1",))
    with pytest.raises(PydanticCustomError) as caught:
        network.check_scheme(parse_url("http://login.example"), "url")
    assert caught.value.type == "E106"
    assert caught.value.context is not None
    assert caught.value.context["hint"] == ""
