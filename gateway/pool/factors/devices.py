"""Devices that are remembered: they have a password of their own, and prove it by SRP.

A name is offered at each sign-in with none; only what the device then confirms is kept. So
nothing piles up of those that never do, and a name that was offered to somebody else is told
from the person's own by what is hashed into it.

Reference: Amazon Cognito, ConfirmDevice, UpdateDeviceStatus, ListDevices; DEVICE_SRP_AUTH.
"""

import base64
import binascii
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from gateway.model.user import User
from gateway.pool import srp
from gateway.pool.attributes.schema import AttributeProblem
from gateway.pool.errors import (
    DeviceNotFoundError,
    InvalidParameterError,
    NotAllowedError,
    UserNotFoundError,
    WrongStateError,
)
from gateway.pool.factors.labels import label_of
from gateway.pool.listed import Listed
from gateway.pool.paging import PAGE, check_limit
from gateway.pool.pool import Pool
from gateway.pool.settings import Remembering
from gateway.storage.cursors import Cursors
from gateway.storage.database import Database
from gateway.storage.pools.devices import Device, StoredDevices
from gateway.storage.pools.factor_tables import DEVICE_KEY, POOL_DEVICE
from gateway.storage.pools.users import Users
from gateway.storage.sealed import Seal, SealedColumn

# Beyond them, those go that were not used for longest: each private window is one.
MAX_DEVICES: Final = 50

# In base64; verifiers have 385 bytes at most.
_MAX_NUMBER: Final = 600
_MAX_SALT_BYTES: Final = 64
_MAX_ADDRESS: Final = 64
_HALF: Final = 8
_CONTEXT: Final = b"gateway pool device 1"


@dataclass(frozen=True, slots=True)
class DeviceOffer:
    """What a device may be called, if it confirms.

    Attributes:
        key: `<region>_<uuid>`.
        group_key: What it hashes into its proofs beside the key.
    """

    key: str
    group_key: str


@dataclass(frozen=True, slots=True)
class DeviceSecret:
    """What a device says of the password that it has made (DeviceSecretVerifierConfig).

    Attributes:
        salt: In base64.
        verifier: In base64.
    """

    salt: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DeviceClaim:
    """What a device has to prove, and by what.

    Attributes:
        group: What is hashed in the place of the pool's name.
        name: What is hashed in the place of the user's.
        verifier: Of the device's password.
    """

    group: str
    name: str
    verifier: srp.Verifier = field(repr=False)


