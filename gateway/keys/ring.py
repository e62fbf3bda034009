"""The key ring as a value, and the steps of a key's life.

A key is *next* while it is published and does not sign yet, *active* while it signs, and
*retired* while tokens that it signed may still be about. Each step returns a new ring;
nothing here reads a file or a clock. docs/decisions/0008-key-ring.md tells why.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from gateway.keys.errors import KeyRingError, UnpublishedKeyError
from gateway.keys.signing import (
    Algorithm,
    PrivateKey,
    PublicKey,
    generate,
    public_jwk,
)


class KeyState(StrEnum):
    """Where a key is in its life."""

    NEXT = "next"
    ACTIVE = "active"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class RotationPlan:
    """When keys change.

    Attributes:
        algorithm: What new keys are for.
        rotate_every: How long a key signs.
        publish_before: How long a key is published before it may sign.
        retain_after: How long a key stays published after its last signature; at least
            the longest lifetime of anything that it signs, plus clock skew.
    """

    algorithm: Algorithm
    rotate_every: timedelta
    publish_before: timedelta
    retain_after: timedelta


@dataclass(frozen=True, slots=True)
class RingKey:
    """One key of the ring.

    Attributes:
        jwk: Its public half, as published.
        private_key: `None` once retired: what cannot sign any more cannot be stolen.
        expires_at: When a retired key leaves the ring.
    """

    algorithm: Algorithm
    state: KeyState
    public_key: PublicKey
    jwk: dict[str, Any]
    private_key: PrivateKey | None = field(repr=False)
    published_at: datetime
    activated_at: datetime | None = None
    retired_at: datetime | None = None
    expires_at: datetime | None = None

    @property
    def kid(self) -> str:
        """The key's RFC 7638 thumbprint."""
        kid: str = self.jwk["kid"]
        return kid


@dataclass(frozen=True, slots=True)
class Ring:
    """All keys of the gateway, the active one first, then next, then retired.

    Attributes:
        keys: One active key, at most one next key, any number of retired ones.
    """

    keys: tuple[RingKey, ...]

    def __post_init__(self) -> None:
        states = [key.state for key in self.keys]
        if states.count(KeyState.ACTIVE) != 1 or states.count(KeyState.NEXT) > 1:
            raise KeyRingError("a key ring needs one active key and at most one next")
        if len({key.kid for key in self.keys}) != len(self.keys):
            raise KeyRingError("a key ring holds a key twice")

    @property
    def active(self) -> RingKey:
        """The key that signs."""
        return next(key for key in self.keys if key.state is KeyState.ACTIVE)

    @property
    def next(self) -> RingKey | None:
        """The key that will sign after the active one."""
        return next((key for key in self.keys if key.state is KeyState.NEXT), None)

    @property
    def retired(self) -> tuple[RingKey, ...]:
        """The keys that only verify, the latest first."""
        return tuple(key for key in self.keys if key.state is KeyState.RETIRED)


def begin(plan: RotationPlan, now: datetime) -> Ring:
    """Return the first ring. Its active key signs at once: nobody has a JWKS yet."""
    active = replace(
        _new_key(plan.algorithm, now), state=KeyState.ACTIVE, activated_at=now
    )
    return Ring((active, _new_key(plan.algorithm, now)))


def promote(ring: Ring, plan: RotationPlan, now: datetime, *, force: bool) -> Ring:
    """Return the ring in which the next key signs and another one waits.

    Args:
        ring: The ring as it stands.
        plan: For how long keys are published before and after they sign.
        now: The instant of the change.
        force: Promote a key however short it has been published. Who holds an older
            JWKS refuses its tokens until they fetch a new one.

    Raises:
        UnpublishedKeyError: The next key has not been published for
            `plan.publish_before`, and `force` is false.
    """
    following = ring.next
    if following is None:
        raise UnpublishedKeyError("there is no next key to promote")
    if not force and now - following.published_at < plan.publish_before:
        raise UnpublishedKeyError(
            f"the next key {following.kid} is published since "
            f"{following.published_at:%Y-%m-%dT%H:%M:%SZ} and may sign after "
            f"{plan.publish_before}; forcing it breaks verifiers with a cached JWKS"
        )
    retired = replace(
        ring.active,
        state=KeyState.RETIRED,
        private_key=None,
        retired_at=now,
        expires_at=now + plan.retain_after,
    )
    active = replace(following, state=KeyState.ACTIVE, activated_at=now)
    return Ring((active, _new_key(plan.algorithm, now), retired, *ring.retired))


def advance(ring: Ring, plan: RotationPlan, now: datetime) -> Ring:
    """Return the ring with everything done that is due; the same ring if nothing is.

    Retired keys past their time are dropped, a next key of another algorithm than the
    plan's is replaced (it never signed), and the next key is promoted when the active
    one is old enough or of another algorithm, and it has been published long enough.
    """
    ring = _drop_expired(ring, now)
    following = ring.next
    if following is None or following.algorithm != plan.algorithm:
        return Ring((ring.active, _new_key(plan.algorithm, now), *ring.retired))
    if _is_due(ring.active, plan, now) and (
        now - following.published_at >= plan.publish_before
    ):
        return promote(ring, plan, now, force=False)
    return ring


def _is_due(active: RingKey, plan: RotationPlan, now: datetime) -> bool:
    if active.algorithm != plan.algorithm:
        return True
    since = active.activated_at or active.published_at
    return now - since >= plan.rotate_every


def _drop_expired(ring: Ring, now: datetime) -> Ring:
    kept = tuple(key for key in ring.keys if not _is_expired(key, now))
    return ring if len(kept) == len(ring.keys) else Ring(kept)


def _is_expired(key: RingKey, now: datetime) -> bool:
    return key.expires_at is not None and now >= key.expires_at


def _new_key(algorithm: Algorithm, now: datetime) -> RingKey:
    private = generate(algorithm)
    public = private.public_key()
    return RingKey(
        algorithm=algorithm,
        state=KeyState.NEXT,
        public_key=public,
        jwk=public_jwk(public, algorithm),
        private_key=private,
        published_at=now,
    )
