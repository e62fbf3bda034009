"""Only the public internet, and what the operator named."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.net.addresses import AddressGuard, is_public
from gateway.net.errors import ForbiddenTargetError

NOT_PUBLIC = [
    "0.0.0.0",  # noqa: S104 - an address to refuse, nothing listens there
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.0.9",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]

PUBLIC = [
    "8.8.8.8",
    "100.63.255.255",
    "172.32.0.1",
    "2606:4700::1111",
    "64:ff9b::808:808",
]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_floci_3743_an_address_that_is_not_public_is_refused(address: str) -> None:
    """Nodedb 61 too: keys were fetched from inside the network."""
    guard = AddressGuard()

    with pytest.raises(ForbiddenTargetError):
        guard.check("keys.example", [address])


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_let_through(address: str) -> None:
    guard = AddressGuard()

    checked = guard.check("keys.example", [address])

    assert checked == (ip_address(address),)


def test_a_mapped_address_is_connected_to_as_what_it_is() -> None:
    """Judged in one form and used in another would be two addresses."""
    guard = AddressGuard()

    assert guard.check("keys.example", ["::ffff:8.8.8.8"]) == (ip_address("8.8.8.8"),)


def test_one_private_address_among_public_ones_refuses_the_host() -> None:
    """Which of them is used would be left to chance."""
    guard = AddressGuard()

    with pytest.raises(ForbiddenTargetError, match=r"10\.0\.0\.1"):
        guard.check("keys.example", ["8.8.8.8", "10.0.0.1"])


def test_a_named_network_is_reached_and_its_neighbour_is_not() -> None:
    guard = AddressGuard([ip_network("10.1.0.0/16"), ip_network("::1/128")])

    assert guard.check("keys.example", ["10.1.255.255", "::1", "::ffff:10.1.0.0"])
    with pytest.raises(ForbiddenTargetError):
        guard.check("keys.example", ["10.2.0.0"])
    with pytest.raises(ForbiddenTargetError):
        guard.check("keys.example", ["::2"])


def test_a_host_without_an_address_is_refused() -> None:
    """An absence of anything to check is a failure."""
    with pytest.raises(ForbiddenTargetError, match="no address"):
        AddressGuard().check("keys.example", [])


def test_text_that_is_no_address_is_refused() -> None:
    with pytest.raises(ForbiddenTargetError, match="no IP address"):
        AddressGuard().check("keys.example", ["keys.example"])


@given(st.ip_addresses(v=6))
def test_no_v6_form_of_a_private_v4_address_is_public(address: object) -> None:
    """Whatever stands before it."""
    low = int(ip_address(str(address))) & 0xFFFF_FFFF
    inner = ip_address(low)

    for prefix in ("::", "::ffff:0:0", "64:ff9b::"):
        outer = ip_address(int(ip_address(prefix)) | low)
        if outer.version == 6 and is_public(outer):
            assert is_public(inner)


@given(st.text(max_size=40))
def test_any_answer_of_a_resolver_is_judged_or_refused(text: str) -> None:
    try:
        AddressGuard().check("keys.example", [text])
    except ForbiddenTargetError:
        return
    assert is_public(ip_address(text))
