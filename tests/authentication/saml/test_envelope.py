"""What has to be signed, and signatures that were wrapped around something else."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from lxml import etree

from gateway.authentication.errors import WrongSignatureError
from gateway.authentication.saml.assertion import read_assertion
from gateway.authentication.saml.encryption import Decryptor
from gateway.authentication.saml.envelope import Opened, Opener
from gateway.authentication.saml.errors import (
    ForbiddenMarkupError,
    MissingSignatureError,
    RefusedStatusError,
)
from gateway.authentication.saml.names import SIGNATURE_METHODS
from gateway.authentication.saml.signature import Trust
from gateway.config.providers.saml import StrictSettings
from gateway.model.errors import CredentialError, MalformedCredentialError
from tests.authentication.saml.idp import (
    NAMESPACES,
    Parts,
    Signing,
    again,
    encrypted_response,
    pair,
    sign,
    signed_response,
    text,
    tree,
)

SAML, SAMLP, DS = (f"{{{NAMESPACES[name]}}}" for name in ("saml", "samlp", "ds"))
TRUST = Trust([pair("idp").certificate], frozenset(SIGNATURE_METHODS.values()))

# What loosens most; each test of wrapping goes through all of them.
STRICTNESS = {
    "both": {},
    "assertion": {"want_response_signed": False},
    "response": {"want_assertions_signed": False},
}


def opener(**strict: Any) -> Opener:
    return Opener(StrictSettings(**strict), Decryptor(pair("sp").private))


def opened(root: Any, **strict: bool) -> Opened:
    return opener(**strict).response(etree.tostring(root), TRUST)


def name_in(found: Opened) -> str:
    return read_assertion(found.assertion).name_id


COMBINATIONS = [
    ((response, assertion), strictness)
    for response in (True, False)
    for assertion in (True, False)
    for strictness in STRICTNESS
]


@pytest.mark.parametrize(
    ("signed", "strictness"),
    COMBINATIONS,
    ids=[f"response {r}, assertion {a}, wanted {s}" for (r, a), s in COMBINATIONS],
)
@pytest.mark.parametrize("make", [signed_response, encrypted_response])
def test_what_is_wanted_signed_is_signed(
    make: Callable[..., Any], signed: tuple[bool, bool], strictness: str
) -> None:
    response, assertion = signed
    root = make(response=response, assertion=assertion)
    enough = {
        "both": response and assertion,
        "assertion": assertion,
        "response": response,
    }
    if enough[strictness]:
        assert name_in(opened(root, **STRICTNESS[strictness])) == "ana"
    else:
        with pytest.raises(MissingSignatureError):
            opened(root, **STRICTNESS[strictness])


def test_a_signature_that_nobody_wants_is_verified_all_the_same() -> None:
    stranger = Signing(by=pair("stranger"))
    for root, strictness in (
        (signed_response(response=stranger), "assertion"),
        (signed_response(assertion=stranger), "response"),
    ):
        with pytest.raises(WrongSignatureError):
            opened(root, **STRICTNESS[strictness])


def test_encryption_may_be_wanted() -> None:
    assert (
        name_in(opened(encrypted_response(), want_assertions_encrypted=True)) == "ana"
    )
    with pytest.raises(MissingSignatureError):
        opened(signed_response(), want_assertions_encrypted=True)


def test_without_a_key_nothing_is_decrypted() -> None:
    with pytest.raises(MalformedCredentialError):
        Opener(StrictSettings(), None).response(
            etree.tostring(encrypted_response()), TRUST
        )


def test_what_comes_out_of_encryption_is_looked_at_as_well() -> None:
    other = Parts()
    root = encrypted_response(
        Parts(
            attributes="<saml:Advice>"
            + other.assertion().replace("-1", "-2")
            + "</saml:Advice>"
        )
    )
    with pytest.raises(ForbiddenMarkupError):
        opened(root)


def status(*codes: str) -> str:
    inner = ""
    for code in reversed(codes):
        inner = f'<samlp:StatusCode Value="{code}">{inner}</samlp:StatusCode>'
    return f"<samlp:Status>{inner}</samlp:Status>"


STATUS = "urn:oasis:names:tc:SAML:2.0:status:"


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ([f"{STATUS}Responder", f"{STATUS}AuthnFailed"], "Responder/AuthnFailed"),
        ([f"{STATUS}Requester"], "Requester"),
        ([f"{STATUS}Responder", ""], "Responder"),
        ([f"{STATUS}success"], "success"),
        ([f"{STATUS}Success", f"{STATUS}NoPassive"], "Success/NoPassive"),
        ([f" {STATUS}Success"], f" {STATUS}Success"),
    ],
    ids=["two", "one", "an empty one", "another case", "inside of success", "a space"],
)
def test_a_status_that_says_no_is_a_refusal(codes: list[str], said: str) -> None:
    root = tree(Parts(status=status(*codes)).response(""))
    with pytest.raises(RefusedStatusError) as caught:
        opened(root)
    assert caught.value.status == said


@pytest.mark.parametrize(
    "written",
    ["", "<samlp:Status/>", status(""), status(f"{STATUS}Success") * 2],
    ids=["none", "no code", "an empty code", "two"],
)
def test_a_status_that_says_nothing_is_malformed(written: str) -> None:
    with pytest.raises(MalformedCredentialError):
        opened(signed_response(Parts(status=written)))


def test_an_assertion_may_come_by_itself() -> None:
    element = tree(Parts().assertion())
    with pytest.raises(MissingSignatureError):
        opener().assertion(etree.tostring(element), TRUST)
    sign(element)
    raw = etree.tostring(element)
    assert read_assertion(opener().assertion(raw, TRUST)).name_id == "ana"
    for other in (etree.tostring(signed_response()), b"<x/>"):
        with pytest.raises(MalformedCredentialError):
            opener().assertion(other, TRUST)
    with pytest.raises(MalformedCredentialError):
        opener().response(raw, TRUST)


def evil(root: Any) -> Any:
    """Return an assertion like the signed one, about root, with another ID."""
    made = deepcopy(root.find(f"{SAML}Assertion"))
    made.set("ID", "_evil")
    made.find(f".//{SAML}NameID").text = "root"
    return made


def bare(assertion: Any) -> Any:
    made = deepcopy(assertion)
    made.remove(made.find(f"{DS}Signature"))
    return made


def parts_of(root: Any) -> tuple[Any, Any, Any]:
    """Return the signed assertion, its signature, and the forged one without any."""
    assertion = root.find(f"{SAML}Assertion")
    return assertion, assertion.find(f"{DS}Signature"), bare(evil(root))


def holder(name: str, *content: Any, namespace: str = NAMESPACES["samlp"]) -> Any:
    made = etree.Element(f"{{{namespace}}}{name}")
    made.extend(content)
    return made


def xsw1(root: Any) -> Any:
    """Put the signed response into the signature of a forged one."""
    forged = deepcopy(root)
    forged.set("ID", "_evil-response")
    for each in (forged.find(f"{DS}Signature"), forged.find(f"{SAML}Assertion")):
        forged.remove(each)
    forged.append(bare(evil(root)))
    original = deepcopy(root)
    signature = original.find(f"{DS}Signature")
    original.remove(signature)
    signature.append(original)
    forged.insert(1, signature)
    return forged


def xsw2(root: Any) -> Any:
    """Put the signed response before the signature of a forged one."""
    forged = xsw1(root)
    signature = forged.find(f"{DS}Signature")
    forged.insert(1, signature.find(f"{SAMLP}Response"))
    return forged


def xsw3(root: Any) -> Any:
    """Put a forged assertion before the signed one."""
    _, _, forged = parts_of(root)
    root.insert(2, forged)
    return root


def xsw4(root: Any) -> Any:
    """Put the signed assertion into a forged one."""
    assertion, _, forged = parts_of(root)
    root.remove(assertion)
    forged.append(assertion)
    root.append(forged)
    return root


def xsw5(root: Any) -> Any:
    """Let the forged assertion have the signature, and the signed one follow it."""
    assertion, signature, forged = parts_of(root)
    assertion.remove(signature)
    forged.insert(1, signature)
    root.remove(assertion)
    root.append(forged)
    root.append(assertion)
    return root


def xsw6(root: Any) -> Any:
    """Put the signed assertion into the signature of a forged one."""
    root = xsw5(root)
    forged, assertion = root.findall(f"{SAML}Assertion")
    forged.find(f"{DS}Signature").append(assertion)
    return root


def xsw7(root: Any) -> Any:
    """Put the forged assertion into extensions."""
    _, _, forged = parts_of(root)
    root.insert(1, holder("Extensions", forged))
    return root


def xsw8(root: Any) -> Any:
    """Put the signed assertion into an object of the forged one's signature."""
    root = xsw6(root)
    signature = root.find(f"{SAML}Assertion/{DS}Signature")
    assertion = signature.find(f"{SAML}Assertion")
    signature.append(holder("Object", assertion, namespace=NAMESPACES["ds"]))
    return root


