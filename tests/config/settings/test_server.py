"""Where the gateway listens and what it puts up with."""

import pytest

from gateway.config.settings.server import ServerSettings
from tests.config.files import read, the_fault

URL = "public_url = 'https://gw.example.com'\n"


def test_the_defaults_are_the_documented_ones() -> None:
    """Loopback, nobody trusted, everything odd refused."""
    server = read(ServerSettings, URL)

    assert isinstance(server, ServerSettings)
    assert (server.listen.text, server.admin_listen.text) == (
        "127.0.0.1:8080",
        "127.0.0.1:8081",
    )
    assert server.trusted_proxies == ()
    assert server.tls is None
    assert server.region == "us-east-1"
    assert server.paths.encoded_slash == "reject"


@pytest.mark.parametrize(
    "networks",
    [
        "['0.0.0.0/0']",
        "['::/0']",
        "['0.0.0.0/1', '128.0.0.0/1']",
        "['10.0.0.0/8', '::/1', '8000::/1']",
        "['::ffff:0:0/96']",
        "['::ffff:0:0/97', '::ffff:8000:0/97']",
        "['0.0.0.0/1', '128.0.0.0/2', '192.0.0.0/2']",
        "['0.0.0.0/0', '0.0.0.0/0']",
    ],
)
def test_the_whole_internet_is_no_trusted_proxy(networks: str) -> None:
    """oauth2-proxy CVE-2026-40575: anybody could claim any address."""
    fault = the_fault(ServerSettings, f"{URL}trusted_proxies = {networks}")

    assert fault.code == "E106"
    assert "everybody" in fault.message


@pytest.mark.parametrize(
    "networks",
    ["['0.0.0.0/1']", "['10.0.0.0/8', 'fd00::/8']", "['0.0.0.0/1', '8000::/1']"],
)
def test_half_of_it_may_be(networks: str) -> None:
    """The last that passes; `weakened` tells of it."""
    server = read(ServerSettings, f"{URL}trusted_proxies = {networks}")

    assert isinstance(server, ServerSettings)


def test_networks_that_overlap_are_not_counted_twice() -> None:
    """A half and a quarter in it are a half."""
    text = f"{URL}trusted_proxies = ['0.0.0.0/1', '0.0.0.0/2', '64.0.0.0/2']"

    assert isinstance(read(ServerSettings, text), ServerSettings)


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "us-gov-west-1"])
def test_a_region_looks_like_one_of_awss(region: str) -> None:
    """Clients parse it out of ids."""
    assert isinstance(read(ServerSettings, f"{URL}region = '{region}'"), ServerSettings)


@pytest.mark.parametrize("region", ["", "local", "us-east", "US-EAST-1", "us-east-1:x"])
def test_anything_else_is_no_region(region: str) -> None:
    """A colon would end it early."""
    assert the_fault(ServerSettings, f"{URL}region = '{region}'").code == "E105"


@pytest.mark.parametrize(
    ("line", "passes"),
    [
        ("header_bytes = 1024", True),
        ("header_bytes = 1023", False),
        ("token_bytes = 65536", True),
        ("token_bytes = 65537", False),
        ("decision_time = '1ms'", True),
        ("decision_time = '0s'", False),
        ("decision_time = '5s'", True),
        ("decision_time = '6s'", False),
        ("body = '0B'", True),
        ("body = '1TiB'", True),
        ("body = '2TiB'", False),
        ("connections = 0", False),
    ],
)
def test_each_limit_has_bounds(line: str, passes: bool) -> None:  # noqa: FBT001 - a table
    """No switch that turns a limit off."""
    text = f"{URL}limits.{line}"

    if passes:
        assert isinstance(read(ServerSettings, text), ServerSettings)
    else:
        assert the_fault(ServerSettings, text).code == "E106"
