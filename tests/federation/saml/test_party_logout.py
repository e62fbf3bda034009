"""The gateway as a service provider from which people sign out."""

import base64
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from lxml import etree

from gateway.authentication.saml.names import POST, REDIRECT, SAML, SAMLP
from gateway.authentication.saml.signature import Trust, verify
from gateway.federation.errors import ProviderSaysNoError
from gateway.federation.values import (
    Departure,
    SignOutMessage,
    SignsOutByMessages,
    UpstreamSession,
)
from gateway.model.errors import BadAnswerError
from tests.authentication.saml.idp import REQUEST, Parts, signed_response
from tests.authentication.saml.partings import Asked, answered, posted, query, signed
from tests.federation.saml.test_party import ASKED, SP, answer, inflated, party

SLO = "https://idp.example.com/slo"
BACK = "https://idp.example.com/slo-back"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
NAME = (
    f'<saml:NameID Format="{PERSISTENT}" NameQualifier="{SLO}" '
    'SPNameQualifier="urn:sp">ana</saml:NameID>'
)
ASKS = SignOutMessage(posted(signed(Asked().root)) | {"RelayState": "theirs"})


def session(**changed: Any) -> UpstreamSession:
    """Return what is kept of a sign-in by that provider."""
    proven = party().finish(ASKED, answer(signed_response(Parts(name_id=NAME))))
    kept = UpstreamSession("sub", proven.session_id, extra=proven.session)
    return replace(kept, **changed)


def document(departure: Departure, name: str) -> Any:
    """Return a message on its way, its signature verified by the gateway's certificate."""
    if departure.form:
        root = etree.fromstring(base64.b64decode(departure.form[name]))
        assert verify(root, Trust([SP.certificate], {"rsa-sha256"})) is not None
        return root
    return inflated(dict(parse_qsl(urlsplit(departure.url).query))[name])


def test_a_request_has_the_name_that_the_assertion_had() -> None:
    """With its format and qualifiers, and the session that is meant."""
    there = party(logout={REDIRECT: SLO, POST: "other"})
    assert isinstance(there, SignsOutByMessages)

    departure = there.leave(session(), state="st")

    root = document(departure, "SAMLRequest")
    name = root.find(f"{{{SAML}}}NameID")
    assert departure.url.startswith(f"{SLO}?SAMLRequest=")
    assert "&RelayState=st&SigAlg=" in departure.url
    assert root.tag == f"{{{SAMLP}}}LogoutRequest"
    assert (root.get("Destination"), root.get("ID")) == (
        SLO,
        departure.kept["request_id"],
    )
    assert root.get("NotOnOrAfter") == "2026-05-04T12:05:00Z"
    assert name.text == "ana"
    assert dict(name.attrib) == {
        "Format": PERSISTENT,
        "NameQualifier": SLO,
        "SPNameQualifier": "urn:sp",
    }
    assert root.findtext(f"{{{SAMLP}}}SessionIndex") == "_session-1"


def test_a_request_says_no_more_than_the_assertion_did() -> None:
    """By the POST binding, with the signature in it."""
    departure = party(logout={POST: SLO}).leave(session(extra={}), state="st")

    root = document(departure, "SAMLRequest")
    assert (departure.url, departure.form["RelayState"]) == (SLO, "st")
    assert not root.find(f"{{{SAML}}}NameID").attrib
    assert root.find(f"{{{SAMLP}}}SessionIndex") is None


@pytest.mark.parametrize(
    "settings",
    [{}, {"logout": {"urn:soap": SLO}}, {"logout": {POST: SLO}, "signs": False}],
    ids=["no place", "another binding", "no key"],
)
def test_nobody_is_sent_who_cannot_ask(settings: dict[str, Any]) -> None:
    with pytest.raises(BadAnswerError):
        party(**settings).leave(session(), state="st")


def test_an_answer_is_judged() -> None:
    there, kept = party(), {"request_id": REQUEST}

    there.has_left(kept, SignOutMessage({}, query(answered(), "SAMLResponse")))
    said = posted(signed(answered(code="Responder")), "SAMLResponse")
    with pytest.raises(ProviderSaysNoError) as caught:
        there.has_left(kept, SignOutMessage(said))

    assert caught.value.reason == "Responder"


def test_a_request_says_whom_it_means() -> None:
    """By the name of the person, who may be known by another one here."""
    there = party()
    elsewhere = party(map={"subject": "saml.attributes['id'][0]"})

    notice = there.notice(ASKS)

    assert there.asker_of(ASKS) == "https://idp.example.com/metadata"
    assert (notice.id, notice.session_id, notice.subject) == ("_logout-1", "ana", "ana")
    assert notice.session_id == session().session_id
    assert elsewhere.notice(ASKS).subject == ""


@pytest.mark.parametrize(
    ("places", "message", "binding"),
    [
        ({REDIRECT: BACK, POST: BACK}, ASKS, POST),
        ({REDIRECT: BACK, POST: BACK}, replace(ASKS, query="q"), REDIRECT),
        ({REDIRECT: BACK}, ASKS, REDIRECT),
        ({POST: BACK}, replace(ASKS, query="q"), POST),
    ],
    ids=range(4),
)
def test_the_answer_goes_where_the_provider_wants_it(
    places: dict[str, str], message: SignOutMessage, binding: str
) -> None:
    """By the binding that its request came by, if it takes answers by that."""
    there = party(logout={POST: SLO}, answers=places)

    departure = there.answer(there.notice(ASKS), message)

    assert departure is not None
    assert bool(departure.form) is (binding == POST)
    assert departure.url.startswith(BACK)
    root = document(departure, "SAMLResponse")
    assert root.tag == f"{{{SAMLP}}}LogoutResponse"
    assert (root.get("InResponseTo"), root.get("Destination")) == ("_logout-1", BACK)
    code = root.find(f"{{{SAMLP}}}Status/{{{SAMLP}}}StatusCode")
    assert code.get("Value").endswith(":Success")
    relayed = departure.form or dict(parse_qsl(urlsplit(departure.url).query))
    assert relayed["RelayState"] == "theirs"


def test_who_takes_no_answer_gets_none() -> None:
    notice = party().notice(ASKS)

    assert party().answer(notice, ASKS) is None
    assert party(logout={POST: SLO}, signs=False).answer(notice, ASKS) is None


def test_an_answer_without_a_relay_state_has_none() -> None:
    bare = SignOutMessage(posted(signed(Asked().root)))

    for binding in (POST, REDIRECT):
        there = party(logout={binding: SLO})
        departure = there.answer(there.notice(bare), bare)
        assert departure is not None
        assert "RelayState" not in departure.url
        assert "RelayState" not in departure.form
