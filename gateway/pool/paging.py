"""How much of a list is handed out at a time."""

from gateway.pool.attributes.schema import AttributeProblem
from gateway.pool.errors import InvalidParameterError
from gateway.storage.keyset import MAX_ROWS

# As Cognito's lists have it, unless a caller wants another size.
PAGE = 60


def check_limit(limit: int) -> None:
    """Refuse a page of no size, and one that is too large.

    Raises:
        InvalidParameterError: It is not from 1 to `MAX_ROWS`.
    """
    if limit < 1:
        raise InvalidParameterError(problems={"limit": AttributeProblem.TOO_SMALL})
    if limit > MAX_ROWS:
        raise InvalidParameterError(problems={"limit": AttributeProblem.TOO_LARGE})
