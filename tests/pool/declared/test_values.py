"""What files say becomes what pools know."""

from decimal import Decimal
from enum import Enum
from typing import Any, get_args

import pytest

from gateway.config.providers.pool import clients as client_files
from gateway.config.providers.pool import messages as message_files
from gateway.config.providers.pool import people as people_files
from gateway.config.providers.pool.provider import PoolProvider
from gateway.model.client import (
    ClaimsProfile,
    Client,
    ClientAuthentication,
    GrantKind,
    ProofOfPossession,
    SignInFlow,
)
from gateway.pool.attributes.schema import STANDARD, AttributeType
from gateway.pool.declared.faults import find_flaws
from gateway.pool.declared.values import declared
from gateway.pool.passwords.policy import LeakFailure, LeakPolicy
from gateway.pool.settings import (
    Address,
    Alias,
    FirstFactor,
    MfaMode,
    NoticeKind,
    PoolSettings,
    Remembering,
    SecondFactor,
    TriggerKind,
    UserVerification,
)
from tests.pool.declared.files import pool_file

NAMES: dict[type[Enum], Any] = {
    Address: people_files.Address,
    Alias: people_files.Alias,
    FirstFactor: people_files.FirstFactor,
    SecondFactor: people_files.SecondFactor,
    MfaMode: people_files.MfaSettings.model_fields["mode"].annotation,
    Remembering: people_files.DeviceSettings.model_fields["remembering"].annotation,
    LeakFailure: people_files.LeakSettings.model_fields["on_failure"].annotation,
    UserVerification: people_files.PasskeySettings.model_fields[
        "user_verification"
    ].annotation,
    AttributeType: people_files.OwnAttribute.model_fields["type"].annotation,
    TriggerKind: message_files.TriggerName,
    NoticeKind: message_files.NoticeName,
    SignInFlow: client_files.Flow,
    GrantKind: client_files.Grant,
    ClientAuthentication: client_files.ClientSettings.model_fields[
        "authentication"
    ].annotation,
    ProofOfPossession: client_files.ClientSettings.model_fields["proof"].annotation,
    ClaimsProfile: client_files.ClientSettings.model_fields["profile"].annotation,
}


@pytest.mark.parametrize("kind", NAMES, ids=lambda kind: kind.__name__)
def test_a_file_can_say_whatever_there_is(kind: type[Enum]) -> None:
    """Each member under its own name, in lower case."""
    assert set(get_args(NAMES[kind])) == {each.name.lower() for each in kind}


def test_a_file_can_speak_of_every_text_of_openid_connect() -> None:
    texts = {
        name for name, each in STANDARD.items() if each.least == 0 and each.most == 2048
    }

    assert set(get_args(people_files.StandardName)) == texts


def test_what_a_file_does_not_say_has_the_pools_own_default() -> None:
    """The same, whether a pool is made by a file or otherwise."""
    pool = declared(pool_file("[[client]]\nid = 'app'"))

    assert pool.settings == PoolSettings(name="people")
    assert pool.clients[0].client == Client("app", pool.id, "app", providers=None)
    assert pool.clients[0].secret is None


@pytest.mark.parametrize(
    ("written", "providers"),
    [
        ("[]", None),
        ("['pool']", ()),
        ("['corp']", ("corp",)),
        ("['pool', 'corp']", ("corp",)),
    ],
)
def test_a_client_offers_all_providers_unless_it_names_some(
    written: str, providers: tuple[str, ...] | None
) -> None:
    """The pool itself is one of them, and always there."""
    pool = declared(pool_file(f"[[client]]\nid = 'app'\nproviders = {written}"))

    assert pool.clients[0].client.providers == providers


@pytest.mark.parametrize(
    ("written", "policy"),
    [
        ("[password.leaked]", LeakPolicy()),
        (
            "[password]\nleaked = { at_most = 9, on_failure = 'refuse' }",
            LeakPolicy(9, LeakFailure.REFUSE),
        ),
    ],
)
def test_a_table_of_leaks_is_enough_to_ask_about_them(
    written: str, policy: LeakPolicy
) -> None:
    """With nothing in it, no leaked password is taken."""
    assert declared(pool_file(written)).settings.password.leaked == policy


def test_the_label_is_a_name_where_there_is_no_other() -> None:
    assert declared(pool_file("label = 'People'")).settings.name == "People"
    both = pool_file("label = 'People'\nname = 'Others'")
    assert declared(both).settings.name == "Others"


def test_every_setting_can_be_said(everything: PoolProvider) -> None:
    """None is forgotten on the way: each differs from its default."""
    pool = declared(everything)
    (app, machine) = pool.clients
    plain = PoolSettings(name="")

    same = [
        name
        for name in PoolSettings.__slots__
        if getattr(pool.settings, name) == getattr(plain, name)
    ]
    assert same == []
    # Two of them cannot stand beside a third.
    assert _unsaid(app.client, machine.client) == []
    assert machine.secret == "s" * 24
    assert list(find_flaws(pool)) == []


def _unsaid(*clients: Client) -> list[str]:
    plain = Client("", "", "")
    return [
        name
        for name in Client.__slots__
        if all(getattr(each, name) == getattr(plain, name) for each in clients)
    ]


def test_numbers_are_what_was_written(everything: PoolProvider) -> None:
    """A tenth is a tenth."""
    attributes = declared(everything).settings.schema.attributes

    assert attributes["custom:score"].least == Decimal("0.1")
    assert attributes["custom:score"].most == Decimal(10)
    assert attributes["dev:custom:plan"].least is None
    assert attributes["email"].required
