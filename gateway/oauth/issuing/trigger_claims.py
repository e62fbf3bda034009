"""What a pool's trigger has tokens claim: Cognito's pre token generation.

Translates between what is issued and what the trigger is asked. A pool without such a trigger
costs one look at its settings.

Reference: Amazon Cognito, "Pre token generation Lambda trigger".
"""

from collections.abc import Sequence
from typing import Protocol

from gateway.model.client import Client
from gateway.oauth.issuing.authorization import Authorization
from gateway.oauth.issuing.person import Person
from gateway.oauth.issuing.pool_tokens import ChangedClaims
from gateway.pool.pool import Pool
from gateway.pool.settings import TriggerKind
from gateway.pool.triggers.triggers import Triggers
from gateway.pool.triggers.values import (
    Caller,
    TokenChanges,
    TokenRequest,
    TokenSource,
    Unknown,
)


class Pools(Protocol):
    """Knows which pools there are."""

    def get(self, pool_id: str) -> Pool:
        """Return a pool, or raise."""


class TriggerClaims:
    """Asks the triggers of pools. May take seconds."""

    def __init__(self, *, triggers: Triggers, pools: Pools) -> None:
        self._triggers = triggers
        self._pools = pools

    def change(
        self,
        person: Person,
        client: Client,
        granted: Authorization,
        source: TokenSource,
    ) -> ChangedClaims:
        """Return what the trigger wants changed.

        Raises:
            PoolError: It refuses, answers what means nothing, or does not answer.
            StorageError: The pool cannot be read.
        """
        pool = self._pools.get(client.pool_id)
        if not self._triggers.has(pool, TriggerKind.TOKEN_CLAIMS):
            return _unchanged(granted.scopes)
        asked = TokenRequest(
            source=source,
            groups=person.told,
            scopes=granted.scopes,
            resource=next(iter(granted.resources), ""),
        )
        changes = self._triggers.token_claims(
            pool, person.user, asked, Caller(client_id=client.id)
        )
        return _changed(changes, granted.scopes)

    def change_service(
        self, client: Client, scopes: Sequence[str], resources: Sequence[str]
    ) -> ChangedClaims:
        """Return what the trigger wants changed where nobody has signed in; likewise."""
        pool = self._pools.get(client.pool_id)
        if not self._triggers.has(pool, TriggerKind.TOKEN_CLAIMS):
            return _unchanged(scopes)
        asked = TokenRequest(
            source=TokenSource.CLIENT,
            scopes=scopes,
            resource=next(iter(resources), ""),
        )
        changes = self._triggers.token_claims(
            pool, Unknown(""), asked, Caller(client_id=client.id)
        )
        return _changed(changes, scopes)


def _unchanged(scopes: Sequence[str]) -> ChangedClaims:
    return ChangedClaims(scopes=tuple(dict.fromkeys(scopes)))


def _changed(changes: TokenChanges, scopes: Sequence[str]) -> ChangedClaims:
    access = changes.access
    kept = [scope for scope in scopes if scope not in access.suppress_scopes]
    return ChangedClaims(
        groups=changes.groups,
        id_added=changes.id.add,
        id_removed=tuple(changes.id.suppress),
        access_added=access.add,
        access_removed=tuple(access.suppress),
        scopes=tuple(dict.fromkeys([*kept, *access.add_scopes])),
    )
