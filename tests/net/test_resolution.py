"""Names become addresses within their time, or not at all."""

import socket
from collections.abc import Sequence
from threading import Event

import pytest

from gateway.net.errors import FetchError, FetchTimeoutError
from gateway.net.resolution import look_up, resolve


def test_the_addresses_of_a_host_come_back_in_their_order() -> None:
    asked: list[tuple[str, int]] = []

    def lookup(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return ["192.0.2.2", "192.0.2.1"]

    found = resolve(lookup, "keys.example", 443, timeout=5)

    assert found == ["192.0.2.2", "192.0.2.1"]
    assert asked == [("keys.example", 443)]


@pytest.mark.parametrize(
    "failure", [socket.gaierror(-2, "Name or service not known"), UnicodeError("label")]
)
def test_an_unknown_name_is_a_failed_fetch(failure: Exception) -> None:
    """Python's own resolver raises `UnicodeError` for a label that is too long."""

    def lookup(_host: str, _port: int) -> Sequence[str]:
        raise failure

    with pytest.raises(FetchError, match=r"keys\.example"):
        resolve(lookup, "keys.example", 443, timeout=5)


def test_a_resolver_that_does_not_answer_is_not_waited_for() -> None:
    """The operating system's own limit is half a minute."""
    finished = Event()

    def lookup(_host: str, _port: int) -> Sequence[str]:
        finished.wait(10)
        return []

    with pytest.raises(FetchTimeoutError):
        resolve(lookup, "keys.example", 443, timeout=0.01)
    finished.set()


def test_the_systems_resolver_reads_an_address_without_asking_anybody() -> None:
    assert look_up("192.0.2.7", 443) == ["192.0.2.7"]


def test_a_name_with_an_endless_label_is_a_failed_fetch() -> None:
    with pytest.raises(FetchError):
        resolve(look_up, "a" * 80 + ".example", 443, timeout=5)
