"""Why a message is not sent. None of these reaches a caller: nobody waits for it.

DeliveryError
├── PostponedError   not now; it is tried again
└── RefusedError     never; an operator has to look at it
"""


class DeliveryError(Exception):
    """A message was not sent. The text says why, and holds nothing of the message."""


class PostponedError(DeliveryError):
    """It may work later: the server is down, or busy, or set up wrongly."""


class RefusedError(DeliveryError):
    """It will not work later either: there is no such address, or no such template."""
