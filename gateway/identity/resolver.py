"""Who the claims are about: the identity that one subject of one provider has here.

Maps the claims, and finds the identity's stable id or gives it one. Has no opinion on
what an identity may do: one that an operator disabled is still resolved, and says so, for
the policies to deny (`identity.disabled`).

docs/decisions/0009-identities-and-guests.md tells why ids are made the way they are.
"""

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.identity.known import KnownIdentities, StoredIdentity
from gateway.identity.mapper import MappedClaims, Mapper
from gateway.model.claims import VerifiedClaims
from gateway.model.errors import (
    MalformedCredentialError,
    OutgrownGuestError,
    UntrustedIssuerError,
)
from gateway.model.identity import Identity, IdentityKind, Subject
from gateway.model.waiting import WouldWaitError

# Of the guest who shows nothing. Nobody is ever given this id.
NOBODY = uuid.UUID(int=0)

_GUEST = "guest"
_IDENTITY_ID = re.compile(
    r"[a-z0-9-]{1,40}:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
)


class IdentityStore(Protocol):
    """Keeps identities."""

    def find(self, provider: str, subject: str) -> StoredIdentity | None:
        """Return the identity, if it is known; raise `StorageError` if that fails."""

    def find_or_create(
        self,
        provider: str,
        subject: str,
        *,
        kind: IdentityKind,
        now: datetime,
        new_id: str,
    ) -> StoredIdentity:
        """Return the identity, new or known; raise `StorageError` if that fails."""


class Resolver:
    """Turns verified claims into subjects."""

    def __init__(
        self,
        *,
        mappers: Mapping[str, Mapper],
        store: IdentityStore,
        known: KnownIdentities,
        region: str,
        clock: Callable[[], datetime],
    ) -> None:
        """Resolve for the providers of one configuration.

        Args:
            mappers: A mapper for each provider, by its id.
            store: Where identities are kept.
            known: Those that were read from there a moment ago.
            region: First part of new ids.
            clock: The time, aware UTC.
        """
        self._mappers = mappers
        self._store = store
        self._known = known
        self._region = region
        self._clock = clock
        self._anonymous = _nobody(region, _guest_provider(mappers))

    def resolve(self, claims: VerifiedClaims, *, may_wait: bool = True) -> Subject:
        """Return whom the claims are about.

        Reads the database, unless the identity was read a moment ago, and writes a new
        id; so it belongs into a thread.

        Args:
            claims: What a provider says about somebody.
            may_wait: False on the event loop. Then nothing but memory is touched.

        Raises:
            WouldWaitError: It may not wait, and would have to.
            UntrustedIssuerError: The provider is no longer configured.
            UnmetRequirementError: The provider's file requires more of its claims.
            MalformedCredentialError: The claims cannot be mapped.
            OutgrownGuestError: They are of a guest who has an account now.
            StorageError: The database cannot be read or written.
        """
        mapper = self._mapper(claims.provider)
        now = self._clock()
        mapped = mapper.map(claims, now, may_wait=may_wait)
        kind = mapper.kind
        if kind is IdentityKind.GUEST:
            _check_guest(mapped.subject)
        stored = self._known.find(claims.provider, mapped.subject, now=now)
        if stored is None:
            if not may_wait:
                raise WouldWaitError
            stored = self._find_or_create(claims.provider, mapped.subject, kind, now)
        if kind is IdentityKind.GUEST and stored.kind is not kind:
            raise OutgrownGuestError(f"identity {stored.id} has an account now")
        return _subject(claims, mapper, mapped, stored)

    def foresee(self, claims: VerifiedClaims, identity_id: str) -> Subject:
        """Return whom the claims are about, and write nothing.

        Args:
            claims: What a provider says about somebody.
            identity_id: Who they would be if they were never seen.

        Raises:
            CredentialError: As `resolve`.
            StorageError: The database cannot be read.
        """
        mapper = self._mapper(claims.provider)
        now = self._clock()
        mapped = mapper.map(claims, now)
        stored = self._store.find(claims.provider, mapped.subject) or _Foreseen(
            identity_id, now, kind=mapper.kind
        )
        return _subject(claims, mapper, mapped, stored)

    def anonymous(self) -> Subject:
        """Return the guest who shows nothing: always the same, and never stored."""
        return self._anonymous

    def _mapper(self, provider: str) -> Mapper:
        mapper = self._mappers.get(provider)
        if mapper is None:
            raise UntrustedIssuerError(f"provider {provider!r} is not configured")
        return mapper

    def _find_or_create(
        self, provider: str, subject: str, kind: IdentityKind, now: datetime
    ) -> StoredIdentity:
        is_guest = kind is IdentityKind.GUEST
        epoch = self._known.epoch
        stored = self._store.find_or_create(
            provider,
            subject,
            kind=kind,
            now=now,
            new_id=subject if is_guest else f"{self._region}:{uuid.uuid4()}",
        )
        self._known.keep(provider, subject, stored, read_at=now, epoch=epoch)
        return stored


def _check_guest(subject: str) -> None:
    """Refuse a guest without an id: its token was made for one, which is its subject."""
    match = _IDENTITY_ID.fullmatch(subject)
    if match is None or uuid.UUID(match[1]) == NOBODY:
        raise MalformedCredentialError("the subject of a guest is no identity id")


@dataclass(frozen=True, slots=True)
class _Foreseen:
    """An identity that is not there yet."""

    id: str
    created_at: datetime
    kind: IdentityKind
    disabled: bool = False
    linked: tuple[str, ...] = ()


def _subject(
    claims: VerifiedClaims, mapper: Mapper, mapped: MappedClaims, stored: StoredIdentity
) -> Subject:
    return Subject(
        identity=_identity(claims, mapper, mapped, stored),
        claims=mapped.exported,
        expires_at=claims.expires_at,
        depends_on=claims.depends_on,
        thumbprint=claims.thumbprint,
        actor=claims.actor,
    )


def _identity(
    claims: VerifiedClaims, mapper: Mapper, mapped: MappedClaims, stored: StoredIdentity
) -> Identity:
    kind = mapper.kind
    return Identity(
        id=stored.id,
        kind=kind,
        authenticated=kind is not IdentityKind.GUEST,
        provider=claims.provider,
        provider_kind=mapper.settings.kind,
        issuer=claims.issuer,
        subject=mapped.subject,
        username=mapped.username,
        name=mapped.name,
        email=mapped.email,
        email_verified=mapped.email_verified,
        phone=mapped.phone,
        phone_verified=mapped.phone_verified,
        tenant=mapped.tenant,
        groups=mapped.groups,
        labels=mapped.labels,
        scopes=mapped.scopes if claims.scopes is None else claims.scopes,
        amr=mapped.amr,
        acr=mapped.acr,
        auth_time=mapped.auth_time,
        created=stored.created_at,
        disabled=stored.disabled,
        linked=stored.linked,
        sender="dpop" if claims.thumbprint else "",
        attributes=mapped.attributes,
    )


def _guest_provider(mappers: Mapping[str, Mapper]) -> str:
    ids = [name for name, mapper in mappers.items() if mapper.settings.kind == _GUEST]
    return ids[0] if ids else _GUEST


def _nobody(region: str, provider: str) -> Subject:
    return Subject(
        identity=Identity(
            id=f"{region}:{NOBODY}",
            kind=IdentityKind.GUEST,
            authenticated=False,
            provider=provider,
            provider_kind=_GUEST,
        ),
        anonymous=True,
    )
