"""The guest grant."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest

from gateway.model.claims import TokenType, VerifiedClaims
from gateway.model.credential import Credential
from gateway.model.errors import (
    CredentialError,
    ExpiredCredentialError,
    RateLimitedError,
    StorageError,
)
from gateway.model.identity import IdentityKind
from gateway.oauth.errors import InvalidGrantError
from gateway.oauth.grants.guest import GUEST_GRANT_TYPE, GuestGrant
from gateway.oauth.tokens import IssuedToken, TokenRequest

NOON = datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC)
LIFETIME = timedelta(days=30)
IP = "192.0.2.1"


@dataclass
class Kept:
    id: str
    disabled: bool = False
    kind: IdentityKind = IdentityKind.GUEST


class Store:
    def __init__(self) -> None:
        self.guests: dict[tuple[str, str], Kept] = {}
        self.broken = False

    def find_or_create(
        self,
        provider: str,
        subject: str,
        *,
        kind: IdentityKind,
        now: datetime,
        new_id: str,
    ) -> Kept:
        assert kind is IdentityKind.GUEST
        if self.broken:
            raise StorageError("disk I/O error")
        return self.guests.setdefault((provider, subject), Kept(new_id))


@dataclass
class Made:
    token: str
    expires_at: datetime


class Mint:
    def mint(self, identity_id: str, *, now: datetime) -> Made:
        return Made(f"for {identity_id}", now + LIFETIME)


class Verifier:
    """Believes what `Mint` has made."""

    def __init__(self) -> None:
        self.token_type = TokenType.GUEST
        self.failure: CredentialError | None = None

    def verify(self, credential: Credential) -> VerifiedClaims:
        if self.failure is not None:
            raise self.failure
        return VerifiedClaims(
            provider="guest",
            issuer="https://gw.example.com",
            subject=credential.value.removeprefix("for "),
            token_type=self.token_type,
            expires_at=NOON + LIFETIME,
            claims=MappingProxyType({}),
        )


class Limit:
    def __init__(self) -> None:
        self.asked: list[str] = []
        self.full = False

    def take(self, ip: str) -> None:
        self.asked.append(ip)
        if self.full:
            raise RateLimitedError(retry_after=9)


class House:
    """A grant and what it is built from."""

    def __init__(self) -> None:
        self.store = Store()
        self.verifier = Verifier()
        self.limit = Limit()
        self.grant = GuestGrant(
            identities=self.store,
            verifier=self.verifier,
            mint=Mint(),
            limit=self.limit,
            provider="guest",
            region="eu-west-1",
            clock=lambda: NOON,
        )

    def ask(self, **parameters: str) -> IssuedToken:
        parameters["grant_type"] = GUEST_GRANT_TYPE
        return self.grant.issue(TokenRequest(parameters, IP))


@pytest.fixture
def house() -> House:
    return House()


def test_a_new_guest_has_an_id_and_a_token_for_it(house: House) -> None:
    """The id is `region:uuid`, and it is kept."""
    first, second = house.ask(), house.ask()

    assert re.fullmatch(r"eu-west-1:[0-9a-f-]{36}", first.identity_id)
    assert first.identity_id != second.identity_id
    assert first.access_token == f"for {first.identity_id}"
    assert first.expires_in == 30 * 24 * 3600
    assert len(house.store.guests) == 2


def test_a_guest_who_comes_back_is_the_same(house: House) -> None:
    """That is what the token is for."""
    first = house.ask()

    again = house.ask(guest_token=first.access_token)

    assert again.identity_id == first.identity_id
    assert len(house.store.guests) == 1


def test_a_token_that_is_too_old_is_no_grant(house: House) -> None:
    """RFC 6749 section 5.2: `invalid_grant`. It does not become a new guest."""
    house.verifier.failure = ExpiredCredentialError("exp=1")

    with pytest.raises(InvalidGrantError) as refused:
        house.ask(guest_token="for somebody")

    assert refused.value.detail == "expired_credential: exp=1"
    assert not house.store.guests


@pytest.mark.parametrize(
    "token_type", [one for one in TokenType if one is not TokenType.GUEST]
)
def test_no_other_token_makes_a_guest(house: House, token_type: TokenType) -> None:
    """Pomerium CVE-2024-47616: one token's purpose is not another's."""
    house.verifier.token_type = token_type

    with pytest.raises(InvalidGrantError):
        house.ask(guest_token="for somebody")

    assert not house.store.guests


def test_a_guest_who_was_switched_off_is_refused(house: House) -> None:
    """An operator's word counts more than a valid token."""
    first = house.ask()
    house.store.guests["guest", first.identity_id].disabled = True

    with pytest.raises(InvalidGrantError):
        house.ask(guest_token=first.access_token)


def test_a_guest_who_has_an_account_is_refused(house: House) -> None:
    """Whoever finds an old guest token must not stay in with it for ever."""
    first = house.ask()
    house.store.guests["guest", first.identity_id].kind = IdentityKind.AUTHENTICATED

    with pytest.raises(InvalidGrantError):
        house.ask(guest_token=first.access_token)


def test_each_request_of_an_address_counts(house: House) -> None:
    """Also one with a bad token: trying tokens is not free."""
    house.ask()
    house.verifier.failure = CredentialError()
    with pytest.raises(InvalidGrantError):
        house.ask(guest_token="x")

    assert house.limit.asked == [IP, IP]


def test_above_the_limit_nothing_is_kept(house: House) -> None:
    """The limit comes before any work."""
    house.limit.full = True

    with pytest.raises(RateLimitedError):
        house.ask()

    assert not house.store.guests


def test_without_the_database_there_is_no_guest(house: House) -> None:
    """A token for an id that was not kept would be worth nothing."""
    house.store.broken = True

    with pytest.raises(StorageError):
        house.ask()
