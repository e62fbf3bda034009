"""Where a provider's endpoints are: as its file says, and else as it says itself.

Kept for a while, and used on while the provider is down, as its keys are.

References: OpenID Connect Discovery 1.0 section 3; RFC 9126 section 5; RFC 9207 section 3.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from gateway.authentication.discovery import DiscoveryError, check_described
from gateway.authentication.opaque.api import Api
from gateway.config.providers.oidc import OidcProvider
from gateway.config.settings.values import is_loopback
from gateway.model.errors import BadAnswerError, ProviderUnavailableError

_log = logging.getLogger(__name__)

# After a failure, nobody waits for the provider again so soon.
_PAUSE: Final = timedelta(seconds=5)

_MAX_URL: Final = 2000


@dataclass(frozen=True, slots=True)
class Metadata:
    """A provider's endpoints.

    Attributes:
        authorize_url: Where browsers are sent.
        token_url: Where codes are redeemed.
        userinfo_url: Where more is said of somebody; empty if nowhere.
        par_url: Where requests are pushed to; empty if nowhere.
        end_session_url: Where browsers are sent to sign out; empty if nowhere.
        says_issuer: Whether its answers say whose they are (RFC 9207).
    """

    authorize_url: str
    token_url: str
    userinfo_url: str = ""
    par_url: str = ""
    end_session_url: str = ""
    says_issuer: bool = False


@dataclass(frozen=True, slots=True)
class _Known:
    metadata: Metadata
    read_at: datetime


class MetadataSource:
    """Knows the endpoints of one provider. Shared by threads.

    Args:
        settings: The provider's file.
        api: The way to the provider.
        clock: The time, aware UTC.
    """

    def __init__(
        self, settings: OidcProvider, *, api: Api, clock: Callable[[], datetime]
    ) -> None:
        self._settings = settings
        self._api = api
        self._clock = clock
        self._known: _Known | None = None
        self._failed_at: datetime | None = None

    def get(self) -> Metadata:
        """Return the endpoints; asks the provider for them now and then.

        Raises:
            BadAnswerError: What it says of itself cannot be used.
            ProviderUnavailableError: It does not answer, and what it has said is too old.
        """
        settings, now = self._settings, self._clock()
        if settings.authorize_url is not None and settings.token_url is not None:
            return self._written({})
        jwks, known = settings.network.jwks, self._known
        if known is not None and now - known.read_at < jwks.refresh:
            return known.metadata
        try:
            return self._fetched(now)
        except (BadAnswerError, ProviderUnavailableError):
            longest = max(jwks.refresh, jwks.stale)
            if known is None or now - known.read_at >= longest:
                raise
            return known.metadata

    def _fetched(self, now: datetime) -> Metadata:
        if self._failed_at is not None and now - self._failed_at < _PAUSE:
            raise ProviderUnavailableError(
                f"{self._settings.id} did not answer just now"
            )
        try:
            metadata = self._ask()
        except (BadAnswerError, ProviderUnavailableError) as error:
            self._failed_at = now
            _log.warning("discovery of %s fails: %s", self._settings.id, error.detail)
            raise
        self._known, self._failed_at = _Known(metadata, now), None
        return metadata

    def _ask(self) -> Metadata:
        settings = self._settings
        answer = self._api.get(settings.described_at)
        if not answer.good:
            raise BadAnswerError(f"{settings.id}: discovery answers {answer.status}")
        try:
            check_described(answer.members, settings.described_as)
        except DiscoveryError as error:
            raise BadAnswerError(f"{settings.id}: {error}") from error
        return self._written(answer.members)

    def _written(self, document: Mapping[str, Any]) -> Metadata:
        """Return what the file says, and for the rest what the provider does."""
        settings = self._settings
        authorize_url = settings.authorize_url or self._place(
            document, "authorization_endpoint"
        )
        if not authorize_url:
            raise BadAnswerError(f"{settings.id} has no authorization_endpoint")
        self._check_for_browsers(authorize_url)
        end_session_url = settings.end_session_url or self._place(
            document, "end_session_endpoint"
        )
        if end_session_url:
            self._check_for_browsers(end_session_url)
        token_url = settings.token_url or self._place(document, "token_endpoint")
        if not token_url:
            raise BadAnswerError(f"{settings.id} has no token_endpoint")
        return Metadata(
            authorize_url=authorize_url,
            token_url=token_url,
            userinfo_url=settings.userinfo_url
            or self._place(document, "userinfo_endpoint"),
            par_url=settings.par_url
            or self._place(document, "pushed_authorization_request_endpoint"),
            end_session_url=end_session_url,
            says_issuer=document.get("authorization_response_iss_parameter_supported")
            is True,
        )

    def _place(self, document: Mapping[str, Any], name: str) -> str:
        url = document.get(name, "")
        if not isinstance(url, str) or len(url) > _MAX_URL:
            raise BadAnswerError(f"{self._settings.id}: {name} is no URL")
        return url

    def _check_for_browsers(self, url: str) -> None:
        """Refuse a place that no browser should be sent to: the rest the fetcher refuses."""
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
        except ValueError as error:
            raise BadAnswerError(
                f"{self._settings.id}: a URL cannot be read"
            ) from error
        plain = self._settings.network.allow_plain_http and is_loopback(host)
        schemes = {"https", "http"} if plain else {"https"}
        odd = parts.scheme not in schemes or not host or "@" in parts.netloc
        if odd or parts.fragment or not url.isascii() or not url.isprintable():
            raise BadAnswerError(
                f"{self._settings.id}: no browser is sent to {url[:200]!r}"
            )
