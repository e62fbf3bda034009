"""What comes next for a browser: a page, or the way back."""

from datetime import timedelta

import pytest

from gateway.model.client import Client, GrantKind
from gateway.model.user import User
from gateway.oauth.authorizing.authorizations import (
    JUST_NOW,
    ErrorPage,
    NeedsConsent,
    NeedsSignIn,
    Next,
)
from gateway.oauth.authorizing.browser_sessions import BrowserSession
from gateway.oauth.errors import InvalidRequestUriError
from gateway.pool.pool import Pool
from tests.oauth.house import ISSUER, OAuthHouse, answer


def begin(
    house: OAuthHouse,
    client: Client,
    session: BrowserSession | None = None,
    **changed: str | None,
) -> Next:
    query = house.query(client, **changed)
    return house.oauth.authorizations.begin(query, session)


def complete(
    house: OAuthHouse,
    client: Client,
    session: BrowserSession | None = None,
    *,
    consented: bool = False,
    **changed: str | None,
) -> Next:
    query = house.query(client, **changed)
    return house.oauth.authorizations.complete(query, session, consented=consented)


def error(step: Next) -> str:
    found = answer(step)
    assert found["state"] == "a state"
    assert found["iss"] == ISSUER
    assert found["error_description"]
    return found["error"]


def test_a_stranger_signs_in_and_goes_back_with_a_code(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    step = begin(house, app, login_hint="ana", ui_locales="de")
    assert isinstance(step, NeedsSignIn)
    assert step.client == app
    assert step.request.login_hint == "ana"

    found = answer(complete(house, app, house.sign_in(ana)))

    assert found["state"] == "a state"
    assert found["iss"] == ISSUER
    assert house.exchange(app, found["code"]).access_token


def test_somebody_who_is_signed_in_goes_straight_back(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """With a code of their own each time."""
    session = house.sign_in(ana)

    codes = {answer(begin(house, app, session))["code"] for _ in range(2)}

    assert len(codes) == 2


def test_somebody_of_another_pool_is_nobody_here(
    house: OAuthHouse, app: Client
) -> None:
    """Pools share the pages, and nothing else."""
    other = house.pool(pool_id="us-east-1_Others999")
    session = house.sign_in(house.person(other, "bob"))

    assert isinstance(begin(house, app, session), NeedsSignIn)
    assert isinstance(complete(house, app, session), NeedsSignIn)


@pytest.mark.parametrize("prompt", ["login", "select_account"])
def test_a_client_may_have_the_person_asked_who_they_are(
    house: OAuthHouse, app: Client, ana: User, prompt: str
) -> None:
    """Afterwards a sign-in of just now counts, and an older one does not."""
    session = house.sign_in(ana)

    assert isinstance(begin(house, app, session, prompt=prompt), NeedsSignIn)
    house.pass_time(JUST_NOW)
    assert answer(complete(house, app, session, prompt=prompt))["code"]
    house.pass_time(timedelta(seconds=1))
    assert isinstance(complete(house, app, session, prompt=prompt), NeedsSignIn)


def test_a_sign_in_may_be_too_long_ago(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """`max_age`, to the second; also for whoever has just been asked."""
    session = house.sign_in(ana)
    house.pass_time(timedelta(seconds=60))

    assert answer(begin(house, app, session, max_age="60"))["code"]
    assert isinstance(begin(house, app, session, max_age="59"), NeedsSignIn)
    assert isinstance(complete(house, app, session, max_age="59"), NeedsSignIn)


def test_no_age_at_all_asks_for_a_sign_in_once(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """Nobody comes back from one in no time."""
    session = house.sign_in(ana)

    assert isinstance(begin(house, app, session, max_age="0"), NeedsSignIn)
    silent = begin(house, app, session, max_age="0", prompt="none")
    assert error(silent) == "login_required"
    house.pass_time(timedelta(seconds=20))
    assert answer(complete(house, app, session, max_age="0"))["code"]


def test_silently_nobody_is_asked_anything(
    house: OAuthHouse, pool: Pool, app: Client, ana: User
) -> None:
    """`prompt=none`: the client learns what would have to be asked."""
    session = house.sign_in(ana)
    asking = house.app(pool, consent=True)

    assert error(begin(house, app, prompt="none")) == "login_required"
    assert error(begin(house, asking, session, prompt="none")) == "consent_required"
    assert answer(begin(house, app, session, prompt="none"))["code"]
    house.pass_time(timedelta(seconds=60))
    silent = begin(house, app, session, prompt="none", max_age="59")
    assert error(silent) == "login_required"


def test_a_client_that_asks_for_consent_gets_it_once(
    house: OAuthHouse, pool: Pool, ana: User
) -> None:
    """Again for what is new, and never for what was consented to."""
    app, session = house.app(pool, consent=True), house.sign_in(ana)
    step = begin(house, app, session, scope="openid email")
    assert isinstance(step, NeedsConsent)
    assert (step.client, step.user) == (app, ana)
    assert step.new_scopes == ("openid", "email")
    assert isinstance(complete(house, app, session, scope="openid email"), NeedsConsent)

    answer(complete(house, app, session, scope="openid email", consented=True))

    assert answer(begin(house, app, session, scope="openid"))["code"]
    more = begin(house, app, session, scope="openid email phone")
    assert isinstance(more, NeedsConsent)
    assert more.new_scopes == ("phone",)
    again = begin(house, app, session, scope="openid", prompt="consent")
    assert isinstance(again, NeedsConsent)
    assert again.new_scopes == ()
    answer(complete(house, app, session, scope="openid phone", consented=True))
    assert answer(begin(house, app, session, scope="openid email phone"))["code"]


def test_consent_is_nobodys_before_the_sign_in(house: OAuthHouse, app: Client) -> None:
    assert isinstance(complete(house, app, consented=True), NeedsSignIn)


def test_a_person_may_say_no(house: OAuthHouse, app: Client) -> None:
    step = house.oauth.authorizations.refuse(house.query(app))

    assert error(step) == "access_denied"


def test_a_request_that_is_wrong_goes_back_as_an_error(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """Whoever is signed in."""
    assert error(begin(house, app, scope="openid other")) == "invalid_scope"
    step = complete(house, app, house.sign_in(ana), scope="openid other")
    assert error(step) == "invalid_scope"


def test_a_request_that_cannot_be_trusted_goes_nowhere(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    step = begin(house, app, house.sign_in(ana), redirect_uri="https://evil.example")

    assert isinstance(step, ErrorPage)
    assert step.error.code == "invalid_request"


def test_the_implicit_answer_has_tokens(
    house: OAuthHouse, pool: Pool, ana: User
) -> None:
    """In the fragment, for a client whose settings name it."""
    app = house.app(pool, grants=frozenset({GrantKind.IMPLICIT}))

    found = answer(begin(house, app, house.sign_in(ana), response_type="token"))

    assert house.oauth.access_tokens.verify(found["access_token"]).user == ana
    assert found["state"] == "a state"


def test_a_pushed_request_is_good_once(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """Until a code was given for it; pages in between do not use it up."""
    pushed = house.oauth.pushed.push(app, house.query(app, scope="openid email"))
    query = {"client_id": app.id, "request_uri": pushed.request_uri}
    authorizations = house.oauth.authorizations
    assert isinstance(authorizations.begin(query, None), NeedsSignIn)

    found = answer(authorizations.complete(query, house.sign_in(ana), consented=False))

    assert house.exchange(app, found["code"]).scope == "openid email"
    again = authorizations.begin(query, house.sign_in(ana))
    assert isinstance(again, ErrorPage)
    assert isinstance(again.error, InvalidRequestUriError)
