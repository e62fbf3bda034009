"""What outlives the files of SAML providers, and what each file makes with it.

The XML libraries take a while to load, and come along where such a provider is declared.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from gateway.config.configuration import Configuration, ProviderFile
from gateway.config.providers.saml import SamlProvider
from gateway.federation.values import RelyingParty
from gateway.storage.database import Database

if TYPE_CHECKING:
    from gateway.authentication.saml.building import (
        MetadataSources,
        Presented,
        SamlParts,
    )


class SamlGround:
    """Makes what judges the documents of SAML providers.

    Args:
        database: Where it is kept which assertions were seen.
        clock: The time, aware UTC.
    """

    def __init__(self, *, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._is_used = False

    def build(
        self, file: ProviderFile, provider: SamlProvider, *, skew: timedelta
    ) -> "SamlParts":
        """Return what a provider's file makes.

        Args:
            file: Where the provider is written.
            provider: What is written there.
            skew: How far its clock may be from ours.

        Raises:
            ConfigError: A file that the provider refers to cannot be used.
        """
        from gateway.authentication.saml.building import (  # noqa: PLC0415 - see above
            build_saml,
        )

        self._is_used = True
        return build_saml(
            file, provider, sources=self._sources, presented=self._presented, skew=skew
        )

    def keep_only(self, parts: Iterable["SamlParts"]) -> None:
        """Forget the metadata of all other providers: the files no longer name them."""
        if self._is_used:
            self._sources.keep_only([each.descriptions for each in parts])

    def refresh_due(self) -> None:
        """Fetch the metadata that is old. For the scheduler; never raises."""
        if self._is_used:
            self._sources.refresh_due()

    @cached_property
    def _sources(self) -> "MetadataSources":
        from gateway.authentication.saml.building import (  # noqa: PLC0415 - see above
            MetadataSources,
        )

        return MetadataSources(clock=self._clock)

    @cached_property
    def _presented(self) -> "Presented":
        from gateway.authentication.saml.building import (  # noqa: PLC0415 - see above
            Presented,
        )

        return Presented(self._database)


def build_saml_parties(
    parts: Mapping[str, "SamlParts"], *, clock: Callable[[], datetime]
) -> dict[str, RelyingParty]:
    """Return what the gateway is to each SAML provider that people sign in at."""
    signing_in = [
        each for each in parts.values() if "login" in each.settings.accept.flows
    ]
    if not signing_in:
        return {}
    from gateway.federation.saml.party import SamlParty  # noqa: PLC0415 - see above

    return {each.settings.id: SamlParty(each, clock=clock) for each in signing_in}


def build_parts(
    configuration: Configuration, ground: SamlGround
) -> dict[str, "SamlParts"]:
    """Return what the file of each SAML provider makes, by its id.

    Raises:
        ConfigError: A file that a provider refers to cannot be used.
    """
    skew = configuration.settings.tokens.skew
    return {
        file.settings.id: ground.build(file, file.settings, skew=skew)
        for file in configuration.providers
        if isinstance(file.settings, SamlProvider) and file.settings.enabled
    }
