"""Whatever comes back from a browser or a provider ends in a sign-in or a declared error."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.federation.errors import ProviderSaysNoError
from gateway.federation.oidc.apple import AppleParty
from gateway.model.errors import (
    BadAnswerError,
    CredentialError,
    ProviderUnavailableError,
)
from gateway.net.fetcher import Fetched
from tests.authentication.issuer import ISSUER
from tests.federation.oidc.endpoints import json_answer
from tests.federation.oidc.house import (
    ATTEMPT,
    DOCUMENT,
    GOOD,
    PAR,
    House,
    house,
    id_token,
    provider,
    tokens,
)

DECLARED = (
    BadAnswerError,
    CredentialError,
    ProviderSaysNoError,
    ProviderUnavailableError,
)
PUSHES = DOCUMENT | {"pushed_authorization_request_endpoint": PAR}

TEXTS = st.text(max_size=40) | st.sampled_from(
    ["", "state-1", "code-1", ISSUER, "Bearer", "at-1", "a.b.c", "a.b.c.d.e", "\ud800"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3)
    ),
    max_leaves=6,
)
MANY = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])


def changed(members: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Some of the members with other values, some left out, and others beside them."""
    names = st.sampled_from([*members, "error", "other"])
    return st.dictionaries(names, VALUES, max_size=4).map(lambda more: members | more)


def ends(corp: House, answer: dict[str, str]) -> None:
    try:
        proven = corp.party.finish(ATTEMPT, answer)
    except DECLARED:
        return
    assert proven.claims.subject == "alice"


@MANY
@given(
    st.dictionaries(
        st.sampled_from(["code", "state", "iss", "error", "error_description", "user"]),
        TEXTS,
    )
)
def test_what_a_browser_brings(answer: dict[str, str]) -> None:
    """Anybody can write an address, or post a form."""
    ends(house(provider(userinfo=False), kind=AppleParty), answer)
    ends(house(provider(userinfo=False), kind=AppleParty), GOOD | answer)


@MANY
@given(changed(tokens()), st.sampled_from([200, 201, 400, 401, 503]))
def test_what_a_token_endpoint_answers(members: dict[str, Any], status: int) -> None:
    """Each member of any type."""
    ends(house(token=json_answer(members, status)), GOOD)


@MANY
@given(st.dictionaries(st.sampled_from(["aud", "nonce", "azp", "exp", "iat"]), VALUES))
def test_what_an_id_token_says(claims: dict[str, Any]) -> None:
    """Signed by the provider, which can write into it what it likes."""
    try:
        text = id_token(**claims)
    except (ValueError, UnicodeEncodeError):
        return
    ends(house(token=json_answer(tokens(id_token=text))), GOOD)


@MANY
@given(changed({"sub": "alice", "email": "a@b.example"}))
def test_what_userinfo_answers(members: dict[str, Any]) -> None:
    """The subject is the ID token's, or there is nobody."""
    ends(house(userinfo=json_answer(members)), GOOD)


@MANY
@given(changed(PUSHES), changed({"request_uri": "urn:pushed:1"}))
def test_what_a_provider_says_of_itself(
    document: dict[str, Any], pushed: dict[str, Any]
) -> None:
    """And what it answers to a request that is pushed to it."""
    corp = house(document=document, par=json_answer(pushed, 201))
    places = {value for value in document.values() if isinstance(value, str)}
    corp.endpoints.answers |= dict.fromkeys(
        places - corp.endpoints.answers.keys(), json_answer({}, 404)
    )
    try:
        departure = corp.party.begin(ATTEMPT)
    except DECLARED:
        return
    assert departure.url.startswith(str(document["authorization_endpoint"]))
    assert departure.url.isascii()


@MANY
@given(st.binary(max_size=200), st.sampled_from(["application/json", "text/html", ""]))
def test_any_bytes(body: bytes, kind: str) -> None:
    """At every place."""
    answer = Fetched(200, kind, body)
    ends(house(token=answer), GOOD)
    ends(house(userinfo=answer), GOOD)
    ends(house(discovery=answer), GOOD)
