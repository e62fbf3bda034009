"""A sign-in at an OpenID Connect provider."""

from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from gateway.authentication.errors import WrongNonceError, WrongSubjectError
from gateway.authentication.logout_token import EVENT
from gateway.federation.errors import ProviderSaysNoError
from gateway.federation.values import UpstreamSession
from gateway.model.errors import (
    BadAnswerError,
    CredentialError,
    ExpiredCredentialError,
    GatewayError,
)
from tests.authentication.issuer import ISSUER, NOON, id_claims, token, unverified
from tests.federation.oidc.endpoints import BROKEN, Given, json_answer
from tests.federation.oidc.house import (
    ATTEMPT,
    CALLBACK,
    DISCOVERY,
    DOCUMENT,
    GOOD,
    PAR,
    TOKEN,
    USERINFO,
    House,
    house,
    id_token,
    provider,
    secret,
    tokens,
)

PUSHES = DOCUMENT | {"pushed_authorization_request_endpoint": PAR}
BASIC = "Basic " + b64encode(b"web:s-1").decode()

# Of RFC 7636 appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_a_browser_is_sent_away_with_the_request() -> None:
    """All that will have to come back, and PKCE."""
    corp = house()

    assert corp.departs(replace(ATTEMPT, verifier=VERIFIER)) == {
        "response_type": "code",
        "client_id": "web",
        "redirect_uri": CALLBACK,
        "scope": "openid email profile",
        "state": "state-1",
        "nonce": "n-1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }


def test_what_is_wished_for_goes_along() -> None:
    """Of this sign-in, and of every one; what this one asks for goes first."""
    settings = provider(
        response_mode="form_post",
        client={
            "id": "web",
            "scopes": ("openid", "groups"),
            "authorize": {"access_type": "offline", "prompt": "consent"},
        },
    )
    attempt = replace(
        ATTEMPT,
        login_hint="a@b.example",
        locales=("de", "en"),
        max_age=timedelta(minutes=5),
        force=True,
    )
    corp = house(settings)

    assert corp.departs()["prompt"] == "consent"
    sent = corp.departs(attempt)

    names = ("scope", "response_mode", "access_type", "prompt", "login_hint")
    assert [sent[name] for name in names] == [
        "openid groups",
        "form_post",
        "offline",
        "login",
        "a@b.example",
    ]
    assert (sent["ui_locales"], sent["max_age"]) == ("de en", "300")


def test_a_page_with_a_query_keeps_it() -> None:
    """RFC 6749 section 3.1."""
    page = {"authorization_endpoint": f"{ISSUER}/authorize?tenant=1"}
    corp = house(document=DOCUMENT | page)

    assert corp.party.begin(ATTEMPT).url.startswith(f"{ISSUER}/authorize?tenant=1&resp")
    assert corp.departs()["tenant"] == "1"


@pytest.mark.parametrize("par", ["auto", "require"])
def test_a_request_is_pushed_past_the_browser(par: str) -> None:
    """RFC 9126: with the client's proof, and the browser carries a name for it."""
    corp = house(provider(par=par), document=PUSHES)

    assert corp.departs() == {"client_id": "web", "request_uri": "urn:pushed:1"}

    (form,) = corp.asked(PAR)
    assert form["state"] == "state-1"
    assert corp.endpoints.asked[-1][2]["authorization"] == BASIC


def test_a_request_is_pushed_only_if_that_is_meant() -> None:
    """`off` says no, and `require` says that there is no other way."""
    assert "state" in house(provider(par="off"), document=PUSHES).departs()
    with pytest.raises(BadAnswerError, match="no pushed requests"):
        house(provider(par="require")).departs()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (json_answer({"error": "invalid_request"}, 400), ProviderSaysNoError),
        (json_answer({}, 400), BadAnswerError),
        (json_answer({"request_uri": "urn:pushed:1"}), BadAnswerError),
        (json_answer({"request_uri": ""}, 201), BadAnswerError),
        (json_answer({"request_uri": "u" * 4097}, 201), BadAnswerError),
        *BROKEN.values(),
    ],
    ids=["says no", "says nothing", "no 201", "empty", "long", *BROKEN],
)
def test_a_request_that_is_not_taken_is_not_sent_another_way(
    answer: Given, error: type[GatewayError]
) -> None:
    """A fall-back would be something that an attacker can cause."""
    with pytest.raises(error):
        house(document=PUSHES, par=answer).party.begin(ATTEMPT)


