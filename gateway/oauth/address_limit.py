"""How often one address may do something.

A token bucket for each address, kept as one number: the moment at which the bucket will be
full again (the generic cell rate algorithm). Addresses are bounded; the one that has been
quiet for longest is forgotten first.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from ipaddress import IPv6Address, ip_address

from gateway.config.settings.values import Rate
from gateway.model.errors import RateLimitedError

MAX_ADDRESSES = 100_000

_SECOND = 1_000_000_000

# One subscriber has a /64 at least (RFC 6177), and so 2**64 addresses.
_IPV6_PREFIX_BYTES = 8


class AddressLimit:
    """Counts against a rate, for each client address by itself."""

    def __init__(
        self,
        *,
        rate: Rate,
        monotonic_ns: Callable[[], int],
        max_addresses: int = MAX_ADDRESSES,
    ) -> None:
        """Begin with every bucket full.

        Args:
            rate: So many in a length of time; as many may come at once.
            monotonic_ns: Nanoseconds on a clock that is never set back.
            max_addresses: How many addresses are remembered.
        """
        # Whole nanoseconds: fractions would add up to one too few, or one too many.
        per_ns = rate.per // timedelta(microseconds=1) * 1000
        self._interval = max(1, per_ns // rate.count)
        self._tolerance = self._interval * (rate.count - 1)
        self._monotonic_ns = monotonic_ns
        self._max_addresses = max_addresses
        self._full_at: OrderedDict[bytes, int] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, ip: str) -> None:
        """Count one for the address.

        Args:
            ip: In text form. Whatever is no address shares one bucket.

        Raises:
            RateLimitedError: It has had all that it may have for now.
        """
        key = _bucket(ip)
        now = self._monotonic_ns()
        with self._lock:
            full_at = max(now, self._full_at.get(key, now))
            wait = full_at - now - self._tolerance
            if wait > 0:
                raise RateLimitedError(
                    f"from {ip or 'no address'}", retry_after=-(-wait // _SECOND)
                )
            self._full_at[key] = full_at + self._interval
            self._full_at.move_to_end(key)
            if len(self._full_at) > self._max_addresses:
                self._full_at.popitem(last=False)


def _bucket(ip: str) -> bytes:
    """Return what shares a bucket: an IPv4 address, or an IPv6 network of 64 bits."""
    try:
        address = ip_address(ip)
    except ValueError:
        return b""
    if not isinstance(address, IPv6Address):
        return address.packed
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped.packed
    return address.packed[:_IPV6_PREFIX_BYTES]
