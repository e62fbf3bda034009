"""Settings and clients as JSON, as they are kept and shown.

Any frozen dataclass of the pool has such a form without a word about it here: a new field with
a default is simply there, and what was kept before it came is read with that default.
"""

from collections.abc import Hashable, Mapping
from dataclasses import fields, is_dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from gateway.model.errors import StorageError

T = TypeVar("T")


def to_json(value: Any) -> Any:
    """Return a value as what JSON is made of; always the same for equal values.

    Lengths of time are seconds, exact numbers are text, sets are in order.
    """
    if is_dataclass(value):
        return {each.name: to_json(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_json(each) for key, each in value.items()}
    if isinstance(value, tuple | frozenset):
        parts = [to_json(each) for each in value]
        return sorted(parts) if isinstance(value, frozenset) else parts
    if isinstance(value, timedelta):
        return value.total_seconds()
    # A member of an enumeration as well: as its own text.
    return str(value) if isinstance(value, Decimal | str) else value


def from_json(kind: type[T], plain: Any) -> T:
    """Return the value that was kept.

    Args:
        kind: A frozen dataclass.
        plain: From `to_json`; fields that are missing have their defaults.

    Raises:
        StorageError: It is no such value: damaged, or kept by a later version.
    """
    try:
        value: T = _adapter(cast("Hashable", kind)).validate_python(plain)
    except ValidationError as error:
        places = {".".join(map(str, each["loc"])) for each in error.errors()}
        # Without the values, some of which nobody is to read in a log.
        detail = f"what is kept is no {kind.__name__} here: {sorted(places)}"
        raise StorageError(detail) from None
    return value


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    # Made at the first use: it takes tens of milliseconds, which a start does not have.
    return TypeAdapter(kind)
