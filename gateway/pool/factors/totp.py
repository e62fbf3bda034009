"""Authenticator apps: codes that a phone makes from a shared seed and the time.

A seed proves nobody until its first code came back; one that was proven before stays in force
until then. A code works once: what was used is remembered as the time step that it was for,
in the transaction that lets it pass.

References: RFC 6238 (section 5.2: one-time use, and one step of tolerance); Amazon Cognito,
AssociateSoftwareToken, VerifySoftwareToken; "Key URI Format" of Google Authenticator.
"""

import base64
import hmac
import io
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum, auto
from typing import Final

import pyotp
import segno
from sqlalchemy import Connection

from gateway.model.user import User
from gateway.pool.errors import (
    CodeMismatchError,
    ExpiredCodeError,
    NotAllowedError,
    UserNotFoundError,
    WrongStateError,
)
from gateway.pool.factors.labels import known_as, label_of
from gateway.pool.factors.notices import NO_NOTICES, FactorNotices
from gateway.pool.factors.preferences import Preferences
from gateway.pool.pool import Pool
from gateway.pool.settings import SecondFactor
from gateway.pool.tries import Tries
from gateway.storage.database import Database
from gateway.storage.pools.secrets import AllSecrets, UserSecrets
from gateway.storage.pools.tables import POOL_SECRET
from gateway.storage.pools.users import Users
from gateway.storage.sealed import Seal, SealedColumn

# RFC 4226 section 4 asks for 16 and recommends 20.
SEED_BYTES: Final = 32
STEP_SECONDS: Final = 30
# Before and after the present one (RFC 6238 section 5.2 recommends one).
TOLERATED_STEPS: Final = 1

_CODE: Final = re.compile(r"[0-9]{6}")
# Six digits, with as many blanks as somebody may have typed between them.
_MAX_TYPED: Final = 32
# As much of a name as fits into a QR code, whatever its alphabet.
_MAX_SHOWN: Final = 64


@dataclass(frozen=True, slots=True)
class Enrolment:
    """An authenticator app that is being set up. Shown once, to its owner.

    Attributes:
        secret: The seed, to be typed: 52 characters of base32.
        uri: The same with its names, for apps (`otpauth://`).
    """

    secret: str = field(repr=False)
    uri: str = field(repr=False)

    def qr_code(self) -> str:
        """Return the URI as a picture: an `svg` element that needs no style or script."""
        picture = io.BytesIO()
        segno.make(self.uri, error="l", micro=False).save(
            picture, kind="svg", xmldecl=False, svgns=True, omitsize=True, nl=False
        )
        return picture.getvalue().decode()


class _Found(Enum):
    RIGHT = auto()
    WRONG = auto()
    USED = auto()


