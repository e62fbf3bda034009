"""Signing in through providers: what is built once, and what each set of files brings.

What speaks to the providers is built by `gateway.app.federation`.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TypeGuard

from gateway.app.loading import Loaded
from gateway.app.pools import PoolServices
from gateway.config.configuration import Configuration
from gateway.config.providers.common import LOGIN, SignInSettings, flows_of
from gateway.config.providers.pool.provider import PoolProvider
from gateway.federation.attempts import Attempts
from gateway.federation.connected import ConnectedLogins
from gateway.federation.linking.identities import SameIdentity
from gateway.federation.linking.links import Links
from gateway.federation.linking.proofs import LinkProofs
from gateway.federation.names import default_name
from gateway.federation.people import People
from gateway.federation.providers import (
    CurrentProviders,
    LoginProvider,
    LoginProviders,
    LoginSettings,
)
from gateway.federation.reasons import ProviderRules
from gateway.federation.sessions import FederatedSessions
from gateway.federation.sign_ins import FederatedSignIns
from gateway.federation.single_logout import SingleLogout
from gateway.federation.values import RelyingParty
from gateway.federation.waiting import WaitingLogins
from gateway.keys.seal import Seal, StoreKey
from gateway.storage.database import Database


def build_sign_ins(
    *,
    database: Database,
    store_key: StoreKey,
    pools: PoolServices,
    clock: Callable[[], datetime],
    public_url: str,
    region: str,
) -> FederatedSignIns:
    """Return what signs people in through providers; there are none yet.

    Args:
        database: Where everything is kept.
        store_key: Seals what has to be opened again.
        pools: What can be done with people.
        clock: The time.
        public_url: Where the gateway is reached, without a slash at the end.
        region: First part of new identities' ids.
    """
    seal, providers = Seal(key=store_key), CurrentProviders()
    links = _links(database, providers, region, clock)
    people = People(
        database=database,
        triggers=pools.triggers,
        links=links,
        seal=seal,
        clock=clock,
    )
    attempts = Attempts(database=database, seal=seal, clock=clock)
    sessions = _sessions(database, providers, pools, seal, clock)
    return FederatedSignIns(
        providers=providers,
        attempts=attempts,
        waiting=WaitingLogins(
            database=database,
            providers=providers,
            proofs=LinkProofs(database=database, seal=seal, clock=clock),
            people=people,
            clock=clock,
        ),
        connected=_connected(database, providers, people, links, clock),
        sessions=sessions,
        single_logout=SingleLogout(
            database=database,
            providers=providers,
            sessions=sessions,
            attempts=attempts,
            public_url=public_url,
        ),
        people=people,
        sign_ins=pools.sign_ins,
        clock=clock,
        public_url=public_url,
    )


def _connected(
    database: Database,
    providers: CurrentProviders,
    people: People,
    links: Links,
    clock: Callable[[], datetime],
) -> ConnectedLogins:
    return ConnectedLogins(
        database=database,
        providers=providers,
        people=people,
        links=links,
        clock=clock,
    )


def _sessions(
    database: Database,
    providers: CurrentProviders,
    pools: PoolServices,
    seal: Seal,
    clock: Callable[[], datetime],
) -> FederatedSessions:
    return FederatedSessions(
        database=database,
        providers=providers,
        pools=pools.pools,
        seal=seal,
        clock=clock,
    )


def _links(
    database: Database,
    providers: CurrentProviders,
    region: str,
    clock: Callable[[], datetime],
) -> Links:
    return Links(
        database=database,
        same=SameIdentity(region=region, provider_of=providers.pool_file),
        describe=providers.describe,
        clock=clock,
    )


def build_login_providers(
    loaded: Loaded, parties: Mapping[str, RelyingParty]
) -> LoginProviders:
    """Return the providers with which people may sign in.

    Args:
        loaded: The files, compiled.
        parties: What the gateway is to each of them, by its id.
    """
    return LoginProviders(
        _login_providers(loaded, parties),
        pools={
            file.settings.pool_id: file.settings.id
            for file in loaded.configuration.providers
            if isinstance(file.settings, PoolProvider)
        },
    )


def _login_providers(
    loaded: Loaded, parties: Mapping[str, RelyingParty]
) -> Iterator[LoginProvider]:
    for file in loaded.configuration.providers:
        settings = file.settings
        party = parties.get(settings.id)
        if party is None or not signs_in(settings):
            continue
        yield LoginProvider(
            settings=settings,
            name=name_of(settings),
            pool_id=settings.sign_in.pool or only_pool(loaded.configuration),
            party=party,
            mapper=loaded.mappers[settings.id],
            profile=loaded.profiles[settings.id],
        )


def provider_rules(loaded: Loaded) -> Mapping[str, ProviderRules]:
    """Return what the files say of each provider that people may sign in with, by its id."""
    return {
        settings.id: ProviderRules(
            settings=settings,
            mapper=loaded.mappers[settings.id],
            profile=loaded.profiles[settings.id],
        )
        for file in loaded.configuration.providers
        for settings in [file.settings]
        if signs_in(settings) and LOGIN in flows_of(settings)
    }


def signs_in(settings: object) -> TypeGuard[LoginSettings]:
    """Whether people can sign in with a kind of provider."""
    return isinstance(getattr(settings, "sign_in", None), SignInSettings)


def name_of(settings: LoginSettings) -> str:
    """Return what Cognito's clients call a provider."""
    return settings.sign_in.name or default_name(settings.kind, settings.id)


def only_pool(configuration: Configuration) -> str:
    """Return the id of the one pool that is declared; empty for none, or several."""
    pools = [
        file.settings.pool_id
        for file in configuration.providers
        if isinstance(file.settings, PoolProvider)
    ]
    return pools[0] if len(pools) == 1 else ""
