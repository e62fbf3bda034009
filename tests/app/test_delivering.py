"""Messages leave as the files have it, as long as the gateway runs."""

import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.app.delivering import Delivering, PostOffice, build_post_office
from gateway.config.errors import ConfigError
from gateway.model.errors import StorageError
from gateway.pool.messages.delivery import Keeping
from gateway.pool.messages.errors import PostponedError, RefusedError
from gateway.pool.messages.senders.hooked import HookedSender
from gateway.pool.messages.senders.kept import KeptSender
from gateway.pool.messages.senders.smtp import SmtpSender, SmtpTls
from gateway.pool.settings import Address, PoolSettings, SignUpSettings
from gateway.pool.sign_up import SignUp
from gateway.pool.triggers.values import Caller
from gateway.storage.pools.messages import MessageState
from tests.config.certificates import certificate
from tests.config.files import NOON, Folder
from tests.flows.house import House
from tests.pool.messages.letters import Bag

EMAIL = '[messages.email]\nfrom = "Shop <a@shop.example>"\n'
SMTP = EMAIL + '[messages.email.smtp]\nhost = "mail.example"\n'
HOOK = 'url = "https://sms.example"\nsecret = { env = "S" }\n'
ANA = SignUp("ana", "Correct horse 1!", {"email": "ana@example.com"})


def office(folder: Folder, text: str) -> PostOffice:
    folder.environ |= {"S": "x" * 32, "P": "hunter2"}
    folder.add("config.toml", text)
    return build_post_office(folder.load(), clock=lambda: NOON)


def test_without_a_word_everything_stays_to_be_read(folder: Folder) -> None:
    """And is so before the files are read, too."""
    for found in (office(folder, ""), PostOffice()):
        assert isinstance(found.senders[Address.EMAIL], KeptSender)
        assert isinstance(found.senders[Address.PHONE], KeptSender)
        assert found.keeping == Keeping()


def test_mail_goes_by_the_server_that_the_file_names(folder: Folder) -> None:
    """With TLS and a password, and under the name of whom it is from."""
    folder.write("ca.pem", certificate())
    text = (
        SMTP + 'username = "me"\npassword = { env = "P" }\nca = { file = "ca.pem" }\n'
    )

    sender = office(folder, text + '[messages]\nkeep_content = "1h"\n').senders[
        Address.EMAIL
    ]

    assert isinstance(sender, SmtpSender)
    server = sender._server
    assert (server.host, server.port, server.tls) == (
        "mail.example",
        587,
        SmtpTls.REQUIRED,
    )
    assert (server.username, server.password) == ("me", "hunter2")
    assert server.local_name == "shop.example"
    assert server.context.verify_mode is ssl.CERT_REQUIRED
    assert server.context.check_hostname
    assert server.context.cert_store_stats()["x509"] == 1


def test_without_a_password_none_is_sent(folder: Folder) -> None:
    """The system's certificates are trusted where none are named."""
    sender = office(folder, SMTP).senders[Address.EMAIL]

    assert isinstance(sender, SmtpSender)
    assert (sender._server.username, sender._server.password) == ("", "")


def test_messages_go_by_webhook(folder: Folder) -> None:
    """Both kinds."""
    found = office(
        folder, f"[messages.email.webhook]\n{HOOK}[messages.sms.webhook]\n{HOOK}"
    )

    assert all(isinstance(each, HookedSender) for each in found.senders.values())


def test_who_mail_is_from_is_an_address(folder: Folder) -> None:
    """Told at the start, where it is written."""
    with pytest.raises(ConfigError) as caught:
        office(folder, SMTP.replace("Shop <a@shop.example>", "Shop"))

    (fault,) = caught.value.faults
    assert fault.code == "E105"
    assert fault.line > 1


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path)
    async with house.open():
        yield house


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def sign_up(house: House, **settings: object) -> None:
    services = house.tools.pools
    told = replace(PoolSettings(name="Shop"), **settings)  # type: ignore[arg-type]
    services.sign_ups.sign_up(services.pools.create(told), ANA)


def use(house: House, bag: Bag) -> Delivering:
    delivering = house.tools.delivering
    delivering.use(PostOffice(senders=dict.fromkeys(Address, bag)))
    return delivering


async def test_what_is_due_is_delivered(house: House) -> None:
    """Once; and the counters tell."""
    bag = Bag()
    sign_up(house)

    for _ in range(2):
        use(house, bag).tick()

    (letter,) = bag.letters
    assert letter.to == "ana@example.com"
    assert house.tools.counts()["messages_delivered"] == 1


async def test_a_link_leads_to_the_pages_of_the_client(house: House) -> None:
    """Without a client there are none, and the code is in the message."""
    by_link = {"sign_up": SignUpSettings(by_link=True)}
    bag = Bag()
    sign_up(house, **by_link)
    services = house.tools.pools
    pool = services.pools.create(replace(PoolSettings(name="Shop"), **by_link))  # type: ignore[arg-type]
    caller = Caller(client_id="c" * 26)
    services.sign_ups.sign_up(pool, replace(ANA, username="ana+b", caller=caller))

    use(house, bag).tick()

    links = sorted(letter.worded.link for letter in bag.letters)
    code = next(letter for letter in bag.letters if letter.worded.link).worded.code
    assert links[0] == ""
    assert links[1].endswith(
        f"/confirmUser?client_id={'c' * 26}&user_name=ana%2Bb&confirmation_code={code}"
    )


@pytest.mark.parametrize(
    ("failure", "counted"),
    [
        (PostponedError("down"), "messages_postponed"),
        (RefusedError("no such address"), "messages_failed"),
    ],
)
async def test_what_could_not_be_sent_is_told(
    house: House, failure: PostponedError | RefusedError, counted: str
) -> None:
    """The sign-up is kept all the same."""
    sign_up(house)

    use(house, Bag(failures=[failure])).tick()

    assert house.tools.counts()[counted] == 1
    (read,) = house.tools.pools.outbox_reader.page().messages
    assert read.message.error == str(failure)


async def test_a_message_that_is_left_open_keeps_no_other_one(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database went away meanwhile; the claim ends by itself."""
    sign_up(house)
    bag = Bag()
    delivering = use(house, bag)
    deliver = house.tools.pools.deliveries.deliver

    def broken(*_: object, **__: object) -> None:
        raise StorageError("gone")

    monkeypatch.setattr(delivering._deliveries, "deliver", broken)
    delivering.tick()
    monkeypatch.setattr(delivering._deliveries, "deliver", deliver)
    delivering.tick()

    (read,) = house.tools.pools.outbox_reader.page().messages
    assert read.message.state is MessageState.WAITING
    assert bag.letters == []


async def test_old_messages_go_once_a_minute(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking for them twice a second would write twice a second."""
    delivering = use(house, Bag())
    purged: list[Keeping] = []
    monkeypatch.setattr(delivering._deliveries, "purge", purged.append)
    times = iter([NOON, NOON + timedelta(seconds=59), NOON + timedelta(minutes=1)])
    delivering._clock = lambda: next(times)

    for _ in range(3):
        delivering.tick()

    assert len(purged) == 2
