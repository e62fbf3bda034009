"""Settings and clients come back as they were kept."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from gateway.model.client import Branding, Client, GrantKind, TokenLifetimes
from gateway.model.errors import StorageError
from gateway.pool.attributes.schema import Attribute, AttributeType, Schema
from gateway.pool.json_form import from_json, to_json
from gateway.pool.settings import (
    Address,
    MfaMode,
    MfaSettings,
    PoolSettings,
    SecondFactor,
    SignUpSettings,
)

EVERYTHING = PoolSettings(
    name="people",
    schema=Schema.of(
        required=["email"],
        custom=[
            Attribute("custom:age", AttributeType.NUMBER, least=Decimal("0.50")),
        ],
    ),
    sign_up=SignUpSettings(unconfirmed_lifetime=timedelta(days=3, microseconds=1)),
    mfa=MfaSettings(MfaMode.ON, frozenset(SecondFactor)),
    recovery=(Address.PHONE,),
    tags={"team": "identity"},
)
CLIENT = Client(
    "app",
    "us-east-1_Ab3dEfGh9",
    "App",
    grants=frozenset(GrantKind),
    lifetimes=TokenLifetimes(access=timedelta(minutes=5)),
    readable=frozenset({"email"}),
    branding=Branding(texts={"de": {"title": "Grüß Gott"}}),
)


@pytest.mark.parametrize("value", [EVERYTHING, CLIENT, PoolSettings(name="plain")])
def test_a_value_comes_back_as_it_was(value: object) -> None:
    """Through JSON text, with exact numbers and microseconds."""
    text = json.dumps(to_json(value))

    assert from_json(type(value), json.loads(text)) == value


def test_equal_values_have_the_same_form() -> None:
    """Sets have no order of their own, and each process would make up another one."""
    form = to_json(MfaSettings(MfaMode.ON, frozenset(SecondFactor)))

    assert form["kinds"] == sorted(SecondFactor)


def test_what_was_kept_before_a_field_came_has_its_default() -> None:
    """And a field that is gone is passed over: a new field needs no migration."""
    form = {"name": "people", "colour": "red"}

    assert from_json(PoolSettings, form) == PoolSettings(name="people")


@pytest.mark.parametrize(
    "form", [None, [], {}, {"name": 1}, {"name": "s3cret", "mfa": {"mode": "s3cret"}}]
)
def test_what_is_no_value_is_told_by_its_place(form: object) -> None:
    """And not by what stands there; whoever asks is told to come again."""
    with pytest.raises(StorageError, match="no PoolSettings") as caught:
        from_json(PoolSettings, form)

    assert "s3cret" not in str(caught.value)
