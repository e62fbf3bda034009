"""Mail that a server nobody here wrote takes, or refuses, or is not there for."""

import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.app.pools import PoolGround, PoolServices, build_pool_services
from gateway.keys.seal import StoreKey
from gateway.pool.messages.errors import PostponedError, RefusedError
from gateway.pool.messages.mail import Mails
from gateway.pool.messages.senders.smtp import SmtpSender, SmtpServer, SmtpTls
from gateway.pool.settings import PoolSettings, TriggerKind, TriggerSettings
from gateway.pool.sign_up import SignUp
from gateway.storage.sqlite import SqliteDatabase
from gateway.telemetry.lines import LineWriter
from gateway.telemetry.logs import build_logger
from gateway.telemetry.sinks import StreamSink
from tests.peers.mail_server import LOGIN, PASSWORD, MailServer, mail_server
from tests.peers.processes import free_port
from tests.peers.running_gateway import Site, serving, wait_for
from tests.peers.tls_front import _context
from tests.pool.leaks import KnownLeaks
from tests.pool.messages.letters import MAIL

pytestmark = pytest.mark.peer

ANA = SignUp("ana", "Correct horse 1!", {"email": "ana@example.com"})
WORDING = """
def lambda_handler(event, context):
    code = event["request"]["codeParameter"]
    event["response"]["emailSubject"] = "Welcome to the shop"
    event["response"]["emailMessage"] = f"<p>Type <b>{code}</b></p>"
    return event
"""


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with mail_server(context=_context(tmp_path / "mail.crt")) as server:
        yield server


def sender(server: MailServer, folder: Path, password: bytes = PASSWORD) -> SmtpSender:
    authority = (folder / "mail.crt").read_text()
    return SmtpSender(
        SmtpServer(
            host="localhost",
            port=server.port,
            tls=SmtpTls.REQUIRED,
            context=ssl.create_default_context(cadata=authority),
            username=LOGIN.decode(),
            password=password.decode(),
        ),
        mails=Mails(sender="Shop <no-reply@shop.example>", clock=now),
    )


def test_mail_goes_over_tls_with_a_password(server: MailServer, tmp_path: Path) -> None:
    """In both of its forms, and in any script."""
    post = sender(server, tmp_path)

    post.send(MAIL)
    post.send(replace(MAIL, to="änne@bücher.example"))

    assert server.secure == [True, True]
    assert server.recipients == [
        ["ana@example.com"],
        ["änne@xn--bcher-kva.example"],
    ]
    mail = server.mails[0]
    assert mail["subject"] == "Your code"
    assert mail["from"] == "Shop <no-reply@shop.example>"
    text = mail.get_body(("plain",))
    assert text is not None
    assert "123456" in text.get_content()
    assert mail.get_body(("html",)) is not None


def test_what_is_wrong_with_the_server_waits(
    server: MailServer, tmp_path: Path
) -> None:
    """A password, a certificate, a server that is gone or busy."""
    right = sender(server, tmp_path)
    stranger = replace(right._server, context=ssl.create_default_context())
    gone = replace(right._server, port=free_port())

    with pytest.raises(PostponedError, match="535"):
        sender(server, tmp_path, b"wrong").send(MAIL)
    with pytest.raises(PostponedError, match="CERTIFICATE_VERIFY_FAILED"):
        SmtpSender(stranger, mails=right._mails).send(MAIL)
    with pytest.raises(PostponedError):
        SmtpSender(gone, mails=right._mails).send(MAIL)
    server.refusals = ["451 4.3.0 try again later"]
    with pytest.raises(PostponedError, match="451"):
        right.send(MAIL)
    server.refusals = ["550 5.1.1 no such person"]
    with pytest.raises(RefusedError, match="no such person"):
        right.send(MAIL)
    assert server.mails == []


def services(site: Site) -> PoolServices:
    """Return the services of a pool over the database of a running gateway."""
    state = site.folder / "state"
    database = SqliteDatabase.open(
        state / "gateway.db", busy_timeout=timedelta(seconds=10), connections=2
    )
    writer = LineWriter(sink=StreamSink((state / "test.jsonl").open("wb")))
    return build_pool_services(
        PoolGround(
            database=database,
            store_key=StoreKey.parse((state / "store.key").read_bytes()),
            clock=now,
            region="eu-central-1",
            public_url=site.url,
            logger=build_logger(writer=writer, level="info", clock=now),
            leaks=KnownLeaks(),
        )
    )


def test_a_sign_up_is_kept_while_the_mail_server_is_down(tmp_path: Path) -> None:
    """And its message arrives once it is back, worded by an unchanged Lambda handler."""
    site = Site(tmp_path, upstream=free_port())
    port = free_port()
    site.write("triggers/custom_message.py", WORDING)
    site.write(
        "config.toml",
        (site.folder / "config.toml").read_text()
        + '[triggers.wording]\npython = "custom_message:lambda_handler"\n'
        'folder = "triggers"\n[messages.email]\nfrom = "Shop <a@shop.example>"\n'
        f'[messages.email.smtp]\nhost = "127.0.0.1"\nport = {port}\ntls = "none"\n',
    )
    asking = TriggerSettings(functions={TriggerKind.CUSTOM_MESSAGE: "wording"})

    with serving(site) as gateway, gateway.operator() as operator:

        def told() -> list[dict[str, str]]:
            answer = operator.get("/outbox", params={"to": "ana@example.com"})
            found: list[dict[str, str]] = answer.raise_for_status().json()["messages"]
            return found

        pools = services(site)
        pool = pools.pools.create(PoolSettings("Shop", triggers=asking))
        user = pools.sign_ups.sign_up(pool, ANA).user
        wait_for(lambda: any(each["error"] for each in told()), "a failed try")
        assert told()[0]["state"] == "waiting"
        with mail_server(port=port) as server:
            wait_for(server.came.is_set, "the mail", within=60)
            wait_for(lambda: told()[0]["state"] == "delivered", "the record")
        assert gateway.status()["counters"]["messages_delivered"] == 1
        assert "text" not in told()[0]

    (mail,) = server.mails
    assert mail["subject"] == "Welcome to the shop"
    page = mail.get_body(("html",))
    assert page is not None
    code = page.get_content().split("<b>")[1].split("</b>")[0]
    assert pools.sign_ups.confirm(pool, "ana", code).sub == user.sub


def test_without_a_mail_server_messages_are_read_on_the_admin_listener(
    tmp_path: Path,
) -> None:
    """As JSON by a program, and as a page by whoever tries it out."""
    site = Site(tmp_path, upstream=free_port())

    with serving(site) as gateway, gateway.operator() as operator:
        pools = services(site)
        pool = pools.pools.create(PoolSettings("Shop"))
        pools.sign_ups.sign_up(pool, ANA)

        def messages() -> list[dict[str, str]]:
            found: list[dict[str, str]] = operator.get("/outbox").json()["messages"]
            return [each for each in found if each["state"] == "delivered"]

        wait_for(lambda: bool(messages()), "the message")
        (message,) = messages()
        page = operator.get("/outbox", headers={"accept": "text/html"}).text
        odd = operator.get("/outbox?state=sent")

    assert message["code"] in page
    assert odd.status_code == 400
    assert pools.sign_ups.confirm(pool, "ana", message["code"]).username == "ana"
