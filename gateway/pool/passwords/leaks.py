"""Whether a password is known from a leak, asked of somebody who is not told which it is.

The service hears the first five of the forty digits of the password's SHA-1, as some two
thousand known passwords and countless others have them, and answers with the rest of all
that it knows; which of those is meant stays here. Filled up with others that nobody has,
answers look alike for whoever counts their bytes on the way.

Reference: Have I Been Pwned, API v3, "Searching by range" and "Introducing padding".
"""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from http import HTTPStatus
from threading import Lock
from typing import Final, NamedTuple, Protocol

from gateway.model.errors import UnavailableError
from gateway.net.errors import FetchError
from gateway.net.fetcher import Fetched
from gateway.telemetry.logs import Logger

# What the largest range of today has, padded, three times over.
MAX_ANSWER_BYTES: Final = 256 * 1024

# Whoever mends something else on a form sends the password again. In memory, answers are a
# few megabytes at most, and those of the real service a hundred kilobytes each.
_KEPT_RANGES: Final = 32
_KEPT_SECONDS: Final = 600.0

# After a failure, people are not made to wait for the next one.
_PAUSE_SECONDS: Final = 5.0

_HEADERS: Final = {"accept": "text/plain", "add-padding": "true"}

_PREFIX_LENGTH: Final = 5
_RANGE: Final = re.compile(rb"(?:[0-9A-Fa-f]{35}:[0-9]{1,10}(?:\r?\n|\Z))*+")


class LeaksUnknownError(UnavailableError):
    """Whether a password is known from a leak cannot be found out."""

    public = "The password cannot be checked just now. Please try again in a moment."


class Getter(Protocol):
    """Gets documents (`gateway.net.fetcher.Fetcher`)."""

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Fetched:
        """Return what is answered, or raise `FetchError`."""


class _Kept(NamedTuple):
    """An answer, and when it is too old."""

    range_: bytes
    until: float


class LeakedPasswords:
    """Asks a service about passwords. Waits for an answer; call it in a thread."""

    def __init__(
        self,
        *,
        url: str,
        getter: Getter,
        monotonic: Callable[[], float],
        logger: Logger,
    ) -> None:
        """Take the service.

        Args:
            url: Where it is: what comes before `/range/`.
            getter: Asks it, within a short time and `MAX_ANSWER_BYTES`.
            monotonic: Seconds, for how long an answer is good.
            logger: Is told that it does not answer, once for each pause.
        """
        self._url = url.rstrip("/")
        self._getter = getter
        self._monotonic = monotonic
        self._logger = logger
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._silent_until: float | None = None
        self._changing = Lock()

    def times_seen(self, password: str) -> int:
        """Return how often a password was seen in leaks; 0 for one that nobody knows.

        Args:
            password: Text, as the policies take it.

        Raises:
            LeaksUnknownError: The service does not answer, or not with a range; or did not
                a moment ago.
        """
        digest = hashlib.sha1(password.encode(), usedforsecurity=False)
        digits = digest.hexdigest().upper()
        prefix, suffix = digits[:_PREFIX_LENGTH], digits[_PREFIX_LENGTH:]
        range_ = self._find(prefix)
        if range_ is None:
            range_ = self._ask(prefix)
        return _count(range_, suffix)

    def _find(self, prefix: str) -> bytes | None:
        """Return what was answered a while ago, if it is still good."""
        now = self._monotonic()
        with self._changing:
            kept = self._kept.get(prefix)
            if kept is not None and now < kept.until:
                self._kept.move_to_end(prefix)
                return kept.range_
            if self._silent_until is not None and now < self._silent_until:
                raise LeaksUnknownError(
                    "the service of leaked passwords did not answer"
                )
        return None

    def _ask(self, prefix: str) -> bytes:
        try:
            range_ = self._fetch(prefix)
        except LeaksUnknownError as error:
            with self._changing:
                self._silent_until = self._monotonic() + _PAUSE_SECONDS
            self._logger.warning(
                "the service of leaked passwords does not answer", detail=error.detail
            )
            raise
        with self._changing:
            self._silent_until = None
            self._kept[prefix] = _Kept(range_, self._monotonic() + _KEPT_SECONDS)
            self._kept.move_to_end(prefix)
            if len(self._kept) > _KEPT_RANGES:
                self._kept.popitem(last=False)
        return range_

    def _fetch(self, prefix: str) -> bytes:
        try:
            answer = self._getter.get(f"{self._url}/range/{prefix}", headers=_HEADERS)
        except FetchError as error:
            raise LeaksUnknownError(error.detail) from error
        if answer.status != HTTPStatus.OK:
            raise LeaksUnknownError(f"the service answers {answer.status}")
        if _RANGE.fullmatch(answer.body) is None:
            raise LeaksUnknownError("the service answers something else than a range")
        return answer.body


def _count(range_: bytes, suffix: str) -> int:
    found = re.search(rb"(?im)^%b:([0-9]+)" % suffix.encode("ascii"), range_)
    # Padding has a count of 0: as good as not there.
    return 0 if found is None else int(found[1])
