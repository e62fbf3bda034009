"""What no section can know alone: whether the sections agree with each other.

Works on the parts that are good in themselves, so that one fault does not hide the next.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from gateway.config.configuration import (
    PolicyFile,
    ProviderFile,
    ProviderSettings,
)
from gateway.config.document import Document
from gateway.config.faults import Fault
from gateway.config.positions import Keys
from gateway.config.providers.guest import GuestProvider
from gateway.config.providers.microsoft import MicrosoftProvider
from gateway.config.providers.opaque.amazon import AmazonProvider
from gateway.config.providers.opaque.facebook import FacebookProvider
from gateway.config.providers.opaque.github import GithubProvider
from gateway.config.providers.opaque.twitter import TwitterProvider
from gateway.config.reading import is_world_readable
from gateway.config.settings.guest import GuestSettings
from gateway.config.settings.keys import KeysSettings
from gateway.config.settings.own_paths import find_own_path
from gateway.config.settings.references import SecretRef
from gateway.config.settings.routes import ANY_HOST, RouteSettings
from gateway.config.settings.section import Section, find_all
from gateway.config.settings.server import ServerSettings
from gateway.config.settings.tokens import TokensSettings
from gateway.config.settings.upstreams import Upstream
from gateway.config.settings.values import duration_text, is_loopback
from gateway.config.suggestion import suggest

# Who signs up there brings an address of their own; none of them owns a domain's.
_OPEN_KINDS = (AmazonProvider, FacebookProvider, GithubProvider, TwitterProvider)


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of `config.toml` that are good in themselves.

    Attributes:
        document: The file.
        server: `None` if it has a fault; likewise the other sections.
        upstreams: The good ones.
        upstream_names: Of all, good or not.
        profile_names: Of all, good or not.
        used_upstreams: Names that routes lead to, good or not.
        routes: The good ones, each with its number in the file.
    """

    document: Document
    server: ServerSettings | None
    keys: KeysSettings | None
    tokens: TokensSettings | None
    guest: GuestSettings | None
    upstreams: Mapping[str, Upstream]
    upstream_names: Sequence[str]
    profile_names: Sequence[str]
    used_upstreams: Sequence[Any]
    routes: Sequence[tuple[int, RouteSettings]]


