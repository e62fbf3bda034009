"""Signing in through a provider: the way there, and the way back."""

import re
from dataclasses import replace
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest

from gateway.endpoints.hosted_ui.place import Place
from gateway.federation.attempts import LIFETIME
from gateway.federation.errors import ProviderSaysNoError
from gateway.federation.providers import LoginProvider
from gateway.model.errors import (
    BadAnswerError,
    ProviderUnavailableError,
    RateLimitedError,
)
from gateway.model.user import UserStatus
from gateway.pool.attributes.schema import Schema
from gateway.pool.names import search_of
from gateway.pool.settings import PoolSettings
from gateway.storage.pools.users import Users
from tests.endpoints.hosted_ui.visitor import (
    CLIENT_ID,
    ORIGIN,
    QUERY,
    REDIRECT,
    Hotel,
    Visitor,
)
from tests.federation.house import ANA, ISSUER, MadeUpParty, login_provider, use

BACK = "/oauth2/idpresponse"
SAML_BACK = "/saml2/idpresponse"
THERE = f"{ISSUER}/authorize"
CROSS_SITE = {"sec-fetch-site": "cross-site", "origin": ISSUER}


def open_house(hotel: Hotel, settings: PoolSettings | None = None) -> MadeUpParty:
    """Make a pool with one provider."""
    hotel.open(settings)
    place = hotel.places[CLIENT_ID]
    hotel.places[CLIENT_ID] = Place(place.pool, replace(place.client, providers=None))
    party = MadeUpParty()
    use_corp(hotel, party)
    return party


def use_corp(hotel: Hotel, party: MadeUpParty, **changed: Any) -> None:
    sign_in = {"domains": ["corp.example"], "identifiers": ["acme"]}
    use(hotel.federation, login_provider(party, sign_in=sign_in, **changed))


@pytest.fixture
def party(hotel: Hotel) -> MadeUpParty:
    return open_house(hotel)


class Saml:
    """The file of a SAML provider, as far as signing in goes."""

    id, kind, label, issuers = "corp", "saml", "Corp", ("urn:idp",)
    link = login_provider().settings.link
    sign_in = login_provider().settings.sign_in


def saml_provider(party: MadeUpParty) -> LoginProvider:
    return replace(login_provider(party), settings=Saml())


def button(visitor: Visitor) -> str:
    """Return where the button leads."""
    (address,) = re.findall(r'href="([^"]*identity_provider=[^"]*)"', visitor.page.text)
    return unescape(address)


def leave(visitor: Visitor, query: dict[str, str] | None = None) -> str:
    """Press the button; return the state that the browser leaves with."""
    visitor.goto("/login", query)
    visitor.follow(button(visitor))
    assert visitor.page.headers["location"].startswith(THERE)
    return visitor.location["state"]


def come_back(visitor: Visitor, state: str, **answer: str) -> httpx.Response:
    query = {"state": state, **(answer or {"code": "c0de"})}
    return visitor.follow(f"{BACK}?{urlencode(query)}")


def is_in_the_application(visitor: Visitor) -> bool:
    """With what the application had asked for."""
    location = visitor.page.headers.get("location", "")
    return location.startswith(REDIRECT) and visitor.location["state"] == QUERY["state"]


def test_a_person_goes_to_the_provider_and_comes_into_the_pool_and_the_app(
    visitor: Visitor, party: MadeUpParty
) -> None:
    """The deep link is kept on the way: state and PKCE of the application."""
    state = leave(visitor)
    come_back(visitor, state)

    assert is_in_the_application(visitor)
    assert visitor.location["code"]
    (attempt,) = party.begun
    assert attempt.redirect_uri == f"{ORIGIN}{BACK}"
    assert attempt.locales == ("en",)
    assert not attempt.force
    assert party.answers == [{"state": state, "code": "c0de"}]
    user = visitor.signed_in
    assert user is not None
    assert user.status is UserStatus.EXTERNAL_PROVIDER
    assert user.username == "corp_123"
    assert user.attributes["email"] == ANA["email"]


