"""A person of a pool, as everybody but the pool's own secrets sees them.

Reference: Amazon Cognito, UserType.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class UserStatus(StrEnum):
    """Where a person stands; spelled as on Cognito's wire."""

    UNCONFIRMED = "UNCONFIRMED"
    CONFIRMED = "CONFIRMED"
    FORCE_CHANGE_PASSWORD = "FORCE_CHANGE_PASSWORD"  # noqa: S105 - a name
    RESET_REQUIRED = "RESET_REQUIRED"
    EXTERNAL_PROVIDER = "EXTERNAL_PROVIDER"


@dataclass(frozen=True, slots=True)
class User:
    """A member of a pool.

    Attributes:
        pool_id: The pool.
        sub: A UUID that never changes, and is nobody else's.
        username: The name inside the pool: as typed at sign-up, or the `sub` where people
            sign in with an address.
        status: Where the person stands.
        enabled: Whether an administrator lets the person in.
        attributes: By name, without `sub`; no empty ones.
        created_at: When the person signed up, or was made.
        updated_at: When anything of this last changed.
        signed_out_at: Tokens that were issued before are good no more; `None` for all.
    """

    pool_id: str
    sub: str
    username: str
    status: UserStatus
    enabled: bool
    attributes: Mapping[str, str]
    created_at: datetime
    updated_at: datetime
    signed_out_at: datetime | None = None
