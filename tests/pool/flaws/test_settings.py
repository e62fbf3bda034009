"""What a pool may be told, and what later."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from gateway.pool.attributes.schema import (
    STANDARD,
    Attribute,
    AttributeType,
    Schema,
)
from gateway.pool.flaws.settings import (
    MAX_LANGUAGES,
    MAX_TAGS,
    find_change_flaws,
    find_flaws,
)
from gateway.pool.passwords.policy import MOST_SEEN, LeakPolicy, PasswordPolicy
from gateway.pool.settings import (
    Address,
    Alias,
    MessageSettings,
    MessageTemplate,
    MfaMode,
    MfaSettings,
    NoticeKind,
    PasskeySettings,
    PoolSettings,
    SecondFactor,
    SignInSettings,
    SignUpSettings,
    TriggerKind,
    TriggerRule,
    TriggerSettings,
)

PLAIN = PoolSettings(name="people")
KIND = NoticeKind.SIGN_UP
HOUR, YEAR = timedelta(hours=1), timedelta(days=365)


def with_attribute(attribute: Attribute, name: str = "") -> PoolSettings:
    attributes = {**STANDARD, name or attribute.name: attribute}
    return replace(PLAIN, schema=Schema(attributes))


GOOD = {
    "plain": PLAIN,
    "a long name": replace(PLAIN, name="n" * 128),
    "bounds at their ends": replace(
        PLAIN, password=PasswordPolicy(99, history=24, min_strength=4)
    ),
    "the shortest passwords": replace(
        PLAIN, password=PasswordPolicy(6, temporary_lifetime=HOUR)
    ),
    "lifetimes": replace(
        PLAIN,
        password=PasswordPolicy(temporary_lifetime=YEAR),
        sign_up=SignUpSettings(unconfirmed_lifetime=HOUR),
    ),
    "a second factor": replace(
        PLAIN, mfa=MfaSettings(MfaMode.ON, frozenset({SecondFactor.TOTP}))
    ),
    "tags": replace(PLAIN, tags={f"t{n}": "" for n in range(MAX_TAGS)}),
    "no recovery": replace(PLAIN, recovery=()),
    "passkeys": replace(
        PLAIN,
        passkeys=PasskeySettings("app.example.com", ("https://app.example.com:8443",)),
    ),
    "a condition": replace(
        PLAIN,
        triggers=TriggerSettings(
            rules={TriggerKind.PRE_SIGN_UP: (TriggerRule("user.username != 'x'"),)},
            claims_version=3,
        ),
    ),
    "messages": replace(
        PLAIN,
        messages=MessageSettings(
            "Shop <shop@example.com>",
            templates={KIND: {"de": MessageTemplate("Hallo", text="{{ code }}")}},
        ),
    ),
    "an own attribute": with_attribute(
        Attribute("custom:tier", least=Decimal(1), most=Decimal(1))
    ),
    "a developer's attribute": with_attribute(Attribute("dev:custom:" + "x" * 20)),
    "fifty of them": replace(
        PLAIN, schema=Schema.of(custom=[Attribute(f"custom:{n}") for n in range(50)])
    ),
}
TOTP = Attribute("custom:on", AttributeType.BOOLEAN, least=Decimal(0))
BAD = {
    "name": replace(PLAIN, name=""),
    "name ": replace(PLAIN, name="n" * 129),
    "password.min_length": replace(PLAIN, password=PasswordPolicy(5)),
    "password.min_length ": replace(PLAIN, password=PasswordPolicy(100)),
    "password.history": replace(PLAIN, password=PasswordPolicy(history=25)),
    "password.leaked.at_most": replace(
        PLAIN, password=PasswordPolicy(leaked=LeakPolicy(MOST_SEEN + 1))
    ),
    "password.leaked.at_most ": replace(
        PLAIN, password=PasswordPolicy(leaked=LeakPolicy(-1))
    ),
    "password.min_strength": replace(PLAIN, password=PasswordPolicy(min_strength=5)),
    "password.temporary_lifetime": replace(
        PLAIN, password=PasswordPolicy(temporary_lifetime=HOUR - timedelta(seconds=1))
    ),
    "sign_up.unconfirmed_lifetime": replace(
        PLAIN,
        sign_up=SignUpSettings(unconfirmed_lifetime=YEAR + timedelta(seconds=1)),
    ),
    "mfa.kinds": replace(PLAIN, mfa=MfaSettings(MfaMode.OPTIONAL)),
    "recovery": replace(PLAIN, recovery=(Address.EMAIL, Address.EMAIL)),
    "passkeys.relying_party_id": replace(PLAIN, passkeys=PasskeySettings("a..b")),
    "passkeys.origins": replace(
        PLAIN,
        passkeys=PasskeySettings(origins=("https://a.example", "https://a.example")),
    ),
    "passkeys.origins.0": replace(
        PLAIN, passkeys=PasskeySettings(origins=("https://a.example/x",))
    ),
    "passkeys.origins.0 ": replace(
        PLAIN, passkeys=PasskeySettings(origins=("myapp://a",))
    ),
    "triggers.claims_version": replace(
        PLAIN, triggers=TriggerSettings(claims_version=4)
    ),
    "triggers.rules.token_claims": replace(
        PLAIN, triggers=TriggerSettings(rules={TriggerKind.TOKEN_CLAIMS: ()})
    ),
    "triggers.rules.pre_sign_up.0.expect": replace(
        PLAIN,
        triggers=TriggerSettings(
            rules={TriggerKind.PRE_SIGN_UP: (TriggerRule("usr == 1"),)}
        ),
    ),
    "messages.sender": replace(PLAIN, messages=MessageSettings("Shop")),
    "messages.templates.sign_up": replace(
        PLAIN,
        messages=MessageSettings(
            templates={
                KIND: {f"x{n}": MessageTemplate() for n in range(MAX_LANGUAGES + 1)}
            }
        ),
    ),
    "messages.templates.sign_up.de.sms": replace(
        PLAIN,
        messages=MessageSettings(templates={KIND: {"de": MessageTemplate(sms="Hi")}}),
    ),
    "tags": replace(PLAIN, tags={f"t{n}": "" for n in range(MAX_TAGS + 1)}),
    "tags.": replace(PLAIN, tags={"": "value"}),
    "tags.team": replace(PLAIN, tags={"team": "v" * 257}),
    "sign_in.aliases": replace(
        PLAIN, sign_in=SignInSettings(frozenset(Address), frozenset(Alias))
    ),
    "sign_in.first_factors": replace(
        PLAIN, sign_in=SignInSettings(first_factors=frozenset())
    ),
    "schema.attributes": replace(
        PLAIN, schema=Schema.of(custom=[Attribute(f"custom:{n}") for n in range(51)])
    ),
    "schema.attributes.tier": with_attribute(Attribute("tier")),
    "schema.attributes.custom:": with_attribute(Attribute("custom:")),
    f"schema.attributes.custom:{'x' * 21}": with_attribute(
        Attribute(f"custom:{'x' * 21}")
    ),
    "schema.attributes.custom:b": with_attribute(Attribute("custom:a"), "custom:b"),
    "schema.attributes.email": replace(
        PLAIN, schema=Schema({n: a for n, a in STANDARD.items() if n != "email"})
    ),
    "schema.attributes.email.type": with_attribute(
        Attribute("email", AttributeType.NUMBER)
    ),
    "schema.attributes.custom:tier.least": with_attribute(
        Attribute("custom:tier", least=Decimal(2), most=Decimal(1))
    ),
    "schema.attributes.custom:on": with_attribute(TOTP),
}


@pytest.mark.parametrize("settings", GOOD.values(), ids=GOOD)
def test_what_a_pool_may_be_told(settings: PoolSettings) -> None:
    assert list(find_flaws(settings)) == []


@pytest.mark.parametrize(("place", "settings"), BAD.items(), ids=BAD)
def test_what_is_wrong_is_told_by_its_place(place: str, settings: PoolSettings) -> None:
    """Once, with the names that lead to it."""
    (flaw,) = find_flaws(settings)

    assert ".".join(map(str, flaw.path)) == place.strip()


def test_what_people_have_already_cannot_change() -> None:
    """Their names are compared as they were kept, and their attributes are there."""
    tier = Attribute("custom:tier")
    before = with_attribute(tier)
    for place, after in {
        "sign_in.addresses": replace(
            before, sign_in=SignInSettings(addresses=frozenset({Address.EMAIL}))
        ),
        "sign_in.aliases": replace(
            before, sign_in=SignInSettings(aliases=frozenset({Alias.EMAIL}))
        ),
        "sign_in.case_sensitive": replace(
            before, sign_in=SignInSettings(case_sensitive=True)
        ),
        "schema.attributes.custom:tier": PLAIN,
        "schema.attributes.custom:tier.type": with_attribute(
            replace(tier, type=AttributeType.NUMBER)
        ),
    }.items():
        (flaw,) = find_change_flaws(before, after)
        assert ".".join(map(str, flaw.path)) == place


def test_everything_else_can_change_later() -> None:
    """Required attributes included: who lacks one is asked at the next sign-in."""
    before = with_attribute(Attribute("custom:tier"))
    after = PoolSettings(
        name="others",
        schema=Schema.of(
            required=["email"],
            immutable=["name"],
            custom=[
                Attribute("custom:tier", required=True, most=Decimal(9)),
                Attribute("custom:new"),
            ],
        ),
        mfa=MfaSettings(MfaMode.ON, frozenset(SecondFactor)),
        is_protected=False,
    )

    assert list(find_change_flaws(before, after)) == []
