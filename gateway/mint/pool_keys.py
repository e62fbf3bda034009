"""The signing keys of pools: two rings each, one for ID tokens and one for access tokens.

They live as the gateway's own keys do (`gateway.keys.ring`): published before they sign, and
for as long after as anything that they signed is good. But they stand in the database, sealed,
since pools come and go while the gateway runs, and since several gateways issue for one pool.
A ring is made when it is first needed, and moves on when somebody looks at it.

Private keys leave this module for a signer alone.
"""

import copy
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from threading import Lock
from typing import Any, Protocol, cast

from sqlalchemy import Connection

from gateway.keys.codec import decode_ring, encode_ring
from gateway.keys.ring import Ring, RotationPlan, advance, begin, promote
from gateway.keys.signing import Algorithm, PrivateKey, PublicKey, SigningKey
from gateway.mint.signer import Signer
from gateway.storage.database import Database
from gateway.storage.pools.key_rings import PoolKeyRings, StoredRing
from gateway.storage.pools.oauth_tables import POOL_KEY_RING
from gateway.storage.sealed import SealedColumn

# What others have changed is seen after this. A next key is published for far longer.
FRESH = timedelta(seconds=60)

# Cognito's clients know no other algorithm. Tokens live for a day at most.
PLAN = RotationPlan(
    algorithm="RS256",
    rotate_every=timedelta(days=90),
    publish_before=timedelta(days=2),
    retain_after=timedelta(days=2),
)


class KeyPurpose(StrEnum):
    """What a key signs."""

    ID = "id"
    ACCESS = "access"


class Seal(Protocol):
    """Protects values for a purpose."""

    def seal(self, plaintext: bytes, *, purpose: str) -> str:
        """Return the sealed value as printable ASCII."""

    def open(self, sealed: str, *, purpose: str) -> bytes:
        """Return what was sealed, or raise `SealError`."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A ring, prepared for reading."""

    ring: Ring
    version: int
    seen_at: float
    signing: SigningKey
    public: Mapping[str, tuple[Algorithm, PublicKey]] = field(repr=False)


