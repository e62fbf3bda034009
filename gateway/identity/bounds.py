"""Values of claims on their way into the identity record: sized, and writable anywhere.

An expression gives what its type allows; an issuer decides how much of it. What is longer
than anybody needs, or cannot be written as UTF-8, is refused here, so that no log, table
or token has to.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from gateway.model.errors import MalformedCredentialError
from gateway.model.identity import MAX_SUBJECT_CHARACTERS

# Longer than any name, address or URL that stands for somebody.
MAX_TEXT_CHARACTERS = 1024

# More than providers put into a token: Entra stops at 200 groups.
MAX_ITEMS = 1024

# Of one attribute, all values inside of values counted.
MAX_ATTRIBUTE_VALUES = 1024
MAX_ATTRIBUTE_DEPTH = 8

# How far a provider's clock may be ahead of ours when it says when somebody signed in.
MAX_AHEAD = timedelta(minutes=5)


def check_subject(value: str) -> str:
    """Return the provider's name for somebody.

    Raises:
        MalformedCredentialError: It is empty, too long, or holds characters that cannot
            be printed: two names that look the same must be the same.
    """
    if not 0 < len(value) <= MAX_SUBJECT_CHARACTERS:
        raise MalformedCredentialError(f"a subject of {len(value)} characters")
    if not value.isprintable():
        raise MalformedCredentialError("a subject with characters that do not print")
    return value


def check_text(field: str, value: str) -> str:
    """Return a text of the identity.

    Raises:
        MalformedCredentialError: It is too long, or no Unicode.
    """
    if len(value) > MAX_TEXT_CHARACTERS:
        raise MalformedCredentialError(f"{field} is of {len(value)} characters")
    # JSON can name half of a surrogate pair, which nothing can write again.
    if not value.isascii() and any("\ud800" <= each <= "\udfff" for each in value):
        raise MalformedCredentialError(f"{field} is no Unicode")
    return value


def check_texts(field: str, values: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """Return a list of texts of the identity.

    Raises:
        MalformedCredentialError: There are too many, or one of them is refused.
    """
    if len(values) > MAX_ITEMS:
        raise MalformedCredentialError(f"{field} has {len(values)} items")
    return tuple([check_text(field, value) for value in values])


def check_sign_in(value: datetime, now: datetime) -> datetime:
    """Return when somebody signed in.

    Raises:
        MalformedCredentialError: It is still to come. A policy that asks for a fresh
            sign-in would take it for one.
    """
    if value > now + MAX_AHEAD:
        raise MalformedCredentialError("auth_time is still to come")
    return value


def is_verified_address(email: str, *, verified: bool) -> bool:
    """Return whether an e-mail address is one, and the provider vouches for it.

    An address with two `@` is read differently by different programs, and nobody can
    vouch for what it means (oauth2-proxy GHSA-c5c4-8r6x-56w3).
    """
    name, _, host = email.partition("@")
    return verified is True and bool(name) and bool(host) and "@" not in host


def freeze_attribute(field: str, value: Any) -> Any:
    """Return an attribute's value, as something that nobody can change.

    Raises:
        MalformedCredentialError: It is too long, too deep, has too many values, or a
            value of a kind that policies cannot read.
    """
    return _Freezer(field).freeze(value, MAX_ATTRIBUTE_DEPTH)


class _Freezer:
    def __init__(self, field: str) -> None:
        self._field = field
        self._left = MAX_ATTRIBUTE_VALUES

    def freeze(self, value: Any, depth: int) -> Any:
        self._left -= 1
        if self._left < 0 or depth < 0:
            raise MalformedCredentialError(f"{self._field} has too many values")
        if isinstance(value, str):
            return check_text(self._field, value)
        if value is None or isinstance(
            value, bool | int | float | datetime | timedelta
        ):
            return value
        if isinstance(value, list | tuple):
            return tuple([self.freeze(item, depth - 1) for item in value])
        if isinstance(value, Mapping):
            return MappingProxyType(
                {
                    self.freeze(name, depth - 1): self.freeze(item, depth - 1)
                    for name, item in value.items()
                }
            )
        raise MalformedCredentialError(f"{self._field} is a {type(value).__name__}")
