"""Passkeys are made, used and told apart from copies."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from typing_extensions import override
from webauthn.authentication.verify_authentication_response import (
    VerifiedAuthentication,
)

from gateway.model.user import User
from gateway.pool.errors import (
    InvalidParameterError,
    NotAllowedError,
    PasskeyError,
    PasskeyHostError,
    PasskeyNotProvenError,
    PasskeyOriginError,
    PasskeyQuestionError,
    TooManyError,
    UserNotFoundError,
)
from gateway.pool.factors.own_passkeys import OwnPasskeys, text_id
from gateway.pool.factors.passkey_questions import LIFETIME
from gateway.pool.factors.passkeys import MAX_PASSKEYS, PasskeyCeremonies
from gateway.pool.pool import Pool
from gateway.pool.settings import (
    FirstFactor,
    PasskeySettings,
    PoolSettings,
    SignInSettings,
    UserVerification,
)
from gateway.storage.pools.passkeys import Passkey, Passkeys
from gateway.storage.pools.users import Users
from tests.pool.factors.authenticator import (
    HOST,
    ORIGIN,
    PRESENT,
    SYNCABLE,
    SYNCED,
    VERIFIED,
    Authenticator,
    raw,
    text,
)
from tests.pool.house import NOON, House

SIGN_IN = SignInSettings(first_factors=frozenset(FirstFactor))
SETTINGS = PoolSettings(name="Example", sign_in=SIGN_IN)


class Warnings:
    """Keeps what was told."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []

    def debug(self, event: str, **fields: Any) -> None:
        raise AssertionError(event)

    info = error = exception = debug

    def warning(self, event: str, **fields: Any) -> None:
        self.told.append({"event": event, **fields})


@pytest.fixture
def warnings() -> Warnings:
    return Warnings()


def ceremonies_at(
    house: House, warnings: Warnings, url: str = ORIGIN
) -> PasskeyCeremonies:
    return PasskeyCeremonies(
        database=house.database, public_url=url, logger=warnings, clock=house.clock
    )


@pytest.fixture
def passkeys(house: House, warnings: Warnings) -> PasskeyCeremonies:
    return ceremonies_at(house, warnings)


@pytest.fixture
def pool(house: House) -> Pool:
    return house.pool(SETTINGS)


@pytest.fixture
def ana(house: House, pool: Pool) -> User:
    return house.person(pool, "ana", name="Ana Díaz")


def with_passkeys(pool: Pool, settings: PasskeySettings) -> Pool:
    return replace(pool, settings=replace(pool.settings, passkeys=settings))


def make(
    passkeys: PasskeyCeremonies,
    pool: Pool,
    user: User,
    authenticator: Authenticator,
    *,
    name: str = "",
) -> Passkey:
    made = authenticator.make(passkeys.registration_options(pool, user))
    return passkeys.register(pool, user, json.dumps(made), name=name)


def use(
    passkeys: PasskeyCeremonies,
    pool: Pool,
    authenticator: Authenticator,
    user: User | None = None,
) -> User:
    used = authenticator.use(passkeys.assertion_options(pool, user))
    return passkeys.prove(pool, json.dumps(used)).user


def test_a_passkey_is_made_and_proves_the_person(
    house: House, passkeys: PasskeyCeremonies, pool: Pool, ana: User
) -> None:
    """With and without having said who they are; once each time."""
    phone = Authenticator()
    passkey = make(passkeys, pool, ana, phone, name="Phone")

    assert passkey.name == "Phone"
    assert passkey.transports == ("hybrid", "internal")
    assert (passkey.attachment, passkey.relying_party_id) == ("platform", HOST)
    assert passkey.created_at == NOON
    own = OwnPasskeys(database=house.database)
    assert own.list(pool, ana) == [passkey]

    house.pass_time(LIFETIME)
    assert use(passkeys, pool, phone) == ana
    assert use(passkeys, pool, phone, ana) == ana
    used = phone.use(passkeys.assertion_options(pool, ana))
    proven = passkeys.prove(pool, json.dumps(used))
    assert proven.is_verified
    assert proven.passkey == replace(passkey, sign_count=3, used_at=house.now)
    assert own.list(pool, ana) == [proven.passkey]
    with pytest.raises(PasskeyQuestionError):
        passkeys.prove(pool, json.dumps(used))


