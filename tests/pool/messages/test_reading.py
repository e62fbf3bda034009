"""The outbox as an operator reads it."""

from dataclasses import replace

import pytest

from gateway.pool.messages.content import Worded, write_worded
from gateway.pool.messages.outbox import Outbox
from gateway.pool.messages.reading import PAGE, OutboxReader
from gateway.pool.messenger import Notice, SentCode
from gateway.pool.pool import Pool
from gateway.pool.settings import Address, NoticeKind, PoolSettings
from gateway.storage.cursors import Cursors
from gateway.storage.errors import CursorError
from gateway.storage.pools.message_tables import POOL_MESSAGE
from gateway.storage.pools.messages import Messages, MessageState, StoredMessage
from gateway.storage.pools.users import Users
from gateway.storage.sealed import SealedColumn
from tests.pool.house import NOON, POOL_ID, House
from tests.pool.triggers.recorder import ANA

HERE = replace(ANA, pool_id=POOL_ID)
WORDED = Worded("en", "Hello", "It is 123456.", "<p>123456</p>", "123456")


@pytest.fixture
def people(house: House) -> House:
    house.pool()
    with house.database.writing() as connection:
        Users(connection).add(HERE, [], search={"by_username": "ana"})
    return house


def keep(house: House, state: MessageState, number: int = 0) -> None:
    column = SealedColumn(POOL_MESSAGE.c.content, seal=house.seal)
    id_ = f"{number:032x}"
    with house.database.writing() as connection:
        Messages(connection).add(
            StoredMessage(
                id=id_,
                pool_id=POOL_ID,
                sub=ANA.sub,
                kind="sign_up",
                medium="email",
                destination="ana@example.com",
                state=state,
                content=column.seal(write_worded(WORDED), id_),
                created_at=NOON,
                due_at=NOON,
                give_up_at=NOON,
            )
        )


def reader(house: House) -> OutboxReader:
    return OutboxReader(
        database=house.database, seal=house.seal, cursors=Cursors(secret=bytes(32))
    )


def test_what_was_left_here_is_read_here(people: House) -> None:
    """As it was worded."""
    keep(people, MessageState.DELIVERED)

    (read,) = reader(people).page(to="ana@example.com").messages

    assert read.worded == WORDED
    assert read.message.state is MessageState.DELIVERED
    assert read.message.content is None


def test_what_waits_or_failed_shows_no_code(people: House) -> None:
    """It may still reach the person, or a second one of its kind."""
    keep(people, MessageState.FAILED, 1)
    outbox = Outbox(seal=people.seal, clock=people.clock)
    notice = Notice(
        NoticeKind.SIGN_UP, SentCode(Address.EMAIL, "ana@example.com"), "123456"
    )
    pool = Pool(POOL_ID, PoolSettings("people"), NOON)
    with people.database.writing() as connection:
        outbox.put(connection, pool, HERE, notice)

    page = reader(people).page()

    assert {each.message.state for each in page.messages} == {
        MessageState.FAILED,
        MessageState.WAITING,
    }
    assert all(each.worded is None for each in page.messages)
    assert "123456" not in repr(page)
    failed = reader(people).page(state=MessageState.FAILED)
    assert len(failed.messages) == 1


def test_a_page_leads_to_the_next(people: House) -> None:
    """And to that of no other list."""
    for number in range(PAGE + 1):
        keep(people, MessageState.FAILED, number)
    read = reader(people)

    first = read.page()
    second = read.page(cursor=first.next)

    assert (len(first.messages), len(second.messages)) == (PAGE, 1)
    assert second.next is None
    with pytest.raises(CursorError):
        read.page(to="ana@example.com", cursor=first.next)
