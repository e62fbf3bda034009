"""How a stage says that memory does not hold the answer.

The event loop serves everybody, so nothing on it may wait for one request. What usually
needs no waiting is asked with `may_wait=False` first, and asked again in a thread if it
says that it would have waited.
"""


class WouldWaitError(Exception):
    """The answer needs the network, the database, a lock, or more than a moment's work.

    Raised only where `may_wait=False` was asked for. No failure, and so no
    `GatewayError`: whoever asked asks again where waiting is allowed, and no caller of
    the gateway ever hears of it.
    """