def test_who_came_by_themselves_is_at_their_account(
    visitor: Visitor, party: MadeUpParty
) -> None:
    del party
    come_back(visitor, leave(visitor, {"client_id": CLIENT_ID}))

    assert visitor.heading == "Your profile"


def test_who_is_to_prove_it_once_more_does_it_there(
    visitor: Visitor, party: MadeUpParty
) -> None:
    """And whoever is signed in is not sent back unasked."""
    come_back(visitor, leave(visitor, {"client_id": CLIENT_ID}))

    leave(visitor, {"client_id": CLIENT_ID, "again": "1"})

    assert [attempt.force for attempt in party.begun] == [False, True]


@pytest.mark.parametrize(
    ("asked", "force", "seconds"),
    [({"prompt": "login"}, True, None), ({"max_age": "300"}, False, 300.0)],
)
def test_what_an_application_wants_of_a_sign_in_is_wanted_there(
    visitor: Visitor,
    party: MadeUpParty,
    asked: dict[str, str],
    force: bool,  # noqa: FBT001 - a column of the table
    seconds: float | None,
) -> None:
    leave(visitor, {**QUERY, **asked})

    (attempt,) = party.begun
    assert attempt.force is force
    age = attempt.max_age
    assert (None if age is None else age.total_seconds()) == seconds


@pytest.mark.parametrize(
    "named",
    [
        {"identity_provider": "corp"},
        {"idp_identifier": "acme"},
        {"idp_identifier": "corp.example"},
        {"identity_provider": "corp", "idp_identifier": "nobody"},
    ],
)
def test_an_address_may_lead_straight_to_a_provider(
    visitor: Visitor, party: MadeUpParty, named: dict[str, str]
) -> None:
    """As Cognito's clients have it; on the way back the name is gone."""
    visitor.goto("/login", {**QUERY, **named, "login_hint": "ana"})

    assert visitor.page.headers["location"].startswith(THERE)
    assert party.begun[0].login_hint == "ana"
    come_back(visitor, visitor.location["state"])
    assert is_in_the_application(visitor)


def test_the_pool_itself_has_a_name_too(visitor: Visitor, party: MadeUpParty) -> None:
    visitor.goto("/login", {**QUERY, "identity_provider": "COGNITO"})

    assert visitor.heading == "Sign in"
    assert party.begun == []


@pytest.mark.parametrize(
    "named", [{"identity_provider": "nobody"}, {"idp_identifier": "nobody"}]
)
def test_a_provider_that_is_not_offered_is_none(
    visitor: Visitor, party: MadeUpParty, named: dict[str, str]
) -> None:
    visitor.goto("/login", {**QUERY, **named})

    assert visitor.page.status_code == httpx.codes.BAD_REQUEST
    assert visitor.heading == "There is no such way to sign in"
    assert party.begun == []


def test_a_client_without_providers_shows_none(hotel: Hotel, visitor: Visitor) -> None:
    open_house(hotel)
    place = hotel.places[CLIENT_ID]
    hotel.places[CLIENT_ID] = Place(place.pool, replace(place.client, providers=()))

    visitor.goto("/login")

    assert "identity_provider" not in visitor.page.text
    visitor.goto("/login", {**QUERY, "identity_provider": "corp"})
    assert visitor.page.status_code == httpx.codes.BAD_REQUEST


def test_whose_address_is_of_a_provider_is_sent_there(
    visitor: Visitor, party: MadeUpParty
) -> None:
    """Not by a form: it may lead to nobody but the pages and applications."""
    visitor.goto("/login")
    visitor.send(username="ana@corp.example", password="x")

    assert visitor.heading == "On to Corp"
    assert 'http-equiv="refresh"' in visitor.page.text
    assert ISSUER not in visitor.page.text
    visitor.follow(button(visitor))
    assert visitor.page.headers["location"].startswith(THERE)
    assert party.begun[0].login_hint == "ana@corp.example"
    come_back(visitor, visitor.location["state"])
    assert is_in_the_application(visitor)


