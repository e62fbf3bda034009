"""`kind = "pool"`: people of our own, kept in the database.

The file wins over what was changed since: at each start and reload the pool is told again
what stands here. Clients, groups and the like that were made otherwise stay.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PrivateAttr
from typing_extensions import override

from gateway.config.providers.common import AcceptSettings, Provider
from gateway.config.providers.mapping import MapSettings
from gateway.config.providers.pool.clients import (
    ClientId,
    ClientSettings,
    GroupSettings,
    ResourceServerSettings,
)
from gateway.config.providers.pool.messages import MessageSettings, TriggerSettings
from gateway.config.providers.pool.people import (
    Addresses,
    AttributeSettings,
    DeviceSettings,
    MfaSettings,
    PasskeySettings,
    PasswordSettings,
    SignInSettings,
    SignUpSettings,
)
from gateway.config.settings.door import Door
from gateway.config.settings.own_paths import POOL_ID
from gateway.config.settings.section import (
    Expression,
    Loose,
    distinct,
    flaw,
    matching,
)

PoolId = Annotated[
    str,
    matching(
        POOL_ID,
        "a region of AWS's form, `_`, and nine letters and digits: `us-east-1_Ab3dE6gH9`",
    ),
]


def _distinct_clients(
    clients: tuple[ClientSettings, ...],
) -> tuple[ClientSettings, ...]:
    _check_distinct("clients", [client.id for client in clients])
    return clients


def _distinct_servers(
    servers: tuple[ResourceServerSettings, ...],
) -> tuple[ResourceServerSettings, ...]:
    _check_distinct("resource servers", [server.identifier for server in servers])
    return servers


def _distinct_groups(groups: tuple[GroupSettings, ...]) -> tuple[GroupSettings, ...]:
    _check_distinct("groups", [group.name for group in groups])
    return groups


def _check_distinct(what: str, names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise flaw("E301", f"two {what} are called `{name}`")
        seen.add(name)


class PoolAccept(AcceptSettings):
    """Which of the pool's tokens are accepted."""

    tokens: Annotated[
        tuple[Literal["access_token", "id_token"], ...],
        Loose,
        AfterValidator(distinct),
    ] = Field(
        default=("access_token", "id_token"),
        min_length=1,
        description="`access_token`: what a client may do for a person. `id_token`: the "
        "proof of a sign-in. Either leads to the same identity.",
    )
    clients: Annotated[tuple[ClientId, ...], Loose, AfterValidator(distinct)] = Field(
        default=(),
        description="Clients whose tokens are accepted; by default those of all clients "
        "of the pool.",
    )


class PoolMap(MapSettings):
    """From the claims of the pool's tokens to the identity."""

    username: Expression = Field(
        default="claim('username', claim('cognito:username', ''))",
        description="Text. For display only.",
    )
    groups: Expression = Field(
        default="claim('cognito:groups', [])",
        description="List of text. The groups of the pool.",
    )


class PoolProvider(Provider):
    """People of our own."""

    kind: Literal["pool"] = Field(description="A user pool, kept in the database.")
    for_: Literal["authenticated"] = Field(
        default="authenticated",
        alias="for",
        description="Which rules its identities fall under: `authenticated`.",
    )
    pool_id: PoolId = Field(
        description="What the pool is called on every wire. Never changes: another id is "
        "another pool."
    )
    name: str = Field(
        default="",
        max_length=128,
        description="The pool's name for people; by default the label, or the id.",
    )
    attributes: AttributeSettings = Field(
        default=AttributeSettings(), description="Which attributes people have."
    )
    sign_in: SignInSettings = Field(
        default=SignInSettings(), description="How people sign in."
    )
    sign_up: SignUpSettings = Field(
        default=SignUpSettings(), description="How people come to be."
    )
    password: PasswordSettings = Field(
        default=PasswordSettings(), description="Which passwords are taken."
    )
    mfa: MfaSettings = Field(default=MfaSettings(), description="Second factors.")
    devices: DeviceSettings = Field(
        default=DeviceSettings(), description="Devices that people sign in from."
    )
    recovery: Addresses = Field(
        default=("email", "phone"),
        description="Where a forgotten password is recovered: the first that a person "
        "has verified. Empty if administrators alone may help.",
    )
    proven_before_change: Addresses = Field(
        default=("email", "phone"),
        description="Addresses whose old value stays until the new one is proven.",
    )
    passkeys: PasskeySettings = Field(
        default=PasskeySettings(), description="Passkeys."
    )
    triggers: TriggerSettings = Field(
        default=TriggerSettings(),
        description="Whom the pool asks at the fixed points of its work.",
    )
    messages: MessageSettings = Field(
        default=MessageSettings(), description="What people are sent."
    )
    tags: Mapping[str, str] = Field(
        default={}, description="Whatever operators sort pools by."
    )
    protected: bool = Field(
        default=True, description="Whether the pool cannot be deleted."
    )
    accept: PoolAccept = Field(
        default=PoolAccept(),
        description="Which of its tokens are accepted, and where.",
    )
    map: PoolMap = Field(default=PoolMap(), description="From claims to the identity.")
    client: Annotated[
        tuple[ClientSettings, ...], Loose, AfterValidator(_distinct_clients)
    ] = Field(
        default=(),
        max_length=1000,
        description="Apps that people sign in to. Others may be made otherwise.",
    )
    resource_server: Annotated[
        tuple[ResourceServerSettings, ...], Loose, AfterValidator(_distinct_servers)
    ] = Field(
        default=(), max_length=100, description="Services that take its access tokens."
    )
    group: Annotated[
        tuple[GroupSettings, ...], Loose, AfterValidator(_distinct_groups)
    ] = Field(
        default=(), max_length=1000, description="Groups of people. Others may be made."
    )

    _public_url: str = PrivateAttr("")

    @override
    def model_post_init(self, context: Any) -> None:
        """Remember where the gateway is: the pool's issuer stands there."""
        if isinstance(context, Door):
            self._public_url = context.public_url

    @property
    def public_url(self) -> str:
        """What clients call the gateway, without a slash at the end."""
        return self._public_url

    @property
    def issuer(self) -> str:
        """`iss` of the pool's tokens."""
        return f"{self._public_url}/{self.pool_id}"

    @property
    def issuers(self) -> tuple[str, ...]:
        """Every value of `iss` that means this provider."""
        return (self.issuer,)
