"""How a client proves itself."""

from base64 import b64encode
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.client import Client, ClientAuthentication
from gateway.model.errors import GatewayError, RequestError
from gateway.oauth.clients.authentication import JWT_BEARER, ClientAuthenticator
from gateway.oauth.errors import InvalidClientError

PUBLIC = Client("public", "p", "public")
BASIC = replace(PUBLIC, id="ba+sic", authentication=ClientAuthentication.BASIC)
POST = replace(PUBLIC, id="post", authentication=ClientAuthentication.POST)
SIGNED = replace(
    PUBLIC, id="signed", authentication=ClientAuthentication.PRIVATE_KEY_JWT
)
SECRET = "s3cr+t/=~"
# {"alg":"ES256"} . {"sub":"signed"} . a signature
ASSERTION = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJzaWduZWQifQ.AAAA"
NAMELESS = "eyJhbGciOiJFUzI1NiJ9.e30.AAAA"
AS_JWT = {"client_assertion_type": JWT_BEARER, "client_assertion": ASSERTION}


class Clients:
    def find(self, client_id: str) -> Client | None:
        known = {each.id: each for each in (PUBLIC, BASIC, POST, SIGNED)}
        return known.get(client_id)

    def proves(self, client_id: str, secret: str) -> bool:
        return client_id in {BASIC.id, POST.id} and secret == SECRET


class Assertions:
    def check(self, client: Client, assertion: str) -> None:
        if client is not SIGNED or assertion != ASSERTION:
            raise InvalidClientError("made up")


AUTHENTICATOR = ClientAuthenticator(clients=Clients(), assertions=Assertions())


def basic(client_id: str, secret: str) -> str:
    return "Basic " + b64encode(f"{client_id}:{secret}".encode()).decode()


def who(*authorization: str, **parameters: str) -> Client:
    return AUTHENTICATOR.authenticate(parameters, authorization)


def test_a_public_client_says_who_it_is() -> None:
    assert who(client_id="public") is PUBLIC


@pytest.mark.parametrize(
    "header",
    [
        basic("ba+sic", SECRET),
        basic("ba%2Bsic", "s3cr%2Bt%2F%3D~"),
        basic("ba%2bsic", "s3cr%2bt%2f%3d%7e"),
        "bASIC  " + basic("ba+sic", SECRET)[6:],
    ],
)
def test_a_secret_in_the_header_may_be_encoded(header: str) -> None:
    """RFC 6749 section 2.3.1 demands it; not every library does it."""
    assert who(header) is BASIC
    assert who(header, client_id="ba+sic") is BASIC


def test_what_is_no_escape_is_read_as_it_is() -> None:
    """A secret may hold a percent sign."""
    with pytest.raises(InvalidClientError):
        who(basic("ba+sic", "100%"))


def test_a_secret_may_stand_in_the_form_too() -> None:
    """Whichever of the two was registered."""
    assert who(client_id="post", client_secret=SECRET) is POST
    assert who(client_id="ba+sic", client_secret=SECRET) is BASIC
    assert who(basic("post", SECRET)) is POST


def test_an_assertion_says_who_signed_it() -> None:
    assert who(**AS_JWT) is SIGNED
    assert who(client_id="signed", **AS_JWT) is SIGNED


@pytest.mark.parametrize(
    ("authorization", "parameters"),
    [
        ([], {}),
        ([], {"client_id": "nobody"}),
        ([], {"client_id": "ba+sic"}),
        ([], {"client_id": "signed"}),
        ([], {"client_id": "post", "client_secret": "wrong"}),
        ([], {"client_id": "public", "client_secret": SECRET}),
        ([], {"client_id": "signed", "client_secret": SECRET}),
        ([], {"client_id": "public", **AS_JWT}),
        ([], {"client_id": "post", **AS_JWT}),
        ([], {**AS_JWT, "client_assertion_type": "urn:other"}),
        ([], {**AS_JWT, "client_assertion": "no.jwt"}),
        ([], {**AS_JWT, "client_assertion": NAMELESS}),
        ([], {"client_id": "signed", **AS_JWT, "client_assertion": NAMELESS}),
        ([basic("ba+sic", "wrong")], {}),
        ([basic("public", "")], {}),
        ([basic("ba+sic", SECRET)], {"client_id": "post"}),
        (["Bearer abc"], {}),
        (["Basic"], {}),
        (["Basic !"], {}),
        (["Basic " + "A" * 5000], {}),
        (["Basic " + b64encode(b"nocolon").decode()], {}),
        (["Basic " + b64encode(b"\xff:\xff").decode()], {}),
        ([basic("ba%FFsic", SECRET)], {}),
        (["Basic A"], {}),
    ],
)
def test_whoever_is_not_proven_is_refused(
    authorization: list[str], parameters: dict[str, str]
) -> None:
    """By the method that was registered, and no other."""
    with pytest.raises(InvalidClientError):
        AUTHENTICATOR.authenticate(parameters, authorization)


@pytest.mark.parametrize(
    ("authorization", "parameters"),
    [
        ([basic("post", SECRET)], {"client_secret": SECRET}),
        ([basic("post", SECRET)], AS_JWT),
        ([], {"client_secret": SECRET, **AS_JWT}),
        ([basic("post", SECRET), basic("post", SECRET)], {}),
    ],
)
def test_two_proofs_at_once_are_refused(
    authorization: list[str], parameters: dict[str, str]
) -> None:
    """RFC 6749 section 2.3: one of them would be the attacker's."""
    with pytest.raises(RequestError):
        AUTHENTICATOR.authenticate(parameters, authorization)


@given(st.lists(st.text(max_size=60), max_size=2), st.text(max_size=20))
def test_whatever_is_sent_is_somebody_or_refused(headers: list[str], name: str) -> None:
    try:
        found = AUTHENTICATOR.authenticate({"client_id": name}, headers)
    except GatewayError as error:
        assert isinstance(error, RequestError | InvalidClientError)  # noqa: PT017 - either
        return
    assert found is PUBLIC


@pytest.mark.parametrize(
    ("authorization", "parameters", "named"),
    [
        ((), {}, False),
        ((), {"client_id": "nobody"}, False),
        ((), {"client_id": "public"}, True),
        ((), {"client_id": "nobody", "client_secret": "x"}, True),
        ((), {"client_assertion": "x"}, True),
        (("Basic x",), {}, True),
    ],
    ids=str,
)
def test_who_says_to_be_a_client_is_taken_for_one(
    authorization: tuple[str, ...], parameters: dict[str, str], *, named: bool
) -> None:
    """Also whoever proves it badly: they expect to be somebody afterwards."""
    assert AUTHENTICATOR.is_named(parameters, authorization) is named
