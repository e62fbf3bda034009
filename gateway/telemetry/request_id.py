"""Ids of requests and decisions: 128 random bits in hexadecimal.

Unique without a counter that several processes would have to share. Made in batches,
because one system call for each request is more than the rest of its log line costs.
"""

import os
import re
from collections import deque
from collections.abc import Callable, Sequence

# How many ids one system call makes.
_BATCH = 256
_ID_BYTES = 16

# What a trusted proxy may call a request: enough for every common form of id, and nothing
# that means something in a log, a header or a shell.
_SUPPLIED = re.compile(rb"[A-Za-z0-9._-]{8,128}")


class RequestIds:
    """Gives out ids, from any thread."""

    def __init__(self, *, entropy: Callable[[int], bytes] = os.urandom) -> None:
        self._entropy = entropy
        self._ready: deque[str] = deque()

    def new(self) -> str:
        """Return an id that nobody has had before: 32 hexadecimal digits."""
        try:
            return self._ready.pop()
        except IndexError:
            return self._refill()

    def adopt(self, supplied: Sequence[bytes], *, from_trusted_peer: bool) -> str:
        """Return the id that a trusted proxy gave the request, or a new one.

        Args:
            supplied: All values of the header that carries it.
            from_trusted_peer: Whether the peer is one of `server.trusted_proxies`. An id
                from anybody else would let a caller forge entries of the logs.
        """
        if (
            from_trusted_peer
            and len(supplied) == 1
            and _SUPPLIED.fullmatch(supplied[0])
        ):
            return supplied[0].decode("ascii")
        return self.new()

    def _refill(self) -> str:
        digits = self._entropy(_BATCH * _ID_BYTES).hex()
        width = 2 * _ID_BYTES
        ids = [digits[at : at + width] for at in range(0, len(digits), width)]
        # Two threads may both get here: then there are more ids than needed, none twice.
        last = ids.pop()
        self._ready.extend(ids)
        return last