def test_a_provider_that_wants_a_form_gets_one(
    hotel: Hotel, visitor: Visitor, party: MadeUpParty
) -> None:
    """SAML's POST binding: this one page may send a form there, and a script does it."""
    party.form = {"SAMLRequest": "abc<", "RelayState": "r"}
    visitor.goto("/login")
    visitor.follow(button(visitor))

    page = visitor.page.text
    assert visitor.heading == "On to Corp"
    assert f'<form method="post" action="{THERE}' in page
    assert 'name="SAMLRequest" value="abc&lt;"' in page
    assert "csrf" not in page
    policy = visitor.page.headers["content-security-policy"]
    assert f"form-action 'self' {ISSUER}" in policy
    script = visitor.client.get(hotel.assets.onward)
    assert "data-onward" in script.text
    assert hotel.assets.onward in page


def test_what_is_posted_from_there_is_fetched_by_the_browser_itself(
    hotel: Hotel, party: MadeUpParty, visitor: Visitor
) -> None:
    """A form of another site has no cookie of ours (`SameSite=Lax`), and no token."""
    state = leave(visitor)
    bare = Visitor(hotel)

    posted = bare.client.post(
        BACK, data={"state": state, "code": "c0de"}, headers=CROSS_SITE
    )

    assert posted.status_code == httpx.codes.SEE_OTHER
    assert posted.headers["location"] == f"{BACK}?state={state}"
    assert "set-cookie" not in posted.headers
    assert party.answers == []
    visitor.follow(posted.headers["location"])
    assert is_in_the_application(visitor)
    assert party.answers == [{"state": state, "code": "c0de"}]


def test_saml_answers_arrive_at_a_place_of_their_own(
    hotel: Hotel, visitor: Visitor
) -> None:
    party = open_house(hotel)

    use(hotel.federation, saml_provider(party))
    state = leave(visitor)
    assert party.begun[0].redirect_uri == f"{ORIGIN}{SAML_BACK}"
    answer = {"RelayState": state, "SAMLResponse": "x" * 300_000}

    posted = Visitor(hotel).client.post(SAML_BACK, data=answer, headers=CROSS_SITE)
    visitor.follow(posted.headers["location"])

    assert is_in_the_application(visitor)
    assert party.answers == [answer]
    too_much = {**answer, "SAMLResponse": "x" * 500_000}
    refused = visitor.client.post(SAML_BACK, data=too_much)
    assert refused.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE


RELAYED = {**QUERY, "identity_provider": "corp"}


def uninvited(visitor: Visitor, relayed: dict[str, str], path: str = SAML_BACK) -> None:
    """Let another site's form bring an answer that nobody here has asked for."""
    answer = {"RelayState": urlencode(relayed), "SAMLResponse": "x"}
    response = visitor.client.post(path, data=answer, headers=CROSS_SITE)
    visitor.page = response
    if response.is_redirect:
        visitor.follow(response.headers["location"])


def test_a_provider_may_begin_if_its_file_lets_it(
    hotel: Hotel, visitor: Visitor
) -> None:
    """IdP-initiated, as Cognito takes it; good once like any other."""
    party = open_house(hotel)
    party.answers_uninvited = True
    use(hotel.federation, saml_provider(party))

    uninvited(visitor, RELAYED)

    assert is_in_the_application(visitor)
    (answer,) = party.answers
    assert answer["SAMLResponse"] == "x"
    assert party.uninvited == [True]


@pytest.mark.parametrize(
    ("relayed", "heading"),
    [
        (RELAYED, "This sign-in is over"),
        ({}, "This sign-in is over"),
        ({"identity_provider": "corp"}, "This sign-in is over"),
        (QUERY, "This sign-in is over"),
        ({**RELAYED, "identity_provider": "x"}, "There is no such way to sign in"),
        ({**RELAYED, "client_id": "x"}, "The link is incomplete"),
    ],
)
def test_nobody_comes_in_uninvited_by_default(
    hotel: Hotel, visitor: Visitor, relayed: dict[str, str], heading: str
) -> None:
    party = open_house(hotel)
    use(hotel.federation, saml_provider(party))

    uninvited(visitor, relayed)

    assert visitor.heading == heading
    assert party.answers == []


