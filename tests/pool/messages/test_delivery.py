"""Messages on their way, and what becomes of them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from gateway.keys.seal import Seal, StoreKey
from gateway.model.user import User
from gateway.pool.messages.content import read_worded
from gateway.pool.messages.delivery import (
    LEASE,
    RETRIED,
    Deliveries,
    Keeping,
    Senders,
    Surroundings,
)
from gateway.pool.messages.errors import PostponedError, RefusedError
from gateway.pool.messages.outbox import Outbox
from gateway.pool.messages.wording import Words
from gateway.pool.messenger import Notice, SentCode
from gateway.pool.pool import Pool
from gateway.pool.settings import (
    Address,
    MessageSettings,
    NoticeKind,
    PoolSettings,
    TriggerKind,
    TriggerSettings,
)
from gateway.pool.triggers.triggers import NO_TRIGGERS, Triggers
from gateway.storage.pools.message_tables import POOL_MESSAGE
from gateway.storage.pools.messages import Messages, MessageState, StoredMessage
from gateway.storage.pools.users import Users
from gateway.storage.sealed import SealedColumn
from gateway.telemetry.counters import Counters
from tests.pool.house import House
from tests.pool.messages.letters import Bag
from tests.pool.triggers.recorder import ANA, Recorder, triggers_of

CODE = Notice(NoticeKind.SIGN_UP, SentCode(Address.EMAIL, "ana@example.com"), "123456")
KEEPING = Keeping(content=timedelta(hours=1), record=timedelta(days=7))
SOON = timedelta(seconds=5)


@dataclass
class Post:
    """A pool with Ana in it, and a post office."""

    house: House
    pool: Pool
    user: User
    counters: Counters
    bag: Bag
    triggers: Triggers = NO_TRIGGERS

    def find(self, pool_id: str) -> Pool | None:
        return self.pool if pool_id == self.pool.id else None

    @property
    def senders(self) -> Senders:
        return dict.fromkeys(Address, self.bag)

    @property
    def deliveries(self) -> Deliveries:
        return Deliveries(
            Surroundings(
                database=self.house.database,
                seal=self.house.seal,
                pools=self,
                triggers=self.triggers,
                words=Words(),
                count=self.counters,
                clock=self.house.clock,
            )
        )

    def put(self, notice: Notice = CODE) -> None:
        outbox = Outbox(seal=self.house.seal, clock=self.house.clock)
        self.house.database.write(
            lambda connection: outbox.put(connection, self.pool, self.user, notice)
        )

    def deliver(self) -> StoredMessage:
        """Deliver the only message that is due, and return what is kept of it."""
        (message,) = self.deliveries.claim(10)
        self.deliveries.deliver(message, senders=self.senders, keeping=KEEPING)
        return self.kept(message.id)

    def kept(self, id_: str) -> StoredMessage:
        message = self.house.read(lambda connection: Messages(connection).find(id_))
        assert message is not None
        return message


@pytest.fixture
def make(house: House) -> Callable[..., Post]:
    def make(*kinds: TriggerKind, function: Recorder | None = None) -> Post:
        triggers = TriggerSettings(functions=dict.fromkeys(kinds, "it"))
        messages = MessageSettings(sender="Shop <a@shop.example>")
        settings = PoolSettings(name="Shop", triggers=triggers, messages=messages)
        pool = house.pool(settings)
        user = replace(ANA, pool_id=pool.id)
        with house.database.writing() as connection:
            Users(connection).add(user, [], search={"by_username": "ana"})
        them = triggers_of(function) if function else NO_TRIGGERS
        return Post(house, pool, user, Counters(), Bag(), them)

    return make


@pytest.fixture
def post(make: Callable[..., Post]) -> Post:
    return make()


def test_a_message_is_sent_once_and_nothing_of_it_stays(post: Post) -> None:
    """But that it was sent."""
    post.put()

    message = post.deliver()

    (letter,) = post.bag.letters
    assert letter.id == message.id
    assert letter.to == "ana@example.com"
    assert letter.sender == "Shop <a@shop.example>"
    assert letter.kind is NoticeKind.SIGN_UP
    assert "123456" in letter.worded.text
    assert message.state is MessageState.DELIVERED
    assert message.content is None
    assert message.finished_at == post.house.now
    assert message.purge_at == post.house.now + KEEPING.record
    assert post.deliveries.claim(10) == []
    assert post.counters.totals() == {"messages_delivered": 1}


def test_what_is_read_here_stays_for_a_while(post: Post) -> None:
    """As it was worded, sealed."""
    post.put()
    post.bag.is_read_here = True

    message = post.deliver()

    assert message.content is not None
    assert "123456" not in message.content
    column = SealedColumn(POOL_MESSAGE.c.content, seal=post.house.seal)
    worded = read_worded(column.open(message.content, message.id))
    assert worded == post.bag.letters[0].worded
    assert message.purge_at == post.house.now + KEEPING.content
    post.house.pass_time(KEEPING.content)
    assert post.deliveries.purge(KEEPING) == 1
    emptied = post.kept(message.id)
    assert emptied.content is None
    assert emptied.purge_at == post.house.now + KEEPING.record


def test_what_cannot_be_sent_now_is_sent_later(post: Post) -> None:
    """After pauses that grow, and as often as it takes."""
    post.put()
    post.bag.failures = [PostponedError("the server is down")] * 3

    message = post.deliver()

    assert message.state is MessageState.WAITING
    assert message.error == "the server is down"
    for pause in (SOON, 2 * SOON, 4 * SOON):
        assert message.due_at == post.house.now + pause
        assert post.deliveries.claim(10) == []
        post.house.pass_time(pause)
        message = post.deliver()

    assert message.state is MessageState.DELIVERED
    assert message.error == ""
    assert post.counters.totals() == {
        "messages_delivered": 1,
        "messages_postponed": 3,
    }


def test_a_pause_has_a_bound_and_ends_with_the_code(post: Post) -> None:
    """A code that is good no more is not sent; its message says why it never was."""
    post.put()
    post.bag.failures = [PostponedError("down")] * 999
    pauses: list[timedelta] = []
    message = post.deliver()

    while message.state is MessageState.WAITING:
        pauses.append(message.due_at - post.house.now)
        post.house.now = message.due_at
        message = post.deliver()

    assert max(pauses) == timedelta(minutes=15)
    assert sum(pauses, timedelta(0)) == timedelta(hours=24)
    assert (message.state, message.error) == (MessageState.FAILED, "down")
    assert message.content is not None
    assert message.purge_at == post.house.now + KEEPING.content


def test_a_message_that_nobody_came_to_is_said_to_be_late(post: Post) -> None:
    """The gateway was down."""
    post.put()
    post.house.pass_time(timedelta(days=2))

    message = post.deliver()

    assert message.state is MessageState.FAILED
    assert message.error == "it was not sent in time"
    assert post.bag.letters == []


def test_what_is_refused_for_ever_is_visible(post: Post) -> None:
    """And is not tried again by itself."""
    post.put()
    post.bag.failures = [RefusedError("there is no such address")]

    message = post.deliver()

    assert message.state is MessageState.FAILED
    assert message.error == "there is no such address"
    post.house.pass_time(timedelta(hours=1))
    assert post.deliveries.claim(10) == []
    assert post.counters.totals() == {"messages_failed": 1}


def test_of_two_gateways_one_sends(post: Post) -> None:
    """Until the first has said nothing for too long."""
    post.put()

    (mine,) = post.deliveries.claim(10)
    assert post.deliveries.claim(10) == []
    post.house.pass_time(LEASE)
    (theirs,) = post.deliveries.claim(10)

    post.deliveries.deliver(theirs, senders=post.senders, keeping=KEEPING)
    post.bag.failures = [RefusedError("no")]
    post.deliveries.deliver(mine, senders=post.senders, keeping=KEEPING)
    assert post.kept(mine.id).state is MessageState.DELIVERED


def test_a_function_sends_in_place_of_the_gateway(
    make: Callable[..., Post],
) -> None:
    """Then no sender is asked."""
    function = Recorder(lambda _: None)
    post = make(TriggerKind.EMAIL_SENDER, function=function)
    post.put()

    message = post.deliver()

    assert message.state is MessageState.DELIVERED
    assert message.content is None
    assert function.event["request"]["code"] == "123456"
    assert post.bag.letters == []


def test_a_function_words_a_message(make: Callable[..., Post]) -> None:
    """When it is sent, and not in the transaction that caused it."""
    function = Recorder(lambda _: {"emailMessage": "<b>{####}</b>"})
    post = make(TriggerKind.CUSTOM_MESSAGE, function=function)
    post.put()
    assert function.events == []

    post.deliver()

    assert post.bag.letters[0].worded.html == "<b>123456</b>"


@pytest.mark.parametrize("said", [{"emailMessage": "no code"}, {"emailMessage": 7}])
def test_a_wording_that_is_none_is_visible(
    make: Callable[..., Post], said: object
) -> None:
    """The operator's function is to be put right."""
    post = make(TriggerKind.CUSTOM_MESSAGE, function=Recorder(lambda _: said))
    post.put()

    assert post.deliver().state is MessageState.FAILED
    assert post.bag.letters == []


