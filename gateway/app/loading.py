"""From files to what was checked: the part of a start that `gateway check` does too.

Touches no network, no database and no key: a set of files that loads here can be started
anywhere.
"""

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from gateway.config.configuration import Configuration
from gateway.config.errors import ConfigError
from gateway.config.faults import Fault
from gateway.config.load import load as load_files
from gateway.config.providers.common import LOGIN, flows_of
from gateway.config.providers.pool.provider import PoolProvider
from gateway.config.settings.exchanges import exchange_path
from gateway.config.settings.routes import ANY_HOST
from gateway.federation.profile_mapping import ProfileMap, compile_profiles
from gateway.identity.mapper import Mapper, compile_mappers
from gateway.keys.errors import SealError
from gateway.keys.seal import StoreKey
from gateway.model.route import Route
from gateway.model.target import TargetRules
from gateway.policy.compiler import compile_policies
from gateway.policy.engine import Engine
from gateway.policy.fixtures import Fixtures
from gateway.policy.recording.settings import find_path_faults
from gateway.policy.testing import PolicyTests
from gateway.upstream.overlaps import find_overlaps
from gateway.upstream.routes import RouteTable

_Compiled = TypeVar("_Compiled")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A set of files that has no fault.

    Attributes:
        configuration: The files' content.
        declared: The routes, in their order.
        routes: The table of routes, exchanges among them: what policies decide on.
        proxied: The table of what leads to an upstream.
        mappers: By the provider's id.
        profiles: Likewise, of those that people may sign in with.
        engine: The compiled policies.
    """

    configuration: Configuration
    declared: tuple[Route, ...]
    routes: RouteTable
    proxied: RouteTable
    mappers: Mapping[str, Mapper]
    profiles: Mapping[str, ProfileMap]
    engine: Engine

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """What does not keep the gateway from starting, but should be looked at."""
        return (*self.configuration.warnings, *self.engine.warnings)


def load(config_path: Path, *, follow: bool = True) -> Loaded:
    """Return everything that the files make, compiled and checked.

    Args:
        config_path: `config.toml`; providers and policies lie beside it.
        follow: Whether references to secrets and files are followed. What was loaded
            without can be asked for decisions, and not be started.

    Raises:
        ConfigError: With all faults of all files.
    """
    with _without_collector():
        return _load(config_path, follow=follow)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Keep the collector of cycles from running.

    What is loaded stays, so that looking through all of it again and again, as it grows,
    finds nothing and takes a third of the time. For the whole process, and for a second.
    """
    was_running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_running:
            # All of it counts as old now. As young it would be looked through at once.
            gc.freeze()
            gc.unfreeze()
            gc.enable()


def _load(config_path: Path, *, follow: bool) -> Loaded:
    configuration = load_files(config_path, follow=follow)
    proxied = routes_of(configuration)
    routes = (*proxied, *exchanges_of(configuration))
    faults = [
        *_store_key_faults(configuration),
        *_overlap_faults(configuration, proxied),
        *find_path_faults(configuration.settings.log.decisions, configuration.document),
    ]
    if follow:
        # What clients prove themselves by stands elsewhere.
        faults += _pool_faults(configuration)
    faults += _sign_in_faults(configuration)
    mappers = _collect(lambda: compile_mappers(configuration.providers), faults)
    profiles = _collect(lambda: compile_profiles(configuration.providers), faults)
    engine = _collect(
        lambda: compile_policies(
            configuration.policies,
            routes=routes,
            guest=configuration.settings.guest,
            decision_time=configuration.settings.server.limits.decision_time,
            providers=configuration.providers,
        ),
        faults,
    )
    if mappers is None or profiles is None or engine is None or faults:
        raise ConfigError(faults)
    return Loaded(
        configuration=configuration,
        declared=routes,
        routes=RouteTable(routes),
        proxied=RouteTable(proxied),
        mappers=mappers,
        profiles=profiles,
        engine=engine,
    )


