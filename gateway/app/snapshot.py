"""One set of files, built into everything that answers requests.

Made off the request path and swapped in as a whole. What has to outlive it (connections to
upstreams whose settings have not changed, keys of issuers, what is known of identities)
is handed in or taken over from the snapshot before.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import anyio.to_thread

from gateway.app.control import build_control
from gateway.app.delivering import PostOffice, build_post_office
from gateway.app.exchanging import build_exchanges
from gateway.app.federation import build_parties
from gateway.app.functions import build_functions
from gateway.app.loading import Loaded, target_rules_of
from gateway.app.revision import find_revision
from gateway.app.saml import build_parts, build_saml_parties
from gateway.app.signing_in import build_login_providers
from gateway.app.tools import Tools
from gateway.authentication.extractor import Extractor
from gateway.authentication.provider_verifiers import OwnSettings, build_verifiers
from gateway.authentication.verifier import Verifier
from gateway.config.configuration import Configuration
from gateway.config.errors import ConfigError
from gateway.config.faults import Fault
from gateway.config.providers.oidc import OidcProvider
from gateway.config.providers.opaque.facebook import FacebookProvider
from gateway.endpoints.frame import Frame
from gateway.endpoints.proxy.origin import OriginFinder
from gateway.endpoints.proxy.plane import Plane
from gateway.federation.providers import LoginProviders
from gateway.identity.cache import SubjectCache
from gateway.identity.resolver import Resolver
from gateway.mint.minter import Minter
from gateway.pipeline import OwnOrigin, Pipeline, Stages
from gateway.policy.recording.collector import Collector
from gateway.policy.recording.settings import choices_of
from gateway.pool.triggers.functions import Function
from gateway.storage.identities import IdentityStore
from gateway.upstream.forwarder import Forwarder, Service, service_of
from gateway.upstream.headers import RequestHeaders

if TYPE_CHECKING:
    from gateway.authentication.saml.building import SamlParts


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that one set of files made.

    Attributes:
        loaded: The files, compiled.
        plane: What the proxy works with.
        control: The control plane.
        functions: What triggers may call.
        post_office: How messages leave.
        providers: With whom people may sign in.
        saml: What the files of SAML providers made, by their ids.
    """

    loaded: Loaded
    plane: Plane
    control: Frame
    functions: Mapping[str, Function]
    post_office: PostOffice
    providers: LoginProviders
    saml: Mapping[str, "SamlParts"]


async def build_snapshot(
    loaded: Loaded, *, tools: Tools, before: Snapshot | None
) -> Snapshot:
    """Return what answers requests from now on.

    Args:
        loaded: Checked files.
        tools: What outlives them.
        before: The snapshot that this one replaces. Connections to upstreams that have
            not changed go on; the others end with the requests they carry.

    Raises:
        ConfigError: A file that a provider or an upstream refers to cannot be used.
    """
    configuration = loaded.configuration
    functions = await anyio.to_thread.run_sync(
        partial(
            build_functions,
            configuration,
            threads=tools.pools.functions.threads,
            clock=tools.clock,
        )
    )
    post_office = build_post_office(configuration, clock=tools.clock)
    verifier = build_verifier(configuration, tools=tools)
    forwarder = Forwarder(upstreams=_services(configuration))
    await forwarder.open(after=before.plane.forwarder if before else None)
    origins = OriginFinder(
        trusted_proxies=configuration.settings.server.trusted_proxies
    )
    resolver = build_resolver(loaded, tools=tools)
    stages = _stages(loaded, tools=tools, verifier=verifier, resolver=resolver)
    plane = Plane(
        pipeline=Pipeline(stages=stages, clock=tools.clock),
        forwarder=forwarder,
        headers=_headers(configuration),
        origins=origins,
        target_rules=target_rules_of(configuration),
        evidence=await build_collector(loaded, tools=tools),
    )
    control = build_control(
        loaded,
        tools=tools,
        verifier=verifier,
        origins=origins,
        exchange=build_exchanges(
            loaded,
            tools=tools,
            verifier=build_verifier(configuration, tools=tools, flow="exchange"),
            resolver=resolver,
            evidence=plane.evidence,
        ),
    )
    saml = build_parts(configuration, tools.saml)
    providers = _login_providers(loaded, tools, saml)
    return Snapshot(loaded, plane, control, functions, post_office, providers, saml)


def _login_providers(
    loaded: Loaded, tools: Tools, saml: Mapping[str, "SamlParts"]
) -> LoginProviders:
    parties = build_parties(
        loaded.configuration, clock=tools.clock, key_sources=tools.key_sources
    )
    others = build_saml_parties(saml, clock=tools.clock)
    return build_login_providers(loaded, {**parties, **others})


