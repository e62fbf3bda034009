"""`[guest]`: what somebody without an account may have."""

from datetime import timedelta

from pydantic import Field

from gateway.config.settings.section import Names, Section
from gateway.config.settings.values import Duration, Rate, RateOf


class GuestRate(Section):
    """How many guest ids are handed out."""

    per_ip: RateOf = Field(
        default=Rate(30, timedelta(hours=1)),
        description="New guest ids for one client address.",
    )


class GuestSettings(Section):
    """Guests: who they may be, for how long, and how many."""

    enabled: bool = Field(
        default=False,
        description="Whether guests exist. If not, a request without a credential is 401.",
    )
    id_ttl: Duration = Field(
        default=timedelta(days=30),
        ge=timedelta(minutes=1),
        le=timedelta(days=366),
        description="How long a guest can present the same id.",
    )
    rate: GuestRate = Field(
        default=GuestRate(), description="How many guest ids are handed out."
    )
    ceiling: Names = Field(
        default=("guest",),
        description="The only roles that a guest can ever hold, whatever a policy says.",
    )
