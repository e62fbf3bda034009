"""The services behind the gateway."""

import pytest

from gateway.config.settings.upstreams import Upstream
from tests.config.files import read, the_fault

AUDIENCE = "audience = 'x'\n"


def test_a_service_may_be_at_several_addresses() -> None:
    """Alike in everything."""
    found = read(Upstream, f"{AUDIENCE}targets = ['https://a:8443', 'https://b']")

    assert isinstance(found, Upstream)
    assert [target.authority for target in found.targets] == ["a:8443", "b"]
    assert (found.balance, found.connections) == ("least-inflight", 256)


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ("targets = []", "E106", 11),
        ("targets = 'http://a'", "E105", 11),
        ("targets = ['http://a/path']", "E105", 12),
        ("targets = ['unix:/a']", "E105", 12),
        ("targets = ['http://a', 'https://b']", "E106", 11),
        ("targets = ['http://a', 'http://a:80']", "E106", 11),
        ("targets = ['http://a']\ntls = {}", "E106", 7),
        ("targets = ['https://a']\ntls = { key = { env = 'K' } }", "E104", 7),
        ("targets = ['http://a']\nbalance = 'random'", "E105", 11),
        ("targets = ['http://a']\nretry = {}", "E110", 1),
        ("targets = ['http://a']\nbreaker = {}", "E110", 1),
        ("targets = ['http://a']\nhealth = {}", "E110", 1),
        ("targets = ['http://a']\nconnections = 0", "E106", 15),
        ("targets = ['http://a']\ntimeout.connect = '0s'", "E106", 19),
    ],
)
def test_what_an_upstream_cannot_be_is_refused(
    text: str, code: str, column: int
) -> None:
    """At the very key."""
    faults = read(Upstream, AUDIENCE + text, {"K": "x"})

    assert isinstance(faults, list)
    assert [(fault.code, fault.column) for fault in faults] == [(code, column)]


def test_a_service_has_an_audience() -> None:
    """What one service receives must be worthless at another."""
    assert the_fault(Upstream, "targets = ['http://a']").code == "E104"
    assert the_fault(Upstream, "targets = ['http://a']\naudience = ''").code == "E106"


def test_https_may_go_without_settings_of_its_own() -> None:
    """The system's certificates are the default."""
    found = read(Upstream, f"{AUDIENCE}targets = ['https://a']\ntls = {{}}")

    assert isinstance(found, Upstream)
    assert found.tls is not None
    assert found.tls.ca is None