def test_the_browser_is_told_what_it_needs(
    passkeys: PasskeyCeremonies, pool: Pool, ana: User
) -> None:
    """And authenticators no more of the person than they show."""
    key = make(passkeys, pool, ana, Authenticator())

    asked = json.loads(passkeys.registration_options(pool, ana))
    assert asked["rp"] == {"id": HOST, "name": "Example"}
    assert raw(asked["user"].pop("id")) == ana.sub.encode()
    assert asked["user"] == {"name": "ana", "displayName": "Ana Díaz"}
    assert len(raw(asked["challenge"])) == 32
    assert asked["timeout"] == 300_000
    assert asked["attestation"] == "none"
    assert [each["alg"] for each in asked["pubKeyCredParams"]] == [-8, -7, -257]
    assert asked["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "preferred",
    }
    (excluded,) = asked["excludeCredentials"]
    assert excluded["id"] == text_id(key)
    assert sorted(excluded["transports"]) == ["hybrid", "internal"]


def test_whose_passkeys_there_are_is_told_where_it_is_asked_for(
    passkeys: PasskeyCeremonies, pool: Pool, ana: User
) -> None:
    """Else a person with passkeys looks like one without, or like nobody."""
    key = make(passkeys, pool, ana, Authenticator())
    strict = PasskeySettings(user_verification=UserVerification.REQUIRED)

    def asked(*user: User, lists: bool = False) -> dict[str, Any]:
        text_ = passkeys.assertion_options(
            with_passkeys(pool, strict), *user, lists=lists
        )
        options: dict[str, Any] = json.loads(text_)
        del options["challenge"]
        return options

    assert asked() == asked(ana) == asked(lists=True)
    assert asked() == {
        "rpId": HOST,
        "timeout": 300_000,
        "allowCredentials": [],
        "userVerification": "required",
    }
    (allowed,) = asked(ana, lists=True)["allowCredentials"]
    assert allowed["id"] == text_id(key)


@pytest.mark.parametrize(
    ("url", "settings", "host", "origin"),
    [
        ("https://Login.Example.com/", PasskeySettings(), HOST, ORIGIN),
        ("https://login.example.com:443", PasskeySettings(), HOST, ORIGIN),
        ("http://localhost:8080", PasskeySettings(), "localhost", None),
        (
            ORIGIN,
            PasskeySettings("example.com", ("https://app.example.com",)),
            "example.com",
            "https://app.example.com",
        ),
    ],
)
def test_passkeys_are_good_where_the_pool_is(
    house: House,
    warnings: Warnings,
    url: str,
    settings: PasskeySettings,
    host: str,
    origin: str | None,
) -> None:
    """At the gateway's own host, unless the pool says another."""
    passkeys = ceremonies_at(house, warnings, url)
    there = house.pool(replace(SETTINGS, passkeys=settings))
    ana = house.person(there)
    phone = Authenticator(host=host, origin=origin or url)

    assert make(passkeys, there, ana, phone).relying_party_id == host
    assert use(passkeys, there, phone) == ana
    with pytest.raises(PasskeyOriginError):
        use(passkeys, there, phone.but(origin="https://evil.example"))
    with pytest.raises(PasskeyHostError):
        use(passkeys, there, phone.but(host="evil.example"))


@pytest.mark.parametrize("url", ["https://192.0.2.7", "http://[::1]:8080"])
def test_an_address_has_no_passkeys(
    house: House, warnings: Warnings, pool: Pool, url: str
) -> None:
    """Browsers refuse it; the pool says why."""
    with pytest.raises(NotAllowedError):
        ceremonies_at(house, warnings, url).assertion_options(pool)


def test_a_pool_without_passkeys_takes_none(
    house: House, passkeys: PasskeyCeremonies
) -> None:
    plain = house.pool(pool_id="us-east-1_Plain0000")
    ana = house.person(plain)

    for work in (
        lambda: passkeys.registration_options(plain, ana),
        lambda: passkeys.register(plain, ana, "{}"),
        lambda: passkeys.assertion_options(plain),
        lambda: passkeys.prove(plain, "{}"),
    ):
        with pytest.raises(NotAllowedError):
            work()


def test_verification_is_asked_for_where_the_pool_demands_it(
    passkeys: PasskeyCeremonies, pool: Pool, ana: User
) -> None:
    """Else the answer says whether the authenticator has made sure who holds it."""
    key = Authenticator(flags=PRESENT)
    make(passkeys, pool, ana, key)
    used = key.use(passkeys.assertion_options(pool))
    assert not passkeys.prove(pool, json.dumps(used)).is_verified
    settings = PasskeySettings(user_verification=UserVerification.REQUIRED)
    strict = with_passkeys(pool, settings)

    with pytest.raises(PasskeyNotProvenError):
        use(passkeys, strict, key)
    with pytest.raises(PasskeyError):
        make(passkeys, strict, ana, Authenticator(flags=PRESENT))
    make(passkeys, strict, ana, Authenticator(flags=PRESENT | VERIFIED))