class Totp:
    """Sets authenticator apps up, and checks their codes. Blocks; call it in a thread."""

    def __init__(
        self,
        *,
        database: Database,
        seal: Seal,
        tries: Tries,
        clock: Callable[[], datetime],
        notices: FactorNotices = NO_NOTICES,
    ) -> None:
        """Take the services.

        Args:
            database: Where the seeds are.
            seal: Seals them.
            tries: Makes those wait who guess.
            clock: The time.
            notices: Tell people of another authenticator.
        """
        self._notices = notices
        self._database = database
        self._seed = SealedColumn(POOL_SECRET.c.totp_seed, seal=seal)
        self._pending = SealedColumn(POOL_SECRET.c.totp_pending, seal=seal)
        self._tries = tries
        self._clock = clock

    def associate(self, pool: Pool, user: User) -> Enrolment:
        """Return a new seed, in the place of one that was not proven.

        An authenticator that was proven stays in force until the new one is.

        Raises:
            NotAllowedError: The pool has no authenticator apps.
            UserNotFoundError: The person is gone.
            StorageError: Nothing was kept.
        """
        if SecondFactor.TOTP not in pool.settings.mfa.kinds:
            raise NotAllowedError("the pool has no authenticator apps")
        seed = secrets.token_bytes(SEED_BYTES)
        sealed = self._pending.seal(seed, pool.id, user.sub)

        def work(connection: Connection) -> None:
            kept = AllSecrets(connection)
            before = _secrets_of(connection, pool, user)
            kept.keep(pool.id, user.sub, replace(before, totp_pending=sealed))

        self._database.write(work)
        secret = base64.b32encode(seed).decode().rstrip("=")
        return Enrolment(secret, _uri(secret, pool, user))

    def verify(
        self,
        pool: Pool,
        user: User,
        code: str,
        *,
        address: str,
        name: str = "",
        is_first: bool = False,
    ) -> None:
        """Let the new authenticator be the person's, which has shown a code.

        Args:
            pool: The pool.
            user: The person.
            code: As typed.
            address: Where the request comes from.
            name: What the person calls the authenticator.
            is_first: Whether a sign-in waits for it that demands a second factor: then it
                replaces none, and is switched on.

        Raises:
            InvalidParameterError: The name is none.
            AttemptsExceededError: Too many codes were wrong.
            CodeMismatchError: It is not the code.
            WrongStateError: None is being set up; or it is not the first.
            UserNotFoundError: The person is gone.
            StorageError: Nothing was kept.
        """
        label = label_of(name)
        attempt = self._tries.begin_factor(pool, user, "totp_set_up", address)
        now = self._clock()

        def work(connection: Connection) -> _Found:
            before = _secrets_of(connection, pool, user)
            if before.totp_pending is None:
                raise WrongStateError("no authenticator is being set up")
            if is_first and before.totp_seed is not None:
                # It was set up meanwhile; whoever has only the password replaces it not.
                raise WrongStateError("there is an authenticator already")
            seed = self._pending.open(before.totp_pending, pool.id, user.sub)
            step = _step_of(seed, code, now)
            if step is None:
                return _Found.WRONG
            chosen = Preferences.of(before)
            if is_first:
                chosen = chosen.with_one(SecondFactor.TOTP, is_on=True)
            after = replace(
                before,
                totp_seed=self._seed.seal(seed, pool.id, user.sub),
                totp_step=step,
                totp_pending=None,
                totp_name=label or None,
                second_factors=chosen.written(),
            )
            AllSecrets(connection).keep(pool.id, user.sub, after)
            if SecondFactor.TOTP in chosen.on:
                # One that nothing asks for is told of when it is switched on.
                self._notices.changed(connection, pool, user, device=label)
            return _Found.RIGHT

        if self._database.write(work) is _Found.WRONG:
            raise CodeMismatchError
        self._tries.succeed(attempt)

    def check(self, pool: Pool, user: User, code: str, *, address: str) -> None:
        """Let a code pass, once.

        Args:
            pool: The pool.
            user: The person.
            code: As typed.
            address: Where the request comes from.

        Raises:
            AttemptsExceededError: Too many codes were wrong.
            CodeMismatchError: It is not the code.
            ExpiredCodeError: It, or a later one, was used already.
            WrongStateError: The person has no authenticator.
            UserNotFoundError: The person is gone.
            StorageError: It could not be checked.
        """
        attempt = self._tries.begin_factor(pool, user, "totp", address)
        now = self._clock()

        def work(connection: Connection) -> _Found:
            before = _secrets_of(connection, pool, user)
            if before.totp_seed is None:
                raise WrongStateError("there is no authenticator")
            seed = self._seed.open(before.totp_seed, pool.id, user.sub)
            step = _step_of(seed, code, now)
            if step is None:
                return _Found.WRONG
            if before.totp_step is not None and step <= before.totp_step:
                return _Found.USED
            after = replace(before, totp_step=step)
            AllSecrets(connection).keep(pool.id, user.sub, after)
            return _Found.RIGHT

        found = self._database.write(work)
        if found is _Found.WRONG:
            raise CodeMismatchError
        if found is _Found.USED:
            raise ExpiredCodeError("the code, or a later one, was used already")
        self._tries.succeed(attempt)

    def remove(self, pool: Pool, user: User) -> None:
        """Forget the person's authenticator, and ask for it no more.

        Raises:
            UserNotFoundError: The person is gone.
            StorageError: It is there still.
        """

        def work(connection: Connection) -> None:
            before = _secrets_of(connection, pool, user)
            chosen = Preferences.of(before).with_one(SecondFactor.TOTP, is_on=False)
            after = replace(
                before,
                totp_seed=None,
                totp_step=None,
                totp_pending=None,
                totp_name=None,
                second_factors=chosen.written(),
            )
            AllSecrets(connection).keep(pool.id, user.sub, after)
            if before.totp_seed is not None:
                name = before.totp_name or ""
                self._notices.changed(connection, pool, user, device=name)

        self._database.write(work)


def _secrets_of(connection: Connection, pool: Pool, user: User) -> UserSecrets:
    if Users(connection).find(pool.id, user.sub) is None:
        raise UserNotFoundError
    return AllSecrets(connection).find(pool.id, user.sub)


def _step_of(seed: bytes, code: str, now: datetime) -> int | None:
    """Return the time step that a code is for; `None` if it is for none at this time."""
    typed = "".join(code[:_MAX_TYPED].split())
    if len(code) > _MAX_TYPED or _CODE.fullmatch(typed) is None:
        return None
    codes = pyotp.TOTP(base64.b32encode(seed).decode(), interval=STEP_SECONDS)
    present = codes.timecode(now)
    found = None
    for step in range(present - TOLERATED_STEPS, present + TOLERATED_STEPS + 1):
        if hmac.compare_digest(codes.generate_otp(step), typed):
            found = step
    return found


def _uri(secret: str, pool: Pool, user: User) -> str:
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(
        name=known_as(user)[:_MAX_SHOWN], issuer_name=pool.settings.name[:_MAX_SHOWN]
    )
