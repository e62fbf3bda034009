"""A password as a factor: typed, or proven."""

import base64
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.model.errors import GatewayError
from gateway.model.user import UserStatus
from gateway.pool.codes import MAX_TRIES
from gateway.pool.errors import (
    AttemptsExceededError,
    InvalidParameterError,
    InvalidSessionError,
    NotAuthorizedError,
    ResetRequiredError,
    UnknownUserError,
)
from gateway.pool.profiles import add_profile
from gateway.pool.settings import Address, SignInSettings, TriggerKind
from gateway.pool.sign_in.values import (
    ChallengeName,
    Choice,
    Parameter,
    SignedIn,
    SrpProof,
    SrpStart,
    TypedPassword,
)
from gateway.pool.throttling import FREE_TRIES
from gateway.storage.pools.users import Users
from tests.pool.house import NOON, PASSWORD, House
from tests.pool.sign_in.desk import EMAIL, RIGHT, Desk, asking, told
from tests.pool.sign_in.srp_client import SrpClient

WRONG = TypedPassword("wrong")
ASKED_FOR = Choice(ChallengeName.PASSWORD)


@pytest.fixture
def desk(house: House) -> Desk:
    desk = Desk(house)
    desk.person()
    return desk


@pytest.fixture
def client(desk: Desk) -> SrpClient:
    return SrpClient(desk.pool.group)


def prove(desk: Desk, client: SrpClient, name: str = "ana") -> SignedIn | None:
    """Prove a password; `None` if it proves nobody."""
    asked = desk.asked(client.start, name)
    try:
        signed_in = desk.answer(asked, client.proof(asked, desk.house.now))
    except NotAuthorizedError:
        return None
    assert isinstance(signed_in, SignedIn)
    return signed_in


def test_a_password_is_proven_without_being_sent(desk: Desk, client: SrpClient) -> None:
    signed_in = prove(desk, client, "ANA")

    assert signed_in is not None
    assert signed_in.amr == ("pwd",)
    assert prove(desk, replace(client, password="wrong")) is None
    assert prove(desk, replace(client, name="somebody")) is None


def test_a_password_is_proven_under_any_name(house: House) -> None:
    """What is hashed is the name inside the pool, which the client is told."""
    addresses = SignInSettings(addresses=frozenset({Address.EMAIL}))
    desk = Desk(house, asking(sign_in=addresses))
    ana = desk.person(**EMAIL)
    client = SrpClient(desk.pool.group)

    asked = desk.asked(client.start, "ana@example.com")

    assert asked.parameters[Parameter.USER_ID] == ana.username
    assert prove(desk, client, "ana@example.com") is not None


def test_nobody_is_told_who_is_known(desk: Desk, client: SrpClient) -> None:
    """A salt that stays the same, numbers of the same length, and the same end."""
    desk.house.person(desk.pool, "without")
    for name in ("nobody", "without"):
        one, two = desk.asked(client.start, name), desk.asked(client.start, name)
        known = desk.asked(client.start)
        assert one.parameters[Parameter.SALT] == two.parameters[Parameter.SALT]
        assert one.parameters[Parameter.SRP_B] != two.parameters[Parameter.SRP_B]
        assert one.parameters[Parameter.USER_ID] == name
        assert one.parameters.keys() == known.parameters.keys()
        assert prove(desk, client, name) is None
    desk.client = replace(desk.client, hides_users=False)
    with pytest.raises(UnknownUserError):
        desk.asked(client.start, "nobody")


def test_whoever_is_made_up_is_never_proven(desk: Desk, client: SrpClient) -> None:
    """Not even by somebody who signs up under the name in the middle."""
    asked = desk.asked(client.start, "bob")
    desk.person("bob")

    with pytest.raises(NotAuthorizedError):
        desk.answer(asked, client.proof(asked, NOON))


def test_a_proof_is_good_once(desk: Desk, client: SrpClient) -> None:
    """Of several at once one wins; a wrong one uses it up as well."""
    asked = desk.asked(client.start)
    proof = client.proof(asked, NOON)

    with ThreadPoolExecutor(4) as threads:
        outcomes = list(
            threads.map(
                lambda _: desk.outcome(lambda: desk.answer(asked, proof)), range(4)
            )
        )
    assert sorted(map(str, outcomes)) == sorted(
        [*[str(InvalidSessionError)] * 3, str(None)]
    )

    asked = desk.asked(client.start)
    right = client.proof(asked, NOON)
    with pytest.raises(NotAuthorizedError):
        desk.answer(asked, replace(right, signature="AAAA"))
    with pytest.raises(InvalidSessionError):
        desk.answer(asked, right)


def test_guesses_are_counted_however_they_are_made(
    desk: Desk, client: SrpClient
) -> None:
    """Typed ones and proofs together; a right one takes them back."""
    guess = replace(client, password="wrong")
    for _ in range(FREE_TRIES - 1):
        prove(desk, guess)
    prove(desk, client)
    for number in range(FREE_TRIES):
        if number % 2:
            prove(desk, guess)
        else:
            assert desk.outcome(lambda: desk.begin(WRONG)) is NotAuthorizedError

    with pytest.raises(AttemptsExceededError):
        prove(desk, client)
    with pytest.raises(AttemptsExceededError):
        desk.begin()


def test_a_password_that_was_changed_meanwhile_proves_nothing(
    desk: Desk, client: SrpClient
) -> None:
    asked = desk.asked(client.start)
    assert asked.user is not None
    desk.change_secrets(
        asked.user, srp_verifier=None, password_hash=None, password_set_at=None
    )

    with pytest.raises(NotAuthorizedError):
        desk.answer(asked, client.proof(asked, NOON))


