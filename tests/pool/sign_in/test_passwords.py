"""Whom a password proves."""

from dataclasses import replace
from datetime import timedelta

import pytest
from typing_extensions import override

from gateway.model.user import User
from gateway.pool import srp
from gateway.pool.errors import AttemptsExceededError, NotAuthorizedError
from gateway.pool.passwords.hashing import Parameters, Passwords
from gateway.pool.pool import Pool
from gateway.pool.settings import Alias, PoolSettings, SignInSettings
from gateway.pool.sign_in.passwords import PasswordProof
from gateway.pool.sign_up import SignUp, SignUps
from gateway.pool.throttling import FREE_TRIES
from gateway.pool.tries import Tries
from gateway.storage.pools.secrets import AllSecrets, UserSecrets
from tests.pool.house import PASSWORD, House

HOME = "192.0.2.7"


def proof_of(house: House, passwords: Passwords) -> PasswordProof:
    return PasswordProof(
        database=house.database,
        credentials=house.credentials,
        passwords=passwords,
        tries=Tries(database=house.database, clock=house.clock),
        clock=house.clock,
    )


@pytest.fixture
def proof(house: House) -> PasswordProof:
    return proof_of(house, house.passwords)


@pytest.fixture
def pool(house: House) -> Pool:
    aliases = SignInSettings(aliases=frozenset({Alias.EMAIL}))
    return house.pool(PoolSettings(name="people", sign_in=aliases))


@pytest.fixture
def ana(house: House, pool: Pool) -> User:
    sign_ups = SignUps(tools=house.tools)
    sign_ups.sign_up(pool, SignUp("ana", PASSWORD, {"email": "ana@example.com"}))
    return sign_ups.confirm(pool, "ana", house.mailbox.code)


def change(house: House, user: User, secrets: UserSecrets) -> None:
    with house.database.writing() as connection:
        AllSecrets(connection).keep(user.pool_id, user.sub, secrets)


@pytest.mark.parametrize("name", ["ana", "ANA", "ana@example.com", "Ana@Example.com"])
def test_every_name_and_the_password_prove_the_person(
    proof: PasswordProof, pool: Pool, ana: User, name: str
) -> None:
    assert proof.prove(pool, name, PASSWORD, address=HOME) == ana


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("ana", "wrong"),
        ("ana", ""),
        ("ana", PASSWORD.lower()),
        ("ana", PASSWORD + " "),
        ("anna", PASSWORD),
        ("", PASSWORD),
        ("\ud800", "\ud800"),
        ("\0", "\0"),
        ("x" * 10_000, "x" * 10_000),
    ],
)
@pytest.mark.usefixtures("ana")
def test_anything_else_proves_nobody(
    proof: PasswordProof, pool: Pool, name: str, password: str
) -> None:
    """In the same words, whether there is such a person or not."""
    with pytest.raises(NotAuthorizedError) as caught:
        proof.prove(pool, name, password, address=HOME)

    assert caught.value.detail == "unknown name, or wrong password"
    assert type(caught.value) is NotAuthorizedError


def test_a_person_without_a_password_is_proven_by_none(
    house: House, proof: PasswordProof, pool: Pool, ana: User
) -> None:
    """People of other providers, and those who sign in with a passkey."""
    change(house, ana, UserSecrets())

    for password in (PASSWORD, ""):
        with pytest.raises(NotAuthorizedError):
            proof.prove(pool, "ana", password, address=HOME)


def test_a_temporary_password_has_its_time(
    house: House, proof: PasswordProof, pool: Pool, ana: User
) -> None:
    """The last moment is good, and the first after it is not."""
    until = house.now + timedelta(days=7)
    change(house, ana, replace(house.secrets(ana), temporary_until=until))

    house.now = until - timedelta(seconds=1)
    assert proof.prove(pool, "ana", PASSWORD, address=HOME) == ana
    house.now = until
    with pytest.raises(NotAuthorizedError):
        proof.prove(pool, "ana", PASSWORD, address=HOME)


@pytest.mark.parametrize("name", ["ana", "nobody"])
@pytest.mark.usefixtures("ana")
def test_too_many_tries_have_to_wait_whoever_it_is(
    proof: PasswordProof, pool: Pool, name: str
) -> None:
    """The right password does not help then, and nobody learns who is known."""
    for _ in range(FREE_TRIES):
        with pytest.raises(NotAuthorizedError):
            proof.prove(pool, name, "wrong", address=HOME)

    with pytest.raises(AttemptsExceededError):
        proof.prove(pool, name, PASSWORD, address=HOME)


def test_a_hash_is_made_anew_while_the_password_is_at_hand(
    house: House, pool: Pool, ana: User
) -> None:
    """With the parameters of today; the verifier and everything else stay."""
    stronger = Passwords(at_once=2, parameters=Parameters(iterations=2, memory_kib=16))
    house.use(stronger)
    before = house.secrets(ana)

    proof_of(house, stronger).prove(pool, "ana", PASSWORD, address=HOME)

    after = house.secrets(ana)
    assert after.password_hash is not None
    assert "$m=16,t=2," in after.password_hash
    assert replace(after, password_hash=before.password_hash) == before
    assert proof_of(house, stronger).prove(pool, "ana", PASSWORD, address=HOME) == ana


def test_who_came_with_a_hash_alone_gets_a_verifier(
    house: House, proof: PasswordProof, pool: Pool, ana: User
) -> None:
    """From another system; from then on the password need not be typed."""
    change(house, ana, replace(house.secrets(ana), srp_verifier=None))

    proof.prove(pool, "ana", PASSWORD, address=HOME)

    kept = house.secrets(ana)
    verifier = house.credentials.verifier(pool, ana, kept)
    assert verifier is not None
    assert srp.is_password_of(verifier, pool.group, "ana", PASSWORD)
    proof.prove(pool, "ana", PASSWORD, address=HOME)
    assert house.secrets(ana) == kept


def test_a_password_that_changes_meanwhile_is_not_put_back(
    house: House, pool: Pool, ana: User
) -> None:
    """Hashing takes its time."""
    other = UserSecrets(password_hash="changed meanwhile")

    class Slow(Passwords):
        @override
        def hash(self, password: str) -> str:
            change(house, ana, other)
            return super().hash(password)

    house.use(Slow(at_once=2, parameters=Parameters(iterations=2, memory_kib=16)))

    proof_of(house, house.passwords).prove(pool, "ana", PASSWORD, address=HOME)

    assert house.secrets(ana) == other


def test_what_else_changes_meanwhile_stays(house: House, pool: Pool, ana: User) -> None:
    """A code of an authenticator that was just used would else be good again."""
    before = house.secrets(ana)

    class Slow(Passwords):
        @override
        def hash(self, password: str) -> str:
            change(house, ana, replace(before, totp_step=9))
            return super().hash(password)

    house.use(Slow(at_once=2, parameters=Parameters(iterations=2, memory_kib=16)))

    proof_of(house, house.passwords).prove(pool, "ana", PASSWORD, address=HOME)

    after = house.secrets(ana)
    assert after.totp_step == 9
    assert after.password_hash != before.password_hash
