"""What people are told of what happens to their account."""

from dataclasses import replace

import pytest

from gateway.model.client import Client
from gateway.pool.messenger import Notice, SentCode
from gateway.pool.people.telling import notice_of, proven_email
from gateway.pool.settings import Address, NoticeKind
from gateway.pool.sign_in.values import Context
from tests.storage.pool_rows import person

TO = SentCode(Address.EMAIL, "ana@example.com")


def test_a_notice_says_through_whom_it_came() -> None:
    client = Client("c" * 26, "us-east-1_Ab3dEfGh9", "app")
    context = Context("192.0.2.7", language="de", metadata={"shop": "1"})

    assert notice_of(NoticeKind.SIGN_IN, TO, client, context) == Notice(
        NoticeKind.SIGN_IN,
        TO,
        client_id=client.id,
        language="de",
        metadata={"shop": "1"},
    )


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
    assert proven_email(replace(person(1), attributes=attributes)) == to
