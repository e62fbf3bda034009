"""What becomes of a profile, attribute by attribute, and why."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from gateway.federation.profiles import (
    Profile,
    Reason,
    Source,
    Why,
    profile_of,
    sent_claims,
    vouched_for,
)
from gateway.model.client import Client
from gateway.model.user import User, UserStatus
from gateway.pool.attributes.schema import Attribute, Schema
from tests.federation.house import ANA, SCOPES, MadeUpParty, login_provider
from tests.pool.house import NOON, POOL_ID

CLIENT = Client("app", POOL_ID, "App")
OLD = User(
    pool_id=POOL_ID,
    sub="s",
    username="corp_123",
    status=UserStatus.EXTERNAL_PROVIDER,
    enabled=True,
    attributes={"email": "ana@corp.example", "email_verified": "true", "name": "Old"},
    created_at=NOON,
    updated_at=NOON,
)


def written(
    before: User | None = None,
    *,
    claims: dict[str, Any] | None = None,
    scopes: tuple[str, ...] = SCOPES,
    schema: Schema | None = None,
    client: Client = CLIENT,
    vouched: frozenset[str] = frozenset(),
    **settings: Any,
) -> Profile:
    provider = login_provider(**settings)
    told = ANA if claims is None else {"sub": "123", **claims}
    proven = MadeUpParty(claims=told).proven()
    source = Source(
        mapped=provider.mapper.map(proven.claims, NOON),
        said=provider.profile.values(proven.claims.claims, NOON),
        sent=sent_claims(told),
        scopes=frozenset(scopes),
        settings=provider.settings.sign_in,
        vouched=vouched,
    )
    return profile_of(source, schema or Schema(), client, before)


def test_somebody_new_has_what_the_provider_says() -> None:
    profile = written()

    assert profile.attributes == {
        "email": "ana@corp.example",
        "email_verified": "true",
        "name": "Ana Diaz",
        "given_name": "Ana",
    }
    assert profile.reasons["email"] == Reason(Why.WRITTEN, ("email",))


def test_a_claim_that_is_missing_leaves_the_value_as_it_is() -> None:
    """And one that is there replaces it."""
    profile = written(OLD, claims={"given_name": "Ana"})

    assert profile.attributes == {**OLD.attributes, "given_name": "Ana"}
    assert written(OLD).attributes["name"] == "Ana Diaz"


@pytest.mark.parametrize(
    ("name", "claims", "settings", "reason"),
    [
        (
            "family_name",
            {},
            {"scopes": ("openid", "email")},
            Reason(Why.SCOPE_NOT_ASKED, ("family_name",), ("profile",)),
        ),
        ("family_name", {}, {}, Reason(Why.CLAIM_NOT_SENT, ("family_name",))),
        (
            "family_name",
            {"family_name": ""},
            {"scopes": ()},
            Reason(Why.CLAIM_NOT_SENT, ("family_name",)),
        ),
        ("custom:unit", {"unit": "x"}, {}, Reason(Why.NOT_MAPPED)),
        (
            "custom:gone",
            {"unit": "x"},
            {"sign_in": {"profile": {"custom:gone": "claims.unit"}}},
            Reason(Why.NO_SUCH_ATTRIBUTE, ("unit",)),
        ),
        (
            "sub",
            {},
            {"sign_in": {"profile": {"sub": "claims.sub"}}},
            Reason(Why.NO_SUCH_ATTRIBUTE, ("sub",)),
        ),
        (
            "picture",
            {"picture": {"url": "x"}},
            {},
            Reason(Why.NOT_TAKEN, ("picture",), problem="wrong_type"),
        ),
        (
            "birthdate",
            {"birthdate": "soon"},
            {},
            Reason(Why.NOT_TAKEN, ("birthdate",), problem="no_date"),
        ),
        (
            "custom:unit",
            {"unit": "x"},
            {"sign_in": {"profile": {"custom:unit": "claims.unit"}}},
            Reason(Why.NOT_WRITABLE, ("unit",)),
        ),
    ],
)
def test_what_is_not_written_has_a_reason(
    name: str, claims: dict[str, Any], settings: dict[str, Any], reason: Reason
) -> None:
    schema = Schema.of(custom=[Attribute("custom:unit", most=Decimal(10))])

    profile = written(claims=claims, schema=schema, **settings)

    assert profile.reasons[name] == reason
    assert name not in profile.attributes


def test_a_client_writes_what_it_may() -> None:
    """What is proven of an address comes with the address."""
    client = replace(CLIENT, writable=frozenset({"email"}))

    profile = written(client=client)

    assert profile.attributes == {"email": ANA["email"], "email_verified": "true"}
    assert profile.reasons["name"].why is Why.NOT_WRITABLE


def test_what_may_not_change_stays_and_the_sign_in_goes_on() -> None:
    """Cognito refuses the second sign-in."""
    schema = Schema.of(immutable=["name", "email"])

    profile = written(OLD, schema=schema)

    assert profile.attributes["name"] == "Old"
    assert profile.reasons["name"].why is Why.NOT_MUTABLE
    assert profile.reasons["email"].why is Why.WRITTEN


@pytest.mark.parametrize(
    ("claims", "known", "vouched", "verified"),
    [
        pytest.param({"email_verified": True}, {}, (), "true", id="vouched for"),
        pytest.param({}, {}, (), "false", id="never vouched for"),
        pytest.param({"email_verified": "true"}, {}, (), "", id="said as text"),
        pytest.param({}, {"email": "a@x.example"}, (), "true", id="proven here"),
        pytest.param({}, {"email": "b@x.example"}, (), "false", id="another address"),
        pytest.param(
            {}, {"email": "a@x.example"}, ("email",), "false", id="no more vouched for"
        ),
    ],
)
def test_an_address_is_proven_if_the_provider_vouches_or_a_code_came_back(
    claims: dict[str, Any],
    known: dict[str, str],
    vouched: tuple[str, ...],
    verified: str,
) -> None:
    """What a provider once vouched for and does no more is not proven by that."""
    before = replace(
        OLD, attributes={**known, "email_verified": "true"} if known else {}
    )
    if not verified:
        with pytest.raises(Exception, match="bool"):
            written(before, claims={"email": "a@x.example", **claims})
        return

    profile = written(
        before, claims={"email": "a@x.example", **claims}, vouched=frozenset(vouched)
    )

    assert profile.attributes["email_verified"] == verified


def test_an_address_of_an_expression_of_its_own_is_vouched_for_by_nobody() -> None:
    """`email_verified` speaks for the address that it stands beside."""
    profile = written(
        claims={**ANA, "other": "eve@corp.example"},
        sign_in={"profile": {"email": "claims.other"}},
    )

    assert profile.attributes["email"] == "eve@corp.example"
    assert profile.attributes["email_verified"] == "false"


def test_a_phone_number_likewise() -> None:
    claims = {"phone_number": "+14155552671", "phone_number_verified": True}

    attributes = written(claims=claims).attributes

    assert attributes == {**claims, "phone_number_verified": "true"}


def test_who_has_a_way_in_of_their_own_has_a_profile_of_their_own() -> None:
    """A provider fills it up; no address becomes another one, or a first one, by it."""
    own = replace(OLD, status=UserStatus.CONFIRMED, attributes={"name": "Own"})

    profile = written(own)

    assert profile.attributes == {"name": "Own", "given_name": "Ana"}
    assert profile.reasons["email"].why is Why.KEPT_AS_IT_IS


def test_what_a_provider_vouches_for_is_known_for_the_next_time() -> None:
    provider = login_provider()
    proven = MadeUpParty().proven()

    assert vouched_for(provider.mapper.map(proven.claims, NOON)) == {"email"}
    assert "ana@" not in repr(written())
