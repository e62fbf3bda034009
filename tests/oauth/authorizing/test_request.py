"""An authorization request, read strictly."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.client import Client, ClientAuthentication, GrantKind
from gateway.oauth.authorizing.request import (
    MAX_NONCE,
    MAX_PARAMETER,
    AuthorizationRequest,
    RefusedRequestError,
    Target,
    read_request,
)
from gateway.oauth.errors import UntrustedRequestError

CALLBACK = "https://app.example.com/callback"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
APP = Client(
    "app",
    "us-east-1_Ab3dEfGh9",
    "app",
    scopes=("openid", "email", "api/read"),
    redirect_uris=(CALLBACK, "com.example.app:/back?kept=1"),
)
GOOD = {
    "client_id": "app",
    "response_type": "code",
    "redirect_uri": CALLBACK,
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


class Clients:
    def __init__(self, client: Client = APP) -> None:
        self.client = client

    def find(self, client_id: str) -> Client | None:
        return self.client if client_id == self.client.id else None


def request(client: Client = APP, /, **changed: str | None) -> AuthorizationRequest:
    asked = {**GOOD, **changed}
    parameters = {name: value for name, value in asked.items() if value is not None}
    return read_request(parameters, clients=Clients(client))


def refused(client: Client = APP, /, **changed: str | None) -> str:
    with pytest.raises(RefusedRequestError) as caught:
        request(client, **changed)
    assert caught.value.target.redirect_uri == CALLBACK
    return caught.value.error.code


def test_a_request_says_what_is_wanted() -> None:
    found = request(
        scope="openid email",
        state="s",
        nonce="n",
        prompt="login consent",
        max_age="60",
        login_hint="ana",
        ui_locales="de en",
        identity_provider="COGNITO",
        resource="api",
        dpop_jkt=CHALLENGE,
        unknown="is ignored",
    )

    assert found == AuthorizationRequest(
        target=Target(APP, CALLBACK, "s"),
        response_type="code",
        scopes=("openid", "email"),
        nonce="n",
        challenge=CHALLENGE,
        prompt=frozenset({"login", "consent"}),
        max_age=60,
        login_hint="ana",
        ui_locales=("de", "en"),
        identity_provider="COGNITO",
        resources=("api",),
        thumbprint=CHALLENGE,
    )
    assert found.client is APP


def test_what_is_not_said_is_the_clients_own() -> None:
    """All of its scopes, as Cognito has it; Cognito's `lang` is a language too."""
    found = request(lang="de")

    assert found.scopes == APP.scopes
    assert found.ui_locales == ("de",)
    assert found.max_age is None


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": None},
        {"client_id": "other"},
        {"client_id": "app\0"},
        {"redirect_uri": None},
        {"redirect_uri": "https://evil.example/callback"},
    ],
)
def test_without_a_place_to_go_back_to_nobody_is_told(
    changed: dict[str, str | None],
) -> None:
    """But the person: RFC 6749 section 4.1.2.1."""
    with pytest.raises(UntrustedRequestError):
        request(**changed)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "id_token"}, "unsupported_response_type"),
        ({"response_type": "code token"}, "unsupported_response_type"),
        ({"response_type": "token"}, "unauthorized_client"),
        ({"response_mode": "form_post"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        (
            {"code_challenge": None, "code_challenge_method": None},
            "invalid_request",
        ),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "x" * 42}, "invalid_request"),
        ({"code_challenge": "x" * 44}, "invalid_request"),
        ({"code_challenge": "x" * 42 + "="}, "invalid_request"),
        ({"code_challenge": "x" * 43 + "\n"}, "invalid_request"),
        ({"scope": "openid phone"}, "invalid_scope"),
        ({"scope": "email"}, "invalid_scope"),
        ({"scope": "openid  email"}, "invalid_scope"),
        ({"scope": 'openid "'}, "invalid_scope"),
        ({"scope": " ".join(f"s{n}" for n in range(101))}, "invalid_scope"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "create"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "1" * 10}, "invalid_request"),
        ({"max_age": "٣"}, "invalid_request"),
        ({"resource": "other"}, "invalid_target"),
        ({"dpop_jkt": "short"}, "invalid_request"),
        ({"request": "a.b.c"}, "request_not_supported"),
        ({"request_uri": "https://app.example.com/r"}, "request_uri_not_supported"),
        ({"registration": "{}"}, "registration_not_supported"),
        ({"nonce": "n" * (MAX_NONCE + 1)}, "invalid_request"),
        ({"login_hint": "n" * (MAX_PARAMETER + 1)}, "invalid_request"),
    ],
)
def test_whatever_else_is_wrong_the_client_is_told(
    changed: dict[str, str | None], code: str
) -> None:
    """By the code of the standard."""
    assert refused(**changed) == code


def test_longest_values_pass() -> None:
    found = request(nonce="n" * MAX_NONCE, login_hint="n" * MAX_PARAMETER)

    assert len(found.login_hint) == MAX_PARAMETER


def test_a_client_with_a_secret_may_do_without_a_challenge() -> None:
    """PKCE is all that a public client has; for others it is a second net."""
    client = replace(APP, authentication=ClientAuthentication.BASIC)

    found = request(client, code_challenge=None, code_challenge_method=None)

    assert found.challenge == ""


def test_a_client_needs_the_grant() -> None:
    assert refused(replace(APP, grants=frozenset())) == "unauthorized_client"


def test_the_implicit_answer_is_for_those_whose_settings_name_it() -> None:
    """It needs no challenge, and never stands in the query."""
    client = replace(APP, grants=frozenset({GrantKind.IMPLICIT}))
    without: dict[str, Any] = {"code_challenge": None, "code_challenge_method": None}

    found = request(client, response_type="token", **without)

    assert found.target.mode == "fragment"
    answer = {"response_type": "token", "response_mode": "query", **without}
    assert refused(client, **answer) == "invalid_request"


def test_an_answer_stands_where_the_client_looks() -> None:
    """Whose it is (RFC 9207), what it was asked with, and what there was before."""
    issuer = "https://gw.example.com/p"
    one = request(state="a b").target
    two = replace(one, redirect_uri=APP.redirect_uris[1], state=None)
    three = request(response_mode="fragment").target

    assert one.address(issuer, code="c") == (
        f"{CALLBACK}?code=c&iss=https%3A%2F%2Fgw.example.com%2Fp&state=a+b"
    )
    assert two.address(issuer, code="c") == (
        "com.example.app:/back?kept=1&code=c&iss=https%3A%2F%2Fgw.example.com%2Fp"
    )
    assert three.address(issuer, code="c").startswith(f"{CALLBACK}#code=c&")


@given(
    st.dictionaries(
        st.sampled_from([*GOOD, "scope", "prompt", "max_age", "nonce", "resource"]),
        st.text(max_size=50),
    )
)
def test_whatever_is_sent_is_understood_or_refused(changed: dict[str, str]) -> None:
    """Never anything else."""
    try:
        found = read_request({**GOOD, **changed}, clients=Clients())
    except (UntrustedRequestError, RefusedRequestError):
        return
    assert set(found.scopes) <= set(APP.scopes)