class Devices:
    """Remembers devices. Blocks; call it in a thread."""

    def __init__(
        self,
        *,
        database: Database,
        seal: Seal,
        secret: bytes,
        cursors: Cursors,
        clock: Callable[[], datetime],
    ) -> None:
        """Take the services.

        Args:
            database: Where devices are kept.
            seal: Seals what they prove themselves by.
            secret: 32 bytes that never leave the gateway: tells what was offered to whom.
            cursors: Writes and reads where a page of a list ended.
            clock: The time.
        """
        self._database = database
        self._verifier = SealedColumn(POOL_DEVICE.c.verifier, seal=seal)
        self._secret = secret
        self._cursors = cursors
        self._clock = clock

    def offer(self, pool: Pool, user: User) -> DeviceOffer | None:
        """Return what a device may be called from which the person signs in.

        Returns:
            The names; `None` if the pool remembers no devices.
        """
        if pool.settings.devices.remembering is Remembering.NEVER:
            return None
        key = self._key(pool, user, secrets.token_bytes(_HALF))
        return DeviceOffer(key, self._group(pool, key))

    def confirm(
        self,
        pool: Pool,
        user: User,
        key: str,
        secret: DeviceSecret,
        *,
        name: str = "",
        address: str = "",
    ) -> bool:
        """Keep a device that was offered a name; return whether it is remembered yet.

        It is not if the pool leaves that to the person (`remember`).

        Args:
            pool: The pool.
            user: The person.
            key: As it was offered.
            secret: What the device says of its password.
            name: What the person calls it.
            address: Where the request comes from.

        Raises:
            NotAllowedError: The pool remembers no devices.
            InvalidParameterError: The secret or the name is none.
            DeviceNotFoundError: No such name was offered to the person.
            WrongStateError: It was confirmed already.
            UserNotFoundError: The person is gone.
            StorageError: Nothing was kept.
        """
        remembering = pool.settings.devices.remembering
        if remembering is Remembering.NEVER:
            raise NotAllowedError("the pool remembers no devices")
        if not self._was_offered(pool, user, key):
            raise DeviceNotFoundError
        now = self._clock()
        device = Device(
            pool_id=pool.id,
            sub=user.sub,
            key=key,
            group_key=self._group(pool, key),
            verifier=self._sealed(pool, user, key, _read(secret)),
            name=label_of(name),
            is_remembered=remembering is Remembering.ALWAYS,
            created_at=now,
            updated_at=now,
            used_at=now,
            address=address[:_MAX_ADDRESS],
        )

        def work(connection: Connection) -> None:
            if Users(connection).find(pool.id, user.sub) is None:
                raise UserNotFoundError
            kept = StoredDevices(connection)
            if kept.find(pool.id, user.sub, key) is not None:
                # Whoever has stolen a token would else put a password of theirs to it.
                raise WrongStateError("the device is confirmed already")
            kept.remove_least_used(pool.id, user.sub, keep=MAX_DEVICES - 1)
            kept.add(device)

        self._database.write(work)
        return device.is_remembered

    def get(self, pool: Pool, user: User, key: str) -> Device:
        """Return one of a person's devices.

        Raises:
            DeviceNotFoundError: The person has none of that name.
            StorageError: It cannot be read.
        """
        with self._database.reading() as connection:
            return _get(connection, pool, user, key)

    def claim(self, pool: Pool, user: User, key: str) -> DeviceClaim:
        """Return what a device has to prove.

        Raises:
            DeviceNotFoundError: The person has none of that name.
            StorageError: It cannot be read.
        """
        device = self.get(pool, user, key)
        sealed = self._verifier.open(device.verifier, pool.id, user.sub, key)
        kept = json.loads(sealed)
        verifier = srp.Verifier(int(kept["salt"], 16), int(kept["value"], 16))
        return DeviceClaim(device.group_key, device.key, verifier)

    def note_use(self, pool: Pool, user: User, key: str, *, address: str) -> None:
        """Keep that the person has signed in with a device, which has proven itself.

        Raises:
            DeviceNotFoundError: The person has none of that name.
            StorageError: Nothing was kept.
        """
        now = self._clock()
        self._change(
            pool, user, key, used_at=now, address=address[:_MAX_ADDRESS], updated_at=now
        )

    def remember(
        self, pool: Pool, user: User, key: str, *, is_remembered: bool
    ) -> None:
        """Let a device stand for a second factor from now on, or no more.

        Raises:
            DeviceNotFoundError: The person has none of that name.
            StorageError: Nothing was kept.
        """
        self._change(
            pool, user, key, is_remembered=is_remembered, updated_at=self._clock()
        )

    def forget(self, pool: Pool, user: User, key: str) -> None:
        """Forget a device.

        Raises:
            DeviceNotFoundError: The person has none of that name.
            StorageError: It is known still.
        """

        def work(connection: Connection) -> bool:
            return StoredDevices(connection).remove(pool.id, user.sub, _kept_key(key))

        if not self._database.write(work):
            raise DeviceNotFoundError

    def list(
        self, pool: Pool, user: User, *, cursor: str | None = None, limit: int = PAGE
    ) -> Listed[Device]:
        """Return a page of a person's devices, the oldest first.

        Raises:
            InvalidParameterError: The limit is outside its bounds.
            CursorError: The cursor was not handed out for this list.
            StorageError: They cannot be read.
        """
        check_limit(limit)
        with self._database.reading() as connection:
            devices, end = StoredDevices(connection).page(
                self._cursors, pool.id, user.sub, cursor=cursor, limit=limit
            )
        return Listed(devices, end)

    def _change(self, pool: Pool, user: User, key: str, **changed: object) -> None:
        def work(connection: Connection) -> None:
            device = _get(connection, pool, user, key)
            # By the names of the fields, each of its own type: the callers are above.
            after: Device = replace(device, **changed)  # type: ignore[arg-type]
            StoredDevices(connection).change(after)

        self._database.write(work)

    def _sealed(self, pool: Pool, user: User, key: str, verifier: srp.Verifier) -> str:
        kept = {"salt": f"{verifier.salt:x}", "value": f"{verifier.value:x}"}
        return self._verifier.seal(json.dumps(kept).encode(), pool.id, user.sub, key)

    def _key(self, pool: Pool, user: User, half: bytes) -> str:
        """Return a name: half of it by chance, half made of that and whose it is."""
        by_chance = UUID(bytes=half + bytes(_HALF), version=4).bytes[:_HALF]
        made = self._hash(b"key", pool.id, user.sub, by_chance.hex())[:_HALF]
        region = pool.id.partition("_")[0]
        return f"{region}_{UUID(bytes=by_chance + made, version=4)}"

    def _group(self, pool: Pool, key: str) -> str:
        return "-" + self._hash(b"group", pool.id, key).hex()[:_HALF]

    def _was_offered(self, pool: Pool, user: User, key: str) -> bool:
        try:
            half = UUID(key.partition("_")[2]).bytes[:_HALF]
        except ValueError:
            return False
        expected = self._key(pool, user, half)
        return hmac.compare_digest(expected, _kept_key(key))

    def _hash(self, purpose: bytes, *parts: str) -> bytes:
        # The parts' lengths keep them apart, whatever they hold.
        encoded = [purpose, *(part.encode("utf-8", "replace") for part in parts)]
        said = b"".join(len(part).to_bytes(4) + part for part in encoded)
        return hmac.digest(self._secret, _CONTEXT + said, "sha256")


