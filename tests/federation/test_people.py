"""Somebody of a provider becomes somebody of the pool, and is found again."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from gateway.federation.errors import LoginTakenError
from gateway.federation.names import spare_username
from gateway.federation.people import Comer, Entered, Waits
from gateway.federation.records import Record, Records
from gateway.model.client import Client
from gateway.model.user import User, UserStatus
from gateway.pool.errors import DisabledError, TriggerRefusedError
from gateway.pool.names import search_of
from gateway.pool.pool import Pool
from gateway.pool.profiles import keep_profile
from gateway.pool.settings import PoolSettings, TriggerKind, TriggerSettings
from gateway.pool.sign_in.values import Context
from gateway.storage.identities import find_identity
from gateway.storage.pools.federated_logins import FederatedLogins, Login
from gateway.storage.pools.groups import AllGroups
from gateway.storage.pools.users import Users
from tests.federation.house import (
    ANA,
    ISSUER,
    SCOPES,
    MadeUpParty,
    login_provider,
    people_of,
)
from tests.pool.house import NOON, POOL_ID, House
from tests.pool.triggers.recorder import Recorder, triggers_of

LATER = timedelta(days=1)


def comer(pool: Pool, client: Client, /, **claims: Any) -> Comer:
    provider = login_provider()
    proven = MadeUpParty(claims={**ANA, **claims}).proven()
    return Comer(
        pool=pool,
        client=client,
        caller=Context("192.0.2.1").caller(client),
        provider=provider,
        mapped=provider.mapper.map(proven.claims, NOON),
        proven=proven,
    )


def enter(house: House, pool: Pool, client: Client, /, **claims: Any) -> Entered:
    entered = people_of(house.tools).enter(comer(pool, client, **claims))
    assert isinstance(entered, Entered)
    return entered


def with_triggers(house: House, recorder: Recorder, *kinds: TriggerKind) -> Pool:
    house.triggers = triggers_of(recorder)
    functions = dict.fromkeys(kinds, "it")
    return house.pool(
        PoolSettings(name="people", triggers=TriggerSettings(functions=functions))
    )


def test_somebody_new_is_called_and_grouped_as_cognito_does_it(house: House) -> None:
    pool = house.pool()
    client = house.client(pool)

    entered = enter(house, pool, client)

    user = house.user(pool, entered.user.sub)
    assert entered == Entered(user, is_new=True)
    assert (user.username, user.status) == ("corp_123", UserStatus.EXTERNAL_PROVIDER)
    assert user.attributes["email"] == ANA["email"]
    (identity,) = json.loads(user.attributes["identities"])
    assert (identity["userId"], identity["providerName"]) == ("123", "corp")
    groups = house.read(lambda c: AllGroups(c).of(pool.id, user.sub, limit=10))
    assert [group.name for group in groups] == [f"{POOL_ID}_corp"]


def test_who_comes_again_is_the_same_with_what_is_said_now(house: House) -> None:
    pool = house.pool()
    client = house.client(pool)
    first = enter(house, pool, client).user
    house.pass_time(LATER)

    again = enter(house, pool, client, name="Ana Ruiz", email="ana@new.example")

    user = house.user(pool, first.sub)
    assert again == Entered(user, is_new=False)
    assert user.attributes["name"] == "Ana Ruiz"
    assert user.attributes["email"] == "ana@new.example"
    assert user.updated_at == NOON + LATER
    assert user.attributes["identities"] == first.attributes["identities"]


def test_who_comes_again_unchanged_is_not_written_anew(house: House) -> None:
    """Only the login knows that they came."""
    pool = house.pool()
    client = house.client(pool)
    first = enter(house, pool, client).user
    house.pass_time(LATER)

    again = enter(house, pool, client).user

    assert again == first
    login = house.read(lambda c: FederatedLogins(c).find(POOL_ID, "corp", "123"))
    assert login is not None
    assert (login.created_at, login.last_at) == (NOON, NOON + LATER)
    record = Records(seal=house.seal).open(login)
    assert record == Record(ISSUER, ANA, SCOPES, client.id, frozenset({"email"}))


def test_two_people_of_one_group_are_in_it(house: House) -> None:
    pool = house.pool()
    client = house.client(pool)

    one, two = enter(house, pool, client), enter(house, pool, client, sub="124")

    assert one.user.sub != two.user.sub
    assert house.read(lambda c: AllGroups(c).count(pool.id)) == 1


@pytest.mark.parametrize("taken", ["corp_123", "CORP_123"])
def test_a_name_that_somebody_took_before_is_not_theirs_to_be(
    house: House, taken: str
) -> None:
    """Whoever signs up under the name keeps it, and gets nothing of the newcomer's."""
    pool = house.pool()
    client = house.client(pool)
    squatter = house.person(pool, taken)

    entered = enter(house, pool, client)

    assert entered.user.sub != squatter.sub
    assert entered.user.username == spare_username("corp", "123")


