"""Providers that tell, without a browser, that somebody has signed out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from gateway.authentication.compact import UnverifiedToken
from gateway.authentication.logout_token import LogoutNotice
from gateway.federation.back_channel import BackChannel
from gateway.model.errors import (
    CredentialError,
    MalformedCredentialError,
    ReplayedCredentialError,
    UntrustedIssuerError,
    WrongAudienceError,
)
from gateway.storage.pools.users import Users
from tests.authentication.issuer import sign
from tests.federation.house import ISSUER, MadeUpParty, login_provider, use
from tests.federation.test_sign_ins import Desk
from tests.pool.house import NOON, House


@dataclass
class Party(MadeUpParty):
    """A provider that tells."""

    until: datetime = NOON

    def is_issuer_of(self, token: UnverifiedToken) -> bool:
        return token.unverified_issuer == ISSUER

    def logout_notice(self, text: str) -> LogoutNotice:
        del text
        if self.refusal is not None:
            raise self.refusal
        return LogoutNotice(self.provider, "123", "", "jti-1", self.until)


@pytest.fixture
def desk(house: House) -> Desk:
    desk = Desk(house)
    desk.party = Party(until=house.now + timedelta(minutes=5))
    desk.use()
    use(desk.sign_ins, login_provider(MadeUpParty("mute"), id="mute"), desk.provider)
    return desk


def channel(desk: Desk) -> BackChannel:
    return BackChannel(
        database=desk.house.database,
        providers=desk.sign_ins.providers,
        sessions=desk.sign_ins.sessions,
        clock=desk.house.clock,
    )


def logout_token(issuer: str = ISSUER) -> str:
    return sign({"alg": "ES256"}, {"iss": issuer})


def test_somebody_is_signed_out_once_by_one_token(desk: Desk) -> None:
    """Whoever brings it again could keep them out for good."""
    desk.come()

    assert channel(desk).hear(logout_token()) == 1

    with desk.house.database.reading() as connection:
        user = Users(connection).find_named(desk.pool.id, "corp_123")
    assert user is not None
    assert user.signed_out_at == desk.house.now
    with pytest.raises(ReplayedCredentialError):
        channel(desk).hear(logout_token())


def test_what_is_refused_may_come_again(desk: Desk) -> None:
    """Nothing is remembered of a token that was not good."""
    desk.come()
    desk.party.refusal = WrongAudienceError()
    with pytest.raises(CredentialError):
        channel(desk).hear(logout_token())
    desk.party.refusal = None

    assert channel(desk).hear(logout_token()) == 1


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", MalformedCredentialError),
        ("a.b.c", MalformedCredentialError),
        (logout_token("https://evil.example"), UntrustedIssuerError),
    ],
    ids=range(3),
)
def test_nobody_hears_what_no_provider_says(
    desk: Desk, text: str, error: type[CredentialError]
) -> None:
    with pytest.raises(error):
        channel(desk).hear(text)
