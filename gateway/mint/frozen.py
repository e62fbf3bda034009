"""Claims as part of a cache key: equal if, and only if, they become the same JSON.

Python thinks that `1`, `True` and `1.0` are equal. A receiver of tokens does not, so each
value that is no text carries its type along.
"""

from collections.abc import Hashable, Mapping
from typing import Any

from gateway.model.errors import MintError

# Deeper than any claim that a program would read; keeps the recursion short.
MAX_DEPTH = 32


def freeze_claims(claims: Mapping[str, Any]) -> Hashable:
    """Return the claims as something hashable.

    On the path of each request, so what is usual comes first: no claims, or a few texts.

    Raises:
        MintError: A value cannot be written as JSON.
    """
    if not claims:
        return ()
    return tuple(
        [
            (name, value if value.__class__ is str else _freeze(value, MAX_DEPTH))
            for name, value in claims.items()
        ]
    )


def _freeze(value: Any, depth: int) -> Hashable:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return bool, value
    if isinstance(value, int):
        return int, int(value)
    if isinstance(value, float):
        # By its digits: `-0.0 == 0.0`, but they are written differently.
        return float, repr(value)
    if depth == 0:
        raise MintError("a claim is nested too deeply")
    if isinstance(value, list | tuple):
        return list, *[_freeze(item, depth - 1) for item in value]
    if isinstance(value, Mapping):
        items = [(name, _freeze(item, depth - 1)) for name, item in value.items()]
        return dict, *items
    raise MintError(f"a claim is a {type(value).__name__}, which is no JSON")
