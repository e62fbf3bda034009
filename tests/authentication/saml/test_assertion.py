"""What an assertion says, and what says nothing."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.authentication.saml.assertion import read_assertion, read_issuer, read_time
from gateway.model.errors import MalformedCredentialError
from tests.authentication.saml.idp import (
    CONSUMER,
    ENTITY,
    NOON,
    REQUEST,
    SP,
    Parts,
    tree,
)


def read(**changes: Any) -> Any:
    return read_assertion(tree(replace(Parts(), **changes).assertion()))


def test_an_assertion_is_read_as_it_is_written() -> None:
    found = read()
    assert (found.id, found.issuer, found.issued_at) == ("_assertion-1", ENTITY, NOON)
    assert (found.name_id, found.name_id_format) == ("ana", "")
    assert found.begins_at == NOON
    assert found.ends_at == NOON + timedelta(minutes=5)
    assert found.audiences == ((SP,),)
    assert found.attributes == {
        "mail": ("ana@partner.example",),
        "memberOf": ("staff", "admin"),
    }
    (confirmation,) = found.confirmations
    assert (confirmation.recipient, confirmation.request_id) == (CONSUMER, REQUEST)
    assert (found.sign_in.at, found.sign_in.session_index) == (NOON, "_session-1")
    assert found.sign_in.context.endswith(":PasswordProtectedTransport")


def test_what_may_be_missing_is_empty() -> None:
    found = read(
        statement="",
        attributes="",
        conditions="<saml:Conditions/>",
        confirmation='<saml:SubjectConfirmation Method="urn:x"/>',
    )
    assert (found.sign_in, found.attributes, found.audiences) == (None, {}, ())
    assert (found.begins_at, found.ends_at) == (None, None)
    assert found.confirmations[0].ends_at is None


def test_a_sign_in_need_not_say_how() -> None:
    statement = (
        '<saml:AuthnStatement AuthnInstant="2026-05-04T12:00:00.123Z">'
        "<saml:AuthnContext/></saml:AuthnStatement>"
    )
    found = read(statement=statement).sign_in
    assert (found.context, found.session_index, found.at) == ("", "", NOON)


def attribute(name: str, *values: str) -> str:
    listed = "".join(f"<saml:AttributeValue>{v}</saml:AttributeValue>" for v in values)
    return (
        f'<saml:AttributeStatement><saml:Attribute Name="{name}">{listed}'
        "</saml:Attribute></saml:AttributeStatement>"
    )


def test_values_that_are_no_text_are_left_out() -> None:
    found = read(
        attributes=attribute("id", "<saml:NameID> x-1 </saml:NameID>")
        + attribute(
            "xml", "<b><c/></b>", "<b/>", "<b/><b/>", "<saml:NameID><b/></saml:NameID>"
        )
        + attribute("none")
        + attribute("empty", "", " ")
        + attribute("twice", "1")
        + attribute("twice", "2")
    )
    assert found.attributes == {"id": ("x-1",), "twice": ("1", "2")}


CONFIRMATION = Parts().confirmation
MANY = "".join(f"<saml:Audience>a{n}</saml:Audience>" for n in range(70))

MISSHAPEN = {
    "a NameID with XML": {"name_id": "<saml:NameID>ana<b/>root</saml:NameID>"},
    "an empty NameID": {"name_id": "<saml:NameID> </saml:NameID>"},
    "a long NameID": {"name_id": f"<saml:NameID>{'a' * 1025}</saml:NameID>"},
    "a NameID with a line break": {"name_id": "<saml:NameID>a&#10;b</saml:NameID>"},
    "a NameID written from right to left": {
        "name_id": "<saml:NameID>a&#x202e;b</saml:NameID>"
    },
    "no NameID": {"name_id": ""},
    "two NameIDs": {"name_id": Parts().name_id * 2},
    "an encrypted NameID": {"name_id": "<saml:EncryptedID/>"},
    "two subjects": {
        "name_id": "<saml:NameID>a</saml:NameID></saml:Subject><saml:Subject>"
    },
    "no conditions": {"conditions": ""},
    "two conditions": {"conditions": Parts().conditions * 2},
    "an unknown condition": {
        "conditions": "<saml:Conditions><saml:Condition/></saml:Conditions>"
    },
    "too many audiences": {
        "conditions": "<saml:Conditions><saml:AudienceRestriction>"
        f"{MANY}</saml:AudienceRestriction></saml:Conditions>"
    },
    "too many confirmations": {"confirmation": CONFIRMATION * 9},
    "two data of a confirmation": {
        "confirmation": "<saml:SubjectConfirmation><saml:SubjectConfirmationData/>"
        "<saml:SubjectConfirmationData/></saml:SubjectConfirmation>"
    },
    "two sign-ins": {"statement": Parts().statement * 2},
    "a sign-in at no time": {
        "statement": "<saml:AuthnStatement><saml:AuthnContext/></saml:AuthnStatement>"
    },
    "no issuer": {"assertion_issuer": ""},
    "two issuers": {"assertion_issuer": Parts().assertion_issuer * 2},
    "an empty issuer": {"assertion_issuer": "<saml:Issuer/>"},
    "an issuer of another format": {
        "assertion_issuer": f'<saml:Issuer Format="urn:x">{ENTITY}</saml:Issuer>'
    },
    "no ID": {"assertion_id": ""},
    "no time": {"assertion_issued": ""},
    "a time with a zone": {"assertion_issued": "2026-05-04T12:00:00+02:00"},
    "a time without one": {"assertion_issued": "2026-05-04T12:00:00"},
    "a day that is none": {"assertion_issued": "2026-02-30T12:00:00Z"},
    "a leap second": {"assertion_issued": "2026-05-04T12:00:60Z"},
    "a time in other digits": {"assertion_issued": "\u0662026-05-04T12:00:00Z"},
    "an attribute without a name": {"attributes": attribute("")},
    "an attribute with a long name": {"attributes": attribute("a" * 256)},
    "an attribute with a line break": {"attributes": attribute("a&#10;")},
    "a long value": {"attributes": attribute("a", "b" * 4097)},
    "many values": {"attributes": attribute("a", *["b"] * 4097)},
}


@pytest.mark.parametrize("name", MISSHAPEN)
def test_misshapen_assertions_are_refused(name: str) -> None:
    with pytest.raises(MalformedCredentialError):
        read(**MISSHAPEN[name])


def test_assertions_of_another_version_are_refused() -> None:
    with pytest.raises(MalformedCredentialError):
        read_assertion(tree(Parts().assertion().replace('"2.0"', '"1.1"')))


def test_an_issuer_may_say_that_it_is_an_entity() -> None:
    entity = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
    issuer = f'<saml:Issuer Format="{entity}">{ENTITY}</saml:Issuer>'
    assert read(assertion_issuer=issuer).issuer == ENTITY
    assert read_issuer(tree(Parts().response())) == ENTITY


def test_there_may_be_no_time() -> None:
    assert read_time(tree("<a/>"), "NotBefore") is None


def test_a_missing_time_of_issue_is_refused() -> None:
    element = tree(Parts().assertion())
    del element.attrib["IssueInstant"]
    with pytest.raises(MalformedCredentialError):
        read_assertion(element)
