"""As many descriptors as the process may have, and a word if they are too few."""

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.app.descriptors import (
    descriptors_needed,
    raise_descriptor_limit,
    shortage,
)
from gateway.app.loading import load
from gateway.config.settings.root import Config
from tests.flows.house import House


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    """Return those of a gateway with few clients, and one with two upstreams."""
    config = House(tmp_path).folder / "config.toml"
    text = config.read_text()
    config.write_text(
        text.replace("[server.limits]", "[server.limits]\nconnections = 1000")
        + """
[upstreams.more]
targets = ["http://127.0.0.1:2", "http://127.0.0.1:3", "http://127.0.0.1:4"]
connections = 10
audience = "http://more.internal"
"""
    )
    return load(config).configuration.settings


@pytest.fixture
def limits() -> Iterator[tuple[int, int]]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield before
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_all_that_the_system_allows_is_asked_for(limits: tuple[int, int]) -> None:
    """A shell gives 1024 to whoever does not ask."""
    _, hard = limits
    resource.setrlimit(resource.RLIMIT_NOFILE, (512, hard))

    assert raise_descriptor_limit() == hard
    assert raise_descriptor_limit() == hard
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)


@pytest.mark.parametrize("error", [OSError, ValueError])
def test_a_system_that_refuses_leaves_what_there_was(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """A gateway with few descriptors is better than none."""

    def refuse(_what: int, _limits: tuple[int, int]) -> None:
        raise error

    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, 9999))
    monkeypatch.setattr(resource, "setrlimit", refuse)

    assert raise_descriptor_limit() == 256


def test_clients_and_upstreams_and_a_reserve_are_counted(settings: Config) -> None:
    """Each target has connections of its own."""
    assert descriptors_needed(settings) == 1000 + 256 + 3 * 10 + 64


def test_too_few_are_told_with_both_numbers(settings: Config) -> None:
    """The operator has to know what to raise, and how far."""
    told = shortage(settings, available=1349)

    assert "1350" in told
    assert "1349" in told
    assert not shortage(settings, available=1350)
    assert not shortage(settings, available=resource.RLIM_INFINITY)