class PoolKeys:
    """The keys of all pools. Blocks now and then; call it in a thread."""

    def __init__(
        self,
        *,
        database: Database,
        seal: Seal,
        clock: Callable[[], datetime],
        plan: RotationPlan = PLAN,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin with nothing known.

        Args:
            database: Where the rings are.
            seal: Protects them there.
            clock: The time, aware UTC.
            plan: When keys change.
            monotonic: Seconds that pass.
        """
        self._database = database
        self._column = SealedColumn(POOL_KEY_RING.c.ring, seal=seal)
        self._clock = clock
        self._plan = plan
        self._monotonic = monotonic
        self._known: dict[tuple[str, KeyPurpose], _Known] = {}
        self._signers: dict[tuple[str, KeyPurpose], Signer] = {}
        # Making keys takes half a second of a core: one thread does it, the others wait.
        self._changing = Lock()

    def signer(self, pool_id: str, purpose: KeyPurpose) -> Signer:
        """Return what signs tokens of a pool.

        Raises:
            KeyRingError: The keys cannot be trusted.
            StorageError: They can be neither read nor made; no such pool.
        """
        found = self._signers.get((pool_id, purpose))
        if found is None:
            found = Signer(keys=_OneRing(self, pool_id, purpose))
            self._signers[(pool_id, purpose)] = found
        return found

    def signing_key(self, pool_id: str, purpose: KeyPurpose) -> SigningKey:
        """Return the key that signs now; raises as `signer` does."""
        return self._ring(pool_id, purpose).signing

    def public_key(
        self, pool_id: str, purpose: KeyPurpose, kid: str
    ) -> tuple[Algorithm, PublicKey] | None:
        """Return a published key with its only algorithm; raises as `signer` does."""
        return self._ring(pool_id, purpose).public.get(kid)

    def public_jwks(self, pool_id: str) -> dict[str, Any]:
        """Return all published keys of a pool as a JWK set; raises as `signer` does.

        Reference: RFC 7517 section 5.
        """
        rings = [self._ring(pool_id, purpose).ring for purpose in KeyPurpose]
        return {"keys": [copy.copy(key.jwk) for ring in rings for key in ring.keys]}

    def rotate(self, pool_id: str, *, force: bool = False) -> None:
        """Let the next keys of a pool sign.

        Args:
            pool_id: The pool.
            force: Also keys that have not been published for long enough.

        Raises:
            UnpublishedKeyError: They have not been, and are not forced.
            KeyRingError: The keys cannot be trusted.
            StorageError: The change cannot be kept. The old keys still sign.
        """
        for purpose in KeyPurpose:
            with self._changing:
                ring = self._load(pool_id, purpose)
                now = self._clock()
                step = promote(ring.ring, self._plan, now, force=force)
                self._change(pool_id, purpose, ring, step)

    def forget(self, pool_id: str) -> None:
        """Remember nothing of a pool that is gone."""
        for purpose in KeyPurpose:
            self._known.pop((pool_id, purpose), None)
            self._signers.pop((pool_id, purpose), None)

    def _ring(self, pool_id: str, purpose: KeyPurpose) -> _Known:
        known = self._known.get((pool_id, purpose))
        if known is not None and self._is_fresh(known):
            return known
        with self._changing:
            # Another thread may have been quicker.
            known = self._known.get((pool_id, purpose))
            if known is not None and self._is_fresh(known):
                return known
            found = self._load(pool_id, purpose)
            moved = advance(found.ring, self._plan, self._clock())
            if moved is not found.ring:
                found = self._change(pool_id, purpose, found, moved)
            return found

    def _is_fresh(self, known: _Known) -> bool:
        return self._monotonic() - known.seen_at < FRESH.total_seconds()

    def _load(self, pool_id: str, purpose: KeyPurpose) -> _Known:
        """Return the ring as it is kept; make the first one."""
        with self._database.reading() as connection:
            stored = PoolKeyRings(connection).find(pool_id, purpose)
        if stored is None:
            first = self._seal(pool_id, purpose, begin(self._plan, self._clock()))

            def work(connection: Connection) -> StoredRing:
                return PoolKeyRings(connection).begin(pool_id, purpose, first)

            # Of several gateways that make one, the first one's is everybody's.
            stored = self._database.write(work)
        return self._take(pool_id, purpose, stored)

    def _change(
        self, pool_id: str, purpose: KeyPurpose, before: _Known, ring: Ring
    ) -> _Known:
        sealed = self._seal(pool_id, purpose, ring)

        def work(connection: Connection) -> StoredRing:
            # If another gateway was quicker, its ring is the one.
            return PoolKeyRings(connection).change(
                pool_id, purpose, sealed, before=before.version
            )

        return self._take(pool_id, purpose, self._database.write(work))

    def _take(self, pool_id: str, purpose: KeyPurpose, stored: StoredRing) -> _Known:
        ring = decode_ring(self._column.open(stored.ring, pool_id, purpose))
        active = ring.active
        # Of a ring that was decoded, every key but the retired ones can sign.
        private = cast("PrivateKey", active.private_key)
        known = _Known(
            ring=ring,
            version=stored.version,
            seen_at=self._monotonic(),
            signing=SigningKey(active.kid, active.algorithm, private),
            public={key.kid: (key.algorithm, key.public_key) for key in ring.keys},
        )
        self._known[(pool_id, purpose)] = known
        return known

    def _seal(self, pool_id: str, purpose: KeyPurpose, ring: Ring) -> str:
        return self._column.seal(encode_ring(ring), pool_id, purpose)


class _OneRing:
    """One ring of one pool, as a signer asks for it."""

    def __init__(self, keys: PoolKeys, pool_id: str, purpose: KeyPurpose) -> None:
        self._keys = keys
        self._pool_id = pool_id
        self._purpose = purpose

    def signing_key(self) -> SigningKey:
        """Return the key that signs now."""
        return self._keys.signing_key(self._pool_id, self._purpose)

    def public_key(self, kid: str) -> tuple[str, PublicKey] | None:
        """Return the algorithm and the key of a published `kid`."""
        return self._keys.public_key(self._pool_id, self._purpose, kid)
