"""Ways in which a sign-in through a provider can end, beside those of credentials.

GatewayError
├── RequestError
│   ├── StaleAttemptError     nobody here has begun it, or too long ago
│   ├── WrongBrowserError     another browser has begun it
│   ├── StaleSignOutError     no sign-out at a provider is under way
│   ├── UnknownProviderError  there is no such provider to sign in with
│   └── UnknownLoginError     nobody has that login
└── FederationError
    ├── ProviderSaysNoError   the provider lets nobody in, and says so
    ├── LoginTakenError       the login is somebody else's
    └── LastLoginError        nothing else would let them in

A provider that does not answer, or not as it must, is `ProviderUnavailableError` or
`BadAnswerError` of `gateway.model.errors`.
"""

import re
from typing import Final

from gateway.model.errors import BadAnswerError, GatewayError, RequestError

# RFC 6749 section 4.1.2.1, and what providers make of it; anything else is not shown.
_CODE: Final = re.compile(r"[A-Za-z0-9_.:/-]{1,100}", re.ASCII)


class StaleAttemptError(RequestError):
    """The answer of a provider belongs to no sign-in that is under way."""

    code = "stale_sign_in"
    public = "This sign-in is over. Begin again."


class WrongBrowserError(StaleAttemptError):
    """The answer of a provider was brought by another browser than was sent there."""


class StaleSignOutError(RequestError):
    """What a provider says about a sign-out answers nothing that was asked."""

    code = "stale_sign_out"
    public = "This sign-out is over."


class UnknownProviderError(RequestError):
    """There is no such provider, or nobody may sign in with it here."""

    code = "unknown_provider"
    public = "There is no such way to sign in here."


class UnknownLoginError(RequestError):
    """Nobody has the login that is meant."""

    code = "unknown_login"
    public = "There is no such connected sign-in."


class FederationError(GatewayError):
    """Somebody who has been at a provider is not let in."""

    code = "access_denied"
    public = "The sign-in was not completed."


class ProviderSaysNoError(FederationError):
    """The provider lets nobody in, and says so.

    Attributes:
        reason: Its own code, for whoever is asked for help; empty if it is none.
    """

    public = "The provider did not complete the sign-in."

    def __init__(self, reason: str, detail: str = "") -> None:
        """Keep the reason, if it is fit to be shown.

        Args:
            reason: `error` of the provider's answer.
            detail: What the operator needs to know.
        """
        self.reason = reason if _CODE.fullmatch(reason) else ""
        super().__init__(detail or f"the provider says {self.reason or 'no'}")


class LoginTakenError(FederationError):
    """The login is somebody else's."""

    code = "login_taken"
    public = "This sign-in belongs to another account."


class LastLoginError(FederationError):
    """Nothing else would let the person in."""

    code = "last_login"
    public = "This is the only way in to the account. Add another one first."


__all__ = [
    "BadAnswerError",
    "FederationError",
    "LastLoginError",
    "LoginTakenError",
    "ProviderSaysNoError",
    "StaleAttemptError",
    "StaleSignOutError",
    "UnknownLoginError",
    "UnknownProviderError",
    "WrongBrowserError",
]
