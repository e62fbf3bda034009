"""What people are asked for."""

from decimal import Decimal

import pytest

from gateway.endpoints.hosted_ui.fields import (
    asked_at_sign_up,
    attribute_fields,
    demands,
    label_of,
    name_field,
    typed_attribute,
    typed_name,
)
from gateway.endpoints.hosted_ui.texts import Catalogues
from gateway.pool.attributes.schema import Attribute, AttributeType, Schema
from gateway.pool.passwords.policy import LeakPolicy, PasswordPolicy
from gateway.pool.pool import Pool
from gateway.pool.settings import (
    Address,
    Alias,
    PoolSettings,
    SignInSettings,
    SignUpSettings,
)
from tests.pool.house import NOON

T = Catalogues.load().choose(asked=["en"], accepted="")
BOTH = frozenset(Address)
EMAIL = frozenset({Address.EMAIL})
PHONE = frozenset({Address.PHONE})


def pool(
    sign_in: SignInSettings | None = None,
    verified: frozenset[Address] = EMAIL,
    schema: Schema | None = None,
) -> Pool:
    settings = PoolSettings(
        name="people",
        schema=schema or Schema(),
        sign_in=sign_in or SignInSettings(),
        sign_up=SignUpSettings(verified=verified),
    )
    return Pool("us-east-1_Ab3dEfGh9", settings, NOON)


@pytest.mark.parametrize(
    ("sign_in", "label", "kind", "new"),
    [
        (SignInSettings(), "User name", "text", "User name"),
        (SignInSettings(addresses=EMAIL), "E-mail address", "email", "E-mail address"),
        (SignInSettings(addresses=PHONE), "Phone number", "tel", "Phone number"),
        (
            SignInSettings(addresses=BOTH),
            "E-mail address or phone number",
            "text",
            "E-mail address or phone number",
        ),
        (
            SignInSettings(aliases=frozenset({Alias.EMAIL})),
            "User name or e-mail address",
            "text",
            "User name",
        ),
        (
            SignInSettings(aliases=frozenset({Alias.PHONE})),
            "User name or phone number",
            "text",
            "User name",
        ),
        (
            SignInSettings(aliases=frozenset(Alias)),
            "User name, e-mail address or phone number",
            "text",
            "User name",
        ),
    ],
)
def test_a_name_is_called_what_it_is(
    sign_in: SignInSettings, label: str, kind: str, new: str
) -> None:
    """At the sign-up no alias will do yet."""
    field = name_field(pool(sign_in), T)

    assert (field.label, field.type) == (label, kind)
    assert field.options["autocomplete"] == "username webauthn"
    fresh = name_field(pool(sign_in), T, for_sign_up=True)
    assert (fresh.label, fresh.options["autocomplete"]) == (new, "username")


@pytest.mark.parametrize(
    ("sign_in", "verified", "required", "asked"),
    [
        (SignInSettings(), EMAIL, (), ["email"]),
        (SignInSettings(), frozenset(), ("name",), ["name"]),
        (SignInSettings(), BOTH, (), ["email", "phone_number"]),
        (SignInSettings(addresses=EMAIL), EMAIL, ("email",), []),
        (SignInSettings(addresses=EMAIL), BOTH, (), ["phone_number"]),
        (SignInSettings(addresses=BOTH), BOTH, (), []),
        (SignInSettings(addresses=BOTH), BOTH, ("email",), ["email"]),
    ],
)
def test_a_sign_up_asks_for_what_the_name_does_not_say(
    sign_in: SignInSettings,
    verified: frozenset[Address],
    required: tuple[str, ...],
    asked: list[str],
) -> None:
    schema = Schema.of(required=required)

    assert asked_at_sign_up(pool(sign_in, verified, schema)) == asked


def test_fields_are_such_that_browsers_fill_them_in() -> None:
    custom = [
        Attribute("custom:tier-name"),
        Attribute("custom:age", AttributeType.NUMBER, least=Decimal(0)),
        Attribute("custom:fan", AttributeType.BOOLEAN),
    ]
    names = ["name", "phone_number", "birthdate", "zoneinfo", *(a.name for a in custom)]
    schema = Schema.of(custom=custom)

    fields = attribute_fields(schema, names, T, values={"name": "Ana"})

    name, phone, birthdate, zone, tier, age, fan = fields
    assert (name.id, name.value) == ("attribute-name", "Ana")
    assert name.options["autocomplete"] == "name"
    assert (phone.type, phone.options["autocomplete"]) == ("tel", "tel")
    assert "country code" in phone.hint
    assert (birthdate.type, birthdate.options["autocomplete"]) == ("date", "bday")
    assert "autocomplete" not in zone.options
    assert tier.label == "Tier name"
    assert age.options["inputmode"] == "decimal"
    assert [value for value, _ in fan.choices] == ["true", "false"]


def test_a_client_names_the_pool_s_own_attributes() -> None:
    own = T.with_own({"attribute.custom:tier": "Membership"})

    assert label_of("custom:tier", own) == "Membership"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (" ana ", "ana"),
        ("+49 (30) 90-18.20", "+4930901820"),
        ("+1", "+1"),
        ("a b", "a b"),
        ("+ana b", "+ana b"),
        ("", ""),
    ],
)
def test_a_name_is_read_as_it_is_meant(typed: str, name: str) -> None:
    """Blanks around it, and a number in groups."""
    assert typed_name(typed) == name
    assert typed_attribute("phone_number", typed) == name
    assert typed_attribute("name", typed) == typed.strip()


def test_what_passwords_need_is_said_beforehand() -> None:
    assert demands(PasswordPolicy(), T) == [
        "At least 8 characters",
        "With a lower-case letter, an upper-case letter, a number, a symbol",
    ]
    easy = PasswordPolicy(
        min_length=12,
        lowercase=False,
        uppercase=False,
        number=False,
        symbol=False,
        min_strength=3,
        history=5,
        leaked=LeakPolicy(),
    )
    assert demands(easy, T) == [
        "At least 12 characters",
        "Not easy to guess",
        "None of your last 5 passwords",
        "None that is known from a data leak",
    ]
