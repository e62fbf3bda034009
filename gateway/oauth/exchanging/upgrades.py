"""Guests who sign in and keep their id.

A guest shows the token of their account and, beside it, their own. If the account is new
here, it gets the guest's id: what an upstream keeps under that id is theirs still. If the
account has an id already, that one stays, and the guest's leads nowhere any more. Either way
the guest's tokens end: whoever finds an old one must not pass for the account.

What is foreseen is shown to the policies before anything is written.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from gateway.model.claims import VerifiedClaims
from gateway.model.errors import CredentialError
from gateway.model.identity import Subject
from gateway.oauth.errors import UnacceptableTokenError
from gateway.storage.database import Database
from gateway.storage.identities import attach, find_identity, join, upgrade


class Resolver(Protocol):
    """Finds out who claims are about."""

    def foresee(self, claims: VerifiedClaims, identity_id: str) -> Subject:
        """Return the subject with its identity, or with an id that it would get."""


class GuestUpgrades:
    """Makes guests who sign in keep their id. Blocks; call it in a thread."""

    def __init__(
        self,
        *,
        database: Database,
        resolver: Resolver,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._resolver = resolver
        self._clock = clock

    def foresee(self, claims: VerifiedClaims, guest: Subject) -> Subject:
        """Return who somebody will be: nothing is written yet.

        Args:
            claims: Of the account.
            guest: Who they are until now.

        Raises:
            UnacceptableTokenError: The account is one of a guest too, or refused.
            StorageError: The database cannot be read.
        """
        if guest.identity.disabled:
            raise UnacceptableTokenError("the guest is disabled")
        try:
            subject = self._resolver.foresee(claims, guest.identity.id)
        except CredentialError as error:
            raise UnacceptableTokenError(f"{error.code}: {error.detail}") from error
        if not subject.identity.authenticated:
            raise UnacceptableTokenError("a guest cannot become a guest")
        return subject

    def make(self, subject: Subject, guest: Subject) -> None:
        """Have somebody be who was foreseen.

        Raises:
            UnacceptableTokenError: Somebody else was quicker.
            TooManyLoginsError: The account has as many logins as it may.
            StorageError: The database cannot be written.
        """
        identity, now = subject.identity, self._clock()
        guest_id = guest.identity.id

        def work(connection: Connection) -> bool:
            known = find_identity(connection, identity.provider, identity.subject)
            if known is not None:
                return known.id == identity.id and join(connection, known.id, guest_id)
            login = (identity.provider, identity.subject)
            return upgrade(connection, guest_id, identity.kind) and attach(
                connection, guest_id, *login, now
            )

        if not self._database.write(work):
            raise UnacceptableTokenError("the guest or the account is not what it was")