def may_stand_in(pool: Pool, device: Device | None) -> bool:
    """Whether a device is one that may stand for a second factor, once it has proven it."""
    return (
        device is not None
        and device.is_remembered
        and pool.settings.devices.remembering is not Remembering.NEVER
    )


def find_device(
    connection: Connection, pool: Pool, user: User, key: str
) -> Device | None:
    """Return one of a person's devices, in somebody's transaction.

    Args:
        connection: One that may read.
        pool: The pool.
        user: The person.
        key: As the client says it.
    """
    return StoredDevices(connection).find(pool.id, user.sub, _kept_key(key))


def _get(connection: Connection, pool: Pool, user: User, key: str) -> Device:
    device = find_device(connection, pool, user, key)
    if device is None:
        raise DeviceNotFoundError
    return device


def _kept_key(key: str) -> str:
    """Return a name that can be looked for; an empty one leads to nothing."""
    return key if key.isascii() and key.isprintable() and len(key) <= DEVICE_KEY else ""


def _read(secret: DeviceSecret) -> srp.Verifier:
    salt = _number(secret.salt, "salt")
    value = _number(secret.verifier, "password_verifier")
    # With these, everybody knows what is shared: 0, 1 and -1 stay themselves.
    is_trivial = value in {0, 1, srp.N - 1} or value >= srp.N
    if is_trivial or salt.bit_length() > _MAX_SALT_BYTES * 8:
        name = "password_verifier" if is_trivial else "salt"
        raise InvalidParameterError(problems={name: AttributeProblem.WRONG_TYPE})
    return srp.Verifier(salt, value)


def _number(text: str, name: str) -> int:
    # What is too long is no base64 of a number.
    bounded = text if len(text) <= _MAX_NUMBER else "?"
    try:
        return int.from_bytes(base64.b64decode(bounded, validate=True))
    except (binascii.Error, ValueError) as error:
        problems = {name: AttributeProblem.WRONG_TYPE}
        raise InvalidParameterError(problems=problems) from error
