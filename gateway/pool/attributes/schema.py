"""The attributes of a pool: OpenID Connect's standard ones, and its own.

Values are text everywhere, as on Cognito's wire; the type says which text is one.

References: OpenID Connect Core section 5.1 (standard claims); Amazon Cognito,
SchemaAttributeType.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from gateway.pool.attributes.addresses import is_email, is_phone

MAX_TEXT: Final = 2048
MAX_CUSTOM: Final = 50
CUSTOM: Final = "custom:"
DEVELOPER: Final = "dev:"

_NUMBER: Final = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,10})?")
_UNKEEPABLE: Final = re.compile(r"[\0\ud800-\udfff]")
_EPOCH: Final = re.compile(r"[0-9]{1,15}")


class AttributeType(StrEnum):
    """What kind of text a value is."""

    STRING = "String"
    NUMBER = "Number"
    DATE_TIME = "DateTime"
    BOOLEAN = "Boolean"


class AttributeProblem(StrEnum):
    """Why a value is not taken."""

    UNKNOWN = "unknown"
    MISSING = "missing"
    IMMUTABLE = "immutable"
    RESERVED = "reserved"
    WRONG_TYPE = "wrong_type"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    NO_EMAIL = "no_email"
    NO_PHONE = "no_phone"
    NO_DATE = "no_date"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a pool.

    Attributes:
        name: With its prefix, if it has one: `custom:tier`.
        type: Which text its values are.
        mutable: Whether it may change once it has a value.
        required: Whether everybody has to have one.
        least: For text, the fewest characters; for numbers, the smallest value.
        most: For text, the most characters; for numbers, the largest value.
    """

    name: str
    type: AttributeType = AttributeType.STRING
    mutable: bool = True
    required: bool = False
    least: Decimal | None = None
    most: Decimal | None = None

    def problem(self, value: str) -> AttributeProblem | None:
        """Return why the attribute does not take a value; `None` if it does."""
        if len(value) > MAX_TEXT:
            return AttributeProblem.TOO_LONG
        if not is_keepable(value):
            return AttributeProblem.WRONG_TYPE
        return _CHECKS[self.type](self, value) or _FORMS.get(self.name, _any)(value)


def is_keepable(text: str) -> bool:
    """Whether every database and wire can hold a text.

    None holds halves of a surrogate pair, and not all hold the zero character.
    """
    return _UNKEEPABLE.search(text) is None


def _text(attribute: Attribute, value: str) -> AttributeProblem | None:
    if attribute.least is not None and len(value) < attribute.least:
        return AttributeProblem.TOO_SHORT
    if attribute.most is not None and len(value) > attribute.most:
        return AttributeProblem.TOO_LONG
    return None


def _number(attribute: Attribute, value: str) -> AttributeProblem | None:
    if _NUMBER.fullmatch(value) is None:
        return AttributeProblem.WRONG_TYPE
    number = Decimal(value)
    if attribute.least is not None and number < attribute.least:
        return AttributeProblem.TOO_SMALL
    if attribute.most is not None and number > attribute.most:
        return AttributeProblem.TOO_LARGE
    return None


def _moment(_: Attribute, value: str) -> AttributeProblem | None:
    """Cognito takes seconds since 1970 and ISO 8601."""
    if _EPOCH.fullmatch(value):
        return None
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return AttributeProblem.WRONG_TYPE
    return None


def _boolean(_: Attribute, value: str) -> AttributeProblem | None:
    return None if value in {"true", "false"} else AttributeProblem.WRONG_TYPE


_CHECKS: Final[
    Mapping[AttributeType, Callable[[Attribute, str], AttributeProblem | None]]
] = {
    AttributeType.STRING: _text,
    AttributeType.NUMBER: _number,
    AttributeType.DATE_TIME: _moment,
    AttributeType.BOOLEAN: _boolean,
}


def _any(_: str) -> AttributeProblem | None:
    return None


def _email(value: str) -> AttributeProblem | None:
    return None if not value or is_email(value) else AttributeProblem.NO_EMAIL


def _phone(value: str) -> AttributeProblem | None:
    return None if not value or is_phone(value) else AttributeProblem.NO_PHONE