def test_a_counter_that_does_not_go_on_is_a_copy(
    passkeys: PasskeyCeremonies, pool: Pool, ana: User, warnings: Warnings
) -> None:
    """Section 6.1.1: refused and told, whichever of the two comes second."""
    phone = Authenticator(count=7)
    passkey = make(passkeys, pool, ana, phone)
    copy = phone.but()
    use(passkeys, pool, phone)
    assert not warnings.told

    with pytest.raises(PasskeyNotProvenError):
        use(passkeys, pool, copy)
    with pytest.raises(PasskeyNotProvenError):
        use(passkeys, pool, copy.but(count=-1))

    assert warnings.told == [
        {
            "event": "a passkey's counter went back: there may be a copy of it",
            "pool": pool.id,
            "user": ana.sub,
            "passkey": text_id(passkey),
            "kept": 8,
            "said": said,
        }
        for said in (8, 0)
    ]
    assert use(passkeys, pool, phone) == ana


def test_a_forged_counter_is_no_warning(
    passkeys: PasskeyCeremonies, pool: Pool, ana: User, warnings: Warnings
) -> None:
    """Whoever cannot sign tells the operator nothing."""
    phone = Authenticator(count=7)
    make(passkeys, pool, ana, phone)
    stranger = Authenticator(credential_id=phone.credential_id, handle=phone.handle)

    with pytest.raises(PasskeyNotProvenError):
        use(passkeys, pool, stranger)

    assert not warnings.told


def test_a_passkey_without_a_counter_has_no_copies(
    passkeys: PasskeyCeremonies, pool: Pool, ana: User
) -> None:
    """Those that are on several machines always say 0."""
    synced = Authenticator(flags=PRESENT | SYNCABLE, step=0)
    assert not make(passkeys, pool, ana, synced).is_backed_up

    for flags, is_backed_up in ((SYNCED, True), (0, False)):
        synced.flags = PRESENT | SYNCABLE | flags
        used = synced.use(passkeys.assertion_options(pool))
        kept = passkeys.prove(pool, json.dumps(used)).passkey
        assert (kept.may_be_backed_up, kept.is_backed_up) == (True, is_backed_up)
    with pytest.raises(PasskeyNotProvenError):
        use(passkeys, pool, synced.but(flags=PRESENT))


def test_of_two_with_one_counter_one_is_let_in(
    passkeys: PasskeyCeremonies, pool: Pool, ana: User
) -> None:
    """The phone and its copy at the same moment, each with a question of its own."""
    phone = Authenticator()
    make(passkeys, pool, ana, phone)
    copies = [phone.but() for _ in range(4)]
    answers = [copy.use(passkeys.assertion_options(pool)) for copy in copies]

    def attempt(answer: dict[str, Any]) -> bool:
        try:
            passkeys.prove(pool, json.dumps(answer))
        except PasskeyNotProvenError:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(attempt, answers)) == [False, False, False, True]


def test_an_answer_is_good_for_the_person_and_the_session_that_were_asked(
    house: House, passkeys: PasskeyCeremonies, pool: Pool, ana: User
) -> None:
    """Nobody lets themselves be asked and has another answer."""
    bob = house.person(pool, "bob")
    phone = Authenticator()
    make(passkeys, pool, ana, phone)

    with pytest.raises(PasskeyNotProvenError):
        use(passkeys, pool, phone, bob)
    made = Authenticator().make(passkeys.registration_options(pool, ana))
    with pytest.raises(PasskeyQuestionError):
        passkeys.register(pool, bob, json.dumps(made))
    made = Authenticator().make(
        passkeys.registration_options(pool, ana, bound_to="here")
    )
    with pytest.raises(PasskeyQuestionError):
        passkeys.register(pool, ana, json.dumps(made), bound_to="there")
    used = phone.use(passkeys.assertion_options(pool, bound_to="here"))
    with pytest.raises(PasskeyQuestionError):
        passkeys.prove(pool, json.dumps(used), bound_to="there")
    assert passkeys.prove(pool, json.dumps(used), bound_to="here").user == ana


def test_an_answer_to_the_one_is_none_to_the_other(
    passkeys: PasskeyCeremonies, pool: Pool, ana: User
) -> None:
    """A challenge that was asked to make one is not signed to sign in."""
    phone = Authenticator()
    make(passkeys, pool, ana, phone)

    used = phone.use(passkeys.registration_options(pool, ana))
    with pytest.raises(PasskeyQuestionError):
        passkeys.prove(pool, json.dumps(used))


