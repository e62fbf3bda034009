"""The gateway as a service provider."""

import base64
import zlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree

from gateway.authentication.saml.building import SamlParts
from gateway.authentication.saml.descriptions import FixedDescription
from gateway.authentication.saml.errors import WrongRequestError
from gateway.authentication.saml.logout import LogoutVerifier
from gateway.authentication.saml.metadata import Description
from gateway.authentication.saml.names import METADATA, POST, REDIRECT, SAML, SAMLP
from gateway.authentication.saml.verifier import SamlVerifier
from gateway.config.settings.references import FileRef, SecretRef
from gateway.federation.errors import ProviderSaysNoError
from gateway.federation.saml.party import SamlParty
from gateway.federation.values import UNINVITED, Attempt
from gateway.model.errors import BadAnswerError, WrongAudienceError
from tests.authentication.saml.idp import (
    NOON,
    REQUEST,
    SKEW,
    Parts,
    Seen,
    encoded,
    pair,
    provider,
    signed_response,
    tree,
)
from tests.authentication.saml.partings import LOGOUT

SP = pair("sp")
PLACE = "https://idp.example.com/sso"
ATTEMPT = Attempt("state-1", "n", "v", "https://gw.example.com/saml2/idpresponse")
ASKED = replace(ATTEMPT, kept={"request_id": REQUEST})


def party(
    *bindings: str,
    signs: bool = True,
    logout: Mapping[str, str] | None = None,
    answers: Mapping[str, str] | None = None,
    **settings: Any,
) -> SamlParty:
    told = provider(
        sp={
            "key": SecretRef(source="file x", value=SP.key_pem),
            "cert": FileRef(path=Path("x.pem"), content=SP.certificate_pem),
        }
        if signs
        else {},
        **settings,
    )
    places = dict.fromkeys(bindings or (REDIRECT,), PLACE)
    descriptions = FixedDescription(
        Description(
            (pair("idp").certificate,),
            places,
            logout or {},
            answers or logout or {},
        ),
        lambda: NOON,
    )
    verifier = SamlVerifier(
        told,
        descriptions=descriptions,
        decryptor=None,
        presented=Seen(),
        skew=SKEW,
    )
    key = SP.private if signs else None
    judge = LogoutVerifier(told, descriptions=descriptions, decryptor=None, skew=SKEW)
    parts = SamlParts(told, descriptions, key, verifier, judge)
    return SamlParty(parts, clock=lambda: NOON)


def inflated(text: str) -> Any:
    return tree(zlib.decompress(base64.b64decode(text), -zlib.MAX_WBITS))


def answer(document: Any, **changed: str) -> dict[str, str]:
    return {"SAMLResponse": encoded(document), "RelayState": "state-1", **changed}


def test_somebody_is_sent_to_sign_in_with_a_signed_request() -> None:
    """The signature is over the very octets of the query."""
    departure = party().begin(replace(ATTEMPT, force=True))

    url = urlsplit(departure.url)
    query = dict(parse_qsl(url.query))
    request = inflated(query["SAMLRequest"])
    assert f"{url.scheme}://{url.netloc}{url.path}" == PLACE
    assert query["RelayState"] == "state-1"
    assert request.tag == f"{{{SAMLP}}}AuthnRequest"
    assert request.get("ID") == departure.kept["request_id"]
    assert request.get("ForceAuthn") == "true"
    assert request.get("Destination") == PLACE
    assert request.get("ProtocolBinding") == POST
    assert request.findtext(f"{{{SAML}}}Issuer")
    signed = urlencode(
        [(name, query[name]) for name in ("SAMLRequest", "RelayState", "SigAlg")]
    )
    SP.private.public_key().verify(
        base64.b64decode(query["Signature"]), signed.encode(), PKCS1v15(), SHA256()
    )


def test_a_gateway_without_a_key_signs_nothing() -> None:
    query = parse_qs(urlsplit(party(signs=False).begin(ATTEMPT).url).query)

    assert query.keys() == {"SAMLRequest", "RelayState"}


