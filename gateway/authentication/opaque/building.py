"""From the providers' files to what proves their opaque tokens."""

from collections.abc import Callable, Iterable
from typing import assert_never

from gateway.authentication.opaque.api import Api, Fetches
from gateway.authentication.opaque.github import GithubVerifier
from gateway.authentication.opaque.proof import OpaqueVerifier
from gateway.authentication.ways import rules_of
from gateway.config.configuration import ProviderFile
from gateway.config.errors import ConfigError
from gateway.config.faults import Fault
from gateway.config.providers.oidc import OidcProvider
from gateway.config.providers.opaque.github import GithubProvider
from gateway.config.providers.opaque.provider import OpaqueProvider
from gateway.net.fetcher import Fetcher, FetchRules

OpaqueSettings = GithubProvider


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


def build_opaque_verifier(settings: OpaqueSettings, *, api: Api) -> OpaqueVerifier:
    """Return what proves the tokens of a provider."""
    match settings:
        case GithubProvider():
            return GithubVerifier(settings, api=api)
        case _:
            assert_never(settings)


def build_opaque_verifiers(
    files: Iterable[ProviderFile],
    *,
    fetcher: Callable[[FetchRules], Fetches] = Fetcher,
) -> dict[str, OpaqueVerifier]:
    """Return what proves the tokens of each provider whose tokens are opaque, by its id.

    Args:
        files: The providers.
        fetcher: Makes the way to one; replaced in tests.

    Raises:
        ConfigError: With all faults of the files that the providers refer to.
    """
    found: dict[str, OpaqueVerifier] = {}
    faults: list[Fault] = []
    for file, settings in opaque_files(files):
        try:
            api = build_api(file, settings, fetcher=fetcher)
        except ConfigError as error:
            faults += error.faults
        else:
            found[settings.id] = build_opaque_verifier(settings, api=api)
    if faults:
        raise ConfigError(faults)
    return found
