"""The key sources of all providers, over reloads.

A reload makes new verifiers; fetching every key again at that moment would be work for
nothing, and would fail with a provider that is down. So the sources stand apart, and one
is used again as long as everything is equal that it was made from.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from threading import Lock

from gateway.authentication.compact import names_of
from gateway.authentication.jwks import (
    Fetches,
    KeySource,
    KeySourceSettings,
    KeySourceStatus,
)
from gateway.authentication.ways import rules_of
from gateway.config.providers.oidc import OidcProvider
from gateway.net.fetcher import Fetcher, FetchRules

_Made = tuple[KeySourceSettings, FetchRules]


class KeySources:
    """Makes key sources, and finds those that exist.

    Args:
        clock: The time, aware UTC.
        fetcher: Makes the way to an issuer; replaced in tests.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        fetcher: Callable[[FetchRules], Fetches] = Fetcher,
    ) -> None:
        self._clock = clock
        self._fetcher = fetcher
        self._sources: dict[_Made, KeySource] = {}
        self._changing = Lock()

    def for_(self, provider: OidcProvider) -> KeySource:
        """Return the source of a provider's keys.

        Raises:
            ValueError: `network.ca` holds no certificate.
        """
        made_from = _made_from(provider)
        with self._changing:
            source = self._sources.get(made_from)
            if source is None:
                settings, rules = made_from
                source = KeySource(
                    settings, fetcher=self._fetcher(rules), clock=self._clock
                )
                self._sources[made_from] = source
            return source

    def keep_only(self, providers: Iterable[OidcProvider]) -> None:
        """Forget the sources of all other providers: the files no longer name them."""
        wanted = {_made_from(provider) for provider in providers}
        with self._changing:
            self._sources = {
                made_from: source
                for made_from, source in self._sources.items()
                if made_from in wanted
            }

    def refresh_due(self) -> None:
        """Fetch the keys that will soon be old. For the scheduler; never raises."""
        for source in tuple(self._sources.values()):
            source.refresh_due()

    def status(self) -> tuple[KeySourceStatus, ...]:
        """Return what an operator wants to know, ordered by issuer."""
        found = [source.status() for source in tuple(self._sources.values())]
        return tuple(sorted(found, key=lambda status: status.issuer))


def _made_from(provider: OidcProvider) -> _Made:
    network = provider.network
    settings = KeySourceSettings(
        issuer=provider.home,
        discovery_url=provider.described_at,
        described_as=provider.described_as,
        jwks_url=provider.jwks_url,
        algorithms=names_of(provider.algorithms),
        refresh=network.jwks.refresh,
        stale=network.jwks.stale,
        unknown_kid=network.jwks.unknown_kid,
    )
    return settings, rules_of(network, hosts=provider.hosts)