@pytest.mark.parametrize("handle", [None, "", text(b"bob")])
def test_whoever_was_not_asked_by_name_is_named_by_the_passkey(
    passkeys: PasskeyCeremonies, pool: Pool, ana: User, handle: str | None
) -> None:
    """Section 7.2 step 6; a wrong name is refused in any case."""
    phone = Authenticator()
    make(passkeys, pool, ana, phone)
    phone.handle = handle

    with pytest.raises(PasskeyNotProvenError):
        use(passkeys, pool, phone)
    if handle is None:
        assert use(passkeys, pool, phone, ana) == ana
    else:
        with pytest.raises(PasskeyNotProvenError):
            use(passkeys, pool, phone, ana)


def test_a_passkey_of_another_pool_is_none(
    house: House, passkeys: PasskeyCeremonies, pool: Pool, ana: User
) -> None:
    """Though both are at one host."""
    elsewhere = house.pool(SETTINGS, "us-east-1_Others999")
    phone = Authenticator()
    make(passkeys, pool, ana, phone)

    with pytest.raises(PasskeyNotProvenError):
        use(passkeys, elsewhere, phone)


def test_nobody_gets_somebody_elses_passkey(
    house: House, passkeys: PasskeyCeremonies, pool: Pool, ana: User
) -> None:
    """Section 7.1 step 26: an id is one person's, and theirs once."""
    bob = house.person(pool, "bob")
    phone = Authenticator()
    make(passkeys, pool, ana, phone)

    for who in (bob, ana):
        with pytest.raises(PasskeyError):
            make(passkeys, pool, who, Authenticator(credential_id=phone.credential_id))
    assert use(passkeys, pool, phone, ana) == ana


def test_a_person_has_so_many_and_no_more(
    passkeys: PasskeyCeremonies, pool: Pool, ana: User
) -> None:
    """Also if several were asked for before the last one came."""
    asked = [passkeys.registration_options(pool, ana) for _ in range(2)]
    for _ in range(MAX_PASSKEYS - 1):
        make(passkeys, pool, ana, Authenticator())
    made = [json.dumps(Authenticator().make(options)) for options in asked]
    passkeys.register(pool, ana, made[0])

    with pytest.raises(TooManyError):
        passkeys.registration_options(pool, ana)
    with pytest.raises(TooManyError):
        passkeys.register(pool, ana, made[1])


def test_what_is_malformed_leaves_the_question_open(
    passkeys: PasskeyCeremonies, pool: Pool, ana: User
) -> None:
    """Nothing was answered. What was answered wrongly is not asked again."""
    phone = Authenticator()
    options = passkeys.registration_options(pool, ana)
    for answer in ("", "{}", "x" * 100_000):
        with pytest.raises(PasskeyError):
            passkeys.register(pool, ana, answer)
        with pytest.raises(PasskeyError):
            passkeys.prove(pool, answer)
    with pytest.raises(InvalidParameterError):
        passkeys.register(pool, ana, json.dumps(phone.make(options)), name="a\nb")

    assert passkeys.register(pool, ana, json.dumps(phone.make(options))).sub == ana.sub
    options = passkeys.assertion_options(pool)
    wrong = phone.but(origin="https://evil.example").use(options)
    with pytest.raises(PasskeyOriginError):
        passkeys.prove(pool, json.dumps(wrong))
    with pytest.raises(PasskeyQuestionError):
        passkeys.prove(pool, json.dumps(phone.use(options)))


def test_an_unknown_passkey_proves_nobody(
    passkeys: PasskeyCeremonies, pool: Pool
) -> None:
    """One that was removed, say, and the authenticator does not know."""
    with pytest.raises(PasskeyNotProvenError):
        use(passkeys, pool, Authenticator(handle=text(b"somebody")))


class Late(PasskeyCeremonies):
    """Comes to the last step when the person has gone."""

    def __init__(self, house: House, warnings: Warnings) -> None:
        super().__init__(
            database=house.database,
            public_url=ORIGIN,
            logger=warnings,
            clock=house.clock,
        )

    @override
    def _use(
        self, pool: Pool, verified: VerifiedAuthentication
    ) -> tuple[User, Passkey]:
        with self._database.writing() as connection:
            passkey = Passkeys(connection).find(pool.id, verified.credential_id)
            assert passkey is not None
            Users(connection).remove(pool.id, passkey.sub)
        return super()._use(pool, verified)


def test_who_goes_meanwhile_is_proven_no_more(
    house: House, warnings: Warnings, pool: Pool, ana: User
) -> None:
    """Deleted between the question and the answer, or between two looks."""
    passkeys, phone = Late(house, warnings), Authenticator()
    make(passkeys, pool, ana, phone)
    options = passkeys.registration_options(pool, ana)

    with pytest.raises(PasskeyNotProvenError):
        use(passkeys, pool, phone)
    with pytest.raises(UserNotFoundError):
        passkeys.register(pool, ana, json.dumps(Authenticator().make(options)))
