"""Encrypted assertions, as xmlsec makes them, and everything that is none."""

from base64 import b64encode
from typing import Any

import pytest
import xmlsec
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hashes import SHA1

from gateway.authentication.errors import WrongAlgorithmError
from gateway.authentication.saml.encryption import Decryptor
from gateway.authentication.saml.names import DS, XENC, XENC11
from gateway.model.errors import CredentialError, MalformedCredentialError
from tests.authentication.saml.idp import Parts, again, encrypt, pair, tree

C = xmlsec.constants
NAMES = {"xenc": XENC, "ds": DS, "x11": XENC11}


def decryptor(*, allow_cbc: bool = False) -> Decryptor:
    return Decryptor(pair("sp").private, allow_cbc=allow_cbc)


def sealed(**how: Any) -> Any:
    return encrypt(tree(Parts().assertion()), **how)


GOOD = {
    "aes128-gcm": C.TransformAes128Gcm,
    "aes192-gcm": C.TransformAes192Gcm,
    "aes256-gcm": C.TransformAes256Gcm,
    "aes128-cbc": C.TransformAes128Cbc,
    "aes192-cbc": C.TransformAes192Cbc,
    "aes256-cbc": C.TransformAes256Cbc,
}


@pytest.mark.parametrize("name", GOOD)
def test_what_is_encrypted_for_the_gateway_is_decrypted(name: str) -> None:
    opened = decryptor(allow_cbc=True).decrypt(sealed(cipher=GOOD[name]))
    assert opened.startswith(b"<saml:Assertion ")
    assert opened.endswith(b"</saml:Assertion>")


def test_ciphers_that_hide_changes_have_to_be_allowed() -> None:
    with pytest.raises(WrongAlgorithmError):
        decryptor().decrypt(sealed(cipher=C.TransformAes256Cbc))


def test_the_key_may_stand_beside_what_it_opens() -> None:
    element = sealed()
    element.append(element.find(".//xenc:EncryptedKey", NAMES))
    assert decryptor().decrypt(again(element)).startswith(b"<saml:Assertion ")


def test_pkcs1_is_refused() -> None:
    with pytest.raises(WrongAlgorithmError):
        decryptor().decrypt(sealed(wrap=C.TransformRsaPkcs1))


def test_whatever_is_wrong_with_a_key_looks_the_same() -> None:
    said = set()
    stranger = Decryptor(pair("stranger").private)
    for wrong, element in (
        (stranger, sealed()),
        (decryptor(), cut("xenc:CipherData", -1)),
        (decryptor(), cut("ds:KeyInfo/xenc:EncryptedKey/xenc:CipherData", 0)),
        (decryptor(), renamed("xenc:EncryptionMethod", f"{XENC11}aes128-gcm")),
    ):
        with pytest.raises(MalformedCredentialError) as caught:
            wrong.decrypt(element)
        said.add(caught.value.detail)
    assert said == {"the assertion cannot be decrypted"}


def cut(path: str, position: int) -> Any:
    element = sealed()
    value = element.find(f"xenc:EncryptedData/{path}/xenc:CipherValue", NAMES)
    text = "".join(value.text.split())
    # One bit of the first or the last whole group of characters.
    at = 0 if position == 0 else len(text) - 8
    value.text = text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
    return element


def renamed(path: str, algorithm: str) -> Any:
    element = sealed()
    element.find(f"xenc:EncryptedData/{path}", NAMES).set("Algorithm", algorithm)
    return element


def put(path: str, xml: str) -> Any:
    element = sealed()
    element.find(f"xenc:EncryptedData/{path}", NAMES).append(tree(xml))
    return again(element)


def without(path: str) -> Any:
    element = sealed()
    found = element.find(f".//{path}", NAMES)
    found.getparent().remove(found)
    return element


def valued(path: str, text: str) -> Any:
    element = sealed()
    element.find(f"xenc:EncryptedData/{path}", NAMES).text = text
    return element


KEY = "ds:KeyInfo/xenc:EncryptedKey"
METHOD = f"{KEY}/xenc:EncryptionMethod"
MGF = f'<m:MGF xmlns:m="{XENC11}" Algorithm="urn:x"/>'
PARAMETERS = f'<e:OAEPparams xmlns:e="{XENC}">AA==</e:OAEPparams>'
HASH = f'<d:DigestMethod xmlns:d="{DS}" Algorithm="urn:x"/>'
SEALED = f'<e:EncryptedData xmlns:e="{XENC}"/>'

ODD = {
    "unknown cipher": lambda: renamed("xenc:EncryptionMethod", "urn:x"),
    "triple DES": lambda: renamed("xenc:EncryptionMethod", f"{XENC}tripledes-cbc"),
    "unknown wrapping": lambda: renamed(METHOD, "urn:x"),
    "a mask that is none": lambda: put(METHOD, MGF),
    "parameters": lambda: put(METHOD, PARAMETERS),
    "no method": lambda: without("xenc:EncryptionMethod"),
    "no key": lambda: without("xenc:EncryptedKey"),
    "no information on keys": lambda: without("ds:KeyInfo"),
    "two keys": lambda: put("ds:KeyInfo", f'<e:EncryptedKey xmlns:e="{XENC}"/>'),
    "no cipher text": lambda: without("xenc:CipherValue"),
    "no base64": lambda: valued("xenc:CipherData/xenc:CipherValue", "?"),
    "empty": lambda: valued("xenc:CipherData/xenc:CipherValue", ""),
    "nothing": lambda: tree("<x/>"),
    "another hash": lambda: other_hash("urn:x"),
}


def other_hash(name: str) -> Any:
    element = sealed()
    method = element.find(f"xenc:EncryptedData/{METHOD}", NAMES)
    for each in list(method):
        method.remove(each)
    method.append(tree(HASH.replace("urn:x", name)))
    return again(element)


@pytest.mark.parametrize("name", ODD)
def test_odd_encryption_is_refused(name: str) -> None:
    with pytest.raises(CredentialError):
        decryptor().decrypt(ODD[name]())


@pytest.mark.parametrize("length", [0, 15, 16, 33], ids=str)
def test_odd_lengths_of_cbc_are_refused(length: int) -> None:
    element = sealed(cipher=C.TransformAes128Cbc)
    value = element.find("xenc:EncryptedData/xenc:CipherData/xenc:CipherValue", NAMES)
    value.text = b64encode(bytes(length)).decode()
    with pytest.raises(MalformedCredentialError):
        decryptor(allow_cbc=True).decrypt(element)


def test_padding_of_cbc_has_a_length() -> None:
    element = sealed(cipher=C.TransformAes128Cbc)
    # XML Encryption's default, which xmlsec goes by as well.
    padding = OAEP(mgf=MGF1(SHA1()), algorithm=SHA1(), label=None)  # noqa: S303
    wrapped = pair("sp").private.public_key().encrypt(bytes(16), padding)
    cipher = Cipher(AES(bytes(16)), CBC(bytes(16))).encryptor()
    content = bytes(16) + cipher.update(b"a" * 15 + b"\x11") + cipher.finalize()
    for path, raw in (("", content), (f"{KEY}/", wrapped)):
        value = element.find(
            f"xenc:EncryptedData/{path}xenc:CipherData/xenc:CipherValue", NAMES
        )
        value.text = b64encode(raw).decode()
    with pytest.raises(MalformedCredentialError):
        decryptor(allow_cbc=True).decrypt(element)


def test_a_key_is_in_no_text() -> None:
    assert "key" not in repr(decryptor()).replace("Decryptor", "")
