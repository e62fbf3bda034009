"""The key ring of a running gateway: what signs now, and what is published.

The file is the truth. A change is written there first and taken into memory second, so
that no process ever signs with a key that the others could not publish. Reading is one
look at an immutable snapshot, without a lock: it stands on the path of each request.

References: RFC 7517 section 5 (JWK set); OpenID Connect Core section 10.1.1 (rotation).
"""

import copy
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from gateway.keys.codec import decode_ring, encode_ring
from gateway.keys.errors import KeyRingError, SealError
from gateway.keys.ring import (
    KeyState,
    Ring,
    RotationPlan,
    advance,
    begin,
    promote,
)
from gateway.keys.ring_file import RingFile, Stamp
from gateway.keys.seal import Seal, StoreKey
from gateway.keys.signing import Algorithm, PublicKey, SigningKey

_PURPOSE = "key ring"
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class KeyDescription:
    """What may be told about a key."""

    kid: str
    algorithm: Algorithm
    state: KeyState
    published_at: datetime
    activated_at: datetime | None
    retired_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """One version of the ring, prepared for reading."""

    ring: Ring
    stamp: Stamp
    signing: SigningKey
    public: dict[str, tuple[Algorithm, PublicKey]]


class KeyRing:
    """The gateway's own keys. Make one with `open`."""

    def __init__(
        self,
        *,
        file: RingFile,
        seal: Seal,
        plan: RotationPlan,
        clock: Callable[[], datetime],
    ) -> None:
        self._file = file
        self._seal = seal
        self._plan = plan
        self._clock = clock
        # For those who change the snapshot; those who read it need no lock.
        self._changing = threading.Lock()
        self._snapshot = self._load() or self._begin()

    @classmethod
    def open(
        cls,
        directory: Path,
        *,
        store_key: StoreKey,
        plan: RotationPlan,
        clock: Callable[[], datetime],
    ) -> "KeyRing":
        """Return the ring in a folder; make folder and ring at the first start.

        Raises:
            KeyRingError: The ring was sealed with another store key, is damaged, is
                open to others than its owner, or cannot be read or made. Nothing is
                overwritten.
        """
        file = RingFile(directory=directory)
        file.prepare()
        return cls(file=file, seal=Seal(key=store_key), plan=plan, clock=clock)

    def signing_key(self) -> SigningKey:
        """Return the key that signs now."""
        return self._snapshot.signing

    def public_key(self, kid: str) -> tuple[Algorithm, PublicKey] | None:
        """Return a published key with its only algorithm; `None` if it is not ours."""
        return self._snapshot.public.get(kid)

    def public_jwks(self) -> dict[str, Any]:
        """Return all published keys as a JWK set, the active one first.

        Reference: RFC 7517 section 5.
        """
        return {"keys": [copy.copy(key.jwk) for key in self._snapshot.ring.keys]}

    def list(self) -> tuple[KeyDescription, ...]:
        """Return what may be told about each key, the active one first."""
        return tuple(
            KeyDescription(
                kid=key.kid,
                algorithm=key.algorithm,
                state=key.state,
                published_at=key.published_at,
                activated_at=key.activated_at,
                retired_at=key.retired_at,
                expires_at=key.expires_at,
            )
            for key in self._snapshot.ring.keys
        )

    def rotate(self, *, force: bool = False) -> SigningKey:
        """Promote the next key, and return it.

        Args:
            force: Promote it even if it has not been published for long enough.
                Verifiers that hold an older JWKS refuse its tokens until they fetch.

        Raises:
            UnpublishedKeyError: It has not been published for long enough.
            KeyRingError: The ring cannot be read or written. The old key still signs.
        """
        plan = self._plan
        self._change(lambda ring, now: promote(ring, plan, now, force=force))
        return self._snapshot.signing

    def tick(self) -> bool:
        """Do what is due: promote, drop what has expired. Return whether it changed.

        For the scheduler, and once at start. Takes up what other processes wrote.

        Raises:
            KeyRingError: The ring cannot be read or written. The old key still signs.
        """
        changed = self.refresh()
        ring = self._snapshot.ring
        if advance(ring, self._plan, self._clock()) is ring:
            return changed
        # Looked at again under the lock: another process may have been quicker.
        plan = self._plan
        return self._change(lambda ring, now: advance(ring, plan, now)) or changed

    def refresh(self) -> bool:
        """Take up what another process wrote. Return whether there was anything.

        Raises:
            KeyRingError: The ring has gone or cannot be read. The old one still serves.
        """
        with self._changing:
            if self._file.stamp() == self._snapshot.stamp:
                return False
            self._snapshot = self._present()
            return True

    def _change(self, step: Callable[[Ring, datetime], Ring]) -> bool:
        """Apply a step to the ring in the file, then to the one in memory."""
        with self._changing, self._file.lock():
            present = self._present()
            ring = step(present.ring, self._clock())
            changed = ring is not present.ring
            self._snapshot = self._store(ring) if changed else present
            return changed

    def _present(self) -> _Snapshot:
        snapshot = self._load()
        if snapshot is None:
            raise KeyRingError(f"{self._file.path}: has disappeared")
        return snapshot

    def _begin(self) -> _Snapshot:
        with self._file.lock():
            # Another process may have begun one while this one waited.
            return self._load() or self._store(begin(self._plan, self._clock()))

    def _load(self) -> _Snapshot | None:
        found = self._file.read()
        if found is None:
            return None
        raw, stamp = found
        try:
            return _prepare(decode_ring(self._open(raw)), stamp)
        except (KeyRingError, SealError) as error:
            raise KeyRingError(f"{self._file.path}: {error.detail}") from error

    def _open(self, raw: bytes) -> bytes:
        try:
            document = json.loads(raw)
        except (ValueError, RecursionError) as error:
            raise KeyRingError("is damaged: it is no JSON") from error
        if not isinstance(document, dict) or document.get("format") != _FORMAT:
            raise KeyRingError("is of an unknown format")
        return self._seal.open(str(document.get("ring", "")), purpose=_PURPOSE)

    def _store(self, ring: Ring) -> _Snapshot:
        sealed = self._seal.seal(encode_ring(ring), purpose=_PURPOSE)
        document = {"format": _FORMAT, "ring": sealed}
        return _prepare(ring, self._file.replace(json.dumps(document).encode() + b"\n"))


def _prepare(ring: Ring, stamp: Stamp) -> _Snapshot:
    active = ring.active
    if active.private_key is None:
        raise KeyRingError("the active key of the ring cannot sign")
    return _Snapshot(
        ring=ring,
        stamp=stamp,
        signing=SigningKey(active.kid, active.algorithm, active.private_key),
        public={key.kid: (key.algorithm, key.public_key) for key in ring.keys},
    )
