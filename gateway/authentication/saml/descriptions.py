"""What is known of a provider at the moment: from its file, or from metadata kept fresh.

A provider that cannot be reached is not noticed as long as what was fetched is young enough.
Nobody waits for a fetch that another thread makes, unless there is nothing at hand.
"""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import BoundedSemaphore, Lock
from typing import Final, Protocol, TypeVar

from gateway.authentication.errors import WrongSignatureError
from gateway.authentication.saml.certificates import Certificate
from gateway.authentication.saml.metadata import (
    Description,
    MetadataError,
    parse_metadata,
)
from gateway.authentication.saml.signature import Trust
from gateway.config.providers.saml_idp import MetadataSettings
from gateway.model.errors import ProviderUnavailableError
from gateway.net.errors import FetchError
from gateway.net.fetcher import Fetched

_T = TypeVar("_T")

_log = logging.getLogger(__name__)

_OK: Final = 200

# Between two attempts after one that failed, and between two because of a signature that no
# known certificate explains: made-up signatures cost nothing to send.
_PAUSE: Final = timedelta(seconds=30)

_MAX_WAITING: Final = 8


class Fetches(Protocol):
    """Gets documents from places outside."""

    def get(self, url: str) -> Fetched:
        """Return what a URL leads to.

        Raises:
            FetchError: It cannot be had.
        """
        ...


class Descriptions(Protocol):
    """What is known of one provider."""

    def current(self) -> Description:
        """Return it.

        Raises:
            ProviderUnavailableError: It cannot be had.
        """
        ...

    def newer(self) -> Description | None:
        """Return it, if asking anew has brought something else; `None` if not."""
        ...


def trusting(
    descriptions: Descriptions,
    algorithms: Collection[str],
    open_: Callable[[Trust], _T],
) -> _T:
    """Return what was opened; with newer certificates, if those at hand are not it.

    Args:
        descriptions: Of the provider that has signed.
        algorithms: Signature methods that are accepted.
        open_: Verifies the signature.

    Raises:
        ProviderUnavailableError: The certificates cannot be had.
        CredentialError: As `open_` does.
    """
    certificates = descriptions.current().certificates
    try:
        return open_(Trust(certificates, algorithms))
    except WrongSignatureError:
        newer = descriptions.newer()
        if newer is None:
            raise
    return open_(Trust(newer.certificates, algorithms))


@dataclass(frozen=True, slots=True)
class FixedDescription:
    """What stands in the provider's file, or in one beside it.

    Attributes:
        description: What stands there.
        clock: The time, aware UTC.
    """

    description: Description
    clock: Callable[[], datetime]

    def current(self) -> Description:
        """Return it.

        Raises:
            ProviderUnavailableError: The metadata of the file is out of date.
        """
        ends_at = self.description.ends_at
        if ends_at is not None and self.clock() >= ends_at:
            raise ProviderUnavailableError("the metadata's file is out of date")
        return self.description

    def newer(self) -> Description | None:
        """Return `None`: a file is read again when the gateway reloads."""
        return None


@dataclass(frozen=True, slots=True)
class MetadataPlace:
    """Where metadata is, and what it has to be.

    Attributes:
        settings: Its address, and how fresh it has to be.
        entity_id: Whom it has to be about.
        signer: Who has signed it; `None` for nobody.
        allow_plain_http: Whether addresses in it may do without TLS.
    """

    settings: MetadataSettings
    entity_id: str
    signer: Certificate | None
    allow_plain_http: bool


@dataclass(frozen=True, slots=True)
class _Copy:
    description: Description
    fetched_at: datetime


class MetadataSource:
    """Metadata from an address. Shared by threads; survives a reload.

    Args:
        place: Where it is.
        fetcher: The way there.
        clock: The time, aware UTC.
    """

    def __init__(
        self,
        place: MetadataPlace,
        *,
        fetcher: Fetches,
        clock: Callable[[], datetime],
    ) -> None:
        self._place = place
        self._fetcher = fetcher
        self._clock = clock
        self._copy: _Copy | None = None
        self._tried_at: datetime | None = None
        self._failure = "nobody has asked it yet"
        # Held while fetching.
        self._fetching = Lock()
        self._waiting = BoundedSemaphore(_MAX_WAITING + 1)

    def current(self) -> Description:
        """Return the metadata, fetched if it has to be.

        Raises:
            ProviderUnavailableError: It cannot be had, and what was had is too old.
        """
        if self._is_young():
            return self._usable()
        if self._has_usable():
            # Whoever comes first fetches; the others go on with what is there.
            if self._fetching.acquire(blocking=False):
                try:
                    self._fetch_unless_tried()
                finally:
                    self._fetching.release()
            return self._usable()
        if not self._waiting.acquire(blocking=False):
            raise ProviderUnavailableError("too many wait for the metadata")
        try:
            with self._fetching:
                if not self._has_usable():
                    self._fetch_unless_tried()
        finally:
            self._waiting.release()
        return self._usable()

    def newer(self) -> Description | None:
        """Return the metadata, if asking anew has brought something else."""
        before = self._copy
        if not self._waiting.acquire(blocking=False):
            return None
        try:
            with self._fetching:
                if self._copy is before:
                    self._fetch_unless_tried()
        finally:
            self._waiting.release()
        after = self._copy
        if before is None or after is None or after is before:
            return None
        changed = after.description.certificates != before.description.certificates
        return after.description if changed else None

    def refresh_due(self) -> None:
        """Fetch the metadata if it is old. For the scheduler; never raises."""
        if not self._is_young() and self._fetching.acquire(blocking=False):
            try:
                self._fetch_unless_tried()
            finally:
                self._fetching.release()

    def _age(self) -> timedelta | None:
        """Return how old the copy is; `None` if there is none that may be believed."""
        copy, now = self._copy, self._clock()
        if copy is None:
            return None
        ends_at = copy.description.ends_at
        return None if ends_at is not None and now >= ends_at else now - copy.fetched_at

    def _is_young(self) -> bool:
        age = self._age()
        return age is not None and timedelta(0) <= age < self._place.settings.refresh

    def _has_usable(self) -> bool:
        age, settings = self._age(), self._place.settings
        return age is not None and age < max(settings.refresh, settings.stale)

    def _usable(self) -> Description:
        copy = self._copy
        if copy is None or not self._has_usable():
            raise ProviderUnavailableError(
                f"{self._place.entity_id[:200]}: {self._failure}"
            )
        return copy.description

    def _fetch_unless_tried(self) -> None:
        """Ask once, unless that was done just now. The caller holds the lock."""
        now = self._clock()
        tried_at = self._tried_at
        if tried_at is not None and timedelta(0) <= now - tried_at < _PAUSE:
            return
        self._tried_at = now
        place = self._place
        try:
            description = parse_metadata(
                self._read(),
                place.entity_id,
                signer=place.signer,
                allow_plain_http=place.allow_plain_http,
                now=now,
            )
        except (FetchError, MetadataError) as error:
            self._failure = str(error)
            _log.warning(
                "metadata of %s cannot be used: %s", place.entity_id[:200], error
            )
        else:
            self._copy = _Copy(description, now)

    def _read(self) -> bytes:
        answer = self._fetcher.get(self._place.settings.url or "")
        if answer.status != _OK:
            raise FetchError(f"its address answers {answer.status}")
        return answer.body
