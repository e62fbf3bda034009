"""What the admin listener tells of the running gateway."""

from collections.abc import Callable, Mapping
from datetime import datetime
from importlib.metadata import version

from gateway.app.loading import Loaded
from gateway.app.reload import Reloads
from gateway.app.tools import Tools
from gateway.authentication.jwks import KeySourceStatus
from gateway.config.configuration import ProviderFile, ProviderSettings
from gateway.config.providers.oidc import OidcProvider
from gateway.config.providers.opaque.facebook import FacebookProvider
from gateway.config.providers.opaque.provider import OpaqueProvider
from gateway.endpoints.admin.status import GatewayStatus, ProviderStatus


class Status:
    """Knows what runs, and what keeps it from serving."""

    def __init__(
        self,
        *,
        tools: Tools,
        reloads: Reloads,
        loaded: Callable[[], Loaded],
        started_at: datetime,
    ) -> None:
        self._tools = tools
        self._reloads = reloads
        self._loaded = loaded
        self._started_at = started_at

    def obstacles(self) -> Mapping[str, str]:
        """Return what is in the way of serving; empty if nothing is.

        A provider that is down is no obstacle: the others serve. Refused files are none
        either: the old set stays in force.
        """
        if not self._reloads.serving:
            return {"serving": "The gateway is starting or stopping."}
        return {}

    def status(self) -> GatewayStatus:
        """Return what runs."""
        loaded = self._loaded()
        keys = {source.issuer: source for source in self._tools.key_sources.status()}
        return GatewayStatus(
            version=version("federation-gateway"),
            started_at=self._started_at,
            configuration_digest=loaded.configuration.digest,
            policy_digest=loaded.engine.digest,
            reloaded_at=self._reloads.at,
            reload_faults=self._reloads.faults,
            providers=tuple(
                _provider_status(file, keys) for file in loaded.configuration.providers
            ),
            signing_key=self._tools.keyring.signing_key().kid,
            counters=self._tools.counts(),
        )


def _provider_status(
    file: ProviderFile, keys: Mapping[str, KeySourceStatus]
) -> ProviderStatus:
    provider = file.settings
    if not provider.enabled:
        return ProviderStatus(id=provider.id, kind=provider.kind, keys="disabled")
    publisher = _publisher(provider)
    source = keys.get(publisher.home) if publisher else None
    if source is None:
        known = "none" if isinstance(provider, OpaqueProvider) else "own"
        return ProviderStatus(id=provider.id, kind=provider.kind, keys=known)
    fetched = "stale" if source.failures else "fresh"
    return ProviderStatus(
        id=provider.id,
        kind=provider.kind,
        keys=fetched if source.usable else "missing",
        key_ids=source.key_ids,
        fetched_at=source.fetched_at,
        error=source.failure,
    )


def _publisher(provider: ProviderSettings) -> OidcProvider | None:
    """Return what publishes the provider's keys, if anything does."""
    match provider:
        case OidcProvider():
            return provider
        case FacebookProvider() if "id_token" in provider.accept.tokens:
            return provider.limited_login
        case _:
            return None
