"""A client that proves a password by SRP, written from the specification alone.

One that nobody here wrote is asked in tests/peers/test_sign_in_srp.py.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field, replace
from datetime import datetime

from gateway.pool import srp
from gateway.pool.sign_in.values import Asked, Parameter, SrpProof, SrpStart
from tests.pool.house import PASSWORD


def timestamp_of(time: datetime) -> str:
    """Return a time as clients write it: the day without a leading zero."""
    return f"{time:%a %b} {time.day} {time:%H:%M:%S} UTC {time:%Y}"


@dataclass
class SrpClient:
    """Knows a password, or not.

    Attributes:
        group: The pool's part after `_`, or a device group's key.
        password: What it believes the password to be.
        name: Whom it signs for; empty for whom the server says.
    """

    group: str
    password: str = PASSWORD
    name: str = ""
    # As short as RFC 5054 section 2.5.4 allows: each bit more is time for every proof.
    secret: int = field(default=0x9234_5678_9ABC_DEF0 << 192, repr=False)

    @property
    def public(self) -> int:
        return pow(srp.G, self.secret, srp.N)

    @property
    def start(self) -> SrpStart:
        return SrpStart(f"{self.public:x}")

    def proof(self, asked: Asked, now: datetime) -> SrpProof:
        """Return what it signs."""
        said = asked.parameters
        return self.proof_of(
            salt=int(said[Parameter.SALT], 16),
            public=int(said[Parameter.SRP_B], 16),
            block=said[Parameter.SECRET_BLOCK],
            name=self.name or said[Parameter.USER_ID],
            timestamp=timestamp_of(now),
        )

    def proof_of(
        self, *, salt: int, public: int, block: str, name: str, timestamp: str
    ) -> SrpProof:
        key = self._key(salt, public, name)
        message = f"{self.group}{name}".encode() + base64.b64decode(block)
        signature = hmac.digest(key, message + timestamp.encode(), "sha256")
        return SrpProof(base64.b64encode(signature).decode(), block, timestamp)

    def _key(self, salt: int, public: int, name: str) -> bytes:
        identity = f"{self.group}{name}:{self.password}".encode()
        x = _hash(srp.padded(salt), hashlib.sha256(identity).digest())
        u = _hash(srp.padded(self.public), srp.padded(public))
        k = _hash(srp.padded(srp.N), srp.padded(srp.G))
        base = public - k * pow(srp.G, x, srp.N)
        shared = pow(base, self.secret + u * x, srp.N)
        extracted = hmac.digest(srp.padded(u), srp.padded(shared), "sha256")
        return hmac.digest(extracted, b"Caldera Derived Key\x01", "sha256")[:16]


def url_safe(proof: SrpProof) -> SrpProof:
    """Return the same proof in the other alphabet, without padding."""
    other = str.maketrans("+/", "-_")
    return replace(
        proof,
        signature=proof.signature.translate(other).rstrip("="),
        secret_block=proof.secret_block.translate(other).rstrip("="),
    )


def _hash(*parts: bytes) -> int:
    return int.from_bytes(hashlib.sha256(b"".join(parts)).digest())