class _Seen:
    """Ids that have been seen, and where."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._places: dict[str, tuple[Document, Keys]] = {}

    def check(self, document: Document, keys: Keys, name: str) -> Iterator[Fault]:
        first, place = self._places.setdefault(name, (document, keys))
        if (first, place) != (document, keys):
            yield document.fault(
                "E301",
                keys,
                f"two {self._what} have the id `{name}`",
                help=f"the first stands at {first.where(place)}",
            )


def check_config(parts: Parts) -> Iterator[Fault]:
    """Yield the faults between the sections of `config.toml`."""
    yield from _check_server(parts)
    yield from _check_keys(parts)
    yield from _check_routes(parts)
    yield from _check_upstreams(parts)


def _check_server(parts: Parts) -> Iterator[Fault]:
    server, document = parts.server, parts.document
    if server is None:
        return
    if server.listen == server.admin_listen and server.listen.port:
        yield document.fault(
            "E306",
            ("server", "admin_listen"),
            "the admin listener has the address of the public one",
        )
    if not is_loopback(server.admin_listen.host):
        yield document.fault(
            "W103",
            ("server", "admin_listen"),
            "the admin listener can be reached from other machines",
            help="it asks nobody who they are; listen on 127.0.0.1",
        )
    if not server.public_url.tls and not server.public_url.loopback:
        yield document.fault(
            "W102",
            ("server", "public_url"),
            "clients send their credentials here without encryption",
            help="use https, also behind a proxy that ends TLS",
        )
    if server.limits.token_bytes > server.limits.header_bytes:
        yield document.fault(
            "W206",
            ("server", "limits", "token_bytes"),
            "a token of this size does not fit into `header_bytes`",
        )


def _check_keys(parts: Parts) -> Iterator[Fault]:
    keys, tokens, document = parts.keys, parts.tokens, parts.document
    if keys is None:
        return
    if keys.publish_before >= keys.rotate_every:
        yield document.fault(
            "E514",
            ("keys", "publish_before"),
            "a key would be published before the key that precedes it signs",
            help="it has to be less than `rotate_every`",
        )
    if tokens is None or not tokens.profiles:
        return
    name, longest = max(tokens.profiles.items(), key=lambda item: item[1].ttl)
    needed = longest.ttl + tokens.skew
    if keys.retain_after < needed:
        yield document.fault(
            "E510",
            ("keys", "retain_after"),
            f"tokens of profile `{name}` could outlive the key that verifies them",
            help=f"at least {duration_text(needed)}: its `ttl` plus `tokens.skew`",
        )


def _check_routes(parts: Parts) -> Iterator[Fault]:
    document, seen = parts.document, _Seen("routes")
    for number, route in parts.routes:
        keys: Keys = ("routes", number)
        yield from seen.check(document, (*keys, "id"), route.id)
        if route.upstream not in parts.upstream_names:
            yield document.fault(
                "E303",
                (*keys, "upstream"),
                f"there is no upstream `{route.upstream}`",
                help=suggest(route.upstream, parts.upstream_names),
            )
        if route.profile not in parts.profile_names:
            yield document.fault(
                "E304",
                (*keys, "profile"),
                f"there is no token profile `{route.profile}`",
                help=suggest(route.profile, parts.profile_names)
                or f"declare [tokens.profiles.{route.profile}]",
            )
        yield from _check_own_paths(parts, keys, route)


def _check_own_paths(parts: Parts, keys: Keys, route: RouteSettings) -> Iterator[Fault]:
    if parts.server is None:
        return
    public_url = parts.server.public_url
    if route.host not in {ANY_HOST, public_url.host}:
        return
    path = find_own_path(route.path, route.methods)
    if path is not None:
        yield parts.document.fault(
            "E305",
            (*keys, "path"),
            f"route `{route.id}` also matches {public_url.text}{path}, which the "
            "gateway answers itself",
            help="give the route a `host` of its own, or a path that leaves it out",
        )


def _check_upstreams(parts: Parts) -> Iterator[Fault]:
    for name, upstream in parts.upstreams.items():
        if any(not target.tls and not target.loopback for target in upstream.targets):
            yield parts.document.fault(
                "W101",
                ("upstreams", name, "targets"),
                "minted credentials travel to this upstream without encryption",
                help="use https",
            )
        if name not in parts.used_upstreams:
            yield parts.document.fault_at_key(
                "W205", ("upstreams", name), f"no route leads to upstream `{name}`"
            )


def check_secrets(
    document: Document, settings: Section, keys: Keys = ()
) -> Iterator[Fault]:
    """Yield a warning for each secret in a file that everybody can read.

    Args:
        document: Where the settings are written.
        settings: The settings, with their secrets.
        keys: Where in the document they stand.
    """
    for place, secret in find_all(settings, SecretRef):
        if secret.path is not None and is_world_readable(secret.path):
            yield document.fault(
                "W104",
                (*keys, *place),
                "every user of this machine can read the secret",
                help=f"chmod 600 {secret.source.removeprefix('file ')}",
            )


def _check_trust(
    document: Document, settings: ProviderSettings, keys: Keys
) -> Iterator[Fault]:
    """Yield that a provider is trusted with a domain whose addresses anybody may write.

    Reference: Descope, "nOAuth" (addresses of other tenants' making).
    """
    if not settings.link.trust_email_domains:
        return
    if isinstance(settings, MicrosoftProvider):
        many = "{tenantid}" in settings.issuer and len(settings.tenants) != 1
        writers = "an administrator of any of its tenants" if many else ""
    else:
        writers = "everybody" if isinstance(settings, _OPEN_KINDS) else ""
    if writers:
        yield document.fault(
            "E345",
            (*keys, "link", "trust_email_domains"),
            f"at kind `{settings.kind}` {writers} can write an address of any domain",
            help='let people prove their address: `link.policy = "confirm"`',
        )


def check_providers(
    providers: Sequence[ProviderFile], parts: Parts | None
) -> Iterator[Fault]:
    """Yield the faults between the providers, and between them and `config.toml`."""
    seen = _Seen("providers")
    issuers: dict[str, str] = {}
    for provider in providers:
        document, keys = provider.document, provider.keys
        settings = provider.settings
        yield from seen.check(document, (*keys, "id"), settings.id)
        yield from check_secrets(document, settings, keys)
        yield from _check_trust(document, settings, keys)
        if not settings.owner:
            yield document.fault(
                "W202",
                (*keys, "id"),
                f"provider `{settings.id}` has no `owner`",
                help="name who to ask when it does not work",
            )
        if isinstance(settings, GuestProvider):
            continue
        for issuer in settings.issuers:
            other = issuers.setdefault(issuer, settings.id)
            if other != settings.id:
                yield document.fault(
                    "E302",
                    (*keys, "issuer"),
                    f"`{issuer}` is the issuer of provider `{other}` already",
                )
            if parts and parts.tokens and issuer == parts.tokens.issuer:
                yield document.fault(
                    "E332",
                    (*keys, "issuer"),
                    "this is the gateway's own issuer, and what the gateway mints is "
                    "never accepted as a way in",
                )
    guests = [each for each in providers if isinstance(each.settings, GuestProvider)]
    for second in guests[1:]:
        yield second.document.fault(
            "E333",
            (*second.keys, "kind"),
            "there is a provider of kind `guest` already",
            help=f"it is `{guests[0].settings.id}`",
        )


def check_guests(
    providers: Sequence[ProviderFile], parts: Parts, *, has_all: bool
) -> Iterator[Fault]:
    """Yield what `[guest]` and the provider for guests have against each other.

    Args:
        providers: The good ones.
        parts: Those of `config.toml`.
        has_all: Whether there are no others.
    """
    guests = [each for each in providers if isinstance(each.settings, GuestProvider)]
    if parts.guest is None:
        return
    if parts.guest.enabled and not guests and has_all:
        yield parts.document.fault(
            "E331",
            ("guest", "enabled"),
            'guests are enabled, and no provider has kind = "guest"',
        )
    if guests and not parts.guest.enabled:
        yield guests[0].document.fault(
            "W204",
            (*guests[0].keys, "kind"),
            "guests are not enabled, so this provider has no effect",
            help="[guest] enabled = true in config.toml",
        )


def check_policies(policies: Sequence[PolicyFile], today: date) -> Iterator[Fault]:
    """Yield the faults inside and between the policies.

    Args:
        policies: All of them.
        today: For `review_by`.
    """
    seen = _Seen("policies")
    for policy in policies:
        document, head = policy.document, policy.settings.policy
        yield from seen.check(document, ("policy", "id"), head.id)
        if not head.owner:
            yield document.fault(
                "W202",
                ("policy", "id"),
                f"policy `{head.id}` has no `owner`",
                help="name who answers for it",
            )
        if head.review_by is not None and head.review_by < today:
            yield document.fault(
                "W203",
                ("policy", "review_by"),
                f"policy `{head.id}` was to be reviewed by {head.review_by}",
            )
        yield from _check_names(policy)


def _check_names(policy: PolicyFile) -> Iterator[Fault]:
    document, settings = policy.document, policy.settings
    for table, what, ids in (
        ("role", "roles", [role.id for role in settings.role]),
        ("rule", "rules", [rule.id for rule in settings.rule]),
    ):
        seen = _Seen(what)
        for number, name in enumerate(ids):
            yield from seen.check(document, (table, number, "id"), name)
    roles = {role.id for role in settings.role}
    default = settings.roles.default
    if default and default not in roles:
        yield document.fault(
            "E334",
            ("roles", "default"),
            f"there is no role `{default}`",
            help=suggest(default, roles),
        )
    known = {"guest", *settings.fixture}
    for number, test in enumerate(settings.test):
        name = test.identity.fixture
        if name not in known:
            yield document.fault(
                "E335",
                ("test", number, "identity"),
                f"there is no fixture `{name}`",
                help=suggest(name, known),
            )
