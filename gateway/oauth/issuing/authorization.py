"""What a person has let a client do: the root of all tokens that come of it.

As a value, and as the JSON that is kept of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Self

from gateway.model.client import Client, GrantKind
from gateway.storage.pools.origins import StoredOrigin

ADMIN_SCOPE = "aws.cognito.signin.user.admin"
OPENID = "openid"


@dataclass(frozen=True, slots=True)
class Authorization:
    """One authorization of a client by a person.

    Attributes:
        id: A UUID; `origin_jti` and `event_id` of the tokens.
        pool_id: The pool.
        sub: The person.
        client_id: The client.
        scopes: What was granted.
        authenticated_at: When the person signed in: `auth_time`.
        amr: How (RFC 8176).
        created_at: When it was granted.
        expires_at: From then on nothing that came from it is good.
        nonce: As the client sent it; empty if it did not.
        resources: Whom the access token is for (RFC 8707); empty for the usual.
        thumbprint: Of the key that the tokens are bound to (RFC 9449); empty if to none.
        device_key: Of the device that the person signed in from; empty if nobody tracks it.
        via_api: Whether it came by Cognito's API, and not by the OAuth endpoints.
    """

    id: str
    pool_id: str
    sub: str
    client_id: str
    scopes: tuple[str, ...]
    authenticated_at: datetime
    amr: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    nonce: str = ""
    resources: tuple[str, ...] = ()
    thumbprint: str = ""
    device_key: str = ""
    via_api: bool = False

    def narrowed(self, scopes: tuple[str, ...]) -> Self:
        """Return the same with fewer scopes."""
        return replace(self, scopes=scopes)

    def stored(self) -> StoredOrigin:
        """Return what is kept of it."""
        return StoredOrigin(
            id=self.id,
            pool_id=self.pool_id,
            sub=self.sub,
            client_id=self.client_id,
            authorization=self._as_json(),
            created_at=self.created_at,
            expires_at=self.expires_at,
        )

    def _as_json(self) -> Mapping[str, Any]:
        return {
            "scopes": list(self.scopes),
            "auth_time": self.authenticated_at.timestamp(),
            "amr": list(self.amr),
            "nonce": self.nonce,
            "resources": list(self.resources),
            "jkt": self.thumbprint,
            "device_key": self.device_key,
            "via_api": self.via_api,
        }


def ends_at(client: Client, now: datetime) -> datetime:
    """Return when nothing is good any more of what is granted to a client now."""
    longest = max(client.lifetimes.access, client.lifetimes.id)
    if GrantKind.REFRESH_TOKEN in client.grants:
        longest = max(longest, client.lifetimes.refresh)
    return now + longest


def authorization_of(origin: StoredOrigin) -> Authorization:
    """Return what was kept."""
    kept = origin.authorization
    return Authorization(
        id=origin.id,
        pool_id=origin.pool_id,
        sub=origin.sub,
        client_id=origin.client_id,
        scopes=tuple(kept["scopes"]),
        authenticated_at=datetime.fromtimestamp(kept["auth_time"], UTC),
        amr=tuple(kept["amr"]),
        created_at=origin.created_at,
        expires_at=origin.expires_at,
        nonce=kept["nonce"],
        resources=tuple(kept["resources"]),
        thumbprint=kept["jkt"],
        device_key=kept["device_key"],
        via_api=kept["via_api"],
    )
