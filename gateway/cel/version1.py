"""The CEL environment, version 1: which variables there are, and of which types.

The fields are those of `gateway.model.identity.Identity`, `gateway.model.access.RequestView`
and `RouteView`; a test compares them. A released field or function never changes its
meaning: additions raise the version.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any, Final

from gateway.cel.environment import Environment
from gateway.cel.types import (
    BOOL,
    DOUBLE,
    DYN,
    INT,
    STRING,
    TIMESTAMP,
    CelType,
    ListType,
    MapType,
    RecordType,
)
from gateway.cel.values import INT_MAX, INT_MIN

_STRINGS: Final = ListType(STRING)
_MULTIMAP: Final = MapType(STRING, _STRINGS)

CLAIMS: Final = MapType(STRING, DYN)

IDENTITY: Final = RecordType(
    "identity",
    {
        "id": STRING,
        "kind": STRING,
        "authenticated": BOOL,
        "provider": STRING,
        "provider_kind": STRING,
        "issuer": STRING,
        "subject": STRING,
        "username": STRING,
        "name": STRING,
        "email": STRING,
        "email_verified": BOOL,
        "phone": STRING,
        "phone_verified": BOOL,
        "tenant": STRING,
        "groups": _STRINGS,
        "labels": _STRINGS,
        "scopes": _STRINGS,
        "amr": _STRINGS,
        "acr": STRING,
        "auth_time": TIMESTAMP,
        "created": TIMESTAMP,
        "disabled": BOOL,
        "linked": _STRINGS,
        "sender": STRING,
        "attributes": MapType(STRING, DYN),
    },
)

REQUEST: Final = RecordType(
    "request",
    {
        "id": STRING,
        "method": STRING,
        "scheme": STRING,
        "host": STRING,
        "path": STRING,
        "segments": _STRINGS,
        "query": _MULTIMAP,
        "headers": _MULTIMAP,
        "ip": STRING,
        "tls": BOOL,
        "content_type": STRING,
        "content_length": INT,
        "time": TIMESTAMP,
    },
)

ROUTE: Final = RecordType(
    "route",
    {
        "id": STRING,
        "upstream": STRING,
        "params": MapType(STRING, STRING),
        "tags": _STRINGS,
        "audience": STRING,
    },
)


SAML: Final = RecordType(
    "saml",
    {
        "name_id": STRING,
        "name_id_format": STRING,
        "session_index": STRING,
        "attributes": _MULTIMAP,
    },
)


def provider_environment(*, saml: bool = False) -> Environment:
    """Return the environment of `[map]` and `[require]` in a provider's file.

    Args:
        saml: Whether the provider speaks SAML.
    """
    variables: dict[str, CelType] = {"claims": CLAIMS, "now": TIMESTAMP}
    return Environment(variables | {"saml": SAML} if saml else variables)


def policy_environment(
    *,
    vars_: Mapping[str, CelType],
    const: Mapping[str, CelType],
    roles: bool,
    constants: Mapping[str, Any] | None = None,
    shared: Environment | None = None,
) -> Environment:
    """Return the environment of the expressions of one policy file.

    Args:
        vars_: The types of `[vars]`.
        const: The types of `[const]`.
        roles: Whether `roles` can be read; not in role mapping, which makes them.
        constants: The values of `[const]`, as `constant_of` gives them, so that what
            they imply (the networks of `in_cidr`) is computed at load.
        shared: One for the same `roles`, without any `vars` and `const`.
    """
    variables: dict[str, CelType] = {
        "identity": IDENTITY,
        "claims": CLAIMS,
        "request": REQUEST,
        "route": ROUTE,
        "now": TIMESTAMP,
        "vars": RecordType("vars", dict(vars_)),
        "const": RecordType("const", dict(const)),
    }
    if roles:
        variables["roles"] = _STRINGS
    values = {f"const.{name}": value for name, value in (constants or {}).items()}
    return Environment(
        variables, constants=values, shared=shared, own=("vars", "const")
    )


def constant_of(value: Any) -> Any:
    """Return a value of `[const]` as expressions read it.

    A date becomes the moment at which it begins, in UTC; so does a time without a zone.

    Raises:
        TypeError: TOML has such values, and CEL has not: a time of day.
    """
    match value:
        case datetime():
            return value if value.tzinfo else value.replace(tzinfo=UTC)
        case date():
            return datetime.combine(value, time(), UTC)
        case time():
            raise TypeError("a time of day has no type in CEL")
        case list():
            return tuple(constant_of(item) for item in value)
        case dict():
            return {key: constant_of(item) for key, item in value.items()}
        case _:
            return value


def type_of_constant(value: Any) -> CelType:  # noqa: PLR0911 - one for each type
    """Return the type of a value of `[const]`.

    A list or table of several types holds `dyn`.

    Args:
        value: As Python's TOML reader gives it.

    Raises:
        TypeError: CEL has no such value: a time of day, a number beyond 64 bits.
    """
    match value:
        case bool():
            return BOOL
        case int() if INT_MIN <= value <= INT_MAX:
            return INT
        case float():
            return DOUBLE
        case str():
            return STRING
        case date():
            return TIMESTAMP
        case list() | tuple():
            return ListType(_common(value))
        case dict():
            return MapType(STRING, _common(list(value.values())))
        case int():
            raise TypeError("the number does not fit an int (64 bits, signed)")
        case _:
            raise TypeError("a time of day has no type in CEL")


def _common(values: list[Any] | tuple[Any, ...]) -> CelType:
    kinds = {type_of_constant(value) for value in values}
    return kinds.pop() if len(kinds) == 1 else DYN
