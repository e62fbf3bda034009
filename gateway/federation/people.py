"""Somebody of a provider becomes somebody of the pool, or is found again there.

Functions of the pool are asked outside of transactions; what was found before is looked at
again in the one that writes, so of two first sign-ins at once one makes the person, and the
other finds them.

Reference: Amazon Cognito, "User pool sign-in with third party identity providers"; order of
the triggers: "Customizing user pool workflows with Lambda triggers".
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection

from gateway.federation.errors import LoginTakenError
from gateway.federation.linking.links import Links
from gateway.federation.names import (
    group_of,
    spare_username,
    username_of,
)
from gateway.federation.placing import Known, Linked, NeedsProof, place
from gateway.federation.profiles import (
    Source,
    profile_of,
    sent_claims,
    vouched_for,
)
from gateway.federation.providers import LoginProvider
from gateway.federation.records import Record, Records
from gateway.federation.values import ProvenLogin
from gateway.identity.mapper import MappedClaims
from gateway.model.client import Client
from gateway.model.group import Group
from gateway.model.user import User, UserStatus
from gateway.pool.errors import DisabledError
from gateway.pool.names import comparable
from gateway.pool.new_users import as_answered
from gateway.pool.pool import Pool
from gateway.pool.profiles import add_profile, keep_profile
from gateway.pool.triggers.triggers import Triggers
from gateway.pool.triggers.values import Caller, ConfirmationSource, SignUpSource
from gateway.storage.database import Database
from gateway.storage.pools.federated_logins import FederatedLogins, Login
from gateway.storage.pools.groups import AllGroups
from gateway.storage.pools.users import Users
from gateway.storage.sealed import Seal


@dataclass(frozen=True, slots=True, kw_only=True)
class Comer:
    """Somebody who has been at a provider.

    Attributes:
        pool: Where they want to come into.
        client: Through which client.
        caller: Through whom, for triggers.
        provider: Where they have been.
        mapped: What it says about them.
        proven: The same, as it was said.
    """

    pool: Pool
    client: Client
    caller: Caller
    provider: LoginProvider
    mapped: MappedClaims
    proven: ProvenLogin

    @property
    def key(self) -> tuple[str, str, str]:
        """Pool, provider and subject."""
        return self.pool.id, self.provider.id, self.mapped.subject


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody of the pool.

    Attributes:
        user: Who.
        is_new: Whether this sign-in has made them.
    """

    user: User
    is_new: bool


@dataclass(frozen=True, slots=True)
class Waits:
    """Somebody who has to show that they are who they seem to be here.

    Attributes:
        user: Who that is.
    """

    user: User


