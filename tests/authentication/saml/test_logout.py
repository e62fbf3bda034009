"""What a provider says about signing out."""

import tracemalloc
from base64 import b64encode
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import xmlsec
from lxml import etree

from gateway.authentication.errors import WrongAlgorithmError, WrongSignatureError
from gateway.authentication.saml.errors import (
    ForbiddenMarkupError,
    MissingSignatureError,
    RefusedStatusError,
    WrongRequestError,
)
from gateway.authentication.saml.logout import LogoutRequest, issuer_of
from gateway.model.errors import (
    CredentialError,
    ExpiredCredentialError,
    ImmatureCredentialError,
    MalformedCredentialError,
    OversizedCredentialError,
    UntrustedIssuerError,
    WrongAudienceError,
)
from tests.authentication.saml.idp import (
    EXC,
    NAMESPACES,
    NOON,
    REQUEST,
    SKEW,
    Parts,
    Signing,
    again,
    encrypt,
    instant,
    pair,
    sign,
    text,
    tree,
)
from tests.authentication.saml.partings import (
    LOGOUT,
    Asked,
    answered,
    judge,
    posted,
    query,
    signed,
)

GOOD = Asked()
EARLY, LATE = NOON - timedelta(minutes=30), NOON + timedelta(minutes=30)
LONG = "x" * 300


def hear(root: Any, **settings: Any) -> LogoutRequest:
    """Judge a request by the POST binding."""
    return judge(**settings).request(posted(root), "", now=NOON)


def by_redirect(root: Any, **changed: Any) -> LogoutRequest:
    return judge().request({}, query(root, **changed), now=NOON)


@pytest.mark.parametrize("bring", [lambda each: hear(signed(each)), by_redirect])
def test_a_request_says_who_signs_out(bring: Callable[[Any], LogoutRequest]) -> None:
    """Signed inside of a form, or beside the document in an address."""
    asked = bring(GOOD.root)

    assert (asked.id, asked.name_id) == ("_logout-1", "ana")
    assert asked.session_indexes == ("_session-1",)
    assert asked.good_until == NOON + timedelta(minutes=10) + 2 * SKEW
    assert "ana" not in repr(asked)


def test_a_request_may_mean_all_sessions_and_have_no_end() -> None:
    assert hear(signed(replace(GOOD, index="", ends="").root)).session_indexes == ()


def encrypted_name(xml: str = GOOD.name) -> str:
    outer = tree(f'<a xmlns:saml="{NAMESPACES["saml"]}">{xml}</a>')
    sealed = encrypt(again(outer[0]))
    return text(sealed).replace("EncryptedAssertion", "EncryptedID")


def test_a_name_may_be_encrypted_for_the_gateway() -> None:
    """With a key; and what comes out has to be a name and nothing else."""
    root = signed(replace(GOOD, name=encrypted_name()).root)

    assert hear(root).name_id == "ana"
    with pytest.raises(MalformedCredentialError):
        hear(root, has_key=False)
    for inside in ("<saml:Other>ana</saml:Other>", "<saml:NameID><b/></saml:NameID>"):
        with pytest.raises(MalformedCredentialError):
            hear(signed(replace(GOOD, name=encrypted_name(inside)).root))


