"""What people are told of what happens to their account."""

from gateway.model.client import Client
from gateway.pool.messenger import Notice, SentCode
from gateway.pool.people.telling import notice_of
from gateway.pool.settings import Address, NoticeKind
from gateway.pool.sign_in.values import Context

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