class People:
    """Finds and makes them. Blocks; call it in a thread."""

    def __init__(
        self,
        *,
        database: Database,
        triggers: Triggers,
        links: Links,
        seal: Seal,
        clock: Callable[[], datetime],
    ) -> None:
        """Take what it works with.

        Args:
            database: Where people are kept.
            triggers: Have a say in who comes in.
            links: Lets logins lead to people.
            seal: Makes what nobody can read in the database.
            clock: The time.
        """
        self._database = database
        self._triggers = triggers
        self._links = links
        self._records = Records(seal=seal)
        self._clock = clock

    def enter(self, comer: Comer) -> Entered | Waits:
        """Return who somebody is here, with a profile as the provider tells it now.

        Raises:
            DisabledError: An administrator does not let them in.
            TriggerRefusedError: A function of the pool says no.
            TriggerError: It did not answer as it must. Somebody new is there all the same
                if it was to be told of them.
            TooManyLoginsError: They have as many logins as one may.
            StorageError: Nobody can be looked up, or nothing was kept.
        """
        with self._database.reading() as connection:
            placed = place(connection, comer.pool, comer.provider, comer.mapped)
        match placed:
            case Known(user):
                return Entered(self._welcome_back(comer, user), is_new=False)
            case Linked(user):
                return Entered(self._welcome_back(comer, user), is_new=False)
            case NeedsProof(user):
                return Waits(user)
            case _:
                return self._welcome(comer)

    def enter_apart(self, comer: Comer) -> Entered:
        """Return somebody who says that they are nobody who is here already.

        Whoever came with the login before is who they were. Raises as `enter` does.
        """
        with self._database.reading() as connection:
            placed = place(connection, comer.pool, comer.provider, comer.mapped)
        if isinstance(placed, Known):
            return Entered(self._welcome_back(comer, placed.user), is_new=False)
        return self._welcome(comer)

    def connect(
        self, connection: Connection, comer: Comer, sub: str, *, may_merge: bool = False
    ) -> User:
        """Let a login lead to somebody who has proven to be both; return them.

        Args:
            connection: One that may write.
            comer: Whoever has been at the provider.
            sub: Who has signed in here, in the same browser.
            may_merge: Whether somebody who came into the pool with that login before, and
                has no other way in, becomes one with them.

        Raises:
            DisabledError: They are not let in here.
            LoginTakenError: The login is somebody else's.
            TooManyLoginsError: They have as many logins as one may.
        """
        pool, users = comer.pool, Users(connection)
        user = users.find(pool.id, sub)
        if user is None or not user.enabled:
            raise DisabledError("removed, or kept out, at this very moment")
        login = FederatedLogins(connection).find(*comer.key)
        other = None if login is None else users.find(pool.id, login.sub)
        if other is None:
            return self._links.add(connection, pool, user, self._login(comer, user))
        if other.sub == user.sub:
            return user
        if not may_merge or not other.enabled:
            raise LoginTakenError("the login leads to somebody else")
        return self._links.merge(connection, pool, user, other)

    def _welcome_back(self, comer: Comer, user: User) -> User:
        if not user.enabled:
            raise DisabledError("an administrator keeps them out")
        self._triggers.pre_authentication(comer.pool, user, comer.caller)
        return self._database.write(
            lambda connection: self._refresh(connection, comer, user)
        )

    def _refresh(self, connection: Connection, comer: Comer, seen: User) -> User:
        """Return somebody with what the provider says now."""
        now = self._clock()
        before = Users(connection).find(comer.pool.id, seen.sub)
        logins = FederatedLogins(connection)
        login = logins.find(*comer.key)
        if before is None or not before.enabled:
            raise DisabledError("removed, or kept out, at this very moment")
        last = Record()
        if login is None:
            before = self._link(connection, comer, before)
        elif login.sub == seen.sub:
            last = self._records.open(login)
            logins.touch(replace(login, last_at=now, claims=self._record(comer)))
        else:
            raise DisabledError("linked to somebody else at this very moment")
        source = self._source(comer, last, now)
        profile = profile_of(source, comer.pool.settings.schema, comer.client, before)
        if profile.attributes == before.attributes:
            return before
        after = replace(before, attributes=profile.attributes, updated_at=now)
        keep_profile(connection, comer.pool, before, after)
        return after

    def _link(self, connection: Connection, comer: Comer, user: User) -> User:
        """Return somebody to whom the login leads from now on, if it still may."""
        placed = place(connection, comer.pool, comer.provider, comer.mapped)
        if not isinstance(placed, Linked) or placed.user.sub != user.sub:
            raise DisabledError("unlinked, or changed, at this very moment")
        return self._links.add(connection, comer.pool, user, self._login(comer, user))

    def _login(self, comer: Comer, user: User) -> Login:
        now = self._clock()
        return Login(*comer.key, user.sub, now, now, self._record(comer))

    def _welcome(self, comer: Comer) -> Entered:
        now = self._clock()
        user = self._newcomer(comer, now)
        source = SignUpSource.PROVIDER
        answer = self._triggers.pre_sign_up(comer.pool, user, source, comer.caller)
        # Nothing is to be confirmed: the status says how they come in.
        user = replace(as_answered(user, answer), status=user.status)

        def work(connection: Connection) -> Entered:
            placed = place(connection, comer.pool, comer.provider, comer.mapped)
            if isinstance(placed, Known):
                return Entered(placed.user, is_new=False)
            return Entered(self._add(connection, comer, user, now), is_new=True)

        entered = self._database.write(work)
        if entered.is_new:
            self._triggers.post_confirmation(
                comer.pool, entered.user, ConfirmationSource.SIGN_UP, comer.caller
            )
        return entered

    def _newcomer(self, comer: Comer, now: datetime) -> User:
        provider, subject = comer.provider, comer.mapped.subject
        source = self._source(comer, Record(), now)
        profile = profile_of(source, comer.pool.settings.schema, comer.client, None)
        user = User(
            pool_id=comer.pool.id,
            sub=str(uuid4()),
            username=username_of(provider.name, subject),
            status=UserStatus.EXTERNAL_PROVIDER,
            enabled=True,
            attributes=profile.attributes,
            created_at=now,
            updated_at=now,
        )
        return self._links.described(user, [self._login(comer, user)])

    def _add(
        self, connection: Connection, comer: Comer, user: User, now: datetime
    ) -> User:
        pool, name = comer.pool, comer.provider.name
        sensitive = pool.settings.sign_in.case_sensitive
        form = comparable(user.username, case_sensitive=sensitive)
        if Users(connection).find_named(pool.id, form) is not None:
            # Somebody has taken it for a name of their own, or it differs by its case.
            spare = spare_username(name, comer.mapped.subject)
            user = replace(user, username=spare)
        add_profile(connection, pool, user)
        login = self._login(comer, user)
        FederatedLogins(connection).add(login)
        self._links.tie(connection, login)
        groups, group = AllGroups(connection), group_of(pool.id, name)
        if groups.find(pool.id, group) is None:
            told = f"Whoever came by way of {name}"
            groups.add(Group(pool.id, group, told, None, "", now, now))
        groups.join(pool.id, group, user.sub)
        return user

    def _source(self, comer: Comer, last: Record, now: datetime) -> Source:
        claims = comer.proven.claims.claims
        return Source(
            mapped=comer.mapped,
            said=comer.provider.profile.values(claims, now),
            sent=sent_claims(claims),
            scopes=frozenset(comer.proven.scopes),
            settings=comer.provider.settings.sign_in,
            vouched=last.vouched,
        )

    def _record(self, comer: Comer) -> str:
        claims = comer.proven.claims
        record = Record(
            issuer=claims.issuer,
            claims=claims.claims,
            scopes=comer.proven.scopes,
            client_id=comer.client.id,
            vouched=vouched_for(comer.mapped),
        )
        return self._records.seal(record, comer.key)