def test_subjects_that_differ_by_their_case_are_two_people(house: House) -> None:
    pool = house.pool()
    client = house.client(pool)

    one, two = (enter(house, pool, client, sub=sub).user for sub in ("abc", "ABC"))

    assert one.sub != two.sub
    assert enter(house, pool, client, sub="ABC").user.sub == two.sub


def test_of_two_first_sign_ins_at_once_one_makes_the_person(house: House) -> None:
    """Both are the same one, and each comes in."""
    pool = house.pool()
    client = house.client(pool)
    people = people_of(house.tools)

    with ThreadPoolExecutor(4) as threads:
        entered = list(threads.map(people.enter, [comer(pool, client)] * 4))

    assert len({each.user.sub for each in entered}) == 1
    assert sum(isinstance(each, Entered) and each.is_new for each in entered) == 1
    assert house.read(lambda c: Users(c).count(pool.id)) == 1


def test_functions_of_the_pool_are_asked_in_cognito_s_order(house: House) -> None:
    """The first time two, and one from then on."""
    recorder = Recorder()
    kinds = (
        *(TriggerKind.PRE_SIGN_UP, TriggerKind.POST_CONFIRMATION),
        TriggerKind.PRE_AUTHENTICATION,
    )
    pool = with_triggers(house, recorder, *kinds)
    client = house.client(pool)

    enter(house, pool, client)
    enter(house, pool, client)

    assert [event["triggerSource"] for event in recorder.events] == [
        "PreSignUp_ExternalProvider",
        "PostConfirmation_ConfirmSignUp",
        "PreAuthentication_Authentication",
    ]
    assert {event["userName"] for event in recorder.events} == {"corp_123"}


def test_a_function_may_take_an_address_for_proven_but_confirms_nobody(
    house: House,
) -> None:
    def respond(_event: Any) -> Mapping[str, object]:
        return {"autoConfirmUser": True, "autoVerifyEmail": True}

    pool = with_triggers(house, Recorder(respond), TriggerKind.PRE_SIGN_UP)
    client = house.client(pool)

    user = enter(house, pool, client, email_verified=False).user

    assert user.status is UserStatus.EXTERNAL_PROVIDER
    assert user.attributes["email_verified"] == "true"


def test_who_is_refused_by_a_function_is_nobody(house: House) -> None:
    def respond(_event: Any) -> object:
        raise TriggerRefusedError(trigger="PreSignUp", message="Not today.")

    pool = with_triggers(house, Recorder(respond), TriggerKind.PRE_SIGN_UP)
    client = house.client(pool)

    with pytest.raises(TriggerRefusedError):
        enter(house, pool, client)

    assert house.read(lambda c: Users(c).count(pool.id)) == 0


def test_somebody_made_while_the_function_thought_is_found(house: House) -> None:
    """It may have made them itself, by the API."""
    pool = house.pool()
    client = house.client(pool)
    made: list[User] = []

    def respond(_event: Any) -> Mapping[str, object]:
        if not made:
            calm = replace(pool, settings=PoolSettings(name="people"))
            made.append(enter(house, calm, client).user)
        return {}

    house.triggers = triggers_of(Recorder(respond))
    functions = {TriggerKind.PRE_SIGN_UP: "it"}
    asked = PoolSettings(name="people", triggers=TriggerSettings(functions=functions))

    entered = enter(house, replace(pool, settings=asked), client)

    assert entered == Entered(made[0], is_new=False)


def test_who_is_kept_out_is_asked_nothing_and_changed_in_nothing(house: House) -> None:
    pool = house.pool()
    client = house.client(pool)
    user = enter(house, pool, client).user
    disabled = replace(user, enabled=False)
    search = search_of(disabled, pool.settings.sign_in)
    house.database.write(lambda c: Users(c).change(disabled, search=search))

    with pytest.raises(DisabledError):
        enter(house, pool, client, name="Other")

    assert house.user(pool, user.sub).attributes["name"] == ANA["name"]


@pytest.mark.parametrize("removes", ["person", "login"])
def test_who_is_removed_while_a_function_thinks_does_not_come_in(
    house: House, removes: str
) -> None:
    def respond(_event: Any) -> Mapping[str, object]:
        def work(connection: Any) -> None:
            if removes == "person":
                Users(connection).remove(pool.id, user.sub)
            else:
                FederatedLogins(connection).remove(pool.id, "corp", "123")

        house.database.write(work)
        return {}

    recorder = Recorder(respond)
    pool = with_triggers(house, recorder, TriggerKind.PRE_AUTHENTICATION)
    client = house.client(pool)
    user = enter(house, pool, client).user

    with pytest.raises(DisabledError):
        enter(house, pool, client)


