"""What was shown a moment ago and is good once: remembered in memory.

For what is shown with each request, where a database would be too slow. In two halves, of
which the older one is dropped as a whole. It is bounded, and full is full: to forget what
could still be shown again would let it in twice.

Each gateway has its own. Whoever steals a proof on its way can show it to another gateway of
the same database within the leeway; its nonce and the connection's encryption stand against
that, and RFC 9449 section 11.1 asks for no more.
"""

import hashlib
from datetime import datetime, timedelta

from gateway.model.errors import RateLimitedError

# At about 100 bytes each.
MAX_SEEN = 500_000

_DIGEST_BYTES = 16
_RETRY_SECONDS = 10


class Seen:
    """Remembers a bounded number of things. For one thread."""

    def __init__(self, *, lifetime: timedelta, max_seen: int = MAX_SEEN) -> None:
        """Remember nothing yet.

        Args:
            lifetime: How long anything is remembered, at least.
            max_seen: How many things, at most.
        """
        self._lifetime = lifetime
        self._max_seen = max_seen
        self._now: set[bytes] = set()
        self._before: set[bytes] = set()
        self._turns_at: datetime | None = None

    def __len__(self) -> int:
        return len(self._now) + len(self._before)

    def is_first(self, name: str, until: datetime) -> bool:
        """Return whether something is seen for the first time.

        Args:
            name: What it is called.
            until: A moment at which nobody believes it any more, `lifetime` from now.

        Raises:
            RateLimitedError: No more can be remembered for now.
        """
        self._turn(until)
        digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()
        digest = digest[:_DIGEST_BYTES]
        if digest in self._now or digest in self._before:
            return False
        if len(self) >= self._max_seen:
            raise RateLimitedError("too many proofs", retry_after=_RETRY_SECONDS)
        self._now.add(digest)
        return True

    def _turn(self, until: datetime) -> None:
        if self._turns_at is None:
            self._turns_at = until
        if until - self._turns_at < self._lifetime:
            return
        # Whatever is in the older half by then has ended.
        idle = until - self._turns_at >= 2 * self._lifetime
        self._before = set() if idle else self._now
        self._now = set()
        self._turns_at = until