def test_who_may_begin_does_so_at_the_place_of_its_protocol(
    hotel: Hotel, visitor: Visitor
) -> None:
    party = open_house(hotel)
    party.answers_uninvited = True
    use(hotel.federation, saml_provider(party))

    answer = {"state": urlencode(RELAYED), "code": "x"}
    visitor.page = visitor.client.post(BACK, data=answer, headers=CROSS_SITE)

    assert visitor.heading == "This sign-in is over"
    assert party.answers == []


def test_what_is_no_query_leads_nowhere(visitor: Visitor, party: MadeUpParty) -> None:
    party.answers_uninvited = True
    answer = {"RelayState": "a=%zz&a=1", "SAMLResponse": "x"}

    response = visitor.client.post(SAML_BACK, data=answer)

    assert "This sign-in is over" in response.text
    uninvited(visitor, RELAYED)
    assert visitor.heading == "This sign-in is over"
    assert party.answers == []


@pytest.mark.parametrize("path", [BACK, SAML_BACK])
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "answer",
    [
        {"x": "y"},
        {"state": "made-up"},
        {"error": "access_denied"},
        {"state": "x" * 9000},
    ],
)
def test_an_answer_to_nothing_is_a_page(
    visitor: Visitor,
    party: MadeUpParty,
    path: str,
    method: str,
    answer: dict[str, str],
) -> None:
    """With nothing of what the sender says on it."""
    if method == "GET":
        response = visitor.client.get(path, params=answer)
    else:
        response = visitor.client.post(path, data=answer)

    assert response.status_code == httpx.codes.BAD_REQUEST
    assert "This sign-in is over" in response.text
    assert "access_denied" not in response.text
    assert party.answers == []


def test_a_state_is_good_once(visitor: Visitor, party: MadeUpParty) -> None:
    """Also if the browser's own person loads the page again."""
    state = leave(visitor)
    come_back(visitor, state)

    visitor.follow(f"{BACK}?state={state}&code=c0de")

    assert visitor.page.status_code == httpx.codes.BAD_REQUEST
    assert len(party.answers) == 1


def test_a_state_is_good_for_its_browser(
    hotel: Hotel, visitor: Visitor, party: MadeUpParty
) -> None:
    """Login CSRF: the victim would work in the attacker's account."""
    victim = Visitor(hotel)
    victim.goto("/login")
    state = leave(visitor)

    come_back(victim, state)

    assert victim.page.status_code == httpx.codes.BAD_REQUEST
    assert victim.heading == "This sign-in is over"
    assert victim.signed_in is None
    assert party.answers == []
    come_back(visitor, state)
    assert is_in_the_application(visitor)


def test_a_state_is_good_for_ten_minutes(
    hotel: Hotel, visitor: Visitor, party: MadeUpParty
) -> None:
    del party
    state = leave(visitor)
    hotel.house.pass_time(LIFETIME)

    come_back(visitor, state)

    assert visitor.heading == "This sign-in is over"


def test_two_tabs_do_not_meet(visitor: Visitor, party: MadeUpParty) -> None:
    """Each comes back to what it was about, in whatever order."""
    one = leave(visitor)
    two = leave(visitor, {**QUERY, "state": "other"})

    come_back(visitor, one)
    assert visitor.location["state"] == QUERY["state"]
    come_back(visitor, two)
    assert visitor.location["state"] == "other"
    assert len({attempt.nonce for attempt in party.begun}) == 2