REFUSED: dict[str, tuple[Asked, type[CredentialError]]] = {
    "SAML 1": (
        replace(GOOD, head=GOOD.head.replace("2.0", "1.1")),
        MalformedCredentialError,
    ),
    "no ID": (
        replace(GOOD, head=f'Version="2.0" IssueInstant="{instant(NOON)}"'),
        CredentialError,
    ),
    "no time": (
        replace(GOOD, head='Version="2.0" ID="_logout-1"'),
        MalformedCredentialError,
    ),
    "old": (
        replace(GOOD, head=GOOD.head.replace(instant(NOON), instant(EARLY))),
        ExpiredCredentialError,
    ),
    "to come": (
        replace(GOOD, head=GOOD.head.replace(instant(NOON), instant(LATE))),
        ImmatureCredentialError,
    ),
    "over": (
        replace(GOOD, ends=f'NotOnOrAfter="{instant(EARLY)}"'),
        ExpiredCredentialError,
    ),
    "over at no time": (
        replace(GOOD, ends='NotOnOrAfter="soon"'),
        MalformedCredentialError,
    ),
    "another issuer": (
        replace(GOOD, issuer="<saml:Issuer>urn:another</saml:Issuer>"),
        UntrustedIssuerError,
    ),
    "no issuer": (replace(GOOD, issuer=""), MalformedCredentialError),
    "another destination": (
        replace(GOOD, destination=f'Destination="{LOGOUT}/x"'),
        WrongAudienceError,
    ),
    "no destination": (replace(GOOD, destination=""), WrongAudienceError),
    "an answer to something": (
        replace(GOOD, ends=f'{GOOD.ends} InResponseTo="_1"'),
        WrongRequestError,
    ),
    "nobody": (replace(GOOD, name=""), MalformedCredentialError),
    "an empty name": (
        replace(GOOD, name="<saml:NameID> </saml:NameID>"),
        MalformedCredentialError,
    ),
    "two names": (replace(GOOD, name=GOOD.name * 2), ForbiddenMarkupError),
    "a name and an encrypted one": (
        replace(GOOD, name=GOOD.name + "<saml:EncryptedID/>"),
        MalformedCredentialError,
    ),
    "a name inside of something": (
        replace(
            GOOD,
            more="<samlp:Extensions><saml:NameID>root</saml:NameID></samlp:Extensions>",
        ),
        ForbiddenMarkupError,
    ),
    "a name with elements": (
        replace(GOOD, name="<saml:NameID>ana<b/>.evil</saml:NameID>"),
        MalformedCredentialError,
    ),
    "a long name of a session": (
        replace(GOOD, index=f"<samlp:SessionIndex>{LONG}</samlp:SessionIndex>"),
        MalformedCredentialError,
    ),
    "many sessions": (replace(GOOD, index=GOOD.index * 65), MalformedCredentialError),
    "an assertion in it": (
        replace(GOOD, more=Parts().assertion()),
        ForbiddenMarkupError,
    ),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("binding", ["post", "redirect"])
def test_what_is_signed_is_not_good_for_that(name: str, binding: str) -> None:
    asked, error = REFUSED[name]
    root = asked.root
    bring = by_redirect if binding == "redirect" else hear

    with pytest.raises(error):
        bring(root if binding == "redirect" or name == "no ID" else signed(root))


def unsigned() -> Any:
    return GOOD.root


def by_a_stranger() -> Any:
    return signed(GOOD.root, Signing(by=pair("stranger")))


def changed() -> Any:
    return tree(text(signed(GOOD.root)).replace(">ana<", ">root<"))


def by_sha_1() -> Any:
    return signed(GOOD.root, Signing(method=xmlsec.constants.TransformRsaSha1))


def digest_by_sha_1() -> Any:
    return signed(GOOD.root, Signing(digest=xmlsec.constants.TransformSha1))


def by_xpath() -> Any:
    transforms = (xmlsec.constants.TransformEnveloped, EXC)
    root = signed(GOOD.root, Signing(transforms=transforms))
    return tree(
        text(root).replace(
            "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
            "http://www.w3.org/TR/1999/REC-xslt-19991116",
        )
    )


def whole_document() -> Any:
    root = GOOD.root
    sign(root, uri="")
    return again(root)


def wrapped_below() -> Any:
    """The signed request below one that an attacker has made."""
    inner = signed(GOOD.root)
    outer = replace(GOOD, head=GOOD.head.replace("_logout-1", "_evil")).root
    outer.append(inner)
    return again(outer)


def wrapped_in_the_signature() -> Any:
    """The signature of an honest request around another one, the honest one in it."""
    honest = signed(GOOD.root)
    signature = deepcopy(honest.find("ds:Signature", NAMESPACES))
    outer = replace(GOOD, name="<saml:NameID>root</saml:NameID>").root
    outer.set("ID", "_evil")
    etree.SubElement(signature, f"{{{NAMESPACES['ds']}}}Object").append(GOOD.root)
    outer.insert(1, signature)
    return again(outer)


def signature_of_another() -> Any:
    signature = deepcopy(signed(GOOD.root).find("ds:Signature", NAMESPACES))
    root = replace(GOOD, head=GOOD.head.replace("_logout-1", "_logout-2")).root
    root.insert(1, signature)
    return again(root)


def two_signatures() -> Any:
    root = signed(GOOD.root)
    root.insert(1, deepcopy(root.find("ds:Signature", NAMESPACES)))
    return again(root)


def another_kind() -> Any:
    return signed(answered())


FORGED: dict[Callable[[], Any], type[CredentialError]] = {
    unsigned: MissingSignatureError,
    by_a_stranger: WrongSignatureError,
    changed: WrongSignatureError,
    by_sha_1: WrongAlgorithmError,
    digest_by_sha_1: WrongAlgorithmError,
    by_xpath: ForbiddenMarkupError,
    whole_document: ForbiddenMarkupError,
    wrapped_below: ForbiddenMarkupError,
    wrapped_in_the_signature: ForbiddenMarkupError,
    signature_of_another: ForbiddenMarkupError,
    two_signatures: ForbiddenMarkupError,
    another_kind: MalformedCredentialError,
}


@pytest.mark.parametrize("make", FORGED, ids=lambda each: each.__name__)
def test_a_forged_request_signs_nobody_out(make: Callable[[], Any]) -> None:
    """Signatures that are missing, weak, somebody else's or about something else."""
    with pytest.raises(FORGED[make]):
        hear(make())


def raw(before: str = "", after: str = "", **changed: str) -> bytes:
    xml = text(signed(GOOD.root))
    for old, new in changed.items():
        xml = xml.replace(old, new)
    return f"{before}{xml}{after}".encode()


BYTES: dict[str, tuple[bytes, type[CredentialError]]] = {
    "nothing": (b"", MalformedCredentialError),
    "no XML": (b"hello", MalformedCredentialError),
    "a DOCTYPE": (raw("<!DOCTYPE a>"), ForbiddenMarkupError),
    "an entity bomb": (
        raw('<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;">]>'),
        ForbiddenMarkupError,
    ),
    "a comment in the name": (raw(ana="an<!-- -->a"), ForbiddenMarkupError),
    "CDATA in the name": (raw(ana="<![CDATA[ana]]>"), ForbiddenMarkupError),
    "a processing instruction": (raw(ana="an<?x?>a"), ForbiddenMarkupError),
    "UTF-16": (text(GOOD.root).encode("utf-16"), MalformedCredentialError),
    "5 MB": (b" " * 5_000_000, OversizedCredentialError),
    "the same ID twice": (
        raw(**{"<samlp:SessionIndex>": '<samlp:SessionIndex ID="_logout-1">'}),
        ForbiddenMarkupError,
    ),
    "a second root": (raw(after="<a/>"), MalformedCredentialError),
}


@pytest.mark.parametrize("name", BYTES)
@pytest.mark.parametrize("binding", ["post", "redirect"])
def test_a_document_is_looked_at_before_it_is_parsed(name: str, binding: str) -> None:
    """By either binding, also where its signature is good; nothing of it is kept."""
    content, error = BYTES[name]
    form = {"SAMLRequest": b64encode(content).decode()}
    address = query(content) if binding == "redirect" else ""
    tracemalloc.start()
    try:
        with pytest.raises(error):
            judge().request({} if address else form, address, now=NOON)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 4 * 1024 * 1024


@pytest.mark.parametrize("binding", ["post", "redirect"])
def test_an_answer_says_that_somebody_is_signed_out(binding: str) -> None:
    answer = answered()
    if binding == "redirect":
        fields, address = {}, query(answer, "SAMLResponse")
    else:
        fields, address = posted(signed(answer), "SAMLResponse"), ""

    judge().response(fields, address, request_id=REQUEST, now=NOON)


ANSWERS: dict[str, tuple[Any, type[CredentialError]]] = {
    "a refusal": ({"code": "Responder"}, RefusedStatusError),
    "in part": ({"inner": "PartialLogout"}, RefusedStatusError),
    "to another request": ({"answers": "_another"}, WrongRequestError),
    "another issuer": ({"issuer": "urn:another"}, UntrustedIssuerError),
    "another destination": ({"destination": f"{LOGOUT}/"}, WrongAudienceError),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_another_answer_does_not(name: str) -> None:
    settings, error = ANSWERS[name]
    fields = posted(signed(answered(**settings)), "SAMLResponse")

    with pytest.raises(error):
        judge().response(fields, "", request_id=REQUEST, now=NOON)


@pytest.mark.parametrize("make", FORGED, ids=lambda each: each.__name__)
def test_a_request_is_no_answer(make: Callable[[], Any]) -> None:
    with pytest.raises(CredentialError):
        judge().response(
            posted(make(), "SAMLResponse"), "", request_id="_other", now=NOON
        )


def test_an_answer_has_to_be_signed() -> None:
    with pytest.raises(MissingSignatureError):
        judge().response(
            posted(answered(), "SAMLResponse"), "", request_id=REQUEST, now=NOON
        )


def test_who_asks_is_known_before_it_is_verified() -> None:
    """To find the certificates; a request that could never be verified has no sender."""
    most = 64 * 1024
    asker = replace(GOOD, issuer="<saml:Issuer>urn:b</saml:Issuer>").root

    assert issuer_of(posted(asker), "", max_bytes=most) == "urn:b"
    assert issuer_of({}, query(asker), max_bytes=most) == "urn:b"
    for fields in ({}, posted(answered())):
        with pytest.raises(MalformedCredentialError):
            issuer_of(fields, "", max_bytes=most)


def unsigned_query(name: str, root: Any) -> str:
    return query(root, name).partition("&SigAlg=")[0]


ADDRESSES: dict[str, tuple[Callable[[str, Any], str], type[CredentialError]]] = {
    "unsigned": (unsigned_query, MissingSignatureError),
    "by a stranger": (
        lambda name, root: query(root, name, by=pair("stranger")),
        WrongSignatureError,
    ),
    "SHA-1": (
        lambda name, root: query(
            root, name, algorithm="http://www.w3.org/2000/09/xmldsig#rsa-sha1"
        ),
        WrongAlgorithmError,
    ),
    "another relay state": (
        lambda name, root: query(root, name).replace("RelayState=r", "RelayState=x"),
        WrongSignatureError,
    ),
    # A signature inside of the document is none of an address.
    "signed inside alone": (
        lambda name, root: unsigned_query(name, signed(root)),
        MissingSignatureError,
    ),
    "signed inside, and by a stranger": (
        lambda name, root: query(signed(root), name, by=pair("stranger")),
        WrongSignatureError,
    ),
}


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize("kind", ["request", "answer"])
def test_a_forged_address_ends_nothing(name: str, kind: str) -> None:
    """What is said by an address is signed beside the document, each time."""
    make, error = ADDRESSES[name]
    ask: Callable[[], object]
    if kind == "request":
        ask = partial(judge().request, {}, make("SAMLRequest", GOOD.root), now=NOON)
    else:
        address = make("SAMLResponse", answered())
        respond = judge().response
        ask = partial(respond, {}, address, request_id=REQUEST, now=NOON)

    with pytest.raises(error):
        ask()


def test_either_certificate_of_two_is_good() -> None:
    """The present one, and the next one."""
    both = (pair("old").certificate, pair("idp").certificate)

    for fields, address in (
        (posted(signed(GOOD.root)), ""),
        ({}, query(GOOD.root)),
    ):
        asked = judge(certificates=both).request(fields, address, now=NOON)
        assert asked.name_id == "ana"