def test_a_password_that_was_given_has_its_time(desk: Desk, client: SrpClient) -> None:
    """By proof as when it is typed."""
    ana = desk.asked(client.start).user
    assert ana is not None
    until = desk.house.now + timedelta(days=1)
    desk.change_secrets(ana, temporary_until=until)

    desk.house.now = until - timedelta(seconds=1)
    assert prove(desk, client) is not None
    desk.house.now = until
    assert prove(desk, client) is None


def test_whoever_was_removed_meanwhile_is_nobody(desk: Desk, client: SrpClient) -> None:
    asked = desk.asked(client.start)
    assert asked.user is not None
    with desk.house.database.writing() as connection:
        Users(connection).remove(desk.pool.id, asked.user.sub)

    with pytest.raises(InvalidSessionError):
        desk.answer(asked, client.proof(asked, NOON))


def test_the_clients_half_has_to_be_a_number(desk: Desk) -> None:
    with pytest.raises(InvalidParameterError):
        desk.begin(SrpStart("no number"))


def test_a_proof_answers_nothing_else(desk: Desk) -> None:
    asked = desk.asked(ASKED_FOR)

    block = base64.b64encode(asked.session.encode()).decode()
    with pytest.raises(InvalidSessionError):
        desk.answer(asked, SrpProof("", block, ""))


def test_a_password_that_is_asked_for_may_be_mistyped(desk: Desk) -> None:
    """A few times; then one has to begin anew."""
    asked = desk.asked(ASKED_FOR)
    assert asked.name is ChallengeName.PASSWORD

    for _ in range(MAX_TRIES - 1):
        with pytest.raises(NotAuthorizedError):
            desk.answer(asked, WRONG)
    assert desk.signed_in(asked, RIGHT).amr == ("pwd",)

    asked = desk.asked(ASKED_FOR)
    for _ in range(MAX_TRIES):
        with pytest.raises(NotAuthorizedError):
            desk.answer(asked, WRONG)
    with pytest.raises(InvalidSessionError):
        desk.answer(asked, RIGHT)


def test_a_name_that_leads_to_somebody_else_meanwhile_is_refused(
    desk: Desk,
) -> None:
    """The session is that of the one before."""
    asked = desk.asked(ASKED_FOR)
    assert asked.user is not None
    with desk.house.database.writing() as connection:
        users = Users(connection)
        users.remove_name(desk.pool.id, "ana")
        eve = replace(asked.user, sub="e" * 36, username="ana")
        add_profile(connection, desk.pool, eve)
    kept = desk.house.secrets(asked.user)
    desk.change_secrets(eve, password_hash=kept.password_hash)

    with pytest.raises(InvalidSessionError):
        desk.answer(asked, RIGHT)


MIGRATING = asking(TriggerKind.MIGRATE_USER)
FOUND = {"userAttributes": {"name": "Ana"}, "finalUserStatus": "CONFIRMED"}


def test_somebody_of_another_directory_signs_in(house: House) -> None:
    """With the password from there; from then on with the same one here."""
    recorder = told(house, lambda _: FOUND)
    desk = Desk(house, MIGRATING)
    desk.client = replace(desk.client, hides_users=False)

    signed_in = desk.begin()

    assert isinstance(signed_in, SignedIn)
    assert signed_in.user.attributes == {"name": "Ana"}
    assert recorder.event["request"]["password"] == PASSWORD
    assert isinstance(desk.begin(), SignedIn)
    assert len(recorder.events) == 1
    assert prove(desk, SrpClient(desk.pool.group)) is not None


def test_whoever_is_found_nowhere_is_nobody(house: House) -> None:
    """And has to wait like others who guess."""
    recorder = told(house, lambda _: {})
    desk = Desk(house, MIGRATING)

    for _ in range(FREE_TRIES):
        with pytest.raises(NotAuthorizedError):
            desk.begin()
    with pytest.raises(AttemptsExceededError):
        desk.begin()
    assert len(recorder.events) == FREE_TRIES


def test_somebody_of_another_directory_may_be_asked_first(house: House) -> None:
    """The sign-in began with a name that was nobody's."""
    told(house, lambda _: FOUND)
    desk = Desk(house, MIGRATING)

    asked = desk.asked(ASKED_FOR)

    assert asked.user is None
    assert desk.signed_in(asked, RIGHT).user.username == "ana"


def test_somebody_of_another_directory_may_have_to_reset_the_password(
    house: House,
) -> None:
    told(house, lambda _: {**FOUND, "finalUserStatus": "RESET_REQUIRED"})
    desk = Desk(house, MIGRATING)

    with pytest.raises(ResetRequiredError):
        desk.begin()


@pytest.mark.parametrize("status", [UserStatus.UNCONFIRMED, UserStatus.RESET_REQUIRED])
def test_a_proof_tells_why_one_is_not_let_in(
    desk: Desk, client: SrpClient, status: UserStatus
) -> None:
    """As a typed password does, and only a right one."""
    ana = desk.asked(client.start).user
    assert ana is not None
    desk.change(ana, status=status)
    asked = desk.asked(client.start)
    proof = client.proof(asked, NOON)

    with pytest.raises(NotAuthorizedError) as caught:
        desk.answer(asked, proof)
    assert type(caught.value) is not NotAuthorizedError
    assert prove(desk, replace(client, password="wrong")) is None
    assert isinstance(caught.value, GatewayError)
