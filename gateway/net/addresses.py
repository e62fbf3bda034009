"""Which network addresses a request may go to.

A name in a provider's file, or in a document that the provider serves, can point
anywhere: at this machine, at a cloud's metadata service, at the database. Only addresses
of the public internet are allowed, and the networks that the operator names.

References: RFC 6890 (special-purpose addresses), RFC 4291, RFC 6052 (NAT64).
"""

from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)

from gateway.net.errors import ForbiddenTargetError

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network

# All of IPv6 that is handed out for the public internet (RFC 4291 section 2.4). What
# the library calls global beyond it is reserved, site-local or a translation.
_PUBLIC_V6 = IPv6Network("2000::/3")

# A v4 address in v6 clothes. The clothes are public, what they hide may not be.
_NAT64 = IPv6Network("64:ff9b::/96")

# Named here because the library's own tables differ between its releases.
_SPECIAL: tuple[IPNetwork, ...] = (
    IPv4Network("192.0.0.0/24"),  # protocol assignments (RFC 6890)
    IPv4Network("192.88.99.0/24"),  # 6to4 relays, withdrawn (RFC 7526)
    IPv6Network("2001::/23"),  # protocol assignments, Teredo among them
    IPv6Network("2001:db8::/32"),  # documentation (RFC 3849)
    IPv6Network("2002::/16"),  # 6to4: any v4 address (RFC 3056)
    IPv6Network("3fff::/20"),  # documentation (RFC 9637)
)


def is_public(address: IPAddress) -> bool:
    """Return whether an address belongs to the public internet."""
    if isinstance(address, IPv6Address):
        if address in _NAT64:
            return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
        if address not in _PUBLIC_V6:
            return False
    return (
        address.is_global
        and not address.is_multicast
        and not any(address in network for network in _SPECIAL)
    )


class AddressGuard:
    """Lets pass what is public, and the networks that the operator named.

    Args:
        allowed: Networks beyond the public internet that may be reached.
    """

    def __init__(self, allowed: Iterable[IPNetwork] = ()) -> None:
        self._allowed = tuple(allowed)

    def check(self, host: str, addresses: Iterable[str]) -> tuple[IPAddress, ...]:
        """Return the addresses of a host, once each of them has been checked.

        A single one that is refused refuses the host: a name that leads to a public and
        to a private address is set up wrongly, or to deceive.

        Args:
            host: The name that was resolved; for the message alone.
            addresses: In the order in which they should be tried.

        Raises:
            ForbiddenTargetError: There is no address, or one that may not be reached.
        """
        checked = tuple(_parse(host, text) for text in addresses)
        if not checked:
            raise ForbiddenTargetError(f"{host!r} has no address")
        for address in checked:
            if not self._may_reach(address):
                raise ForbiddenTargetError(
                    f"{host!r} leads to {address}, which is not public and in no "
                    f"allowed network"
                )
        return checked

    def _may_reach(self, address: IPAddress) -> bool:
        named = any(address in network for network in self._allowed)
        return named or is_public(address)


def _parse(host: str, text: str) -> IPAddress:
    try:
        address = ip_address(text)
    except ValueError as error:
        raise ForbiddenTargetError(f"{host!r} leads to no IP address") from error
    # ::ffff:127.0.0.1 reaches 127.0.0.1, so it is judged, and connected to, as that.
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
