"""What a provider said last is kept so that nobody else can read it."""

from dataclasses import replace
from types import MappingProxyType

import pytest

from gateway.federation.records import MAX_BYTES, Record, Records
from gateway.keys.errors import SealError
from gateway.storage.pools.federated_logins import Login
from tests.pool.house import NOON, House

LOGIN = Login("pool", "corp", "123", "sub", NOON)
RECORD = Record(
    issuer="https://corp.example",
    claims={"name": "Ana Example", "groups": ["a"]},
    scopes=("openid",),
    client_id="app",
    vouched=frozenset({"email"}),
)


@pytest.fixture
def records(house: House) -> Records:
    return Records(seal=house.seal)


def sealed(records: Records, record: Record) -> Login:
    return replace(LOGIN, claims=records.seal(record, ("pool", "corp", "123")))


def test_what_is_kept_comes_back_for_the_same_login_alone(records: Records) -> None:
    login = sealed(records, RECORD)

    assert records.open(login) == RECORD
    assert "Ana Example" not in (login.claims or "")
    with pytest.raises(SealError):
        records.open(replace(login, subject="124"))
    assert "Ana Example" not in repr(RECORD)


def test_a_login_that_was_never_used_says_nothing(records: Records) -> None:
    assert records.open(LOGIN) == Record()


def test_claims_of_any_making_are_kept_as_json_has_them(records: Records) -> None:
    odd = {"frozen": MappingProxyType({"a": (1, frozenset({2}))}), "at": NOON}

    opened = records.open(sealed(records, Record(claims=odd)))

    assert opened.claims == {"frozen": {"a": [1, [2]]}, "at": str(NOON)}


def test_of_too_many_claims_none_is_kept(records: Records) -> None:
    much = replace(RECORD, claims={"name": "x" * MAX_BYTES})

    assert records.open(sealed(records, much)) == replace(RECORD, claims={})
