"""Failures of the requests that the gateway makes on its own account.

UnavailableError
└── FetchError                what was asked for could not be had
    ├── ForbiddenTargetError  the rules do not let a request go there
    ├── FetchTimeoutError     it took longer than it may
    ├── OversizedAnswerError  there is more of it than will be read
    └── UnusableAnswerError   it is a redirect, or packed
"""

from gateway.model.errors import UnavailableError


class FetchError(UnavailableError):
    """What was asked for could not be had: no connection, or no usable answer."""


class ForbiddenTargetError(FetchError):
    """The rules do not let a request go to this place."""


class FetchTimeoutError(FetchError):
    """The whole exchange took longer than it may."""


class OversizedAnswerError(FetchError):
    """There is more of the answer than will be read."""


class UnusableAnswerError(FetchError):
    """The answer is a redirect, or packed in a way that nobody asked for."""
