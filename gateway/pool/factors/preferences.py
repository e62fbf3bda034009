"""Which second factors somebody has switched on, which is asked for first.

Only what can prove the person may be switched on: an authenticator that has shown a code, an
address that was verified.

Reference: Amazon Cognito, SetUserMFAPreference, GetUserAuthFactors.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection

from gateway.model.user import User, UserStatus
from gateway.pool.attributes.schema import VERIFIED
from gateway.pool.errors import (
    InvalidParameterError,
    NotAllowedError,
    UserNotFoundError,
)
from gateway.pool.factors.notices import NO_NOTICES, FactorNotices
from gateway.pool.pool import Pool
from gateway.pool.settings import Address, FirstFactor, SecondFactor
from gateway.storage.database import Database
from gateway.storage.pools.passkeys import Passkeys
from gateway.storage.pools.secrets import AllSecrets, UserSecrets
from gateway.storage.pools.users import Users

_ON: Final = "on"
_PREFERRED: Final = "preferred"

_ADDRESS_OF: Final = {
    SecondFactor.SMS_CODE: Address.PHONE,
    SecondFactor.EMAIL_CODE: Address.EMAIL,
}


@dataclass(frozen=True, slots=True)
class Preferences:
    """What somebody has chosen.

    Attributes:
        on: The second factors that are asked for.
        preferred: The one that is asked for without a choice; one of those.
    """

    on: frozenset[SecondFactor] = frozenset()
    preferred: SecondFactor | None = None

    @classmethod
    def of(cls, secrets: UserSecrets) -> "Preferences":
        """Return what was kept; names that nobody knows any more are left out."""
        kept = secrets.second_factors
        names = frozenset(kept.get(_ON, ()))
        on = frozenset(factor for factor in SecondFactor if factor.value in names)
        chosen = next((each for each in on if each.value == kept.get(_PREFERRED)), None)
        return cls(on, chosen)

    def written(self) -> Mapping[str, Any]:
        """Return what to keep."""
        preferred = None if self.preferred is None else self.preferred.value
        return {_ON: sorted(each.value for each in self.on), _PREFERRED: preferred}

    def with_one(
        self, factor: SecondFactor, *, is_on: bool, is_preferred: bool = False
    ) -> "Preferences":
        """Return these with one factor as somebody wants it."""
        preferred = None if self.preferred is factor else self.preferred
        if not is_on:
            return Preferences(self.on - {factor}, preferred)
        return Preferences(self.on | {factor}, factor if is_preferred else preferred)


@dataclass(frozen=True, slots=True)
class Wish:
    """How somebody wants one factor to be.

    Attributes:
        is_on: Whether it is asked for.
        is_preferred: Whether it is asked for without a choice.
    """

    is_on: bool
    is_preferred: bool = False


class FactorPreferences:
    """What people have chosen. Blocks; call it in a thread."""

    def __init__(
        self, *, database: Database, notices: FactorNotices = NO_NOTICES
    ) -> None:
        self._database = database
        self._notices = notices

    def get(self, pool: Pool, user: User) -> Preferences:
        """Return what somebody has chosen.

        Raises:
            StorageError: It cannot be read.
        """
        with self._database.reading() as connection:
            return Preferences.of(AllSecrets(connection).find(pool.id, user.sub))

    def set(
        self, pool: Pool, user: User, wishes: Mapping[SecondFactor, Wish]
    ) -> Preferences:
        """Return what holds from now on; factors that are not spoken of stay as they are.

        Raises:
            InvalidParameterError: Two are preferred, or one that is off, or one that could
                not prove the person is to be on.
            NotAllowedError: The pool has no such factor.
            UserNotFoundError: The person is gone.
            StorageError: Nothing was kept.
        """
        _check(pool, wishes)

        def work(connection: Connection) -> Preferences:
            now = Users(connection).find(pool.id, user.sub)
            if now is None:
                raise UserNotFoundError
            kept = AllSecrets(connection)
            secrets = kept.find(pool.id, user.sub)
            before = chosen = Preferences.of(secrets)
            for factor, wish in wishes.items():
                if wish.is_on:
                    _check_provable(factor, now, secrets)
                chosen = chosen.with_one(
                    factor, is_on=wish.is_on, is_preferred=wish.is_preferred
                )
            after = replace(secrets, second_factors=chosen.written())
            kept.keep(pool.id, user.sub, after)
            if chosen.on != before.on:
                self._notices.changed(connection, pool, now)
            return chosen

        return self._database.write(work)

    def first_factors(self, pool: Pool, user: User | None) -> tuple[FirstFactor, ...]:
        """Return how somebody can begin a sign-in, of what the pool has.

        Args:
            pool: The pool.
            user: Who; `None` for a name that is nobody's, who has nothing: that takes as
                long to find out.

        Raises:
            UserNotFoundError: The person is gone.
            StorageError: It cannot be read.
        """
        with self._database.reading() as connection:
            sub = "" if user is None else user.sub
            now = Users(connection).find(pool.id, sub)
            if now is None and user is not None:
                raise UserNotFoundError
            secrets = AllSecrets(connection).find(pool.id, sub)
            passkeys = Passkeys(connection).count(pool.id, sub)
        if now is None or now.status is UserStatus.EXTERNAL_PROVIDER:
            # Whoever signs in elsewhere has nothing to begin with here.
            return ()
        able = {
            FirstFactor.PASSWORD: secrets.password_hash is not None,
            FirstFactor.EMAIL_CODE: _has_verified(now, Address.EMAIL),
            FirstFactor.SMS_CODE: _has_verified(now, Address.PHONE),
            FirstFactor.PASSKEY: passkeys > 0,
        }
        allowed = pool.settings.sign_in.first_factors
        return tuple(each for each in FirstFactor if each in allowed and able[each])


def _check(pool: Pool, wishes: Mapping[SecondFactor, Wish]) -> None:
    if sum(wish.is_preferred for wish in wishes.values()) > 1:
        raise InvalidParameterError("two factors are preferred")
    for factor, wish in wishes.items():
        if wish.is_preferred and not wish.is_on:
            raise InvalidParameterError(f"{factor} is preferred, and off")
        # What the pool has no more can still be switched off.
        if wish.is_on and factor not in pool.settings.mfa.kinds:
            raise NotAllowedError(f"the pool has no {factor}")


def _check_provable(factor: SecondFactor, user: User, secrets: UserSecrets) -> None:
    if factor is SecondFactor.TOTP:
        if secrets.totp_seed is None:
            raise InvalidParameterError("no authenticator has shown a code yet")
    elif not _has_verified(user, _ADDRESS_OF[factor]):
        raise InvalidParameterError(f"{_ADDRESS_OF[factor]} is not verified")


def _has_verified(user: User, address: Address) -> bool:
    is_there = bool(user.attributes.get(address))
    return is_there and user.attributes.get(VERIFIED[address]) == "true"
