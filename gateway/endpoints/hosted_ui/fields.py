"""What people are asked for, as fields that browsers and password managers can fill in.

Reference: HTML, section 4.10.18.7 (autofill); WCAG 2.2, success criterion 1.3.5.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from gateway.endpoints.hosted_ui.texts import Texts
from gateway.pool.attributes.schema import (
    CUSTOM,
    MAX_TEXT,
    Attribute,
    AttributeType,
    Schema,
)
from gateway.pool.passwords.policy import PasswordPolicy
from gateway.pool.pool import Pool
from gateway.pool.settings import Address, Alias, SignInSettings

Options = Mapping[str, str | int]

_MAX_NAME: Final = 256

# What browsers know each standard attribute as.
_AUTOFILL: Final = {
    "name": "name",
    "given_name": "given-name",
    "family_name": "family-name",
    "middle_name": "additional-name",
    "nickname": "nickname",
    "website": "url",
    "email": "email",
    "gender": "sex",
    "birthdate": "bday",
    "locale": "language",
    "phone_number": "tel",
    "address": "street-address",
    "picture": "photo",
}
_TYPES: Final = {
    "email": "email",
    "phone_number": "tel",
    "birthdate": "date",
    "website": "url",
    "profile": "url",
    "picture": "url",
}
_UNTYPED: Final = str.maketrans("", "", " -()/.\u00a0")


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is asked for.

    Attributes:
        id: Its id and name in the form.
        label: What it is called.
        type: Of the input.
        value: What stands in it.
        hint: How to write it; empty if that is clear.
        required: Whether it may be left out.
        options: Further attributes of the input.
        choices: Values with their texts, if there is a choice.
    """

    id: str
    label: str
    type: str = "text"
    value: str = ""
    hint: str = ""
    required: bool = True
    options: Options = field(default_factory=dict)
    choices: Sequence[tuple[str, str]] = ()


def name_field(pool: Pool, t: Texts, *, for_sign_up: bool = False) -> Field:
    """Return what people of a pool sign in with.

    Args:
        pool: The pool.
        t: The language.
        for_sign_up: Whether the name is new: then no alias will do.
    """
    settings = pool.settings.sign_in
    kinds = _kinds(settings, for_sign_up=for_sign_up)
    options: dict[str, str | int] = {
        "autocomplete": "username" if for_sign_up else "username webauthn",
        "autocapitalize": "none",
        "spellcheck": "false",
        "maxlength": _MAX_NAME,
    }
    only = next(iter(settings.addresses)) if len(settings.addresses) == 1 else None
    if only is Address.EMAIL:
        return Field("username", t(kinds), type="email", options=options)
    if only is Address.PHONE:
        options |= {"inputmode": "tel"}
        return Field("username", t(kinds), type="tel", options=options)
    return Field("username", t(kinds), options=options)


def _kinds(settings: SignInSettings, *, for_sign_up: bool) -> str:
    """Return the key of the label."""
    if settings.addresses:
        if len(settings.addresses) > 1:
            return "form.email_or_phone"
        return "form.email" if Address.EMAIL in settings.addresses else "form.phone"
    reachable = settings.aliases & {Alias.EMAIL, Alias.PHONE}
    if for_sign_up or not reachable:
        return "form.username"
    if len(reachable) > 1:
        return "form.username_or_any"
    email = Alias.EMAIL in reachable
    return "form.username_or_email" if email else "form.username_or_phone"


def asked_at_sign_up(pool: Pool) -> Sequence[str]:
    """Return the attributes that a sign-up needs beside the name, in the schema's order.

    What is required, and what a code goes to; not what the name says already.
    """
    settings = pool.settings
    required = set(settings.schema.missing({}))
    wanted = required | {str(address) for address in settings.sign_up.verified}
    said = {str(address) for address in settings.sign_in.addresses}
    # Where either will do for a name, nobody knows yet which of the two it says.
    wanted -= said if len(said) == 1 else said - required
    return [name for name in settings.schema.attributes if name in wanted]


def attribute_fields(
    schema: Schema,
    names: Iterable[str],
    t: Texts,
    *,
    values: Mapping[str, str],
    required: Collection[str] | None = None,
) -> Sequence[Field]:
    """Return the fields of attributes, with what stands in them.

    Args:
        schema: The pool's.
        names: Which.
        t: The language.
        values: By name.
        required: Those that may not be left out; all by default.
    """
    return [
        replace(
            _attribute_field(schema.attributes[name], t, values.get(name, "")),
            required=required is None or name in required,
        )
        for name in names
    ]


def _attribute_field(attribute: Attribute, t: Texts, value: str) -> Field:
    name = attribute.name
    options: dict[str, str | int] = {"maxlength": MAX_TEXT}
    if name in _AUTOFILL:
        options["autocomplete"] = _AUTOFILL[name]
    kind = _TYPES.get(name, "text")
    if attribute.type is AttributeType.NUMBER:
        options["inputmode"] = "decimal"
    choices: Sequence[tuple[str, str]] = ()
    if attribute.type is AttributeType.BOOLEAN:
        choices = (("true", t("form.yes")), ("false", t("form.no")))
    return Field(
        id=field_id(name),
        label=label_of(name, t),
        type=kind,
        value=value,
        hint=t("form.phone_hint") if kind == "tel" else "",
        options=options,
        choices=choices,
    )


def field_id(attribute: str) -> str:
    """Return the id and name of an attribute's field."""
    return f"attribute-{attribute}"


def label_of(attribute: str, t: Texts) -> str:
    """Return what an attribute is called; a client may have texts for the pool's own."""
    key = f"attribute.{attribute}"
    if key in t.texts:
        return t(key)
    words = attribute.removeprefix(CUSTOM).replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:]


def typed_name(text: str) -> str:
    """Return a name as it is meant: blanks around it are a slip of the keyboard."""
    bare = text.strip()
    number = bare.translate(_UNTYPED)
    # People write numbers in groups; nobody's name is a number with a plus.
    return number if number[:1] == "+" and number[1:].isdigit() else bare


def typed_attribute(name: str, text: str) -> str:
    """Return an attribute as it is meant."""
    return typed_name(text) if name == "phone_number" else text.strip()


def demands(policy: PasswordPolicy, t: Texts) -> Sequence[str]:
    """Return what a pool demands of passwords, in words."""
    told = [t("demand.length", count=policy.min_length)]
    classes = [
        t(f"demand.{name}")
        for name in ("lowercase", "uppercase", "number", "symbol")
        if getattr(policy, name)
    ]
    if classes:
        told.append(t("demand.classes", list=", ".join(classes)))
    if policy.min_strength:
        told.append(t("demand.strength"))
    if policy.history:
        told.append(t("demand.history", count=policy.history))
    if policy.leaked is not None:
        told.append(t("demand.leaked"))
    return told
