"""Passwords from leaks, and a service that is never told which one is meant."""

import hashlib
from collections.abc import Mapping
from typing import Any

import pytest

from gateway.net.errors import FetchError
from gateway.net.fetcher import Fetched
from gateway.pool.passwords.leaks import LeakedPasswords, LeaksUnknownError

# Of the API's own documentation: the SHA-1 of "P@ssw0rd".
PASSWORD = "P@ssw0rd"
PREFIX, SUFFIX = "21BD1", "2DC183F740EE76F27B78EB39C8AD972A757"
OTHERS = (
    "0018A45C4D1DEF81644B54AB7F969B88D65:1\r\n00D4F6E8FA6EECAD2A3AA415EEC418D38EC:2"
)


class Service:
    """Answers what it is told to, and remembers what it was asked."""

    def __init__(self, body: str = OTHERS, status: int = 200) -> None:
        self.body = body.encode()
        self.status = status
        self.is_down = False
        self.asked: list[tuple[str, Mapping[str, str]]] = []

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Fetched:
        self.asked.append((url, headers or {}))
        if self.is_down:
            raise FetchError("no connection")
        return Fetched(self.status, "text/plain", self.body)


class Lookout:
    """Leaks, a clock to move, and what was told to operators."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.seconds = 0.0
        self.told: list[Mapping[str, Any]] = []
        self.leaks = LeakedPasswords(
            url="https://leaks.example/",
            getter=service,
            monotonic=lambda: self.seconds,
            logger=self,
        )

    def warning(self, event: str, **fields: Any) -> None:
        self.told.append({"event": event, **fields})

    debug = info = error = exception = warning

    def seen(self, password: str = PASSWORD) -> int:
        return self.leaks.times_seen(password)


@pytest.mark.parametrize(
    "line", [f"{SUFFIX}:37", f"{SUFFIX.lower()}:37", f"{SUFFIX}:0000000037"]
)
@pytest.mark.parametrize("end", ["", "\r\n", "\n"])
def test_a_password_is_found_among_others(line: str, end: str) -> None:
    """Wherever in the answer it stands."""
    for body in (f"{line}\r\n{OTHERS}{end}", f"{OTHERS}\n{line}{end}"):
        assert Lookout(Service(body)).seen() == 37


def test_the_service_learns_five_digits_and_nothing_else() -> None:
    """It is asked to fill its answer up."""
    lookout = Lookout(Service())

    assert lookout.seen() == 0

    url, headers = lookout.service.asked[0]
    assert url == f"https://leaks.example/range/{PREFIX}"
    assert headers["add-padding"] == "true"
    assert SUFFIX not in f"{url}{headers}".upper()


@pytest.mark.parametrize("body", ["", f"{SUFFIX}:0\r\n", OTHERS])
def test_padding_and_others_are_no_leak(body: str) -> None:
    """Nor is an empty range, which a small list of one's own has many of."""
    assert Lookout(Service(body)).seen() == 0


def test_a_word_in_any_language_has_the_hash_of_its_octets() -> None:
    """In UTF-8, as the service counts them."""
    octets = "pässwörd".encode()
    digits = hashlib.sha1(octets, usedforsecurity=False).hexdigest().upper()

    assert Lookout(Service(f"{digits[5:]}:4")).seen("pässwörd") == 4


@pytest.mark.parametrize(
    "body",
    [
        "<html>",
        "{}",
        f"{SUFFIX}:",
        f"{SUFFIX}:x",
        f"{SUFFIX}:-1",
        f"{SUFFIX[1:]}:1",
        f"A{SUFFIX}:1",
        f"{SUFFIX}:1 {OTHERS}",
        f"\n{SUFFIX}:1",
        f"{SUFFIX}:12345678901",
        f"{OTHERS}\n\n{SUFFIX}:1",
    ],
)
def test_what_is_no_range_is_no_answer(body: str) -> None:
    """A page of a proxy on the way does not vouch for a password."""
    lookout = Lookout(Service(body))

    with pytest.raises(LeaksUnknownError):
        lookout.seen()


@pytest.mark.parametrize("status", [204, 400, 404, 429, 500, 503])
def test_another_status_is_no_answer(status: int) -> None:
    """Whatever comes with it."""
    lookout = Lookout(Service(f"{SUFFIX}:1", status))

    with pytest.raises(LeaksUnknownError):
        lookout.seen()


def test_after_a_failure_nobody_waits_for_the_next_one() -> None:
    """For five seconds; operators hear of it once, and nothing of the password."""
    lookout = Lookout(Service(f"{SUFFIX}:1"))
    lookout.service.is_down = True
    for _ in range(3):
        with pytest.raises(LeaksUnknownError):
            lookout.seen()
    lookout.service.is_down = False
    lookout.seconds = 4.9
    with pytest.raises(LeaksUnknownError):
        lookout.seen()

    assert len(lookout.service.asked) == 1
    event = "the service of leaked passwords does not answer"
    assert lookout.told == [{"event": event, "detail": "no connection"}]

    lookout.seconds = 5
    assert lookout.seen() == 1
    assert lookout.seen("another") == 0


def test_an_answer_is_good_for_ten_minutes() -> None:
    """Also while the service is silent about others."""
    lookout = Lookout(Service(f"{SUFFIX}:1"))
    assert lookout.seen() == 1
    lookout.service.is_down = True
    lookout.seconds = 599
    with pytest.raises(LeaksUnknownError):
        lookout.seen("another")

    assert lookout.seen() == 1

    lookout.seconds = 605
    with pytest.raises(LeaksUnknownError):
        lookout.seen()
    assert len(lookout.service.asked) == 3


def test_only_so_many_answers_are_kept() -> None:
    """The one that was used last stays longest."""
    lookout = Lookout(Service(f"{SUFFIX}:1"))
    lookout.seen()
    for number in range(31):
        lookout.seen(f"word {number}")
    lookout.seen()
    assert len(lookout.service.asked) == 32

    lookout.seen("one more")
    lookout.seen()
    assert len(lookout.service.asked) == 33

    lookout.seen("word 0")
    assert len(lookout.service.asked) == 34
