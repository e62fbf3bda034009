"""X's access tokens, of both versions of OAuth."""

from typing import Any

import pytest

from gateway.authentication.opaque.proof import UNSAID_LIFETIME
from gateway.model.errors import (
    BadAnswerError,
    CredentialError,
    GatewayError,
    MalformedCredentialError,
    ProviderUnavailableError,
)
from tests.authentication.opaque.house import NOON, Claims, prover, settings_of
from tests.peers.stand_ins.twitter import (
    ALICE,
    CLIENT_ID,
    FOREIGN_PAIR,
    PAIR,
    TOKEN,
    UNAUTHORIZED,
    Twitter,
    old_error,
)
from tests.peers.stand_ins.wire import TROUBLE, Reply, reply

FILE = f"""
kind = "twitter"
id = "twitter"
client.id = "{CLIENT_ID}"
client.secret = {{ env = "SECRET" }}
"""
OLD_FILE = f'{FILE}protocol = "oauth1"\naccept.flows = ["login", "exchange"]\n'
VERIFY, ME = "/1.1/account/verify_credentials.json", "/2/users/me"
OURS, FOREIGN = ";".join(PAIR), ";".join(FOREIGN_PAIR)


@pytest.fixture
def twitter() -> Twitter:
    return Twitter()


@pytest.fixture
def claims_of(twitter: Twitter) -> Claims:
    return prover(settings_of(FILE), twitter)


@pytest.fixture
def old_claims_of(twitter: Twitter) -> Claims:
    return prover(settings_of(OLD_FILE), twitter)


def test_a_pair_of_our_app_says_whose_it_is(old_claims_of: Claims) -> None:
    """By `id_str`: the number beside it is past 2^53."""
    verified = old_claims_of(OURS)

    assert verified.issuer == "https://x.com"
    assert verified.subject == "9007199254740993"
    assert verified.expires_at == NOON + UNSAID_LIFETIME
    claims = verified.claims
    assert claims["preferred_username"] == "alice"
    assert claims["picture"] == "https://pbs.twimg.com/alice.png"
    assert (claims["email"], claims["email_verified"]) == ("alice@example.com", True)


def test_a_pair_of_another_app_is_refused(old_claims_of: Claims) -> None:
    """The request is signed with our own secret too, so X takes it for nonsense."""
    with pytest.raises(CredentialError):
        old_claims_of(FOREIGN)
    with pytest.raises(CredentialError):
        old_claims_of(f"{PAIR[0]};another-secret")


@pytest.mark.parametrize("email", [None, "", 5])
def test_an_address_that_is_not_confirmed_is_null(
    twitter: Twitter, claims_of: Claims, old_claims_of: Claims, email: Any
) -> None:
    twitter.user["email"] = twitter.user_2["confirmed_email"] = email

    for claims in (old_claims_of(OURS).claims, claims_of(TOKEN).claims):
        assert "email_verified" not in claims


def test_a_badge_is_not_a_verified_address(
    twitter: Twitter, claims_of: Claims, old_claims_of: Claims
) -> None:
    twitter.user |= {"verified": True, "email": None}
    twitter.user_2 |= {"verified": True, "confirmed_email": None}

    assert "email_verified" not in old_claims_of(OURS).claims
    assert "email_verified" not in claims_of(TOKEN).claims


def test_a_token_that_we_have_fetched_says_whose_it_is(
    twitter: Twitter, claims_of: Claims
) -> None:
    verified = claims_of(TOKEN)

    assert verified.subject == ALICE["id_str"]
    assert verified.claims["preferred_username"] == "alice"
    assert verified.claims["email_verified"] is True
    assert twitter.last(ME).headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (old_error(32, "Could not authenticate you."), CredentialError),
        (old_error(89, "Invalid or expired token."), CredentialError),
        (old_error(215, "Bad Authentication data.", 400), BadAnswerError),
        (UNAUTHORIZED, CredentialError),
        (
            old_error(88, "Rate limit exceeded", 429, x_rate_limit_reset="1"),
            ProviderUnavailableError,
        ),
        (old_error(64, "Your account is suspended", 403), BadAnswerError),
        (reply({"errors": "x"}, 401), CredentialError),
        (Reply(401, b"", {}), CredentialError),
    ],
    ids=range(8),
)
def test_errors_are_told_apart(
    twitter: Twitter,
    claims_of: Claims,
    old_claims_of: Claims,
    answer: Reply,
    failure: type[GatewayError],
) -> None:
    twitter.faults = {VERIFY: answer, ME: answer}

    with pytest.raises(failure):
        claims_of(TOKEN)
    with pytest.raises(failure):
        old_claims_of(OURS)


@pytest.mark.parametrize("trouble", sorted(TROUBLE))
def test_trouble_is_never_a_way_in(
    twitter: Twitter, claims_of: Claims, old_claims_of: Claims, trouble: str
) -> None:
    twitter.faults = {VERIFY: TROUBLE[trouble], ME: TROUBLE[trouble]}

    with pytest.raises((BadAnswerError, ProviderUnavailableError)):
        claims_of(TOKEN)
    with pytest.raises((BadAnswerError, ProviderUnavailableError)):
        old_claims_of(OURS)


def test_what_is_no_token_is_not_sent_anywhere(
    twitter: Twitter, claims_of: Claims, old_claims_of: Claims
) -> None:
    with pytest.raises(MalformedCredentialError):
        claims_of(OURS)
    with pytest.raises(MalformedCredentialError):
        old_claims_of(TOKEN)
    assert twitter.asked == []


@pytest.mark.parametrize("identifier", [None, "", True, {}])
def test_somebody_without_an_id_is_nobody(
    twitter: Twitter, claims_of: Claims, old_claims_of: Claims, identifier: Any
) -> None:
    """Not even if `id` of version 1.1 is there."""
    twitter.user["id_str"] = twitter.user_2["id"] = identifier

    with pytest.raises(BadAnswerError):
        claims_of(TOKEN)
    with pytest.raises(BadAnswerError):
        old_claims_of(OURS)
