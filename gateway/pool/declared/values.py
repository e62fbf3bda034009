"""What a file says of a pool, in the pool's own values.

Members of enumerations are called in files as they are here, in lower case.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum
from typing import TypeVar

from gateway.config.providers.pool.clients import ClientSettings, GroupSettings
from gateway.config.providers.pool.messages import MessageSettings as WrittenMessages
from gateway.config.providers.pool.messages import TriggerSettings as WrittenTriggers
from gateway.config.providers.pool.people import (
    AttributeSettings,
    OwnAttribute,
    PasswordSettings,
)
from gateway.config.providers.pool.provider import PoolProvider
from gateway.model.client import (
    POOL_ALONE,
    Branding,
    ClaimsProfile,
    Client,
    ClientAuthentication,
    GrantKind,
    ProofOfPossession,
    Rotation,
    SignInFlow,
    TokenLifetimes,
)
from gateway.pool.attributes.schema import (
    CUSTOM,
    DEVELOPER,
    STANDARD,
    Attribute,
    AttributeType,
    Schema,
)
from gateway.pool.groups import GroupText
from gateway.pool.passwords.policy import LeakFailure, LeakPolicy, PasswordPolicy
from gateway.pool.resource_servers import ResourceServer, Scope
from gateway.pool.settings import (
    Address,
    Alias,
    DeviceSettings,
    FirstFactor,
    MessageSettings,
    MessageTemplate,
    MfaMode,
    MfaSettings,
    NoticeKind,
    PasskeySettings,
    PoolSettings,
    Remembering,
    SecondFactor,
    SignInSettings,
    SignUpSettings,
    TriggerKind,
    TriggerRule,
    TriggerSettings,
    UserVerification,
)

E = TypeVar("E", bound=Enum)


@dataclass(frozen=True, slots=True)
class DeclaredClient:
    """A client of a file.

    Attributes:
        client: As it is to be.
        secret: Its secret; `None` if it has none.
    """

    client: Client
    secret: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class DeclaredPool:
    """A pool of a file.

    Attributes:
        id: Its id.
        settings: What it is told.
        clients: In the file's order, as all that follows.
        servers: What its clients may ask for.
        groups: Names, and what is told of each.
    """

    id: str
    settings: PoolSettings
    clients: tuple[DeclaredClient, ...]
    servers: tuple[ResourceServer, ...]
    groups: tuple[tuple[str, GroupText], ...]


def declared(provider: PoolProvider) -> DeclaredPool:
    """Return what a file says. Whether it makes sense is not looked at."""
    return DeclaredPool(
        id=provider.pool_id,
        settings=settings_of(provider),
        clients=tuple(client_of(provider.pool_id, each) for each in provider.client),
        servers=tuple(
            ResourceServer(
                provider.pool_id,
                server.identifier,
                server.name or server.identifier,
                tuple(Scope(each.name, each.description) for each in server.scopes),
            )
            for server in provider.resource_server
        ),
        groups=tuple((each.name, _group(each)) for each in provider.group),
    )


def own_name(name: str, attribute: OwnAttribute) -> str:
    """Return what an attribute of the pool's own is called, with its prefixes."""
    return f"{DEVELOPER if attribute.developer else ''}{CUSTOM}{name}"


def settings_of(provider: PoolProvider) -> PoolSettings:
    """Return what a file tells a pool."""
    sign_in, sign_up = provider.sign_in, provider.sign_up
    passkeys = provider.passkeys
    return PoolSettings(
        name=provider.name or provider.label or provider.id,
        schema=_schema(provider.attributes),
        sign_in=SignInSettings(
            addresses=frozenset(_members(Address, sign_in.addresses)),
            aliases=frozenset(_members(Alias, sign_in.aliases)),
            case_sensitive=sign_in.case_sensitive,
            first_factors=frozenset(_members(FirstFactor, sign_in.first_factors)),
        ),
        sign_up=SignUpSettings(
            is_open=sign_up.open,
            verified=frozenset(_members(Address, sign_up.verified)),
            by_link=sign_up.by_link,
            unconfirmed_lifetime=sign_up.unconfirmed_lifetime,
        ),
        password=_password(provider.password),
        mfa=MfaSettings(
            _member(MfaMode, provider.mfa.mode),
            frozenset(_members(SecondFactor, provider.mfa.kinds)),
        ),
        devices=DeviceSettings(
            _member(Remembering, provider.devices.remembering),
            provider.devices.spares_second_factor,
        ),
        recovery=tuple(_members(Address, provider.recovery)),
        proven_before_change=frozenset(
            _members(Address, provider.proven_before_change)
        ),
        passkeys=PasskeySettings(
            passkeys.relying_party_id,
            passkeys.origins,
            _member(UserVerification, passkeys.user_verification),
        ),
        triggers=_triggers(provider.triggers),
        messages=_messages(provider.messages),
        tags=dict(provider.tags),
        is_protected=provider.protected,
    )


