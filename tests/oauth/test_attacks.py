"""The attacks of RFC 9700, each as somebody would try it.

Those that are part of one grant stand beside it too; here they are told as stories.
"""

from dataclasses import replace

import pytest

from gateway.model.client import Client, ClientAuthentication, GrantKind
from gateway.model.user import User
from gateway.oauth.authorizing.authorizations import ErrorPage, Redirect
from gateway.oauth.errors import (
    InvalidClientError,
    InvalidGrantError,
    ReplayedCodeError,
    ReusedRefreshTokenError,
    UnsupportedGrantTypeError,
)
from gateway.oauth.grants.authorization_code import challenge_of
from gateway.oauth.issuing.verification import RevokedTokenError
from gateway.pool.pool import Pool
from tests.oauth.house import CALLBACK, ISSUER, VERIFIER, OAuthHouse, answer, read

HOSTS = (
    *("evil.example", "app.example.com.evil.example", "evil.example#app.example.com"),
    *("app.example.com@evil.example", "evil.example/app.example.com"),
    *("evil.example?app.example.com", "evilapp.example.com", "example.com"),
    *("www.app.example.com", "app.example.com.", "app.example.com:443"),
    *("app.example.com:8443", "APP.example.com", "app.example.com\\evil.example"),
    *("app.example.com%2eevil.example", "app%2eexample.com", "app。example。com"),
    *("xn--app-example-com", "[::1]", "127.0.0.1", "localhost", "app.example.com\t"),
    *("app.example.com\n", "app.example.com\0", "evil.example%23app.example.com"),
    *("user:pass@app.example.com", "evil.example\\@app.example.com"),
    *(
        "app.example.com%00.evil.example",
        "\N{CYRILLIC SMALL LETTER A}pp.example.com",
        "app.example.com%0d%0a",
    ),
)
PATHS = (
    *(
        "/callback/",
        "/Callback",
        "/callback/..",
        "/callback/../callback",
        "/./callback",
    ),
    *("//callback", "/callback//", "/callback/x", "/callback.evil", "/callback%2f"),
    *("/%63allback", "/callback%00", "/callback;x=1", "/callback?", "/callback?x=1"),
    *("/callback#", "/callback#x", "/callback%23", "/callback ", " /callback"),
    *("/callback\t", "/callback\n", "/callback\r\nX: y", "/callback\\", "\\callback"),
    *("/callback/%2e%2e/evil", "/x/../callback", "/callback%3fx", "", "/"),
    *("/callback&redirect_uri=https://evil.example", "/callback@evil.example", "/../"),
    *(
        "/callback\u202e",
        "/\N{FULLWIDTH LATIN SMALL LETTER C}allback",
        "/callback%0a",
        "/callback%09",
        "/callback*",
    ),
)
WHOLE = (
    *(
        "https://app.example.com/callback\N{NO-BREAK SPACE}",
        "\ufeffhttps://app.example.com",
    ),
    *(
        "https://app.example.com/callback//evil.example",
        "wss://app.example.com/callback",
    ),
    *(
        "https://app.example.com/callback/../../evil",
        "https://app.example.com/callbackx",
    ),
    *("https://app.example.com/callbac", "ttps://app.example.com/callback", "https"),
    *("https://evil.example/?u=https://app.example.com/callback", "mailto:a@b.example"),
    *("http://app.example.com/callback", "HTTPS://app.example.com/callback"),
    *("//app.example.com/callback", "///app.example.com/callback", "/callback"),
    *("https:app.example.com/callback", "https:/app.example.com/callback"),
    *("https:\\\\app.example.com\\callback", "https:///app.example.com/callback"),
    *(" https://app.example.com/callback", "\thttps://app.example.com/callback"),
    *(
        "https://app.example.com/callback https://evil.example",
        "*",
        "null",
        "about:blank",
    ),
    *("javascript:alert(1)//https://app.example.com/callback", "javascript:alert(1)"),
    *("data:text/html,x", "vbscript:x", "file:///etc/passwd", "ftp://app.example.com/"),
    *("blob:https://app.example.com/x", "view-source:https://app.example.com/callback"),
    *(
        "https%3A%2F%2Fapp.example.com%2Fcallback",
        "https://",
        "https:",
        "://",
        "?",
        "#",
    ),
    *("com.evil.app:/callback", "intent://app.example.com/callback", "urn:x", ".."),
    *("https://app.example.com:/callback", "https://app.example.com:0443/callback"),
    *("https://*.example.com/callback", "https://app.example.com/*", "callback"),
    *("https://app.example.com/call\u0000back", "\ud800", "x" * 5000),
    *("https://[app.example.com]/callback", "https://app.example.com/callback,x"),
    *("https://app.example.com/callback|x", "https://app.example.com/callback'"),
)
TRICKS = (
    *(f"https://{host}/callback" for host in HOSTS),
    *(f"https://app.example.com{path}" for path in PATHS),
    *WHOLE,
)


def test_there_are_enough_tricks() -> None:
    """RFC 9700 section 4.1; none of them is there twice."""
    assert len(TRICKS) >= 120
    assert len(set(TRICKS)) == len(TRICKS)
    assert CALLBACK not in TRICKS


