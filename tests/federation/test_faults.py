"""What is wrong between providers that people sign in with, and the pools they come into."""

from typing import Any

import pytest

from gateway.config.configuration import ProviderFile
from gateway.config.document import Document
from gateway.config.providers.guest import GuestProvider
from gateway.config.providers.pool.provider import PoolProvider
from gateway.federation.faults import find_sign_in_faults
from tests.federation.house import provider_file
from tests.pool.house import POOL_ID

OTHER_POOL = "us-east-1_Others999"


def corp(id_: str = "corp", *, flow: str = "login", **sign_in: Any) -> ProviderFile:
    return provider_file(
        id=id_,
        accept={"flows": [flow], "tokens": ["id_token"]},
        client={"id": "app", "auth": "none"},
        sign_in=sign_in,
    )


def pool(pool_id: str = POOL_ID) -> ProviderFile:
    custom = {"unit": {"type": "string"}}
    settings = PoolProvider.model_validate(
        {
            "kind": "pool",
            "id": f"p{pool_id[-3:].lower()}",
            "pool_id": pool_id,
            "attributes": {"custom": custom},
        }
    )
    return ProviderFile(corp().document, (), settings)


def codes(*files: ProviderFile) -> list[str]:
    return [fault.code for fault in find_sign_in_faults(files)]


@pytest.mark.parametrize(
    ("files", "found"),
    [
        pytest.param([corp(), pool()], [], id="the only pool"),
        pytest.param([corp()], ["E342"], id="no pool"),
        pytest.param([corp(), pool(), pool(OTHER_POOL)], ["E342"], id="two pools"),
        pytest.param([corp(pool=OTHER_POOL)], [], id="a pool of the database"),
        pytest.param([corp(flow="bearer")], [], id="no sign-in"),
    ],
)
def test_people_come_into_a_pool(files: list[ProviderFile], found: list[str]) -> None:
    assert codes(*files) == found


@pytest.mark.parametrize(
    ("one", "two", "found"),
    [
        ({"name": "Corp"}, {"name": "Corp"}, ["E343"]),
        ({}, {"name": "corp"}, ["E343"]),
        ({"domains": ["a.example"]}, {"domains": ["a.example"]}, ["E343"]),
        ({"identifiers": ["a"]}, {"identifiers": ["b", "a"]}, ["E343"]),
        ({"identifiers": ["a.example"]}, {"domains": ["a.example"]}, []),
        (
            {"domains": ["a.example"]},
            {"pool": OTHER_POOL, "domains": ["a.example"]},
            [],
        ),
        ({"name": "COGNITO"}, {}, ["E343"]),
    ],
)
def test_what_leads_to_a_provider_leads_to_no_other(
    one: dict[str, Any], two: dict[str, Any], found: list[str]
) -> None:
    assert codes(corp("corp", **one), corp("two", **two), pool()) == found


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("custom:unit", []),
        ("nickname", []),
        ("custom:unti", ["E344"]),
        ("nick", ["E344"]),
    ],
)
def test_a_profile_is_made_of_what_the_pool_has(name: str, found: list[str]) -> None:
    assert codes(corp(profile={name: "claims.x"}), pool()) == found


def test_kinds_that_let_nobody_sign_in_have_no_such_faults() -> None:
    document: Document = corp().document
    guest = GuestProvider.model_validate({"kind": "guest", "id": "guest"})

    assert codes(ProviderFile(document, (), guest)) == []