def test_somebody_comes_back_and_is_known() -> None:
    """The code is redeemed with the proof of the client and of the browser."""
    corp = house(
        token=json_answer(
            tokens(
                refresh_token="rt-1", scope="openid email", id_token=id_token(sid="s")
            )
        )
    )

    proven = corp.party.finish(ATTEMPT, GOOD)

    assert corp.asked(TOKEN) == [
        {
            "grant_type": "authorization_code",
            "code": "code-1",
            "redirect_uri": CALLBACK,
            "code_verifier": "verifier-1",
        }
    ]
    by_url = {url: headers for url, _, headers in corp.endpoints.asked}
    assert by_url[TOKEN]["authorization"] == BASIC
    assert by_url[USERINFO]["authorization"] == "Bearer at-1"
    assert proven.claims.provider == corp.party.provider == "corp"
    assert proven.claims.subject == "alice"
    assert proven.claims.claims["email"] == "alice@corp.example"
    assert proven.session_id == "s"
    assert proven.id_token
    assert proven.scopes == ("openid", "email", "profile")
    assert proven.tokens is not None
    assert proven.tokens.access_token == "at-1"
    assert proven.tokens.refresh_token == "rt-1"
    assert proven.tokens.scopes == ("openid", "email")
    assert proven.tokens.expires_at == NOON + timedelta(hours=1)


def test_what_a_provider_does_not_say_is_not_made_up() -> None:
    """No end, no refresh token, no session; what was asked for was granted."""
    answer = tokens(expires_in=None, token_type="bearer")
    corp = house(
        provider(userinfo=False, client={"id": "web"}), token=json_answer(answer)
    )

    proven = corp.party.finish(ATTEMPT, GOOD)

    assert corp.asked(USERINFO) == []
    assert corp.asked(TOKEN)[0]["client_id"] == "web"
    assert "email" not in proven.claims.claims
    assert proven.session_id == ""
    assert proven.tokens is not None
    assert proven.tokens.refresh_token == ""
    assert proven.tokens.expires_at is None
    assert proven.tokens.scopes == proven.scopes


def test_a_provider_without_userinfo_is_not_asked() -> None:
    """There is nothing to fall back to, and nothing is missing."""
    corp = house(document=DOCUMENT | {"userinfo_endpoint": ""})

    assert corp.party.finish(ATTEMPT, GOOD).claims.subject == "alice"


def test_a_provider_that_says_no_is_believed() -> None:
    """With its code, and nothing that it says is shown to anybody but the operator."""
    answer = {
        "error": "access_denied",
        "error_description": "today",
        "state": "state-1",
    }

    with pytest.raises(ProviderSaysNoError) as caught:
        house().party.finish(ATTEMPT, answer)

    assert caught.value.reason == "access_denied"
    assert "today" in caught.value.detail
    assert "today" not in caught.value.public


MIXED: dict[str, dict[str, str]] = {
    "another's": GOOD | {"iss": "https://evil.example"},
    "another's refusal": {
        "error": "access_denied",
        "iss": "https://evil.example",
        "state": "state-1",
    },
    "to another sign-in": GOOD | {"state": "state-2"},
    "a state beyond ASCII": GOOD | {"state": "\u00e9"},
    "to no sign-in": {"code": "code-1"},
    "with a slash": GOOD | {"iss": f"{ISSUER}/"},
    "nobody's": GOOD | {"iss": ""},
    "nothing": {},
    "no code": {"state": "state-1"},
    "an empty code": GOOD | {"code": ""},
    "a long code": GOOD | {"code": "c" * 4097},
}


@pytest.mark.parametrize("answer", MIXED.values(), ids=MIXED)
def test_an_answer_that_is_not_the_providers_ends_it(answer: dict[str, str]) -> None:
    """RFC 9207 section 2.4: before the code is sent anywhere."""
    corp = house()

    with pytest.raises(BadAnswerError):
        corp.party.finish(ATTEMPT, answer)

    assert corp.asked(TOKEN) == []


def test_a_provider_that_says_whose_its_answers_are_always_does() -> None:
    """RFC 9207 section 2.4: or leaving it out would be the attack."""
    document = DOCUMENT | {"authorization_response_iss_parameter_supported": True}
    corp = house(document=document)

    assert corp.party.finish(ATTEMPT, GOOD | {"iss": ISSUER}).claims.subject == "alice"
    with pytest.raises(BadAnswerError, match="whose"):
        corp.party.finish(ATTEMPT, GOOD)


REFUSED: dict[str, tuple[Given, type[GatewayError]]] = {
    "says no": (json_answer({"error": "invalid_grant"}, 400), ProviderSaysNoError),
    "says no with 200": (json_answer({"error": "x"}), ProviderSaysNoError),
    "says nothing": (json_answer({}, 401), BadAnswerError),
    "no access token": (json_answer(tokens(access_token=None)), BadAnswerError),
    "a number": (json_answer(tokens(access_token=1)), BadAnswerError),
    "a long one": (json_answer(tokens(access_token="a" * 16385)), BadAnswerError),
    "two lines": (json_answer(tokens(access_token="a\r\nb: c")), BadAnswerError),
    "beyond ASCII": (json_answer(tokens(access_token="\u00e9")), BadAnswerError),
    "no ID token": (json_answer(tokens(id_token=None)), BadAnswerError),
    "another type": (json_answer(tokens(token_type="DPoP")), BadAnswerError),
    "no type": (json_answer(tokens(token_type=None)), BadAnswerError),
    "another nonce": (
        json_answer(tokens(id_token=id_token(nonce="n-2"))),
        WrongNonceError,
    ),
    "no ID token at all": (json_answer(tokens(id_token="x")), CredentialError),
    **BROKEN,
}