PROVEN = {"email": str(ANA["email"]), "email_verified": "true"}


def linking(house: House, pool: Pool, policy: str, /, **claims: Any) -> Comer:
    provider = login_provider(link={"policy": policy})
    told = comer(pool, house.client(pool), **claims)
    mapped = provider.mapper.map(told.proven.claims, NOON)
    return replace(told, provider=provider, mapped=mapped)


def test_who_is_here_already_is_found_where_the_file_allows_it(house: House) -> None:
    """And keeps what they have."""
    pool = house.pool()
    ana = house.person(pool, name="Own", **PROVEN)

    entered = people_of(house.tools).enter(linking(house, pool, "verified-email"))

    assert isinstance(entered, Entered)
    assert (entered.user.sub, entered.is_new) == (ana.sub, False)
    assert entered.user.attributes["name"] == "Own"
    assert entered.user.attributes["given_name"] == ANA["given_name"]
    again = people_of(house.tools).enter(linking(house, pool, "never"))
    assert isinstance(again, Entered)
    assert again.user.sub == ana.sub


def test_who_has_to_show_it_first_waits(house: House) -> None:
    pool = house.pool()
    ana = house.person(pool, **PROVEN)
    told = linking(house, pool, "confirm")

    assert people_of(house.tools).enter(told) == Waits(ana)
    apart = people_of(house.tools).enter_apart(told)
    assert apart.is_new
    again = people_of(house.tools).enter_apart(told)
    assert again == Entered(apart.user, is_new=False)


@pytest.mark.parametrize("change", ["address", "link"])
def test_what_changes_while_a_function_thinks_makes_no_link(
    house: House, change: str
) -> None:
    """The address is another one by now, or the login somebody else's."""

    def respond(_event: Any) -> Mapping[str, object]:
        def work(connection: Connection) -> None:
            if change == "address":
                keep_profile(connection, pool, ana, replace(ana, attributes={}))
            else:
                login = Login(pool.id, "corp", "123", bob.sub, NOON)
                FederatedLogins(connection).add(login)

        house.database.write(work)
        return {}

    recorder = Recorder(respond)
    pool = with_triggers(house, recorder, TriggerKind.PRE_AUTHENTICATION)
    ana, bob = house.person(pool, **PROVEN), house.person(pool, "bob")

    with pytest.raises(DisabledError):
        people_of(house.tools).enter(linking(house, pool, "verified-email"))

    logins = house.read(lambda c: FederatedLogins(c).of_person(pool.id, ana.sub))
    assert logins == []


def connect(house: House, told: Comer, user: User, *, may_merge: bool = False) -> User:
    people = people_of(house.tools)
    return house.database.write(
        lambda c: people.connect(c, told, user.sub, may_merge=may_merge)
    )


def test_who_has_shown_to_be_both_is_one(house: House) -> None:
    """A login that leads to them already stays; that of somebody else, unless they merge."""
    pool = house.pool()
    ana, bob = house.person(pool), house.person(pool, "bob")
    told = linking(house, pool, "confirm")

    assert connect(house, told, ana).sub == ana.sub
    assert connect(house, told, ana).sub == ana.sub
    with pytest.raises(LoginTakenError):
        connect(house, told, bob)
    with pytest.raises(LoginTakenError):
        # Ana has a way in of her own: she is nobody to be merged away.
        connect(house, told, bob, may_merge=True)


def test_who_only_came_by_a_provider_is_merged_into_who_they_are(house: House) -> None:
    pool = house.pool()
    told = linking(house, pool, "never")
    external = people_of(house.tools).enter(told)
    assert isinstance(external, Entered)
    ana = house.person(pool)

    merged = connect(house, told, ana, may_merge=True)

    assert merged.sub == ana.sub
    gone = house.read(lambda c: Users(c).find(pool.id, external.user.sub))
    assert gone is None


def test_who_is_kept_out_is_connected_to_nothing(house: House) -> None:
    pool = house.pool()
    ana = house.person_of(pool, "ana")

    with pytest.raises(DisabledError):
        connect(house, linking(house, pool, "confirm"), ana)


def test_a_newcomer_is_one_identity_by_either_token(house: House) -> None:
    """The provider's own, and those of the pool."""
    pool = house.pool()
    user = enter(house, pool, house.client(pool)).user

    own = house.read(lambda c: find_identity(c, "pool", user.sub))
    there = house.read(lambda c: find_identity(c, "corp", "123"))

    assert own is not None
    assert there is not None
    assert own.id == there.id
