"""The providers that people sign in at, from the files to what talks to them."""

from collections.abc import Callable, Mapping
from datetime import datetime

from gateway.authentication.opaque.api import Fetches
from gateway.authentication.opaque.building import (
    build_api,
    build_opaque_verifier,
    opaque_files,
)
from gateway.config.configuration import Configuration
from gateway.federation.oauth2.dialects import dialect_of
from gateway.federation.oauth2.party import OAuth2Party
from gateway.federation.values import RelyingParty
from gateway.net.fetcher import Fetcher, FetchRules


def build_parties(
    configuration: Configuration,
    *,
    clock: Callable[[], datetime],
    fetcher: Callable[[FetchRules], Fetches] = Fetcher,
) -> Mapping[str, RelyingParty]:
    """Return what the gateway is to each provider that people sign in at, by its id.

    Args:
        configuration: The files.
        clock: The time, aware UTC.
        fetcher: Makes the way to a provider; replaced in tests.

    Raises:
        ConfigError: A file that a provider refers to cannot be used.
    """
    parties: dict[str, RelyingParty] = {}
    for file, settings in opaque_files(configuration.providers):
        if "login" not in settings.accept.flows:
            continue
        api = build_api(file, settings, fetcher=fetcher)
        parties[settings.id] = OAuth2Party(
            dialect_of(settings),
            api=api,
            verifier=build_opaque_verifier(settings, api=api),
            clock=clock,
        )
    return parties