@pytest.mark.parametrize(("answer", "error"), REFUSED.values(), ids=REFUSED)
def test_a_code_that_is_not_redeemed_lets_nobody_in(
    answer: Given, error: type[GatewayError]
) -> None:
    """And userinfo is not asked instead."""
    corp = house(token=answer)

    with pytest.raises(error):
        corp.party.finish(ATTEMPT, GOOD)

    assert corp.asked(USERINFO) == []


UNKNOWN: dict[str, tuple[Given, type[GatewayError]]] = {
    "somebody else": (json_answer({"sub": "bob"}), WrongSubjectError),
    "nobody": (json_answer({"email": "alice@corp.example"}), WrongSubjectError),
    "refused": (json_answer({"error": "invalid_token"}, 401), BadAnswerError),
    **BROKEN,
}


@pytest.mark.parametrize(("answer", "error"), UNKNOWN.values(), ids=UNKNOWN)
def test_claims_that_cannot_be_had_let_nobody_in(
    answer: Given, error: type[GatewayError]
) -> None:
    """An ID token alone would be somebody with other claims than yesterday."""
    with pytest.raises(error):
        house(userinfo=answer).party.finish(ATTEMPT, GOOD)


def test_a_recent_sign_in_has_to_be_one() -> None:
    """What was asked for is checked."""
    corp = house(token=json_answer(tokens(id_token=id_token(auth_time=1))))

    with pytest.raises(ExpiredCredentialError):
        corp.party.finish(replace(ATTEMPT, max_age=timedelta(0)), GOOD)


def test_a_provider_that_is_down_lets_nobody_begin() -> None:
    """Before the browser is sent into nowhere."""
    for given, error in BROKEN.values():
        corp: House = house(discovery=given)
        with pytest.raises(error):
            corp.party.begin(ATTEMPT)
        assert len(corp.asked(DISCOVERY)) == 1


def test_secrets_stay_out_of_errors() -> None:
    """What a provider repeats of them, too, stays with the operator."""
    corp = house(token=json_answer({"error": "s-1 is wrong"}, 400))

    with pytest.raises(ProviderSaysNoError) as caught:
        corp.party.finish(ATTEMPT, GOOD)

    assert caught.value.reason == ""
    assert secret("s-1").reveal().decode() not in caught.value.public


def test_somebody_signs_out_there() -> None:
    """OpenID Connect RP-Initiated Logout 1.0 section 2; what is not known is left out."""
    place = f"{ISSUER}/out?tenant=1"
    corp = house(document=DOCUMENT | {"end_session_endpoint": place})
    session = UpstreamSession("alice", id_token="t-1")

    whole = corp.party.sign_out(session, back="https://people.example/", state="s-1")
    least = corp.party.sign_out(UpstreamSession("alice"), back="", state="")

    assert dict(parse_qsl(urlsplit(whole).query)) == {
        "tenant": "1",
        "id_token_hint": "t-1",
        "client_id": "web",
        "post_logout_redirect_uri": "https://people.example/",
        "state": "s-1",
    }
    assert least == f"{place}&client_id=web"
    plain = house(document=DOCUMENT | {"end_session_endpoint": f"{ISSUER}/out"})
    assert plain.party.sign_out(session, back="", state="").startswith(f"{ISSUER}/out?")


def test_a_provider_without_a_way_out_has_none() -> None:
    """Whoever signs out does so here."""
    session = UpstreamSession("alice", id_token="t-1")

    assert house().party.sign_out(session, back="", state="") == ""


def test_a_provider_tells_who_has_signed_out() -> None:
    """OpenID Connect Back-Channel Logout 1.0: a token of its own, and no ID token."""
    corp = house()
    claims = id_claims(aud="web", jti="1", sid="s-1", events={EVENT: {}})
    text = token(claims, typ="logout+jwt")

    notice = corp.party.logout_notice(text)

    assert (notice.provider, notice.subject, notice.session_id) == (
        "corp",
        "alice",
        "s-1",
    )
    assert corp.party.is_issuer_of(unverified(text))
    elsewhere = token(claims | {"iss": "https://evil.example"}, typ="logout+jwt")
    assert not corp.party.is_issuer_of(unverified(elsewhere))
    for wrong in (elsewhere, id_token()):
        with pytest.raises(CredentialError):
            corp.party.logout_notice(wrong)
