"""Passkeys: keys that an authenticator keeps, and proves for one host alone.

What was asked is kept here until it is answered, once, and soon; whose answer it has to be is
kept with it. A counter that goes back means that somebody has a copy, and is refused.

Reference: Web Authentication level 3; Amazon Cognito, StartWebAuthnRegistration and its kin.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import Connection
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
)
from webauthn.authentication.verify_authentication_response import (
    VerifiedAuthentication,
)
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from gateway.model.user import User
from gateway.pool.errors import (
    NotAllowedError,
    PasskeyError,
    PasskeyNotProvenError,
    PasskeyQuestionError,
    TooManyError,
    UserNotFoundError,
)
from gateway.pool.factors.labels import known_as, label_of
from gateway.pool.factors.notices import NO_NOTICES, FactorNotices
from gateway.pool.factors.own_passkeys import UNNAMED, text_id
from gateway.pool.factors.passkey_questions import LIFETIME, Ceremony, Questions
from gateway.pool.factors.webauthn_answers import (
    ALGORITHMS,
    Place,
    read_assertion,
    read_registration,
    verify_assertion,
    verify_registration,
)
from gateway.pool.pool import Pool
from gateway.pool.settings import FirstFactor, UserVerification
from gateway.storage.database import Database
from gateway.storage.pools.passkeys import Passkey, Passkeys
from gateway.storage.pools.users import Users
from gateway.telemetry.logs import Logger

_PORTS: Final = {"http": 80, "https": 443}

# Enough for every machine of somebody's; each is read when one is made.
MAX_PASSKEYS: Final = 20


@dataclass(frozen=True, slots=True)
class ProvenPasskey:
    """Whom a passkey has proven. Whether they are let in is another step.

    Attributes:
        user: The person.
        passkey: Which one it was, as it is kept now.
        is_verified: Whether the authenticator has made sure who holds it: then it is two
            factors in one.
    """

    user: User
    passkey: Passkey
    is_verified: bool


class PasskeyCeremonies:
    """Has passkeys made and used, and keeps them. Blocks; call it in a thread."""

    def __init__(
        self,
        *,
        database: Database,
        public_url: str,
        logger: Logger,
        clock: Callable[[], datetime],
        notices: FactorNotices = NO_NOTICES,
    ) -> None:
        """Take the services.

        Args:
            database: Where passkeys are kept.
            public_url: Where the gateway is reached (`server.public_url`).
            logger: Is told of copies.
            clock: The time.
            notices: Tell people of a new passkey.
        """
        self._notices = notices
        self._host = urlsplit(public_url).hostname or ""
        self._origin = _origin_of(public_url)
        self._database = database
        self._questions = Questions(database=database, clock=clock)
        self._logger = logger
        self._clock = clock

    def registration_options(
        self, pool: Pool, user: User, *, bound_to: str = ""
    ) -> str:
        """Return what a browser needs to make a passkey: creation options, as JSON.

        Args:
            pool: The pool.
            user: Whose it will be.
            bound_to: The session that asks; another one's answer is not taken.

        Raises:
            NotAllowedError: The pool has no passkeys.
            TooManyError: The person has as many as anybody may.
            StorageError: Nothing was kept.
        """
        place = self._place(pool)
        present = self._list(pool, user)
        _check_room(len(present))
        challenge = self._questions.ask(
            pool, Ceremony.REGISTRATION, sub=user.sub, bound_to=bound_to
        )
        options = generate_registration_options(
            rp_id=place.host,
            rp_name=pool.settings.name,
            # Not the name: authenticators show it to whoever holds them.
            user_id=user.sub.encode(),
            user_name=known_as(user),
            user_display_name=user.attributes.get("name") or known_as(user),
            challenge=challenge,
            timeout=_milliseconds(LIFETIME),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=_verification(pool),
            ),
            exclude_credentials=[_described(each) for each in present],
            supported_pub_key_algs=list(ALGORITHMS),
        )
        return options_to_json(options)

    def register(
        self, pool: Pool, user: User, answer: str, *, name: str = "", bound_to: str = ""
    ) -> Passkey:
        """Return a new passkey, which is the person's from now on.

        Args:
            pool: The pool.
            user: Whose it is.
            answer: What the browser says, as JSON.
            name: What the person calls it.
            bound_to: As for the options.

        Raises:
            NotAllowedError: The pool has no passkeys.
            InvalidParameterError: The name is none.
            PasskeyQuestionError: Nobody has asked, or too long ago.
            PasskeyError: The answer is none, or not taken.
            TooManyError: The person has as many as anybody may.
            UserNotFoundError: The person is gone.
            StorageError: Nothing was kept.
        """
        place = self._place(pool)
        label = label_of(name, otherwise=UNNAMED)
        read = read_registration(answer)
        now = self._clock()
        asked = self._questions.take(
            pool, Ceremony.REGISTRATION, read.challenge, bound_to=bound_to
        )
        if asked != user.sub:
            raise PasskeyQuestionError("somebody else was asked")
        verified = verify_registration(read, place)
        attachment = read.credential.authenticator_attachment
        transports = read.credential.response.transports or []
        passkey = Passkey(
            pool_id=pool.id,
            credential_id=verified.credential_id,
            sub=user.sub,
            relying_party_id=place.host,
            public_key=verified.credential_public_key,
            sign_count=verified.sign_count,
            name=label,
            transports=tuple(sorted({each.value for each in transports})),
            attachment="" if attachment is None else attachment.value,
            aaguid=verified.aaguid,
            may_be_backed_up=_is_synced(verified.credential_device_type),
            is_backed_up=verified.credential_backed_up,
            created_at=now,
        )

        def work(connection: Connection) -> None:
            if Users(connection).find(pool.id, user.sub) is None:
                raise UserNotFoundError
            kept = Passkeys(connection)
            _check_room(kept.count(pool.id, user.sub))
            if kept.find(pool.id, passkey.credential_id) is not None:
                raise PasskeyError("somebody has it already")
            kept.add(passkey)
            self._notices.changed(connection, pool, user, device=label)

        self._database.write(work)
        return passkey

    def assertion_options(
        self,
        pool: Pool,
        user: User | None = None,
        *,
        lists: bool = False,
        bound_to: str = "",
    ) -> str:
        """Return what a browser needs to have a passkey used: request options, as JSON.

        Args:
            pool: The pool.
            user: Who has to prove that it is them; `None` for whoever it turns out to be.
            lists: Whether the person's passkeys are named, so that the browser offers no
                others. That tells whoever asks that the person is known and has some: only
                where they are told so anyway.
            bound_to: The session that asks; another one's answer is not taken.

        Raises:
            NotAllowedError: The pool has no passkeys.
            StorageError: Nothing was kept.
        """
        place = self._place(pool)
        present: Sequence[Passkey] = ()
        if user is not None and lists:
            present = self._list(pool, user)
        challenge = self._questions.ask(
            pool,
            Ceremony.ASSERTION,
            sub="" if user is None else user.sub,
            bound_to=bound_to,
        )
        options = generate_authentication_options(
            rp_id=place.host,
            challenge=challenge,
            timeout=_milliseconds(LIFETIME),
            allow_credentials=[_described(each) for each in present],
            user_verification=_verification(pool),
        )
        return options_to_json(options)

    def prove(self, pool: Pool, answer: str, *, bound_to: str = "") -> ProvenPasskey:
        """Return whom a passkey proves: the person who was asked, if one was.

        Args:
            pool: The pool.
            answer: What the browser says, as JSON.
            bound_to: As for the options.

        Raises:
            NotAllowedError: The pool has no passkeys.
            PasskeyQuestionError: Nobody has asked, or too long ago.
            PasskeyError: The answer is none, or was given at another place.
            PasskeyNotProvenError: It proves nobody.
            StorageError: It could not be checked.
        """
        place = self._place(pool)
        read = read_assertion(answer)
        asked = self._questions.take(
            pool, Ceremony.ASSERTION, read.challenge, bound_to=bound_to
        )
        credential_id = read.credential.raw_id
        with self._database.reading() as connection:
            passkey = Passkeys(connection).find(pool.id, credential_id)
        if passkey is None:
            raise PasskeyNotProvenError("nobody has this passkey")
        handle = read.credential.response.user_handle
        if asked not in {"", passkey.sub}:
            raise PasskeyNotProvenError("it is somebody else's")
        if handle != passkey.sub.encode() and (handle is not None or not asked):
            raise PasskeyNotProvenError("it names somebody else, or nobody")
        verified = verify_assertion(read, place, public_key=passkey.public_key)
        if passkey.may_be_backed_up != _is_synced(verified.credential_device_type):
            raise PasskeyNotProvenError("it may be backed up now, or no more")
        user, used = self._use(pool, verified)
        return ProvenPasskey(user, used, verified.user_verified)

    def _list(self, pool: Pool, user: User) -> Sequence[Passkey]:
        with self._database.reading() as connection:
            return Passkeys(connection).list(pool.id, user.sub)

    def _place(self, pool: Pool) -> Place:
        if FirstFactor.PASSKEY not in pool.settings.sign_in.first_factors:
            raise NotAllowedError("the pool has no passkeys")
        settings = pool.settings.passkeys
        host = settings.relying_party_id or self._host
        if _is_address(host):
            # WebAuthn section 5.1.2: an id is a domain.
            raise NotAllowedError("passkeys need a host with a name")
        return Place(
            host,
            (self._origin, *settings.origins),
            settings.user_verification is UserVerification.REQUIRED,
        )

    def _use(
        self, pool: Pool, verified: VerifiedAuthentication
    ) -> tuple[User, Passkey]:
        """Return the person, and the passkey with its counter where it is now."""
        now = self._clock()
        count = verified.new_sign_count

        def work(connection: Connection) -> tuple[User | None, Passkey | None, bool]:
            kept = Passkeys(connection)
            passkey = kept.find(pool.id, verified.credential_id)
            if passkey is None:
                return None, None, False
            user = Users(connection).find(pool.id, passkey.sub)
            # Section 6.1.1: authenticators without a counter always say 0.
            if (count or passkey.sign_count) and count <= passkey.sign_count:
                return user, passkey, False
            used = replace(
                passkey,
                sign_count=count,
                is_backed_up=verified.credential_backed_up,
                used_at=now,
            )
            kept.change(used)
            return user, used, True

        user, passkey, went_on = self._database.write(work)
        if user is None or passkey is None:
            raise PasskeyNotProvenError("it is gone")
        if not went_on:
            self._logger.warning(
                "a passkey's counter went back: there may be a copy of it",
                pool=pool.id,
                user=user.sub,
                passkey=text_id(passkey),
                kept=passkey.sign_count,
                said=count,
            )
            raise PasskeyNotProvenError("its counter went back")
        return user, passkey


def _check_room(count: int) -> None:
    if count >= MAX_PASSKEYS:
        raise TooManyError(f"the person has {count} passkeys")


def _described(passkey: Passkey) -> PublicKeyCredentialDescriptor:
    known = {each.value: each for each in AuthenticatorTransport}
    return PublicKeyCredentialDescriptor(
        id=passkey.credential_id,
        transports=[known[each] for each in passkey.transports if each in known],
    )


def _verification(pool: Pool) -> UserVerificationRequirement:
    return UserVerificationRequirement(pool.settings.passkeys.user_verification.value)


def _is_synced(kind: CredentialDeviceType) -> bool:
    return kind is CredentialDeviceType.MULTI_DEVICE


def _milliseconds(time: timedelta) -> int:
    return time // timedelta(milliseconds=1)


def _origin_of(url: str) -> str:
    """Return an origin as browsers write it (RFC 6454 section 6.2)."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.port in {None, _PORTS.get(parts.scheme)}:
        return f"{parts.scheme}://{host}"
    return f"{parts.scheme}://{host}:{parts.port}"


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