def _headers(configuration: Configuration) -> RequestHeaders:
    profiles = configuration.settings.tokens.profiles.values()
    return RequestHeaders(vouched=[each.header.encode("ascii") for each in profiles])


def _stages(
    loaded: Loaded, *, tools: Tools, verifier: Verifier, resolver: Resolver
) -> Stages:
    configuration = loaded.configuration
    return Stages(
        # An exchange is no way to an upstream.
        router=loaded.proxied,
        extractor=Extractor(
            max_token_bytes=configuration.settings.server.limits.token_bytes
        ),
        verifier=verifier,
        resolver=resolver,
        subjects=SubjectCache(changes=tools.recent_changes),
        engine=loaded.engine,
        minter=build_minter(configuration, tools=tools),
        possession=tools.possession,
        origin=_own_origin(configuration),
    )


def _own_origin(configuration: Configuration) -> OwnOrigin:
    url = urlsplit(configuration.settings.server.public_url.text)
    port = "" if url.port is None else f":{url.port}"
    return OwnOrigin(url.scheme, url.netloc.removesuffix(port), port)


def take_up(snapshot: Snapshot, *, tools: Tools) -> None:
    """Let what outlives the files go by a snapshot from now on."""
    tools.pools.functions.use(snapshot.functions)
    tools.delivering.use(snapshot.post_office)
    tools.federation.providers.use(snapshot.providers)


def retire(old: Snapshot, *, successor: Snapshot, tools: Tools) -> None:
    """Let go of what only the old snapshot needed; its requests finish."""
    old.plane.forwarder.retire(heir=successor.plane.forwarder)
    tools.key_sources.keep_only(_with_keys(successor.loaded.configuration))
    tools.saml.keep_only(successor.saml.values())


def _with_keys(configuration: Configuration) -> Iterator[OidcProvider]:
    """Yield the providers that publish keys."""
    for file in configuration.providers:
        match file.settings:
            case OidcProvider(enabled=True) as provider:
                yield provider
            case FacebookProvider(enabled=True) as provider:
                yield provider.limited_login


def _services(configuration: Configuration) -> dict[str, Service]:
    services: dict[str, Service] = {}
    faults: list[Fault] = []
    for name, settings in configuration.settings.upstreams.items():
        try:
            services[name] = service_of(settings)
        except ValueError as error:
            place = ("upstreams", name, "tls")
            faults.append(configuration.document.fault("E511", place, str(error)))
    if faults:
        raise ConfigError(faults)
    return services


def build_verifier(
    configuration: Configuration,
    *,
    tools: Tools,
    flow: Literal["bearer", "exchange"] = "bearer",
) -> Verifier:
    """Return what checks credentials of all providers that are for a flow.

    Raises:
        ConfigError: A file that a provider refers to cannot be used.
    """
    settings = configuration.settings
    return Verifier(
        providers=build_verifiers(
            configuration.providers,
            sources=tools.key_sources,
            own_keys=tools.keyring,
            bearers=tools.oauth.bearers,
            own=OwnSettings(
                tokens=settings.tokens,
                guest=settings.guest,
                has_app_tokens=any(
                    exchange.audience in {"", settings.tokens.issuer}
                    for exchange in settings.exchanges
                ),
            ),
            flow=flow,
        ),
        clock=tools.clock,
        max_token_bytes=settings.server.limits.token_bytes,
    )


def build_resolver(loaded: Loaded, *, tools: Tools) -> Resolver:
    """Return what finds out who claims are about."""
    return Resolver(
        mappers=loaded.mappers,
        store=IdentityStore(database=tools.database),
        known=tools.known_identities,
        region=loaded.configuration.settings.server.region,
        clock=tools.clock,
    )


async def build_collector(loaded: Loaded, *, tools: Tools) -> Collector:
    """Return what collects the inputs of decisions for their log."""
    configuration = loaded.configuration
    return Collector(
        engine=loaded.engine,
        choices=choices_of(configuration.settings.log.decisions),
        hasher=tools.logs.hasher,
        revision=await anyio.to_thread.run_sync(find_revision, configuration.root),
    )


def build_minter(configuration: Configuration, *, tools: Tools) -> Minter:
    """Return what makes credentials for upstreams."""
    tokens = configuration.settings.tokens
    return Minter(
        keys=tools.keyring,
        issuer=tokens.issuer,
        profiles=tokens.profiles,
    )
