"""Why an attribute is missing, by what was said last and the files as they are now."""

from dataclasses import replace
from typing import Any

from gateway.federation.people import Comer, Entered
from gateway.federation.profiles import Reason, Why
from gateway.federation.reasons import LoginReasons, ProviderRules, SignInReasons
from gateway.federation.records import MAX_BYTES, Records
from gateway.model.user import User
from gateway.pool.pool import Pool
from gateway.pool.sign_in.values import Context
from gateway.storage.pools.federated_logins import FederatedLogins, Login
from tests.federation.house import (
    ANA,
    SCOPES,
    MadeUpParty,
    login_provider,
    people_of,
)
from tests.pool.house import NOON, House


def sign_in(house: House, pool: Pool, /, client_id: str = "", **claims: Any) -> User:
    client = replace(house.client(pool), id=client_id) if client_id else None
    client = client or house.client(pool)
    provider = login_provider()
    proven = MadeUpParty(claims={**ANA, **claims}).proven()
    people = people_of(house.tools)
    comer = Comer(
        pool=pool,
        client=client,
        caller=Context("").caller(client),
        provider=provider,
        mapped=provider.mapper.map(proven.claims, NOON),
        proven=proven,
    )
    entered = people.enter(comer)
    assert isinstance(entered, Entered)
    return entered.user


def reasons(house: House, pool: Pool, user: User, **changed: Any) -> LoginReasons:
    provider = login_provider(**changed)
    rules = ProviderRules(
        settings=provider.settings, mapper=provider.mapper, profile=provider.profile
    )
    known = {"corp": rules} if changed.get("id", "corp") == "corp" else {}
    told = SignInReasons(
        database=house.database,
        records=Records(seal=house.seal),
        rules=known,
        clients=house.clients,
        clock=house.clock,
    ).of(pool, user)
    (found,) = told
    return found


def test_each_attribute_has_a_reason(house: House) -> None:
    pool = house.pool()
    user = sign_in(house, pool)

    told = reasons(house, pool, user)

    assert told.refusal == ""
    assert told.record.scopes == SCOPES
    assert told.reasons["email"] == Reason(Why.WRITTEN, ("email",))
    assert told.reasons["family_name"] == Reason(Why.CLAIM_NOT_SENT, ("family_name",))
    assert told.reasons["address"] == Reason(Why.NOT_MAPPED)
    assert set(told.reasons) >= set(pool.settings.schema.attributes) - {
        *("sub", "identities", "email_verified", "phone_number_verified"),
    }


def test_what_is_mended_in_a_file_is_seen_at_once(house: House) -> None:
    pool = house.pool()
    user = sign_in(house, pool, street="Main St")

    told = reasons(house, pool, user, sign_in={"profile": {"address": "claims.street"}})

    assert told.reasons["address"] == Reason(Why.WRITTEN, ("street",))


def test_what_a_file_requires_by_now_is_told(house: House) -> None:
    pool = house.pool()
    user = sign_in(house, pool)
    checks = [{"id": "hd", "cel": "claim('hd', '') == 'x'"}]

    told = reasons(house, pool, user, require={"checks": checks})

    assert told.refusal == "check `hd`"
    assert told.reasons == {}


def test_a_provider_that_is_gone_has_nothing_to_say(house: House) -> None:
    pool = house.pool()
    user = sign_in(house, pool)

    told = reasons(house, pool, user, id="other")

    assert told.refusal == "no file has this provider for sign-ins any more"


def test_a_client_that_is_gone_may_write_what_is_usual(house: House) -> None:
    pool = house.pool()
    user = sign_in(house, pool, client_id="gone")

    told = reasons(house, pool, user)

    assert told.client.id == "gone"
    assert told.reasons["name"].why is Why.WRITTEN


def test_where_nothing_was_kept_nothing_is_told(house: House) -> None:
    """Of too many claims, and of a login that was never used."""
    pool = house.pool()
    much = sign_in(house, pool, name="Ana", much="x" * MAX_BYTES)
    linked = house.person(pool)
    house.database.write(
        lambda c: FederatedLogins(c).add(Login(pool.id, "corp", "9", linked.sub, NOON))
    )

    for user in (much, linked):
        told = reasons(house, pool, user)
        assert (told.refusal, told.reasons) == ("", {})
