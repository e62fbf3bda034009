"""Facebook's access tokens, and Limited Login's ID tokens."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.authentication.errors import UnknownKeyError, WrongSignatureError
from gateway.authentication.opaque.proof import UNSAID_LIFETIME
from gateway.model.claims import TokenType
from gateway.model.errors import (
    BadAnswerError,
    CredentialError,
    ExpiredCredentialError,
    GatewayError,
    ProviderUnavailableError,
    UntrustedIssuerError,
    WrongAudienceError,
    WrongTokenTypeError,
)
from tests.authentication.opaque.house import (
    NOON,
    Claims,
    prover,
    settings_of,
    verifier_of,
)
from tests.peers.stand_ins.facebook import (
    ALICE,
    APP_ID,
    FOREIGN_TOKEN,
    GRAPH,
    KEYS,
    TOKEN,
    Facebook,
    graph_error,
)
from tests.peers.stand_ins.wire import TROUBLE, Asked, reply

FILE = f"""
kind = "facebook"
id = "facebook"
client.id = "{APP_ID}"
client.secret = {{ env = "SECRET" }}
"""
DEBUG, ME = f"{GRAPH}/debug_token", f"{GRAPH}/me"


@pytest.fixture
def facebook() -> Facebook:
    return Facebook()


@pytest.fixture
def claims_of(facebook: Facebook) -> Claims:
    return prover(settings_of(FILE), facebook)


def test_a_token_of_our_app_says_whose_it_is(
    facebook: Facebook, claims_of: Claims
) -> None:
    """Under the names of OpenID Connect too, so that no mapping is needed."""
    verified = claims_of(TOKEN)

    assert verified.issuer == "https://www.facebook.com"
    assert verified.subject == ALICE["id"]
    assert verified.token_type is TokenType.OPAQUE
    assert verified.expires_at == NOON + UNSAID_LIFETIME
    claims = verified.claims
    assert (claims["given_name"], claims["family_name"]) == ("Alice", "Example")
    assert claims["picture"] == ALICE["picture"]["data"]["url"]
    assert claims["scope"] == "email public_profile"
    asked = facebook.last(ME).query
    assert asked["fields"] == "id,name,first_name,last_name,email,picture"
    assert len(asked["appsecret_proof"]) == 64


def test_a_token_of_another_app_is_refused(
    facebook: Facebook, claims_of: Claims
) -> None:
    """`/me` would tell us who its owner is: the confused deputy."""
    query = {"access_token": FOREIGN_TOKEN, "fields": "id"}
    assert facebook.usual(Asked("GET", ME, query, {}, b"")).status == 200

    with pytest.raises(WrongAudienceError):
        claims_of(FOREIGN_TOKEN)
    assert facebook.count(ME) == 0


@pytest.mark.parametrize("app_id", [None, "", "999", True, [APP_ID], f"{APP_ID}0"])
def test_an_app_that_is_not_exactly_ours_is_another(
    facebook: Facebook, claims_of: Claims, app_id: Any
) -> None:
    facebook.proof = {"app_id": app_id}

    with pytest.raises(WrongAudienceError):
        claims_of(TOKEN)


def test_ids_were_numbers_once(facebook: Facebook, claims_of: Claims) -> None:
    facebook.proof = {"app_id": int(APP_ID), "user_id": int(ALICE["id"])}

    assert claims_of(TOKEN).subject == ALICE["id"]


@pytest.mark.parametrize("valid", [None, False, "true", 1])
def test_a_token_that_is_none_is_told_with_200(
    facebook: Facebook, claims_of: Claims, valid: Any
) -> None:
    with pytest.raises(CredentialError):
        claims_of("EAAnobodys")
    facebook.proof = {"is_valid": valid}
    with pytest.raises(CredentialError):
        claims_of(TOKEN)
    assert facebook.count(ME) == 0


def test_a_token_that_has_expired_is_told_so(
    facebook: Facebook, claims_of: Claims
) -> None:
    error = {"code": 190, "message": "Session has expired", "subcode": 463}
    facebook.proof = {"is_valid": False, "error": error}

    with pytest.raises(ExpiredCredentialError):
        claims_of(TOKEN)


@pytest.mark.parametrize("kind", ["APP", "PAGE", 5])
def test_a_token_of_nobody_is_refused(
    facebook: Facebook, claims_of: Claims, kind: Any
) -> None:
    """An app token is proven by `debug_token` too, and is no person."""
    facebook.proof = {"type": kind}

    with pytest.raises(WrongTokenTypeError):
        claims_of(TOKEN)


def test_a_token_ends_when_facebook_says_so(
    facebook: Facebook, claims_of: Claims
) -> None:
    """`issued_at` and `data_access_expires_at` say something else."""
    ends = NOON + timedelta(seconds=1)
    facebook.proof = {"expires_at": int(ends.timestamp())}
    assert claims_of(TOKEN).expires_at == ends

    facebook.proof = {"expires_at": int(NOON.timestamp())}
    with pytest.raises(ExpiredCredentialError):
        claims_of(TOKEN)


@pytest.mark.parametrize("ends", [True, "soon", [], -1])
def test_an_end_that_is_no_time_is_refused(
    facebook: Facebook, claims_of: Claims, ends: Any
) -> None:
    facebook.proof = {"expires_at": ends}

    with pytest.raises((BadAnswerError, ExpiredCredentialError)):
        claims_of(TOKEN)


def test_an_end_beyond_all_dates_is_the_last_of_them(
    facebook: Facebook, claims_of: Claims
) -> None:
    facebook.proof = {"expires_at": 10**15}

    assert claims_of(TOKEN).expires_at == datetime(9999, 12, 31, tzinfo=UTC)


def test_an_address_that_is_not_confirmed_is_not_there(
    facebook: Facebook, claims_of: Claims
) -> None:
    """Absent, not null."""
    del facebook.user["email"]

    assert "email" not in claims_of(TOKEN).claims


@pytest.mark.parametrize("picture", [None, "x", {}, {"data": {}}, {"data": {"url": 5}}])
def test_a_picture_is_an_address_or_none(
    facebook: Facebook, claims_of: Claims, picture: Any
) -> None:
    facebook.user["picture"] = picture

    assert "picture" not in claims_of(TOKEN).claims


def test_the_two_answers_are_about_one_person(
    facebook: Facebook, claims_of: Claims
) -> None:
    facebook.user["id"] = "999"

    with pytest.raises(BadAnswerError):
        claims_of(TOKEN)


@pytest.mark.parametrize(
    ("code", "subcode", "failure"),
    [
        (190, 463, ExpiredCredentialError),
        (190, 460, CredentialError),
        (190, 458, CredentialError),
        (190, None, CredentialError),
        (4, None, ProviderUnavailableError),
        (2, None, ProviderUnavailableError),
        (100, None, BadAnswerError),
    ],
)
@pytest.mark.parametrize("status", [400, 401, 403])
def test_errors_of_the_graph_api_are_told_apart(
    facebook: Facebook,
    claims_of: Claims,
    status: int,
    code: int,
    subcode: int | None,
    failure: type[GatewayError],
) -> None:
    """By their code: the status has been 400 and 401 for the same."""
    facebook.faults[ME] = graph_error(code, subcode, status)

    with pytest.raises(failure) as caught:
        claims_of(TOKEN)
    assert type(caught.value) is failure


@pytest.mark.parametrize(
    ("code", "failure"), [(190, BadAnswerError), (4, ProviderUnavailableError)]
)
def test_a_wrong_secret_of_ours_is_not_the_tokens_fault(
    facebook: Facebook, claims_of: Claims, code: int, failure: type[GatewayError]
) -> None:
    facebook.faults[DEBUG] = graph_error(code)

    with pytest.raises(failure):
        claims_of(TOKEN)


@pytest.mark.parametrize("answer", [{}, {"data": None}, {"data": []}, {"error": "x"}])
def test_an_answer_without_a_word_is_none(
    facebook: Facebook, claims_of: Claims, answer: Any
) -> None:
    facebook.faults[DEBUG] = reply(answer)
    with pytest.raises(BadAnswerError):
        claims_of(TOKEN)

    facebook.faults = {ME: reply(answer, 400)}
    with pytest.raises(BadAnswerError):
        claims_of(TOKEN)


@pytest.mark.parametrize("path", [DEBUG, ME])
@pytest.mark.parametrize("trouble", sorted(TROUBLE))
def test_trouble_is_never_a_way_in(
    facebook: Facebook, claims_of: Claims, path: str, trouble: str
) -> None:
    facebook.faults[path] = TROUBLE[trouble]

    with pytest.raises((BadAnswerError, ProviderUnavailableError)):
        claims_of(TOKEN)


def test_an_id_token_of_limited_login_is_one_of_openid_connect(
    facebook: Facebook, claims_of: Claims
) -> None:
    """There is no access token with it, and nobody is asked but for the keys."""
    verified = claims_of(facebook.id_token(NOON))

    assert verified.token_type is TokenType.ID_TOKEN
    assert verified.provider == "facebook"
    assert verified.issuer == "https://www.facebook.com"
    assert verified.subject == ALICE["id"]
    assert verified.claims["given_name"] == "Alice"
    assert [asked.path for asked in facebook.asked] == [KEYS]


@pytest.mark.parametrize(
    ("changes", "failure"),
    [
        ({"aud": "999"}, WrongAudienceError),
        ({"aud": [APP_ID, "999"], "azp": "999"}, WrongAudienceError),
        ({"iss": "https://facebook.com"}, UntrustedIssuerError),
        ({"iss": "https://limited.facebook.com/"}, UntrustedIssuerError),
        ({"iss": None}, CredentialError),
        ({"exp": int(NOON.timestamp()) - 31}, ExpiredCredentialError),
        ({"iat": int(NOON.timestamp()) + 31}, CredentialError),
        ({"sub": None}, CredentialError),
    ],
    ids=range(8),
)
def test_an_id_token_with_one_fault_is_refused(
    facebook: Facebook,
    claims_of: Claims,
    changes: dict[str, Any],
    failure: type[GatewayError],
) -> None:
    with pytest.raises(failure):
        claims_of(facebook.id_token(NOON, **changes))


def test_both_issuers_are_accepted(facebook: Facebook, claims_of: Claims) -> None:
    token = facebook.id_token(NOON, iss="https://www.facebook.com")

    assert claims_of(token).subject == ALICE["id"]


def test_a_key_that_is_new_is_fetched(facebook: Facebook) -> None:
    """And one that has gone signs nothing any more."""
    times = [NOON, NOON + timedelta(minutes=1)]
    verifier = verifier_of(settings_of(FILE), facebook, clock=lambda: times[0])
    old = facebook.id_token(NOON)
    verifier.claims_for(old, now=times[0])
    facebook.rotate()
    now = times.pop()
    times[0] = now

    new = verifier.claims_for(facebook.id_token(now), now=now)

    assert new.subject == ALICE["id"]
    with pytest.raises(UnknownKeyError):
        verifier.claims_for(old, now=now)


def test_a_key_of_somebody_else_signs_nothing(
    facebook: Facebook, claims_of: Claims
) -> None:
    """Under whatever name."""
    other = Facebook()
    other.rotate()
    other.kid = facebook.kid

    with pytest.raises(WrongSignatureError):
        claims_of(other.id_token(NOON))


def test_keys_that_cannot_be_had_let_nobody_in(
    facebook: Facebook, claims_of: Claims
) -> None:
    facebook.faults[KEYS] = TROUBLE["500"]

    with pytest.raises(ProviderUnavailableError):
        claims_of(facebook.id_token(NOON))


@pytest.mark.parametrize("tokens", ["id_token", "access_token"])
def test_a_file_may_accept_one_of_the_two(facebook: Facebook, tokens: str) -> None:
    claims_of = prover(settings_of(f"{FILE}accept.tokens = ['{tokens}']"), facebook)
    texts = {"access_token": TOKEN, "id_token": facebook.id_token(NOON)}

    claims_of(texts.pop(tokens))
    with pytest.raises(WrongTokenTypeError):
        claims_of(*texts.values())