def test_no_trick_with_a_redirect_uri_leads_anywhere(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """Somebody is signed in, and the browser stays here all the same."""
    session = house.sign_in(ana)
    for trick in TRICKS:
        query = house.query(app, redirect_uri=trick)

        for step in (
            house.oauth.authorizations.begin(query, session),
            house.oauth.authorizations.begin({**query, "prompt": "none"}, None),
            house.oauth.authorizations.complete(query, session, consented=True),
            house.oauth.authorizations.refuse(query),
        ):
            assert isinstance(step, ErrorPage), trick


def test_a_stolen_code_is_of_no_use_without_the_verifier(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """Section 4.5: injection and interception. And what it gave is taken back."""
    code = house.code(app, house.sign_in(ana))
    for guess in ("", "x" * 43, challenge_of(VERIFIER)):
        with pytest.raises(InvalidGrantError):
            house.exchange(app, code, code_verifier=guess)
    issued = house.exchange(app, code)

    with pytest.raises(ReplayedCodeError):
        house.exchange(app, code, code_verifier="x" * 43)

    with pytest.raises(RevokedTokenError):
        house.oauth.access_tokens.verify(issued.access_token)


def test_pkce_cannot_be_taken_away_on_the_way(
    house: OAuthHouse, pool: Pool, app: Client, ana: User
) -> None:
    """Section 4.8.2: neither by leaving the challenge out, nor by `plain`."""
    session = house.sign_in(ana)
    taken: dict[str, str | None] = {
        "code_challenge": None,
        "code_challenge_method": None,
    }
    plain: dict[str, str | None] = {
        "code_challenge": VERIFIER,
        "code_challenge_method": "plain",
    }
    for changed in (taken, plain):
        step = house.oauth.authorizations.begin(house.query(app, **changed), session)
        assert answer(step)["error"] == "invalid_request"

    client, secret = house.service(pool)
    code = house.code(client, session, **taken)
    with pytest.raises(InvalidGrantError):
        house.exchange(client, code, client_secret=secret)


def test_every_answer_says_whose_it_is(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """Section 4.4.2: a client of several servers cannot be made to mix them up."""
    session = house.sign_in(ana)
    good = house.oauth.authorizations.begin(house.query(app), session)
    bad = house.oauth.authorizations.begin(house.query(app, scope="x"), session)
    denied = house.oauth.authorizations.refuse(house.query(app))

    for step in (good, bad, denied):
        assert answer(step)["iss"] == ISSUER
    issued = house.exchange(app, answer(good)["code"])
    assert read(issued.access_token)[1]["iss"] == ISSUER


def test_what_one_client_has_another_cannot_use(
    house: OAuthHouse, pool: Pool, app: Client, ana: User
) -> None:
    """Substitution: codes, refresh tokens, revocation; public or not."""
    other, (service, secret) = house.app(pool), house.service(pool)
    code = house.code(app, house.sign_in(ana))
    token = house.tokens(app, ana).refresh_token

    for thief, shown in ((other, {}), (service, {"client_secret": secret})):
        with pytest.raises(InvalidGrantError):
            house.exchange(thief, code, **shown)
        with pytest.raises(InvalidGrantError):
            house.refresh(thief, token, **shown)
        with pytest.raises(InvalidGrantError):
            house.oauth.revocations.revoke(thief, {"token": token or ""})
    assert house.exchange(app, code).access_token
    assert house.refresh(app, token).access_token


def test_what_one_pool_issues_is_nothing_in_another(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """Nor does one that is signed in at one come into the other."""
    other = house.pool(pool_id="us-east-1_Others999")
    foreign = replace(house.app(other), redirect_uris=app.redirect_uris)
    code = house.code(app, house.sign_in(ana))

    with pytest.raises(InvalidGrantError):
        house.exchange(foreign, code)


def test_a_refresh_token_that_was_stolen_ends_with_the_theft(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """Section 4.14: whoever comes second is noticed, and both are out."""
    stolen = house.tokens(app, ana).refresh_token
    thief = house.refresh(app, stolen)
    house.pass_time(app.rotation.grace * 2)

    with pytest.raises(ReusedRefreshTokenError):
        house.refresh(app, stolen)

    with pytest.raises(InvalidGrantError):
        house.refresh(app, thief.refresh_token)


@pytest.mark.parametrize("grant", ["password", "implicit", "", "refresh_token "])
def test_no_grant_takes_a_password(house: OAuthHouse, app: Client, grant: str) -> None:
    """Section 2.4; and the implicit answer is none of the token endpoint's."""
    with pytest.raises(UnsupportedGrantTypeError):
        house.ask(
            grant_type=grant or "x", client_id=app.id, username="ana", password="x"
        )


def test_a_client_that_has_a_secret_is_not_let_in_without(
    house: OAuthHouse, pool: Pool, ana: User
) -> None:
    """By no method that was not registered for it."""
    client, secret = house.service(pool)
    code = house.code(client, house.sign_in(ana))

    for shown in ({}, {"client_secret": "x" + secret}, {"client_secret": ""}):
        with pytest.raises(InvalidClientError):
            house.exchange(client, code, **shown)
    assert house.exchange(client, code, client_secret=secret).access_token


def test_tokens_never_stand_in_an_address_unless_settings_say_so(
    house: OAuthHouse, pool: Pool, app: Client, ana: User
) -> None:
    """Section 2.1.2."""
    session = house.sign_in(ana)
    for asked in ("token", "id_token", "id_token token", "code token", "none"):
        step = house.oauth.authorizations.begin(
            house.query(app, response_type=asked), session
        )
        assert "access_token" not in answer(step)
        assert answer(step)["error"]

    legacy = house.app(pool, grants=frozenset({GrantKind.IMPLICIT}))
    step = house.oauth.authorizations.begin(
        house.query(legacy, response_type="token"), session
    )
    assert isinstance(step, Redirect)
    assert step.uri.partition("#")[0] == CALLBACK
    assert legacy.authentication is ClientAuthentication.NONE
