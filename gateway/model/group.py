"""A group of a pool's people.

References: Amazon Cognito, GroupType; "Adding groups to a user pool".
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Group:
    """Some people of a pool, under one name.

    Attributes:
        pool_id: The pool.
        name: Never changes; `Admins` and `admins` are two.
        description: For people; may be empty.
        precedence: The lower, the earlier; `None` comes last.
        role: What tokens name as the group's role; empty for none.
        created_at: When it was made.
        updated_at: When anything of this last changed.
    """

    pool_id: str
    name: str
    description: str
    precedence: int | None
    role: str
    created_at: datetime
    updated_at: datetime
