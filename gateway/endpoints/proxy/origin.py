"""Where a request comes from: the client's address and scheme.

`X-Forwarded-For` and `X-Forwarded-Proto` are believed only if the peer that sent them is
one of `server.trusted_proxies`; from anybody else they change nothing
(oauth2-proxy CVE-2026-40575, authentik CVE-2023-36456).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

# A chain longer than this was not built by honest proxies.
_LONGEST_CHAIN = 32


@dataclass(frozen=True, slots=True)
class Origin:
    """Who is at the other end.

    Attributes:
        ip: The client's address in its usual text form; empty if there is none (a Unix
            socket).
        scheme: `http` or `https`, as the client used it.
        chain: The proxies between the client and us, nearest last, for
            `X-Forwarded-For`; empty if the peer is the client.
    """

    ip: str
    scheme: str
    chain: tuple[str, ...] = ()


class OriginFinder:
    """Finds out where requests come from."""

    def __init__(self, *, trusted_proxies: Sequence[Network] = ()) -> None:
        self._trusted = tuple(trusted_proxies)

    def find(
        self, peer: str, scheme: str, headers: Sequence[tuple[bytes, bytes]]
    ) -> Origin:
        """Return the origin of a request.

        Args:
            peer: Address of the connection's other end.
            scheme: Scheme of that connection.
            headers: As received; names in lower case.
        """
        if not self._trusted or not self._is_trusted(_parse(peer)):
            return Origin(peer, scheme)
        return self._believe(peer, scheme, headers)

    def _is_trusted(self, address: Address | None) -> bool:
        return address is not None and any(
            address.version == network.version and address in network
            for network in self._trusted
        )

    def _believe(
        self, peer: str, scheme: str, headers: Sequence[tuple[bytes, bytes]]
    ) -> Origin:
        forwarded_for = [v for n, v in headers if n == b"x-forwarded-for"]
        forwarded_proto = [v for n, v in headers if n == b"x-forwarded-proto"]
        if len(forwarded_proto) == 1 and forwarded_proto[0] in {b"http", b"https"}:
            scheme = forwarded_proto[0].decode("ascii")
        chain = [peer]
        listed = b",".join(forwarded_for).decode("latin-1").split(",")
        # From the right: each entry was written by the one after it, so the first that
        # is not one of ours is the last that somebody trustworthy has seen.
        for text in reversed(listed[-_LONGEST_CHAIN:]):
            address = _parse(text.strip())
            if address is None:
                break
            chain.append(str(address))
            if not self._is_trusted(address):
                break
        client, *proxies = reversed(chain)
        return Origin(client, scheme, tuple(proxies))


def _parse(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
