"""Forwarded headers are believed only from proxies that the operator named."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.endpoints.proxy.origin import Origin, OriginFinder

PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


def _forwarded(*values: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"x-forwarded-for", value) for value in values]


def test_without_trusted_proxies_forwarded_headers_change_nothing() -> None:
    """oauth2-proxy CVE-2026-40575: they were trusted by default."""
    finder = OriginFinder()

    origin = finder.find(
        "203.0.113.9",
        "http",
        [*_forwarded(b"198.51.100.1"), (b"x-forwarded-proto", b"https")],
    )

    assert origin == Origin("203.0.113.9", "http")


def test_an_untrusted_peer_changes_nothing_either() -> None:
    """Authentik CVE-2023-36456."""
    finder = OriginFinder(trusted_proxies=PROXIES)

    origin = finder.find("203.0.113.9", "http", _forwarded(b"198.51.100.1"))

    assert origin == Origin("203.0.113.9", "http")


def test_the_client_is_the_last_address_that_a_trusted_proxy_saw() -> None:
    """What stands further left was written by the client itself."""
    finder = OriginFinder(trusted_proxies=PROXIES)

    origin = finder.find(
        "10.0.0.1",
        "http",
        [
            *_forwarded(b"1.1.1.1, 198.51.100.1", b" 10.0.0.2"),
            (b"x-forwarded-proto", b"https"),
        ],
    )

    assert origin == Origin("198.51.100.1", "https", ("10.0.0.2", "10.0.0.1"))


@pytest.mark.parametrize(
    ("peer", "expected"),
    [
        ("::ffff:10.0.0.1", "198.51.100.1"),
        ("fd00::1", "198.51.100.1"),
        ("fe80::1", "fe80::1"),
        ("", ""),
        ("unix", "unix"),
    ],
)
def test_peers_of_every_kind_are_read(peer: str, expected: str) -> None:
    """A mapped IPv4 address is that IPv4 address; a Unix socket has none."""
    finder = OriginFinder(trusted_proxies=PROXIES)

    assert finder.find(peer, "http", _forwarded(b"198.51.100.1")).ip == expected


@pytest.mark.parametrize(
    "headers",
    [
        [],
        _forwarded(b"unknown"),
        _forwarded(b"198.51.100.1, _hidden"),
        _forwarded(b"198.51.100.1:80"),
        _forwarded(b""),
    ],
)
def test_an_unreadable_chain_ends_at_the_last_proxy_that_is_known(
    headers: list[tuple[bytes, bytes]],
) -> None:
    """Guessing on would let a caller choose its address."""
    finder = OriginFinder(trusted_proxies=PROXIES)

    assert finder.find("10.0.0.1", "http", headers).ip == "10.0.0.1"


@pytest.mark.parametrize(
    "values", [[b"ftp"], [b"https", b"http"], [b"https,http"], [b"HTTPS"], []]
)
def test_an_unclear_scheme_is_the_connection_s_own(values: list[bytes]) -> None:
    """Only one of two exact words is a scheme."""
    finder = OriginFinder(trusted_proxies=PROXIES)
    headers = [(b"x-forwarded-proto", value) for value in values]

    assert finder.find("10.0.0.1", "http", headers).scheme == "http"


@given(st.lists(st.binary(max_size=60), max_size=5))
def test_no_bytes_make_it_fail(values: list[bytes]) -> None:
    """The header comes from outside."""
    finder = OriginFinder(trusted_proxies=PROXIES)

    origin = finder.find("10.0.0.1", "http", _forwarded(*values))

    assert origin.ip
