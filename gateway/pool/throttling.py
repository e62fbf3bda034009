"""How long somebody has to wait after wrong passwords and codes.

Five are free; then each doubles the wait, up to a quarter of an hour, as Cognito does. The
wait is kept twice: for the person at one network, and for the person wherever the tries
come from. The second one is more patient, and does not count where the person has signed
in from before: so guessing from a thousand machines is slow, and nobody can lock a person
out of their own home.

Reference: Amazon Cognito, "Authentication flows", lockout behaviour for failed sign-in
attempts; NIST SP 800-63B section 5.2.2 (at most 100 consecutive failures).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

# From one network.
FREE_TRIES: Final = 5
# From everywhere together. People mistype on several devices; guessers need thousands.
FREE_TRIES_EVERYWHERE: Final = 50

FIRST_WAIT: Final = timedelta(seconds=1)
LONGEST_WAIT: Final = timedelta(minutes=15)

# After so long without a failure, all is forgotten.
MEMORY: Final = timedelta(hours=24)

# What one household or host has of IPv6 (RFC 6177).
_V6_PREFIX: Final = 56


@dataclass(frozen=True, slots=True)
class Failures:
    """What is kept of failed tries.

    Attributes:
        count: How many since the last success.
        last_at: When the last one was.
    """

    count: int
    last_at: datetime

    def blocked_until(self, *, free: int = FREE_TRIES) -> datetime:
        """Return when the next try is looked at.

        Args:
            free: How many failures cost nothing.
        """
        doublings = self.count - free
        if doublings < 0:
            return self.last_at
        # Ten doublings are past the longest wait; more would only be large numbers.
        wait = FIRST_WAIT * (1 << min(doublings, 10))
        return self.last_at + min(wait, LONGEST_WAIT)


def after_failure(failures: Failures | None, now: datetime) -> Failures:
    """Return what is to be kept after one more failure.

    Args:
        failures: What was kept; `None` for nothing.
        now: The time of the failure.
    """
    if failures is None or now - failures.last_at >= MEMORY:
        return Failures(1, now)
    return replace(failures, count=failures.count + 1, last_at=now)


def network_of(address: str) -> str:
    """Return the network that tries from an address are counted for.

    The address itself; of IPv6, the /56 that it is in. What is no address (a socket file,
    say) stands for itself.
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        return str(ip_network((ip.packed, _V6_PREFIX), strict=False))
    return str(ip)
