"""Responses and assertions from the wire to claims, and only once."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from lxml import etree
from typing_extensions import override

from gateway.authentication.errors import WrongSignatureError
from gateway.authentication.saml.descriptions import FixedDescription
from gateway.authentication.saml.errors import MissingSignatureError, WrongRequestError
from gateway.authentication.saml.metadata import Description
from gateway.authentication.saml.names import NAME_ID_FORMATS
from gateway.authentication.saml.verifier import SamlVerifier, decode_base64
from gateway.model.claims import TokenType, VerifiedClaims
from gateway.model.errors import (
    CredentialError,
    MalformedCredentialError,
    OversizedCredentialError,
    ReplayedCredentialError,
    WrongAudienceError,
)
from tests.authentication.saml.idp import (
    CONSUMER,
    ENTITY,
    LATER,
    NOON,
    REQUEST,
    SKEW,
    SP,
    TOKEN,
    Parts,
    Seen,
    Signing,
    description,
    encoded,
    encrypted_response,
    pair,
    provider,
    sign,
    signed_response,
    tree,
    url_encoded,
    verifier,
)


def sign_in(
    root: Any, by: SamlVerifier | None = None, request_id: str | None = REQUEST
) -> VerifiedClaims:
    return (by or verifier()).sign_in(encoded(root), request_id=request_id, now=NOON)


@pytest.mark.parametrize("make", [signed_response, encrypted_response])
def test_a_response_becomes_claims(make: Callable[[], Any]) -> None:
    found = sign_in(make())
    assert (found.provider, found.issuer, found.subject) == ("partner", ENTITY, "ana")
    assert found.token_type is TokenType.SAML
    assert found.expires_at == NOON + timedelta(minutes=5)
    assert found.claims == {
        "iss": ENTITY,
        "sub": "ana",
        "iat": int(NOON.timestamp()),
        "exp": int(NOON.timestamp()) + 300,
        "auth_time": int(NOON.timestamp()),
        "acr": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
        "name_id": "ana",
        "name_id_format": "",
        "session_index": "_session-1",
        "attributes": {
            "mail": ["ana@partner.example"],
            "memberOf": ["staff", "admin"],
        },
    }


def test_an_assertion_is_good_once() -> None:
    judge = verifier()
    root = signed_response()
    sign_in(root, judge)
    with pytest.raises(ReplayedCredentialError):
        sign_in(root, judge)
    # In another response it is the same one still.
    loose = {"want_response_signed": False}
    seen = Seen()
    sign_in(signed_response(response=False), verifier(strict=loose, seen=seen))
    other = signed_response(Parts(id="_response-2"), response=False)
    with pytest.raises(ReplayedCredentialError):
        sign_in(other, verifier(strict=loose, seen=seen))


def test_an_assertion_is_remembered_for_as_long_as_it_would_pass() -> None:
    seen = Seen()
    sign_in(signed_response(), verifier(seen=seen))
    assert list(seen.digests.values()) == [NOON + timedelta(minutes=5) + 2 * SKEW]


def test_what_is_refused_is_not_used_up() -> None:
    seen = Seen()
    with pytest.raises(CredentialError):
        sign_in(signed_response(Parts(statement="")), verifier(seen=seen))
    assert not seen.digests


def unasked() -> Parts:
    made = Parts()
    answers = f'InResponseTo="{REQUEST}" '
    return replace(
        made, answers="", confirmation=made.confirmation.replace(answers, "")
    )


def test_nobody_is_let_in_who_has_not_asked() -> None:
    with pytest.raises(WrongRequestError):
        sign_in(signed_response(unasked()), request_id=None)
    with pytest.raises(WrongRequestError):
        sign_in(signed_response(unasked()))


def test_sign_ins_may_begin_at_the_provider_where_that_is_allowed() -> None:
    allowing = verifier(strict={"allow_idp_initiated": True})
    assert sign_in(signed_response(unasked()), allowing, None).subject == "ana"
    # What answers a request is no such thing.
    with pytest.raises(WrongRequestError):
        sign_in(signed_response(), allowing, None)


def test_a_new_certificate_is_asked_for() -> None:
    class Rotated(FixedDescription):
        @override
        def newer(self) -> Description | None:
            """Return what is fetched anew."""
            return description(pair("next").certificate)

    settings = provider()
    parts: dict[str, Any] = {"decryptor": None, "presented": Seen(), "skew": SKEW}
    judge = SamlVerifier(
        settings, descriptions=Rotated(description(), lambda: NOON), **parts
    )
    by_next = Signing(by=pair("next"))
    root = signed_response(response=by_next, assertion=by_next)
    assert sign_in(root, judge).subject == "ana"
    stranger = Signing(by=pair("stranger"))
    for other in (judge, verifier()):
        with pytest.raises(WrongSignatureError):
            sign_in(signed_response(response=stranger), other)


def test_any_of_several_certificates_may_have_signed() -> None:
    two = (pair("idp").certificate, pair("next").certificate)
    by_next = Signing(by=pair("next"))
    root = signed_response(response=by_next)
    assert sign_in(root, verifier(certificates=two)).subject == "ana"


def test_the_name_is_of_the_kind_that_was_asked_for() -> None:
    sp = {"name_id_format": "persistent"}
    judge = verifier(sp=sp)
    name = f'<saml:NameID Format="{NAME_ID_FORMATS["persistent"]}">p-1</saml:NameID>'
    found = sign_in(signed_response(Parts(name_id=name)), judge)
    assert found.claims["name_id_format"] == NAME_ID_FORMATS["persistent"]
    with pytest.raises(CredentialError):
        sign_in(signed_response(Parts(assertion_id="_2")), judge)


def for_exchange(*, audience: str = SP, recipient: str = TOKEN, **changes: Any) -> str:
    made = Parts(
        confirmation='<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:'
        f'bearer"><saml:SubjectConfirmationData Recipient="{recipient}" '
        f'NotOnOrAfter="{LATER}"/></saml:SubjectConfirmation>',
        conditions="<saml:Conditions><saml:AudienceRestriction><saml:Audience>"
        f"{audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>",
        **changes,
    )
    element = tree(made.assertion())
    sign(element)
    return url_encoded(element)


@pytest.mark.parametrize("audience", [SP, TOKEN])
def test_assertions_for_the_token_endpoint_become_claims(audience: str) -> None:
    found = verifier().claims_for(for_exchange(audience=audience), now=NOON)
    assert (found.subject, found.token_type) == ("ana", TokenType.SAML)


def test_an_assertion_need_not_be_of_a_sign_in_to_be_exchanged() -> None:
    found = verifier().claims_for(for_exchange(statement=""), now=NOON)
    assert found.claims["session_index"] == ""
    assert "auth_time" not in found.claims


def test_an_assertion_is_exchanged_once() -> None:
    judge = verifier()
    judge.claims_for(for_exchange() + "==", now=NOON)
    with pytest.raises(ReplayedCredentialError):
        judge.claims_for(for_exchange(), now=NOON)


def test_assertions_of_sign_ins_are_not_exchanged() -> None:
    with pytest.raises(WrongAudienceError):
        verifier().claims_for(for_exchange(recipient=CONSUMER), now=NOON)
    answer = signed_response().find("{*}Assertion")
    with pytest.raises(WrongAudienceError):
        verifier().claims_for(url_encoded(answer), now=NOON)


def test_what_is_not_signed_is_not_exchanged() -> None:
    loose = verifier(strict={"want_assertions_signed": False})
    with pytest.raises(MissingSignatureError):
        loose.claims_for(url_encoded(tree(Parts().assertion())), now=NOON)


@pytest.mark.parametrize(
    "text", ["?", "a b", "A", "é"], ids=["odd", "space", "short", "more"]
)
def test_what_is_no_base64_is_malformed(text: str) -> None:
    with pytest.raises(MalformedCredentialError):
        verifier().sign_in(text, request_id=REQUEST, now=NOON)
    with pytest.raises(MalformedCredentialError):
        verifier().claims_for(text, now=NOON)


def test_what_is_too_long_is_not_decoded() -> None:
    long = "A" * 5 * 1024 * 1024
    with pytest.raises(OversizedCredentialError):
        verifier().sign_in(long, request_id=REQUEST, now=NOON)
    with pytest.raises(OversizedCredentialError):
        verifier().claims_for(long, now=NOON)


def test_lines_of_base64_are_joined() -> None:
    text = b64encode(b"a" * 100).decode()
    folded = f"{text[:76]}\r\n{text[76:]}\r\n"
    assert decode_base64(folded, max_bytes=200) == b"a" * 100


def test_each_cut_and_each_changed_character_is_refused() -> None:
    raw = etree.tostring(signed_response())
    judge = verifier()
    for at in range(0, len(raw), 97):
        for changed in (raw[:at], raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]):
            text = b64encode(changed).decode()
            with pytest.raises(CredentialError):
                judge.sign_in(text, request_id=REQUEST, now=NOON)
