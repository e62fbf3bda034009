"""Connections go to checked addresses, and end with their allowance."""

import ssl

import httpcore
import httpx
import pytest

from gateway.net.addresses import AddressGuard
from gateway.net.errors import (
    FetchError,
    FetchTimeoutError,
    ForbiddenTargetError,
    OversizedAnswerError,
)
from gateway.net.transport import Allowance, GuardedTransport, Surroundings
from tests.net.wire import FakeNetwork, http


def transport(network: FakeNetwork, *, max_bytes: int = 1000) -> GuardedTransport:
    return GuardedTransport(
        guard=AddressGuard(),
        context=ssl.create_default_context,
        timeout=3,
        max_bytes=max_bytes,
        surroundings=network.surroundings(),
    )


def get(network: FakeNetwork, url: str = "https://keys.example/jwks") -> bytes:
    answer = transport(network).handle_request(httpx.Request("GET", url))
    try:
        return b"".join(answer.iter_raw())
    finally:
        answer.close()


def test_the_checked_address_is_connected_to_and_the_name_is_verified() -> None:
    network = FakeNetwork(http(b"{}"))

    body = get(network)

    assert body == b"{}"
    assert network.connected == [("93.184.216.34", 443)]
    assert network.tls_names == ["keys.example"]
    assert b"host: keys.example\r\n" in network.sent.lower()


def test_floci_3743_a_name_is_resolved_once_so_that_it_cannot_be_rebound() -> None:
    """DNS rebinding: the first look-up is public, the second leads inside."""
    answers = [["93.184.216.34"], ["127.0.0.1"]]
    network = FakeNetwork(http(b"{}"), addresses=lambda: answers.pop(0))

    get(network)

    assert network.resolved == ["keys.example"]
    assert network.connected == [("93.184.216.34", 443)]


def test_a_name_that_leads_inside_is_never_connected_to() -> None:
    network = FakeNetwork(http(b"{}"), addresses=lambda: ["127.0.0.1"])

    with pytest.raises(ForbiddenTargetError):
        get(network)
    assert network.connected == []


def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    network = FakeNetwork(
        http(b"{}"),
        addresses=lambda: ["2606:4700::1111", "93.184.216.34"],
        unreachable=["2606:4700::1111"],
    )

    assert get(network) == b"{}"
    assert [host for host, _ in network.connected] == [
        "2606:4700::1111",
        "93.184.216.34",
    ]


def test_an_address_that_swallows_packets_leaves_time_for_the_next() -> None:
    """A broken IPv6 route is the usual case."""
    network = FakeNetwork(
        http(b"{}"),
        addresses=lambda: ["2606:4700::1111", "93.184.216.34"],
        silent=["2606:4700::1111"],
    )

    assert get(network) == b"{}"
    assert network.now == 1001.5


def test_a_host_at_which_nothing_listens_is_a_failed_fetch() -> None:
    network = FakeNetwork(unreachable=["93.184.216.34"])

    with pytest.raises(FetchError, match="refused"):
        get(network)


def test_a_server_that_drips_is_cut_when_the_whole_time_is_up() -> None:
    """Each read is quick; all of them together are not."""
    drops = [b"HTTP/1.1 200 OK\r\n\r\n", *(b"x" for _ in range(1000))]
    network = FakeNetwork(drops, step=0.5)
    began = network.now

    with pytest.raises(FetchTimeoutError):
        get(network)
    assert network.now - began <= 3.5
    assert network.closed >= 1


def test_a_server_that_never_answers_is_cut() -> None:
    network = FakeNetwork(step=10)

    with pytest.raises(FetchTimeoutError):
        get(network)
    assert network.now == 1003


@pytest.mark.parametrize("step", [0.8, 1, 3])
def test_no_time_is_left_after_a_slow_beginning(step: float) -> None:
    """Connecting, TLS and sending use the same allowance as reading."""
    network = FakeNetwork(http(b"{}"), step=step)

    with pytest.raises(FetchTimeoutError):
        get(network)
    assert network.closed >= 1


def test_what_is_no_http_is_a_failed_fetch_and_closes_the_connection() -> None:
    network = FakeNetwork([b"SSH-2.0-OpenSSH_9.2\r\n"])

    with pytest.raises(FetchError, match="RemoteProtocolError"):
        get(network)
    assert network.closed >= 1


def test_an_answer_that_ends_too_early_is_a_failed_fetch() -> None:
    network = FakeNetwork([b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", b"{}"])

    with pytest.raises(FetchError):
        get(network)


def test_endless_bytes_around_the_body_are_bounded_too() -> None:
    """Informational answers and chunk extensions are no part of the body."""
    network = FakeNetwork(
        [b"HTTP/1.1 103 Early Hints\r\nX: " + b"y" * 60000 + b"\r\n\r\n"] * 9
    )

    with pytest.raises(OversizedAnswerError):
        get(network)


def test_plain_http_needs_no_certificates() -> None:
    network = FakeNetwork(http(b"{}"))

    assert get(network, "http://keys.example:8080/jwks") == b"{}"
    assert network.connected == [("93.184.216.34", 8080)]
    assert network.tls_names == []


def test_what_the_stream_knows_about_itself_is_passed_on() -> None:
    network = FakeNetwork(http(b"{}"))
    answer = transport(network).handle_request(
        httpx.Request("GET", "https://keys.example/")
    )

    assert answer.status_code == 200
    answer.close()
    assert network.closed >= 1


def test_an_allowance_gives_out_what_is_left_and_no_more() -> None:
    now = [100.0]
    allowance = Allowance(timeout=3, max_bytes=5, monotonic=lambda: now[0])

    assert allowance.seconds() == 3
    assert allowance.seconds(1) == 1
    allowance.spend(5)
    with pytest.raises(OversizedAnswerError):
        allowance.spend(1)
    now[0] = 102.999
    assert allowance.seconds(1) == pytest.approx(0.001)
    now[0] = 103
    with pytest.raises(FetchTimeoutError):
        allowance.seconds()


def test_the_real_surroundings_are_the_systems_own() -> None:
    surroundings = Surroundings()

    assert isinstance(surroundings.backend, httpcore.SyncBackend)
    assert surroundings.monotonic() <= surroundings.monotonic()