def _password(written: PasswordSettings) -> PasswordPolicy:
    # The names are the same, one by one.
    policy = PasswordPolicy(**{**dict(written), "leaked": None})
    leaked = written.leaked
    if leaked is None:
        return policy
    on_failure = _member(LeakFailure, leaked.on_failure)
    return replace(policy, leaked=LeakPolicy(leaked.at_most, on_failure))


def _schema(written: AttributeSettings) -> Schema:
    attributes = dict(STANDARD)
    for standard, said in written.standard.items():
        attributes[standard] = Attribute(
            standard,
            mutable=said.mutable,
            required=said.required,
            least=_decimal(said.least),
            most=_decimal(said.most),
        )
    for short, own in written.custom.items():
        name = own_name(short, own)
        attributes[name] = Attribute(
            name,
            type=_member(AttributeType, own.type),
            mutable=own.mutable,
            required=own.required,
            least=_decimal(own.least),
            most=_decimal(own.most),
        )
    return Schema(attributes)


def _triggers(written: WrittenTriggers) -> TriggerSettings:
    return TriggerSettings(
        functions={
            _member(TriggerKind, name): function
            for name, function in written.functions.items()
        },
        rules={
            _member(TriggerKind, name): tuple(
                TriggerRule(rule.expect, rule.message) for rule in rules
            )
            for name, rules in written.rules.items()
        },
        claims_version=written.claims_version,
    )


def _messages(written: WrittenMessages) -> MessageSettings:
    return MessageSettings(
        sender=written.sender,
        language=written.language,
        notices=written.notices,
        templates={
            _member(NoticeKind, name): {
                language: MessageTemplate(**dict(template))
                for language, template in texts.items()
            }
            for name, texts in written.templates.items()
        },
    )


def client_of(pool_id: str, written: ClientSettings) -> DeclaredClient:
    """Return what a file says of a client."""
    client = Client(
        id=written.id,
        pool_id=pool_id,
        name=written.name or written.id,
        authentication=_member(ClientAuthentication, written.authentication),
        jwks=_text(written.jwks.content) if written.jwks else "",
        flows=frozenset(_members(SignInFlow, written.flows)),
        grants=frozenset(_members(GrantKind, written.grants)),
        scopes=written.scopes,
        redirect_uris=written.redirect_uris,
        logout_uris=written.logout_uris,
        providers=_providers(written.providers),
        lifetimes=TokenLifetimes(**dict(written.lifetimes)),
        rotation=Rotation(**dict(written.rotation)),
        revocable=written.revocable,
        hides_users=written.hides_users,
        readable=None if written.readable is None else frozenset(written.readable),
        writable=None if written.writable is None else frozenset(written.writable),
        proof=_member(ProofOfPossession, written.proof),
        profile=_member(ClaimsProfile, written.profile),
        consent=written.consent,
        branding=Branding(**dict(written.branding)),
    )
    secret = _text(written.secret.reveal()) if written.secret else None
    return DeclaredClient(client, secret)


def _providers(names: Sequence[str]) -> tuple[str, ...] | None:
    if not names:
        return None
    return tuple(name for name in names if name != POOL_ALONE)


def _group(written: GroupSettings) -> GroupText:
    return GroupText(written.description, written.precedence, written.role)


def _member(kind: type[E], name: str) -> E:
    return kind[name.upper()]


def _members(kind: type[E], names: Iterable[str]) -> Iterable[E]:
    return (_member(kind, name) for name in names)


def _decimal(number: float | None) -> Decimal | None:
    """Return what was written, and not what a computer makes of a tenth."""
    if number is None:
        return None
    return Decimal(int(number)) if number == int(number) else Decimal(str(number))


def _text(raw: bytes) -> str:
    # What is no text is found out by whoever looks at it.
    return raw.decode("utf-8", "replace")