def twin_ids(root: Any) -> Any:
    """Give the forged assertion the ID of the signed one."""
    root = xsw3(root)
    root.find(f"{SAML}Assertion").set("ID", "_assertion-1")
    return root


def no_id(root: Any) -> Any:
    """Take the ID from the forged assertion."""
    root = xsw3(root)
    del root.find(f"{SAML}Assertion").attrib["ID"]
    return root


def in_status(root: Any) -> Any:
    """Put the signed assertion where details of the status stand."""
    assertion, _, forged = parts_of(root)
    detail = holder("StatusDetail", assertion)
    root.find(f"{SAMLP}Status").append(detail)
    root.append(forged)
    return root


def in_advice(root: Any) -> Any:
    """Put the signed assertion where advice stands."""
    assertion, _, forged = parts_of(root)
    root.remove(assertion)
    forged.append(holder("Advice", assertion, namespace=NAMESPACES["saml"]))
    root.append(forged)
    return root


def in_key_info(root: Any) -> Any:
    """Put the forged assertion where keys stand."""
    _, signature, forged = parts_of(root)
    signature.append(holder("KeyInfo", forged, namespace=NAMESPACES["ds"]))
    return root


def as_value(root: Any) -> Any:
    """Put the forged assertion into a value of an attribute."""
    assertion, _, forged = parts_of(root)
    assertion.find(f".//{SAML}AttributeValue").append(forged)
    return root


