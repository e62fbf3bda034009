"""Assertions that are encrypted for the gateway.

Decrypted here and not by xmlsec, so that what comes out is text again, which is looked at
like every other document before it is parsed. RSA with PKCS #1 v1.5 is refused: whoever can
ask whether its padding is right can decrypt. Whatever goes wrong, one error is raised.

References: XML Encryption 1.1 section 5; Jager and Somorovsky, "How to Break XML Encryption"
(2011).
"""

import re
from base64 import b64decode
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm

from gateway.authentication.errors import WrongAlgorithmError
from gateway.authentication.saml.document import (
    Element,
    find_child,
    get_child,
    text_of,
)
from gateway.authentication.saml.names import DS, XENC, XENC11
from gateway.model.errors import MalformedCredentialError

# Key sizes in bytes. GCM notices when a cipher text was changed; CBC does not.
_GCM: Final = {
    f"{XENC11}aes128-gcm": 16,
    f"{XENC11}aes192-gcm": 24,
    f"{XENC11}aes256-gcm": 32,
}
_CBC: Final = {
    f"{XENC}aes128-cbc": 16,
    f"{XENC}aes192-cbc": 24,
    f"{XENC}aes256-cbc": 32,
}
_IV: Final = {"gcm": 12, "cbc": 16}
_BLOCK: Final = 16

# OAEP does not rest on its hash being free of collisions, and SHA-1 is its default.
_HASHES: Final[dict[str, type[HashAlgorithm]]] = {
    "": SHA1,
    f"{DS}sha1": SHA1,
    f"{XENC}sha256": SHA256,
}
_MASKS: Final[dict[str, type[HashAlgorithm]]] = {
    "": SHA1,
    f"{XENC11}mgf1sha1": SHA1,
    f"{XENC11}mgf1sha256": SHA256,
}
_OAEP: Final = (f"{XENC}rsa-oaep-mgf1p", f"{XENC11}rsa-oaep")

_BLANK: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Decryptor:
    """Decrypts what is encrypted for the gateway.

    Attributes:
        key: The gateway's key for the provider.
        allow_cbc: Whether ciphers are accepted that do not notice changes.
    """

    key: RSAPrivateKey = field(repr=False)
    allow_cbc: bool = False

    def decrypt(self, encrypted: Element) -> bytes:
        """Return the text of an `EncryptedAssertion`.

        Raises:
            WrongAlgorithmError: It is encrypted in a way that is not accepted.
            MalformedCredentialError: It cannot be decrypted.
        """
        sealed = get_child(encrypted, XENC, "EncryptedData")
        algorithm = _algorithm(sealed)
        known = _GCM | _CBC if self.allow_cbc else _GCM
        if algorithm not in known:
            raise WrongAlgorithmError("an encryption that is not accepted")
        content = _cipher_text(sealed)
        try:
            key = self._unwrap(_encrypted_key(encrypted, sealed))
            if len(key) == known[algorithm]:
                return _open(algorithm, key, content)
        except (ValueError, InvalidTag) as error:
            raise _undecipherable() from error
        raise _undecipherable()

    def _unwrap(self, encrypted_key: Element) -> bytes:
        method = get_child(encrypted_key, XENC, "EncryptionMethod")
        if method.get("Algorithm") not in _OAEP:
            raise WrongAlgorithmError(
                "a key that is encrypted in another way than OAEP"
            )
        digest = find_child(method, DS, "DigestMethod")
        mask = find_child(method, XENC11, "MGF")
        if find_child(method, XENC, "OAEPparams") is not None:
            raise WrongAlgorithmError("OAEP with parameters")
        padding = OAEP(
            mgf=MGF1(_hash(_MASKS, mask)()),
            algorithm=_hash(_HASHES, digest)(),
            label=None,
        )
        return self.key.decrypt(_cipher_text(encrypted_key), padding)


def _undecipherable() -> MalformedCredentialError:
    return MalformedCredentialError("the assertion cannot be decrypted")


def _hash(
    known: dict[str, type[HashAlgorithm]], named: Element | None
) -> type[HashAlgorithm]:
    name = "" if named is None else named.get("Algorithm", "?")
    if name not in known:
        raise WrongAlgorithmError("OAEP with a hash that is not accepted")
    return known[name]


def _algorithm(sealed: Element) -> str:
    method = get_child(sealed, XENC, "EncryptionMethod")
    algorithm: str = method.get("Algorithm", "")
    return algorithm


def _encrypted_key(encrypted: Element, sealed: Element) -> Element:
    """Return the one key, which stands in the encrypted element or beside it."""
    about = find_child(sealed, DS, "KeyInfo")
    inside = find_child(about, XENC, "EncryptedKey") if about is not None else None
    return get_child(encrypted, XENC, "EncryptedKey") if inside is None else inside


def _cipher_text(sealed: Element) -> bytes:
    # `CipherReference`, which would have to be fetched, is no `CipherValue`.
    value = get_child(get_child(sealed, XENC, "CipherData"), XENC, "CipherValue")
    try:
        return b64decode(_BLANK.sub("", text_of(value)), validate=True)
    except ValueError as error:
        raise MalformedCredentialError("a cipher text that is no base64") from error


def _open(algorithm: str, key: bytes, content: bytes) -> bytes:
    length = _IV[algorithm[-3:]]
    iv, sealed = content[:length], content[length:]
    if algorithm in _GCM:
        return AESGCM(key).decrypt(iv, sealed, None)
    decryptor = Cipher(AES(key), CBC(iv)).decryptor()
    padded = decryptor.update(sealed) + decryptor.finalize()
    # The last byte says how many there are too many; the others may be anything.
    if not padded or not 1 <= padded[-1] <= _BLOCK:
        raise ValueError("no padding")
    return padded[: -padded[-1]]