def test_a_function_that_is_not_there_is_waited_for(make: Callable[..., Post]) -> None:
    """As a mail server is."""
    post = make(TriggerKind.CUSTOM_MESSAGE)
    post.put()

    assert post.deliver().state is MessageState.WAITING


def test_what_another_key_has_sealed_waits_for_it(post: Post) -> None:
    """An operator may have mixed up two keys."""
    post.put()
    right = post.house.seal
    post.house.seal = Seal(key=StoreKey(bytes(range(32))))

    message = post.deliver()

    assert message.state is MessageState.WAITING
    assert "cannot be opened" in message.error
    post.house.seal = right
    post.house.pass_time(SOON)
    assert post.deliver().state is MessageState.DELIVERED


def test_a_pool_that_is_gone_tells_nobody(post: Post) -> None:
    """Nor is there anything to tell once the content is gone."""
    post.put()
    (message,) = post.deliveries.claim(10)
    post.pool = replace(post.pool, id="eu-central-1_Other9999")

    post.deliveries.deliver(message, senders=post.senders, keeping=KEEPING)

    assert post.kept(message.id).error == "there is no such person any more"
    post.deliveries.deliver(
        replace(message, content=None), senders=post.senders, keeping=KEEPING
    )
    assert post.bag.letters == []


def test_an_operator_lets_what_failed_be_tried_again(post: Post) -> None:
    """Once the address is put right at the mail server, say; for an hour."""
    post.put()
    post.bag.failures = [RefusedError("there is no such address")]
    failed = post.deliver()
    post.house.pass_time(timedelta(days=2))

    assert post.deliveries.retry(failed.id)
    assert not post.deliveries.retry(failed.id)

    assert post.kept(failed.id).give_up_at == post.house.now + RETRIED
    assert post.deliver().state is MessageState.DELIVERED
