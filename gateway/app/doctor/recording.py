"""Fetching, with a record of who answered what, when.

What the parties make of an answer hides how it came; an operator has to know.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from gateway.authentication.opaque.api import Fetches
from gateway.net.errors import (
    FetchError,
    FetchTimeoutError,
    ForbiddenTargetError,
    OversizedAnswerError,
    UnusableAnswerError,
)
from gateway.net.fetcher import Fetched, Fetcher, FetchRules


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request, and what became of it.

    Attributes:
        host: Who was asked.
        failure: Why there is no answer that could be used; `None` if there is one.
        date: `Date` of the answer; empty if there is none.
        at: When it came.
    """

    host: str
    failure: FetchError | None
    date: str
    at: datetime

    @property
    def answered(self) -> bool:
        """Whether somebody is there, whatever was answered."""
        return self.failure is None or isinstance(
            self.failure, UnusableAnswerError | OversizedAnswerError
        )


class Recorder:
    """Makes fetchers, and remembers what they did.

    Args:
        clock: The time, aware UTC.
        fetcher: Makes the way to a provider; replaced in tests.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        fetcher: Callable[[FetchRules], Fetches] = Fetcher,
    ) -> None:
        self.exchanges: list[Exchange] = []
        self._clock = clock
        self._fetcher = fetcher

    def __call__(self, rules: FetchRules) -> Fetches:
        """Return a fetcher whose work is remembered."""
        return _Recording(self, self._fetcher(rules))

    def record(self, url: str, ask: Callable[[], Fetched]) -> Fetched:
        """Return what is answered, and remember it.

        Raises:
            FetchError: Nothing usable is.
        """
        host = _host(url)
        try:
            fetched = ask()
        except FetchError as error:
            self.exchanges.append(Exchange(host, error, "", self._clock()))
            raise
        date = fetched.headers.get("date", "")
        self.exchanges.append(Exchange(host, None, date, self._clock()))
        return fetched


class _Recording:
    def __init__(self, recorder: Recorder, fetcher: Fetches) -> None:
        self._recorder = recorder
        self._fetcher = fetcher

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Fetched:
        return self._recorder.record(
            url, lambda: self._fetcher.get(url, headers=headers)
        )

    def post(self, url: str, body: bytes, *, headers: Mapping[str, str]) -> Fetched:
        return self._recorder.record(
            url, lambda: self._fetcher.post(url, body, headers=headers)
        )


def advice(failure: FetchError) -> str:
    """Return what an operator can do about a way that leads nowhere."""
    match failure:
        case ForbiddenTargetError():
            return (
                "[network] of the provider's file says where the gateway may go: "
                "allow_hosts, allow_private_addresses, allow_plain_http"
            )
        case FetchTimeoutError():
            return (
                "is it up, and does a firewall let the gateway out? [network] timeout is "
                "for one request"
            )
        case OversizedAnswerError() | UnusableAnswerError():
            return "is this the address of the API, and not of a page?"
        case _:
            return (
                "is the name right, and does a firewall let the gateway out? If your own "
                "authority signs its certificate: [network] ca"
            )


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url
