"""Which providers a client offers, and which one it means."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.federation.errors import UnknownProviderError
from gateway.federation.providers import (
    OAUTH_CALLBACK,
    SAML_CALLBACK,
    CurrentProviders,
    LoginProvider,
    LoginProviders,
)
from gateway.model.client import Client
from gateway.model.user import User, UserStatus
from gateway.storage.pools.federated_logins import Login
from tests.federation.house import MadeUpParty, login_provider
from tests.pool.house import NOON, POOL_ID

CLIENT = Client("app", POOL_ID, "App", providers=None)


def provider(id_: str, **sign_in: Any) -> LoginProvider:
    return login_provider(id=id_, sign_in=sign_in)


CORP = provider("corp", domains=["corp.example", "xn--bcher-kva.example"])
PARTNER = provider("partner", name="Partner", identifiers=["acme", "corp"])
ELSEWHERE = login_provider(id="elsewhere", pool_id="another")
ALL = LoginProviders([CORP, PARTNER, ELSEWHERE])


@pytest.mark.parametrize(
    ("named", "offered"),
    [
        (None, ["corp", "partner"]),
        (("partner",), ["partner"]),
        (("elsewhere",), []),
        ((), []),
    ],
)
def test_a_client_offers_what_it_names_of_its_pool(
    named: tuple[str, ...] | None, offered: list[str]
) -> None:
    client = replace(CLIENT, providers=named)

    assert [each.id for each in ALL.offered(client)] == offered


def test_a_provider_is_meant_by_its_name_or_its_id() -> None:
    """Somebody's id does not stand before somebody's name."""
    taken = provider("x", name="corp")

    assert ALL.named(CLIENT, "Partner") is PARTNER
    assert ALL.named(CLIENT, "partner") is PARTNER
    assert LoginProviders([CORP, taken]).named(CLIENT, "corp") is CORP
    for name in ("PARTNER", "elsewhere", ""):
        with pytest.raises(UnknownProviderError):
            ALL.named(CLIENT, name)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ana@corp.example", CORP),
        (" ana@CORP.example ", CORP),
        ("ana@bücher.example", CORP),
        ("acme", PARTNER),
        ("ana", None),
        ("corp.example", None),
        ("@corp.example", None),
        ("a@b@corp.example", None),
        ("ana@sub.corp.example", None),
        ("ana@corp.example.evil.example", None),
        ("ana@" + "x" * 300, None),
        ("", None),
    ],
)
def test_an_address_or_an_identifier_leads_home(
    typed: str, found: LoginProvider | None
) -> None:
    assert ALL.home_of(CLIENT, typed) is found


def test_an_identifier_may_be_a_domain() -> None:
    """Cognito's `idp_identifier`."""
    assert ALL.identified(CLIENT, "acme") is PARTNER
    assert ALL.identified(CLIENT, "corp.example") is CORP
    for identifier in ("nobody", "a b.example", ""):
        with pytest.raises(UnknownProviderError):
            ALL.identified(CLIENT, identifier)


def test_a_provider_that_is_gone_is_found_no_more() -> None:
    """Disabled in its file, or of another pool since; zitadel CVE-2025-64717."""
    current = CurrentProviders()
    current.use(ALL)
    assert current.now.find("corp", POOL_ID) is CORP

    with pytest.raises(UnknownProviderError):
        current.now.find("corp", "another")
    current.use(LoginProviders([PARTNER]))
    with pytest.raises(UnknownProviderError):
        current.now.find("corp", POOL_ID)


def test_what_a_client_offers_is_found_by_its_id() -> None:
    """And what it offers no more, is not."""
    assert ALL.find_offered(CLIENT, "partner") is PARTNER
    only = replace(CLIENT, providers=("corp",))
    for client, wanted in ((only, "partner"), (CLIENT, "elsewhere"), (CLIENT, "gone")):
        with pytest.raises(UnknownProviderError):
            ALL.find_offered(client, wanted)


@pytest.mark.parametrize(
    ("policy", "is_open"),
    [("never", False), ("admin", False), ("confirm", True), ("verified-email", True)],
)
def test_a_file_says_whether_people_may_be_somebody_here(
    policy: str, *, is_open: bool
) -> None:
    assert login_provider(link={"policy": policy}).is_open is is_open


def test_saml_comes_back_to_its_own_place() -> None:
    class Saml:
        id, kind, label = "s", "saml", ""
        issuers = ("urn:idp",)
        link, sign_in = CORP.settings.link, CORP.settings.sign_in

    saml = replace(CORP, settings=Saml())

    assert (CORP.callback, saml.callback) == (OAUTH_CALLBACK, SAML_CALLBACK)
    assert (CORP.label, saml.label) == ("Corp", "corp")


def test_a_provider_begins_sign_ins_if_what_speaks_to_it_says_so() -> None:
    party = MadeUpParty(answers_uninvited=True)

    assert login_provider(party).begins_itself
    assert not CORP.begins_itself


def test_logins_are_told_as_cognito_does_it_the_oldest_first() -> None:
    """The first one is primary for whoever has no other way in; a lost one has its id."""
    current = CurrentProviders()
    current.use(LoginProviders([CORP], pools={POOL_ID: "people"}))
    user = User(
        pool_id=POOL_ID,
        sub="s",
        username="corp_1",
        status=UserStatus.EXTERNAL_PROVIDER,
        enabled=True,
        attributes={},
        created_at=NOON,
        updated_at=NOON,
    )
    young = Login(POOL_ID, "corp", "1", "s", NOON + timedelta(days=1))
    old = Login(POOL_ID, "gone", "2", "s", NOON)

    told = json.loads(current.describe(user, [young, old]))

    assert [each["providerName"] for each in told] == ["gone", "corp"]
    assert [each["primary"] for each in told] == [True, False]
    own = replace(user, status=UserStatus.CONFIRMED)
    (only,) = json.loads(current.describe(own, [young]))
    assert (only["providerType"], only["primary"]) == ("OIDC", False)
    assert current.pool_file(POOL_ID) == "people"
    assert current.pool_file("other") is None
    assert [each.id for each in current.now.all] == ["corp"]
