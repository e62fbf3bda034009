"""Questions to a provider's API, and what is made of the answers.

An API may be down, may answer with a page for people, or with megabytes of something. Here
each of these becomes an error that says whose fault it is; what the API says about a token
is judged by the module of its kind.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from types import MappingProxyType
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl, quote, urlencode

from gateway.authentication.json_object import (
    JsonObjectError,
    parse_array,
    parse_object,
)
from gateway.model.errors import BadAnswerError, ProviderUnavailableError
from gateway.net.errors import FetchError, OversizedAnswerError, UnusableAnswerError
from gateway.net.fetcher import Fetched

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_GOOD = range(200, 300)
_TOO_MANY = 429
_FAILING = range(500, 600)

# Facebook's API has called its JSON by the second name.
_JSON_TYPES = frozenset({"application/json", "text/javascript"})

_MAX_FIELDS = 20

FORM = "application/x-www-form-urlencoded"

# Threads that wait for one provider at the same time. One that hangs must not be able to
# occupy every thread, and with them everybody who signs in elsewhere.
MAX_AT_ONCE: Final = 8


class Fetches(Protocol):
    """Gets documents from places outside, and sends them."""

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Fetched:
        """Return what a URL leads to.

        Raises:
            FetchError: It cannot be had.
        """
        ...

    def post(self, url: str, body: bytes, *, headers: Mapping[str, str]) -> Fetched:
        """Send a body somewhere, and return what is answered.

        Raises:
            FetchError: Nothing usable is.
        """
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What an API answered.

    Attributes:
        status: The HTTP status: good, or one of 4xx.
        members: Of the JSON object; empty if it is none and the status is not good.
    """

    status: int
    members: Mapping[str, Any] = field(repr=False)

    @property
    def good(self) -> bool:
        """Whether the status says that all is well. There are APIs that say so always."""
        return self.status in _GOOD


class Api:
    """The API of one provider. Shared by threads, and blocks them.

    Args:
        provider: Its id, for the operator.
        fetcher: The way there.
        max_at_once: How many may wait for it; the next is told at once.
    """

    def __init__(
        self, provider: str, *, fetcher: Fetches, max_at_once: int = MAX_AT_ONCE
    ) -> None:
        self._provider = provider
        self._fetcher = fetcher
        self._places = BoundedSemaphore(max_at_once)

    def get(
        self,
        url: str,
        query: Mapping[str, str] = _NOTHING,
        *,
        headers: Mapping[str, str] = _NOTHING,
    ) -> Answer:
        """Return what is answered to a question.

        Args:
            url: Without a query.
            query: What is asked; percent-encoded here.
            headers: With the credential, if one is needed.

        Raises:
            ProviderUnavailableError: Nothing, or "later".
            BadAnswerError: Something that cannot be used.
        """
        return self._answer(self._get(url, query, headers))

    def items(
        self, url: str, query: Mapping[str, str], *, headers: Mapping[str, str]
    ) -> list[Any] | None:
        """Return a list; `None` if there is none for whoever asks.

        Args:
            url: Without a query.
            query: What is asked.
            headers: With the credential.

        Raises:
            ProviderUnavailableError: Nothing, or "later".
            BadAnswerError: Something that cannot be used.
        """
        fetched = self._get(url, query, headers)
        if fetched.status not in _GOOD:
            return None
        self._check_type(fetched)
        try:
            return parse_array(fetched.body)
        except JsonObjectError as error:
            raise BadAnswerError(f"{self._provider}: {error}") from error

    def post(
        self,
        url: str,
        body: bytes | Mapping[str, str],
        *,
        headers: Mapping[str, str] = _NOTHING,
    ) -> Answer:
        """Return what is answered to what is sent.

        Args:
            url: Where to.
            body: A form, or bytes whose type stands in the headers.
            headers: With the credential, if one is needed.

        Raises:
            ProviderUnavailableError: Nothing, or "later".
            BadAnswerError: Something that cannot be used.
        """
        if isinstance(body, Mapping):
            headers = {"content-type": FORM, **headers}
            body = urlencode(body).encode("ascii")
        return self._answer(self._post(url, body, headers))

    def post_for_form(self, url: str, *, headers: Mapping[str, str]) -> Answer:
        """Return what is answered as a form, as OAuth 1.0a does.

        Its media type says nothing: X has called it `text/html`.

        Args:
            url: Where an empty body is sent.
            headers: With the signature.

        Raises:
            ProviderUnavailableError: Nothing, or "later".
            BadAnswerError: Something that cannot be used.
        """
        fetched = self._post(url, b"", headers)
        if fetched.status not in _GOOD:
            return self._answer(fetched)
        try:
            pairs = parse_qsl(
                fetched.body.decode("ascii"),
                strict_parsing=True,
                max_num_fields=_MAX_FIELDS,
            )
        except ValueError as error:
            raise BadAnswerError(f"{self._provider} answers with no form") from error
        return Answer(fetched.status, dict(pairs))

    def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Fetched:
        return self._asked(lambda: self._fetcher.post(url, body, headers=headers))

    def _get(
        self, url: str, query: Mapping[str, str], headers: Mapping[str, str]
    ) -> Fetched:
        target = f"{url}?{urlencode(query, quote_via=quote)}" if query else url
        return self._asked(lambda: self._fetcher.get(target, headers=headers))

    def _asked(self, ask: Callable[[], Fetched]) -> Fetched:
        if not self._places.acquire(blocking=False):
            raise ProviderUnavailableError(
                f"{self._provider}: too many wait for its answer"
            )
        try:
            fetched = ask()
        except FetchError as error:
            raise self._failure(error) from error
        finally:
            self._places.release()
        self._check_willing(fetched)
        return fetched

    def _failure(self, error: FetchError) -> Exception:
        kind = (
            BadAnswerError
            if isinstance(error, OversizedAnswerError | UnusableAnswerError)
            else ProviderUnavailableError
        )
        return kind(f"{self._provider}: {error}")

    def _check_willing(self, fetched: Fetched) -> None:
        if fetched.status == _TOO_MANY or fetched.status in _FAILING:
            later = fetched.headers.get("retry-after", "")[:40]
            raise ProviderUnavailableError(
                f"{self._provider} answers {fetched.status}"
                + (f", retry after {later!r}" if later else "")
            )

    def _check_type(self, fetched: Fetched) -> None:
        kind = fetched.media_type
        if kind not in _JSON_TYPES and not kind.endswith("+json"):
            raise BadAnswerError(f"{self._provider} answers with {kind[:60]!r}")

    def _answer(self, fetched: Fetched) -> Answer:
        try:
            self._check_type(fetched)
            return Answer(fetched.status, parse_object(fetched.body))
        except (BadAnswerError, JsonObjectError) as error:
            if fetched.status not in _GOOD:
                return Answer(fetched.status, {})
            raise BadAnswerError(f"{self._provider}: {error}") from error


def bearer(token: str) -> dict[str, str]:
    """Return the header that shows an access token (RFC 6750 section 2.1)."""
    return {"authorization": f"Bearer {token}"}


def basic(name: str, secret: bytes) -> dict[str, str]:
    """Return the header that shows a client's id and secret.

    Reference: RFC 6749 section 2.3.1 (each form-encoded first).
    """
    pair = f"{quote(name, safe='')}:{quote(secret, safe='')}"
    return {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
