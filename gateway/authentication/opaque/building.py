"""From the providers' files to what proves their opaque tokens."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import assert_never

from gateway.authentication.key_sources import KeySources
from gateway.authentication.oidc import OidcVerifier
from gateway.authentication.opaque.amazon import AmazonVerifier
from gateway.authentication.opaque.api import Api, Fetches
from gateway.authentication.opaque.facebook import FacebookVerifier
from gateway.authentication.opaque.github import GithubVerifier
from gateway.authentication.opaque.oauth2 import Oauth2Verifier
from gateway.authentication.opaque.proof import OpaqueVerifier
from gateway.authentication.opaque.twitter import TwitterVerifier
from gateway.authentication.ways import rules_of
from gateway.config.configuration import ProviderFile
from gateway.config.errors import ConfigError
from gateway.config.faults import Fault
from gateway.config.providers.oidc import OidcProvider
from gateway.config.providers.opaque.amazon import AmazonProvider
from gateway.config.providers.opaque.facebook import FacebookProvider
from gateway.config.providers.opaque.github import GithubProvider
from gateway.config.providers.opaque.oauth2 import Oauth2Provider
from gateway.config.providers.opaque.provider import OpaqueProvider
from gateway.config.providers.opaque.twitter import TwitterProvider
from gateway.net.fetcher import Fetcher, FetchRules

OpaqueSettings = (
    FacebookProvider
    | AmazonProvider
    | TwitterProvider
    | GithubProvider
    | Oauth2Provider
)


def opaque_files(
    files: Iterable[ProviderFile],
) -> list[tuple[ProviderFile, OpaqueSettings]]:
    """Return the providers whose tokens are opaque, and that are enabled."""
    return [
        (file, file.settings)
        for file in files
        if isinstance(file.settings, OpaqueProvider) and file.settings.enabled
    ]


def build_api(
    file: ProviderFile,
    settings: OpaqueProvider | OidcProvider,
    *,
    fetcher: Callable[[FetchRules], Fetches] = Fetcher,
) -> Api:
    """Return the way to a provider.

    Args:
        file: Where its settings are written.
        settings: The settings.
        fetcher: Makes the way; replaced in tests.

    Raises:
        ConfigError: `network.ca` holds no certificate.
    """
    try:
        way = fetcher(rules_of(settings.network, hosts=settings.hosts))
    except ValueError as error:
        place = (*file.keys, "network", "ca")
        raise ConfigError([file.document.fault("E513", place, str(error))]) from error
    return Api(settings.id, fetcher=way)


def build_opaque_verifier(
    settings: OpaqueSettings, *, api: Api, keys: KeySources, skew: timedelta
) -> OpaqueVerifier:
    """Return what proves the tokens of a provider.

    Args:
        settings: Its file.
        api: The way to it.
        keys: Where the keys of Facebook's Limited Login come from.
        skew: How far its clock may be from ours.
    """
    match settings:
        case FacebookProvider():
            limited = settings.limited_login
            id_tokens = OidcVerifier(limited, keys=keys.for_(limited), skew=skew)
            return FacebookVerifier(settings, api=api, id_tokens=id_tokens)
        case AmazonProvider():
            return AmazonVerifier(settings, api=api)
        case TwitterProvider():
            return TwitterVerifier(settings, api=api)
        case Oauth2Provider():
            return Oauth2Verifier(settings, api=api)
        case GithubProvider():
            return GithubVerifier(settings, api=api)
        case _:
            assert_never(settings)


def build_opaque_verifiers(
    files: Iterable[ProviderFile],
    *,
    keys: KeySources,
    skew: timedelta,
    fetcher: Callable[[FetchRules], Fetches] = Fetcher,
) -> dict[str, OpaqueVerifier]:
    """Return what proves the opaque tokens that may be exchanged, by the provider's id.

    Args:
        files: The providers.
        keys: Where keys come from.
        skew: How far the providers' clocks may be from ours.
        fetcher: Makes the way to one; replaced in tests.

    Raises:
        ConfigError: With all faults of the files that the providers refer to.
    """
    found: dict[str, OpaqueVerifier] = {}
    faults: list[Fault] = []
    for file, settings in opaque_files(files):
        if "exchange" not in settings.accept.flows:
            continue
        try:
            api = build_api(file, settings, fetcher=fetcher)
        except ConfigError as error:
            faults += error.faults
        else:
            found[settings.id] = build_opaque_verifier(
                settings, api=api, keys=keys, skew=skew
            )
    if faults:
        raise ConfigError(faults)
    return found