@pytest.mark.parametrize(
    ("refusal", "status", "heading", "code"),
    [
        (ProviderSaysNoError("access_denied"), 403, "You are not signed in", None),
        (ProviderSaysNoError("odd"), 403, "Corp did not sign you in", "odd"),
        (BadAnswerError("x"), 502, "Signing in with Corp did not work", None),
        (ProviderUnavailableError("x"), 503, "Corp cannot be reached", None),
    ],
    ids=["cancelled", "no", "bad", "down"],
)
def test_who_is_not_let_in_is_told_why_and_gets_back(
    visitor: Visitor,
    party: MadeUpParty,
    refusal: Any,
    status: int,
    heading: str,
    code: str | None,
) -> None:
    """With the code for whoever is asked for help, and the application's request kept."""
    state = leave(visitor)
    party.refusal = refusal

    come_back(visitor, state, error="odd")

    assert visitor.page.status_code == status
    assert visitor.heading == heading
    assert (code or getattr(refusal, "reason", refusal.code)) in visitor.text
    party.refusal = None
    (again,) = re.findall(
        r'class="button first wide" href="([^"]*)"', visitor.page.text
    )
    back = dict(parse_qsl(urlsplit(unescape(again)).query))
    assert back == QUERY


def test_too_many_at_once_are_told_to_wait(
    visitor: Visitor, party: MadeUpParty
) -> None:
    party.refusal = RateLimitedError("x", retry_after=9)
    visitor.goto("/login")

    visitor.follow(button(visitor))

    assert visitor.page.status_code == httpx.codes.TOO_MANY_REQUESTS
    assert visitor.page.headers["retry-after"] == "9"


def test_who_is_kept_out_is_told_so(
    hotel: Hotel, visitor: Visitor, party: MadeUpParty
) -> None:
    del party
    come_back(visitor, leave(visitor))
    user = visitor.signed_in
    assert user is not None
    disabled = replace(user, enabled=False)
    pool = hotel.places[CLIENT_ID].pool
    search = search_of(disabled, pool.settings.sign_in)
    hotel.house.database.write(lambda c: Users(c).change(disabled, search=search))
    other = Visitor(hotel)

    come_back(other, leave(other))

    assert other.heading == "Your account is disabled"
    assert other.signed_in is None


def test_what_the_profile_lacks_is_asked_on_the_next_page(
    hotel: Hotel, visitor: Visitor
) -> None:
    """And the application's request goes along."""
    schema = Schema.of(required=["email", "nickname"])
    open_house(hotel, PoolSettings(name="people", schema=schema))
    come_back(visitor, leave(visitor))
    assert "__Host-gateway-session" not in visitor.client.cookies

    visitor.send({"attribute-nickname": "Annie"})

    assert is_in_the_application(visitor)
    user = visitor.signed_in
    assert user is not None
    assert user.attributes["nickname"] == "Annie"


def test_a_provider_that_is_gone_meanwhile_lets_nobody_in(
    hotel: Hotel, visitor: Visitor, party: MadeUpParty
) -> None:
    state = leave(visitor)
    use(hotel.federation)

    come_back(visitor, state)

    assert visitor.heading == "You cannot sign in with corp any more"
    assert party.answers == []


def test_an_answer_at_the_place_of_another_protocol_is_none(
    visitor: Visitor, party: MadeUpParty
) -> None:
    state = leave(visitor)

    visitor.follow(f"{SAML_BACK}?RelayState={state}&code=c0de")

    assert visitor.heading == "This sign-in is over"
    assert party.answers == []


def test_an_attempt_of_a_client_that_is_another_pools_by_now_is_over(
    hotel: Hotel, visitor: Visitor, party: MadeUpParty
) -> None:
    state = leave(visitor)
    place = hotel.places[CLIENT_ID]
    hotel.places[CLIENT_ID] = Place(replace(place.pool, id="other"), place.client)

    come_back(visitor, state)

    assert visitor.heading == "This sign-in is over"
    assert party.answers == []


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"],
)
def test_nothing_in_an_answer_says_where_to_go(
    visitor: Visitor, party: MadeUpParty, address: str
) -> None:
    """Open redirects (oauth2-proxy GHSA-qqxw and its kin): the request was sealed away."""
    del party
    state = leave(visitor)

    come_back(
        visitor,
        state,
        code="c0de",
        redirect_uri=address,
        rd=address,
        RelayState=address,
    )

    assert is_in_the_application(visitor)