def _birthdate(value: str) -> AttributeProblem | None:
    """`YYYY-MM-DD`; the year may be 0000, and may stand alone (OIDC Core section 5.1)."""
    text = f"2000{value[4:]}" if value.startswith("0000") else value
    try:
        date.fromisoformat(text if "-" in text else f"{text}-01-01")
    except ValueError:
        return AttributeProblem.NO_DATE if value else None
    return None


_FORMS: Final[Mapping[str, Callable[[str], AttributeProblem | None]]] = {
    "email": _email,
    "phone_number": _phone,
    "birthdate": _birthdate,
}

_TEXTS: Final = (
    *("name", "given_name", "family_name", "middle_name", "nickname"),
    *("preferred_username", "profile", "picture", "website", "email", "gender"),
    *("birthdate", "zoneinfo", "locale", "phone_number", "address"),
)

# Every pool has these, with these bounds, until its settings say otherwise.
STANDARD: Final[Mapping[str, Attribute]] = MappingProxyType(
    {
        "sub": Attribute("sub", mutable=False, required=True),
        **{
            name: Attribute(name, least=Decimal(0), most=Decimal(MAX_TEXT))
            for name in _TEXTS
        },
        "email_verified": Attribute("email_verified", AttributeType.BOOLEAN),
        "phone_number_verified": Attribute(
            "phone_number_verified", AttributeType.BOOLEAN
        ),
        "updated_at": Attribute("updated_at", AttributeType.NUMBER, least=Decimal(0)),
        "identities": Attribute("identities"),
    }
)

# The gateway's own to say, whoever asks: an address is verified because a code came back.
_OURS: Final = frozenset({"sub", "identities"})
VERIFIED: Final[Mapping[str, str]] = MappingProxyType(
    {"email": "email_verified", "phone_number": "phone_number_verified"}
)


@dataclass(frozen=True, slots=True)
class Schema:
    """All attributes of a pool.

    Attributes:
        attributes: By name.
    """

    attributes: Mapping[str, Attribute] = field(default_factory=lambda: STANDARD)

    @classmethod
    def of(
        cls,
        *,
        required: Collection[str] = (),
        immutable: Collection[str] = (),
        custom: Sequence[Attribute] = (),
    ) -> "Schema":
        """Return the standard attributes with what a pool says of them, and its own.

        Args:
            required: Standard attributes that everybody has to have.
            immutable: Standard attributes that do not change.
            custom: The pool's own; names begin with `custom:` or `dev:`.
        """
        standard = {
            name: replace(
                attribute,
                required=attribute.required or name in required,
                mutable=attribute.mutable and name not in immutable,
            )
            for name, attribute in STANDARD.items()
        }
        return cls(standard | {attribute.name: attribute for attribute in custom})

    def problems(
        self,
        values: Mapping[str, str],
        *,
        known: Mapping[str, str] | None = None,
        by_administrator: bool = False,
    ) -> Iterator[tuple[str, AttributeProblem]]:
        """Yield what is wrong with values that somebody wants to set, by attribute.

        Args:
            values: By name; an empty text removes the attribute.
            known: What the person has already; `None` for somebody new.
            by_administrator: Whether verification may be set, and `dev:` attributes.
        """
        before = known or {}
        for name, value in values.items():
            problem = self._problem(
                name, value, before.get(name, ""), by_administrator=by_administrator
            )
            if problem is not None:
                yield name, problem

    def _problem(
        self, name: str, value: str, before: str, *, by_administrator: bool
    ) -> AttributeProblem | None:
        attribute = self.attributes.get(name)
        if attribute is None:
            return AttributeProblem.UNKNOWN
        if name in _OURS or (
            not by_administrator
            and (name in VERIFIED.values() or name.startswith(DEVELOPER))
        ):
            return AttributeProblem.RESERVED
        if before and value != before and not attribute.mutable:
            return AttributeProblem.IMMUTABLE
        if not value:
            missing = attribute.required and bool(before)
            return AttributeProblem.MISSING if missing else None
        return attribute.problem(value)

    def missing(self, values: Mapping[str, str]) -> Sequence[str]:
        """Return the required attributes that somebody lacks, in the schema's order."""
        return [
            name
            for name, attribute in self.attributes.items()
            if attribute.required and name not in _OURS and not values.get(name)
        ]