def policy_tests(loaded: Loaded, *, clock: Callable[[], datetime]) -> PolicyTests:
    """Return what runs the tests that stand beside the policies."""
    configuration = loaded.configuration
    return PolicyTests(
        engine=loaded.engine,
        router=loaded.routes,
        routes=loaded.declared,
        fixtures=Fixtures(
            providers=configuration.providers,
            region=configuration.settings.server.region,
        ),
        clock=clock,
        rules=target_rules_of(configuration),
    )


def target_rules_of(configuration: Configuration) -> TargetRules:
    """Return how strictly request targets are read."""
    server = configuration.settings.server
    return TargetRules(
        max_path_bytes=server.limits.path_bytes,
        keep_encoded_slash=server.paths.encoded_slash == "keep",
        normalise_dot_segments=server.paths.dot_segments == "normalise",
        keep_matrix_params=server.paths.matrix_params == "keep",
    )


def routes_of(configuration: Configuration) -> tuple[Route, ...]:
    """Return the declared routes with what their upstream and the limits add."""
    settings = configuration.settings
    return tuple(
        Route(
            id=route.id,
            host=route.host,
            path=route.path,
            methods=frozenset(route.methods),
            upstream=route.upstream,
            audience=settings.upstreams[route.upstream].audience,
            profile=route.profile,
            tags=route.tags,
            max_body_bytes=(
                settings.server.limits.body
                if route.limits.body is None
                else route.limits.body
            ),
        )
        for route in settings.routes
    )


def exchanges_of(configuration: Configuration) -> tuple[Route, ...]:
    """Return the declared exchanges as policies see them: as routes to no upstream."""
    settings = configuration.settings
    return tuple(
        Route(
            id=exchange.id,
            host=ANY_HOST,
            path=exchange_path(exchange.id),
            methods=frozenset({"POST"}),
            upstream="",
            audience=exchange.audience or settings.tokens.issuer,
            profile=exchange.profile,
            tags=exchange.tags,
            max_body_bytes=0,
        )
        for exchange in settings.exchanges
    )


def _store_key_faults(configuration: Configuration) -> Iterator[Fault]:
    secret = configuration.settings.storage.encrypt_with
    try:
        StoreKey.parse(secret.reveal())
    except SealError as error:
        place = ("storage", "encrypt_with")
        yield configuration.document.fault("E503", place, error.detail)


def _pool_faults(configuration: Configuration) -> Iterator[Fault]:
    if any(isinstance(each.settings, PoolProvider) for each in configuration.providers):
        # Brings the database along, for which who declares no pool need not wait.
        from gateway.pool.declared.faults import (  # noqa: PLC0415 - slow to import
            find_pool_faults,
        )

        yield from find_pool_faults(configuration.providers)


def _sign_in_faults(configuration: Configuration) -> Iterator[Fault]:
    if any(LOGIN in flows_of(each.settings) for each in configuration.providers):
        from gateway.federation.faults import (  # noqa: PLC0415 - slow to import
            find_sign_in_faults,
        )

        yield from find_sign_in_faults(configuration.providers)


def _overlap_faults(
    configuration: Configuration, routes: tuple[Route, ...]
) -> Iterator[Fault]:
    numbers = {route.id: number for number, route in enumerate(routes)}
    document = configuration.document
    for overlap in find_overlaps(routes):
        first, second = overlap.first.id, overlap.second.id
        place = document.where(("routes", numbers[first], "path"))
        yield document.fault(
            "E310",
            ("routes", numbers[second], "path"),
            f"routes `{second}` and `{first}` ({place}) both match some requests",
            help=f"witness: {overlap.witness}",
        )


def _collect(
    compile_: Callable[[], _Compiled], faults: list[Fault]
) -> _Compiled | None:
    """Return what was compiled; or add the faults to the others and return `None`."""
    try:
        return compile_()
    except ConfigError as error:
        faults.extend(error.faults)
        return None