def test_a_place_may_have_a_query_of_its_own() -> None:
    there = party()
    places = {REDIRECT: f"{PLACE}?idpid=C01"}
    there._parts = replace(
        there._parts,
        descriptions=FixedDescription(
            Description((pair("idp").certificate,), places), lambda: NOON
        ),
    )

    assert there.begin(ATTEMPT).url.startswith(f"{PLACE}?idpid=C01&SAMLRequest=")


@pytest.mark.parametrize("signs", [True, False])
def test_where_there_is_no_redirect_a_form_goes(*, signs: bool) -> None:
    """With the signature inside."""
    departure = party(POST, signs=signs).begin(ATTEMPT)

    assert departure.url == PLACE
    assert departure.form["RelayState"] == "state-1"
    request = etree.fromstring(base64.b64decode(departure.form["SAMLRequest"]))
    found = request.find(".//{http://www.w3.org/2000/09/xmldsig#}SignatureValue")
    assert (found is not None) is signs


def test_a_provider_without_a_place_is_told() -> None:
    with pytest.raises(BadAnswerError):
        party("urn:other").begin(ATTEMPT)


def test_a_signed_response_says_who_has_signed_in() -> None:
    proven = party().finish(ASKED, answer(signed_response()))

    assert proven.claims.provider == "partner"
    assert proven.claims.subject == "ana"
    assert isinstance(proven.session_id, str)


@pytest.mark.parametrize(
    "changed",
    [{"RelayState": "another"}, {"RelayState": ""}, {"SAMLResponse": ""}],
    ids=range(3),
)
def test_what_answers_nothing_is_refused(changed: dict[str, str]) -> None:
    with pytest.raises(BadAnswerError):
        party().finish(ASKED, answer(signed_response(), **changed))


def test_the_answer_to_another_request_is_refused() -> None:
    """That of another sign-in, in whatever browser."""
    for kept in ({"request_id": "_other"}, {}):
        with pytest.raises(WrongRequestError):
            party().finish(replace(ATTEMPT, kept=kept), answer(signed_response()))


def test_nobody_begins_at_the_provider_unless_its_file_says_so() -> None:
    uninvited = replace(ATTEMPT, kept={UNINVITED: "1"})

    assert not party().answers_uninvited
    with pytest.raises(WrongRequestError):
        party().finish(uninvited, answer(signed_response()))
    assert party(strict={"allow_idp_initiated": True}).answers_uninvited


def test_a_refusal_of_the_provider_is_its_own() -> None:
    """With its code, for whoever is asked for help."""
    status = (
        '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:'
        'Responder"><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:'
        'AuthnFailed"/></samlp:StatusCode></samlp:Status>'
    )

    with pytest.raises(ProviderSaysNoError) as caught:
        party().finish(ASKED, answer(signed_response(Parts(status=status))))

    assert "AuthnFailed" in caught.value.reason


def test_what_was_made_for_somebody_else_is_refused() -> None:
    conditions = Parts().conditions.replace(
        "<saml:Audience>", "<saml:Audience>urn:other"
    )

    with pytest.raises(WrongAudienceError):
        party().finish(ASKED, answer(signed_response(Parts(conditions=conditions))))


def test_the_metadata_says_what_a_provider_has_to_know() -> None:
    root = etree.fromstring(party().metadata)
    role = root.find(f"{{{METADATA}}}SPSSODescriptor")
    service = role.find(f"{{{METADATA}}}AssertionConsumerService")

    assert root.get("entityID")
    assert role.get("AuthnRequestsSigned") == "true"
    assert len(role.findall(f"{{{METADATA}}}KeyDescriptor")) == 2
    assert service.get("Location").endswith("/saml2/idpresponse")
    bare = etree.fromstring(party(signs=False).metadata)
    assert bare.find(f".//{{{METADATA}}}KeyDescriptor") is None


def test_the_metadata_says_where_to_sign_out_if_answers_can_be_signed() -> None:
    name = f".//{{{METADATA}}}SingleLogoutService"
    found = etree.fromstring(party().metadata).findall(name)

    assert [(each.get("Binding"), each.get("Location")) for each in found] == [
        (REDIRECT, LOGOUT),
        (POST, LOGOUT),
    ]
    assert not etree.fromstring(party(signs=False).metadata).findall(name)
