"""The providers that people sign in at, from the files to what talks to them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.authentication.id_token import IdTokenVerifier
from gateway.authentication.key_sources import KeySources
from gateway.authentication.logout_token import LogoutTokenVerifier
from gateway.authentication.opaque.api import Fetches
from gateway.authentication.opaque.building import (
    OpaqueSettings,
    build_api,
    build_opaque_verifier,
)
from gateway.config.configuration import Configuration, ProviderFile
from gateway.config.errors import ConfigError
from gateway.config.faults import Fault
from gateway.config.providers.apple import AppleClient, AppleProvider
from gateway.config.providers.oidc import OidcProvider
from gateway.config.providers.oidc_client import ClientSettings
from gateway.config.providers.opaque.provider import OpaqueProvider
from gateway.config.providers.opaque.twitter import TwitterProvider
from gateway.federation.oauth2.dialects import dialect_of
from gateway.federation.oauth2.oauth1_party import OAuth1Party
from gateway.federation.oauth2.party import OAuth2Party
from gateway.federation.oidc.apple import AppleParty, AppleSecret
from gateway.federation.oidc.client_auth import (
    ClientAuthentication,
    client_authentication,
)
from gateway.federation.oidc.metadata import MetadataSource
from gateway.federation.oidc.party import OidcParty, OidcTools
from gateway.federation.values import RelyingParty
from gateway.net.fetcher import Fetcher, FetchRules


def build_parties(
    configuration: Configuration,
    *,
    clock: Callable[[], datetime],
    key_sources: KeySources,
    fetcher: Callable[[FetchRules], Fetches] = Fetcher,
) -> Mapping[str, RelyingParty]:
    """Return what the gateway is to each provider that people sign in at, by its id.

    Args:
        configuration: The files.
        clock: The time, aware UTC.
        key_sources: The keys of providers.
        fetcher: Makes the way to a provider; replaced in tests.

    Raises:
        ConfigError: With all faults of the files that the providers refer to.
    """
    builder = _Builder(clock, key_sources, fetcher, configuration.settings.tokens.skew)
    parties: dict[str, RelyingParty] = {}
    faults: list[Fault] = []
    for file in configuration.providers:
        try:
            party = builder.party(file)
        except ConfigError as error:
            faults += error.faults
        else:
            if party is not None:
                parties[party.provider] = party
    if faults:
        raise ConfigError(faults)
    return parties


@dataclass(frozen=True, slots=True)
class _Builder:
    clock: Callable[[], datetime]
    key_sources: KeySources
    fetcher: Callable[[FetchRules], Fetches]
    skew: timedelta

    def party(self, file: ProviderFile) -> RelyingParty | None:
        """Return what signs people in, if the provider does."""
        settings = file.settings
        if not settings.enabled:
            return None
        match settings:
            case AppleProvider(signs_in=True, client=AppleClient() as apple):
                return self._oidc(file, settings, apple)
            case OidcProvider(signs_in=True, client=ClientSettings() as client):
                return self._oidc(file, settings, client)
            case OpaqueProvider() if "login" in settings.accept.flows:
                return self._oauth(file, settings)
            case _:
                return None

    def _oauth(self, file: ProviderFile, settings: OpaqueSettings) -> RelyingParty:
        api = build_api(file, settings, fetcher=self.fetcher)
        verifier = build_opaque_verifier(
            settings, api=api, keys=self.key_sources, skew=self.skew
        )
        if isinstance(settings, TwitterProvider) and settings.protocol == "oauth1":
            return OAuth1Party(settings, api=api, verifier=verifier, clock=self.clock)
        return OAuth2Party(
            dialect_of(settings), api=api, verifier=verifier, clock=self.clock
        )

    def _oidc(
        self,
        file: ProviderFile,
        settings: OidcProvider,
        client: ClientSettings | AppleClient,
    ) -> RelyingParty:
        api = build_api(file, settings, fetcher=self.fetcher)
        party = AppleParty if isinstance(client, AppleClient) else OidcParty
        return party(
            settings,
            client,
            tools=OidcTools(
                api=api,
                metadata=MetadataSource(settings, api=api, clock=self.clock),
                authentication=self._authentication(file, settings, client),
                verifier=IdTokenVerifier(
                    settings, keys=self.key_sources.for_(settings), skew=self.skew
                ),
                logout=LogoutTokenVerifier(
                    settings, keys=self.key_sources.for_(settings), skew=self.skew
                ),
                clock=self.clock,
            ),
        )

    def _authentication(
        self,
        file: ProviderFile,
        settings: OidcProvider,
        client: ClientSettings | AppleClient,
    ) -> ClientAuthentication:
        try:
            if isinstance(client, AppleClient):
                issuer = settings.issuer
                return AppleSecret(client, issuer=issuer, clock=self.clock)
            return client_authentication(client, clock=self.clock)
        except ValueError as error:
            place = (*file.keys, "client", "key" if client.key else "secret")
            raise ConfigError(
                [file.document.fault("E512", place, str(error))]
            ) from error
