"""An authenticator and the browser before it, as honest or as odd as a test wants them.

Real ones are asked in tests/peers/test_passkeys.py.
"""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field, replace
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

HOST = "login.example.com"
ORIGIN = "https://login.example.com"

PRESENT, VERIFIED, SYNCABLE, SYNCED, ATTESTED = 1, 4, 8, 16, 64


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "===")


@dataclass
class Authenticator:
    """Keeps one passkey.

    Attributes:
        host: What it makes it for.
        origin: The page that the browser shows.
        flags: What it says of itself.
        count: Its counter; it goes on with each use unless it has `step` 0.
        client: More of what the browser says, in the place of what is true.
        public: Its key in COSE's form, in the place of the true one.
    """

    host: str = HOST
    origin: str = ORIGIN
    flags: int = PRESENT | VERIFIED
    count: int = 0
    step: int = 1
    client: dict[str, Any] = field(default_factory=dict)
    handle: str | None = None
    public: bytes | None = None
    format: str = "none"
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(20))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def but(self, **changed: Any) -> "Authenticator":
        """Return another one with the same key."""
        return replace(self, **changed)

    def make(self, options: str) -> dict[str, Any]:
        """Return what the browser says once a passkey was made."""
        asked = json.loads(options)
        self.handle = asked["user"]["id"]
        client = self._client("webauthn.create", asked["challenge"])
        length = len(self.credential_id).to_bytes(2)
        attested = bytes(16) + length + self.credential_id + self.cose()
        said = self._said(ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": self.format, "attStmt": {}, "authData": said})
        return self._whole(
            clientDataJSON=text(client),
            attestationObject=text(attestation),
            transports=["internal", "hybrid", "telepathy"],
        )

    def use(self, options: str) -> dict[str, Any]:
        """Return what the browser says once the passkey was used."""
        client = self._client("webauthn.get", json.loads(options)["challenge"])
        self.count += self.step
        said = self._said(0)
        signed = said + hashlib.sha256(client).digest()
        return self._whole(
            clientDataJSON=text(client),
            authenticatorData=text(said),
            signature=text(self.key.sign(signed, ec.ECDSA(SHA256()))),
            **({} if self.handle is None else {"userHandle": self.handle}),
        )

    def cose(self) -> bytes:
        """Return the public key."""
        if self.public is not None:
            return self.public
        point = self.key.public_key().public_numbers()
        parts = {-2: point.x.to_bytes(32), -3: point.y.to_bytes(32)}
        return cbor2.dumps({1: 2, 3: -7, -1: 1, **parts})

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin}
        return json.dumps({**said, **self.client}).encode()

    def _said(self, more: int) -> bytes:
        host = hashlib.sha256(self.host.encode()).digest()
        return host + bytes([self.flags | more]) + self.count.to_bytes(4)

    def _whole(self, **response: Any) -> dict[str, Any]:
        name = text(self.credential_id)
        whole = {"id": name, "rawId": name, "type": "public-key", "response": response}
        return {**whole, "authenticatorAttachment": "platform"}
