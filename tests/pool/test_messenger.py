"""What is handed over for delivery."""

from dataclasses import replace

import pytest

from gateway.pool.messenger import Notice, SentCode, told_at
from gateway.pool.pool import Pool
from gateway.pool.settings import (
    Address,
    MessageSettings,
    NoticeKind,
    PoolSettings,
)
from tests.pool.house import NOON, POOL_ID
from tests.storage.pool_rows import person


def test_a_notice_shows_no_secret() -> None:
    """A log would keep the code longer than it is good."""
    to = SentCode(Address.EMAIL, "ana@example.com")

    shown = repr(Notice(NoticeKind.SIGN_UP, to, "123456", metadata={"pin": "9876"}))

    assert "123456" not in shown
    assert "9876" not in shown


def test_a_destination_is_shown_so_that_its_owner_knows_it() -> None:
    """And nobody else learns it."""
    assert SentCode(Address.EMAIL, "ana@example.com").masked == "a***@e***"
    assert SentCode(Address.PHONE, "+14155552671").masked == "+*******2671"


TO = SentCode(Address.EMAIL, "ana@example.com")
PEOPLE = Pool(POOL_ID, PoolSettings(name="people"), NOON)


@pytest.mark.parametrize(
    ("attributes", "to"),
    [
        ({"email": "ana@example.com", "email_verified": "true"}, TO),
        ({"email": "ana@example.com", "email_verified": "false"}, None),
        ({"email": "ana@example.com"}, None),
        ({"email_verified": "true"}, None),
        ({"phone_number": "+4930123456", "phone_number_verified": "true"}, None),
    ],
)
def test_people_are_told_at_a_proven_address(
    attributes: dict[str, str], to: SentCode | None
) -> None:
    """By e-mail; a stranger's address is told nothing."""
    assert told_at(PEOPLE, replace(person(1), attributes=attributes)) == to


def test_a_pool_may_tell_nobody() -> None:
    messages = MessageSettings(notices=False)
    quiet = replace(PEOPLE, settings=PoolSettings(name="people", messages=messages))
    attributes = {"email": "ana@example.com", "email_verified": "true"}

    assert told_at(quiet, replace(person(1), attributes=attributes)) is None