def moved_signature(root: Any) -> Any:
    """Put the assertion's signature deeper into it."""
    assertion, signature, _ = parts_of(root)
    assertion.find(f"{SAML}Subject").append(signature)
    return root


def other_namespace(root: Any) -> Any:
    """Call the forged assertion so that only its local name is an assertion's."""
    assertion, _, forged = parts_of(root)
    other = tree(text(forged).replace(NAMESPACES["saml"], "urn:evil"))
    root.insert(root.index(assertion), other)
    return root


def other_signature(root: Any) -> Any:
    """Call another signature so that only its local name is one's."""
    assertion, signature, _ = parts_of(root)
    other = tree(text(signature).replace(NAMESPACES["ds"], "urn:evil"))
    assertion.insert(1, other)
    return root


def encrypted_too(root: Any) -> Any:
    """Put an encrypted assertion beside the plain one."""
    root.append(holder("EncryptedAssertion", namespace=NAMESPACES["saml"]))
    return root


def nested_response(root: Any) -> Any:
    """Put the whole response into another one."""
    forged = tree(Parts(id="_evil-response").response(""))
    forged.append(root)
    return forged


def subject_twice(root: Any) -> Any:
    """Put a second subject before the signed one."""
    assertion, _, forged = parts_of(root)
    assertion.insert(1, forged.find(f"{SAML}Subject"))
    return root


WRAPPINGS = {
    each.__name__: each
    for each in (
        *(xsw1, xsw2, xsw3, xsw4, xsw5, xsw6, xsw7, xsw8),
        *(twin_ids, no_id, in_status, in_advice, in_key_info, as_value),
        *(moved_signature, other_namespace, other_signature, encrypted_too),
        *(nested_response, subject_twice),
    )
}


@pytest.mark.parametrize("strictness", STRICTNESS)
@pytest.mark.parametrize("name", WRAPPINGS)
def test_wrapped_signatures_are_refused(name: str, strictness: str) -> None:
    root = signed_response(response=strictness != "assertion", assertion=True)
    if strictness == "assertion" and name in {"xsw1", "xsw2"}:
        root = signed_response()
    wrapped = again(WRAPPINGS[name](root))
    with pytest.raises(CredentialError):
        opened(wrapped, **STRICTNESS[strictness])


def test_values_are_read_from_the_signed_bytes_alone() -> None:
    # Outside of the assertion's signature, and without one of the response.
    root = signed_response(response=False)
    root.append(holder("Extensions"))
    found = opened(again(root), want_response_signed=False)
    assert found.assertion.getparent() is None
    assert found.assertion.find(f"{DS}Signature") is None
