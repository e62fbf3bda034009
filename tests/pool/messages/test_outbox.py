"""Messages are kept with what causes them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from gateway.pool.codes import LIFETIMES, Purpose
from gateway.pool.messages.content import read_notice
from gateway.pool.messages.outbox import Outbox, patience
from gateway.pool.messenger import Notice, SentCode
from gateway.pool.settings import Address, NoticeKind
from gateway.pool.sign_up import SignUp, SignUps
from gateway.storage.cursors import Cursors
from gateway.storage.pools.message_tables import POOL_MESSAGE
from gateway.storage.pools.messages import MessageLists, MessageState, StoredMessage
from gateway.storage.sealed import SealedColumn
from tests.pool.house import NOON, PASSWORD, House

ANA = SignUp("ana", PASSWORD, {"email": "ana@example.com"})


@pytest.fixture
def outbox(house: House) -> Outbox:
    return Outbox(seal=house.seal, clock=house.clock)


@pytest.fixture
def sign_ups(house: House, outbox: Outbox) -> SignUps:
    return SignUps(tools=replace(house.tools, messenger=outbox))


def kept(house: House) -> list[StoredMessage]:
    lists = MessageLists(cursors=Cursors(secret=bytes(32)))
    return list(house.read(lambda connection: lists.page(connection).messages))


def test_a_sign_up_leaves_a_message_with_its_code(
    house: House, sign_ups: SignUps
) -> None:
    """It waits from now on, sealed; the code in it confirms."""
    pool = house.pool()

    user = sign_ups.sign_up(pool, ANA).user

    (message,) = kept(house)
    assert message.state is MessageState.WAITING
    assert (message.pool_id, message.sub) == (pool.id, user.sub)
    assert message.destination == "ana@example.com"
    assert message.due_at == message.created_at == NOON
    assert message.give_up_at == NOON + timedelta(days=1)
    assert message.content is not None
    column = SealedColumn(POOL_MESSAGE.c.content, seal=house.seal)
    notice = read_notice(column.open(message.content, message.id))
    assert notice.code not in message.content
    assert sign_ups.confirm(pool, "ana", notice.code).sub == user.sub


def test_what_is_not_kept_causes_no_message(house: House, outbox: Outbox) -> None:
    """Nobody gets a code for a sign-up that did not take place."""
    pool = house.pool()
    user = SignUps(tools=house.tools).sign_up(pool, ANA).user
    notice = Notice(NoticeKind.SIGN_UP, SentCode(Address.EMAIL, "ana@example.com"), "1")

    def work(connection: Connection) -> None:
        outbox.put(connection, pool, user, notice)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        house.database.write(work)

    assert kept(house) == []


def test_a_code_is_tried_as_long_as_it_is_good() -> None:
    """What holds none is told late rather than never."""
    assert patience(NoticeKind.RESENT_CODE) == LIFETIMES[Purpose.SIGN_UP]
    assert patience(NoticeKind.SECOND_FACTOR) == LIFETIMES[Purpose.SECOND_FACTOR]
    assert patience(NoticeKind.PASSWORD_CHANGED) == timedelta(days=3)
    assert all(patience(kind) > timedelta(0) for kind in NoticeKind)
