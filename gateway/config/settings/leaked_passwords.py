"""`[leaked_passwords]`: who knows passwords from leaks."""

from datetime import timedelta

from pydantic import Field

from gateway.config.settings.addresses import UrlText
from gateway.config.settings.elsewhere import Elsewhere
from gateway.config.settings.values import Duration


class LeakedPasswordsSettings(Elsewhere):
    """A service with the ranges of Pwned Passwords: that one, or a copy of its own."""

    url: UrlText = Field(
        default="https://api.pwnedpasswords.com",
        description="Where the service is: what comes before `/range/`.",
    )
    timeout: Duration = Field(
        default=timedelta(seconds=1),
        ge=timedelta(milliseconds=100),
        le=timedelta(seconds=5),
        description="For one question; somebody is waiting for it.",
    )
