"""Talking to a mail server, line by line; real ones are in `tests/peers`."""

import smtplib
import ssl
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typing_extensions import override

from gateway.pool.messages.errors import PostponedError, RefusedError
from gateway.pool.messages.mail import Mails
from gateway.pool.messages.senders.smtp import (
    SmtpSender,
    SmtpServer,
    SmtpTls,
    unconnected,
)
from tests.pool.messages.letters import MAIL
from tests.pool.messages.senders.wire import Context, Lines, Scripted, Wire

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
MAILS = Mails(sender="Shop <no-reply@shop.example>", clock=lambda: NOON)
HELLO = ("250-mail.example", "250-STARTTLS", "250 AUTH PLAIN")
SENT = ("250 OK", "250 OK", "354 go on", "250 queued", "221 bye")


def send(
    wire: Wire, *, tls: SmtpTls = SmtpTls.NONE, to: str = MAIL.to, **server: Any
) -> None:
    settings = SmtpServer(
        host="mail.example",
        port=587,
        tls=tls,
        context=Context(),  # type: ignore[arg-type]  # of the wire
        local_name="gateway.example",
    )
    sender = SmtpSender(
        replace(settings, **server), mails=MAILS, opening=lambda _: Scripted(wire)
    )
    sender.send(replace(MAIL, to=to))


def test_a_mail_is_handed_over() -> None:
    """From whom to whom, and the gateway says its own name."""
    wire = Wire("220 hi", *HELLO, *SENT)

    send(wire)

    assert wire.sent.startswith("ehlo gateway.example\r\n")
    assert "mail FROM:<no-reply@shop.example>" in wire.sent
    assert "rcpt TO:<ana@example.com>" in wire.sent
    assert "\r\nSubject: Your code\r\n" in wire.sent
    assert wire.sent.endswith("\r\n.\r\nquit\r\n")
    assert "STARTTLS" not in wire.sent


def test_it_is_encrypted_before_anybody_is_named() -> None:
    """By the name that the server has to prove; then the password goes over."""
    wire = Wire("220 hi", *HELLO, "220 go on", *HELLO, "235 welcome", *SENT)

    send(wire, tls=SmtpTls.REQUIRED, username="me", password="secret")

    assert wire.secured_as == "mail.example"
    before, after = wire.sent.split("STARTTLS\r\n")
    assert before == "ehlo gateway.example\r\n"
    assert after.index("AUTH PLAIN") < after.index("mail FROM")


@pytest.mark.parametrize("offered", [True, False])
def test_encryption_that_is_not_required_is_used_where_it_is_offered(
    offered: bool,  # noqa: FBT001 - a parameter
) -> None:
    """And not asked for elsewhere."""
    secured = ("220 go on", *HELLO) if offered else ()
    wire = Wire("220 hi", *(HELLO if offered else ["250 mail"]), *secured, *SENT)

    send(wire, tls=SmtpTls.OPTIONAL)

    assert bool(wire.secured_as) is offered


def test_without_encryption_that_is_required_nothing_is_sent() -> None:
    """Somebody may have taken the offer out."""
    wire = Wire("220 hi", "250 mail.example")

    with pytest.raises(PostponedError, match="STARTTLS"):
        send(wire, tls=SmtpTls.REQUIRED, username="me", password="secret")

    assert "AUTH" not in wire.sent


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["421 too busy"],
        ["554 go away"],
        ["220 hi", "500 what", "500 what"],
        ["220 hi", *HELLO],
        ["220 hi", *HELLO, "451 later", "250 OK"],
        ["220 hi", *HELLO, "530 log in first", "250 OK"],
        ["220 hi", *HELLO, "250 OK", "450 full", "250 OK"],
        ["220 hi", *HELLO, "250 OK", "250 OK", "354 go on", "452 full", "250 OK"],
        ["220 hi", *HELLO, "250 OK", "250 OK", "354 go on"],
    ],
)
def test_what_may_work_later_is_tried_later(lines: list[str]) -> None:
    """Nobody there, busy, or not as an operator meant it."""
    with pytest.raises(PostponedError):
        send(Wire(*lines))


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["250 OK", "550 5.1.1 nobody", "250 OK"], "550 5.1.1 nobody"),
        (["553 not from you", "250 OK"], "553 not from you"),
        (["250 OK", "250 OK", "354 go on", "554 spam", "250 OK"], "554 spam"),
    ],
)
def test_what_is_refused_for_ever_is(lines: list[str], told: str) -> None:
    """In the server's own words, for the operator."""
    with pytest.raises(RefusedError, match=told):
        send(Wire("220 hi", *HELLO, *lines))


def test_a_wrong_password_is_no_fault_of_the_message() -> None:
    """It waits until the operator has put it right; the password is not told."""
    wire = Wire("220 hi", *HELLO, "535 wrong")

    with pytest.raises(PostponedError, match="535") as caught:
        send(wire, username="me", password="secret")

    assert "secret" not in str(caught.value)
    context = ssl.create_default_context()
    server = SmtpServer("h", 25, SmtpTls.NONE, context, "me", "secret")
    assert "secret" not in repr(server)


def test_an_address_in_another_script_needs_a_server_that_knows_it() -> None:
    """Of one that does, it is asked for by the extension's name."""
    able = Wire("220 hi", "250-mail", "250 SMTPUTF8", *SENT)

    send(able, to="änne@example.com")

    assert "SMTPUTF8" in able.sent
    with pytest.raises(RefusedError, match="internationalised"):
        send(Wire("220 hi", *HELLO, *SENT), to="änne@example.com")
    plain = Wire("220 hi", *HELLO, *SENT)
    send(plain, to="anne@bücher.example")
    assert "<anne@xn--bcher-kva.example>" in plain.sent


def test_how_the_server_says_good_bye_does_not_matter() -> None:
    """It has the message, and would get it twice."""
    send(Wire("220 hi", *HELLO, *SENT[:-1]))


def test_a_slow_server_is_cut_off() -> None:
    """However slowly it talks: each line may be in time, and all of them too late."""
    wire = Wire("220 hi")

    class Waiting(Lines):
        @override
        def readline(self, _: int = -1) -> bytes:
            assert wire.shut.wait(30)
            return b""

    wire.lines = Waiting([])
    with pytest.raises(PostponedError):
        send(wire, timeout=timedelta(milliseconds=10))

    assert wire.shut.is_set()


def test_a_connection_that_is_none_yet_is_not_cut() -> None:
    """The name server may be slow as well."""
    server = SmtpServer("mail.example", 587, SmtpTls.NONE, ssl.create_default_context())

    class Slow(Scripted):
        @override
        def _get_socket(self, *_: Any) -> Wire:
            for thread in threading.enumerate():
                if isinstance(thread, threading.Timer):
                    thread.join(30)
            raise OSError("no such host")

    sender = SmtpSender(
        replace(server, timeout=timedelta(milliseconds=5)),
        mails=MAILS,
        opening=lambda _: Slow(Wire()),
    )
    with pytest.raises(PostponedError, match="no such host"):
        sender.send(MAIL)


def test_tls_from_the_first_byte_is_another_kind_of_connection() -> None:
    """RFC 8314 section 3.3; its own name is not looked up."""
    context = ssl.create_default_context()
    server = SmtpServer("mail.example", 465, SmtpTls.IMPLICIT, context, local_name="gw")

    secure, plain = unconnected(server), unconnected(replace(server, tls=SmtpTls.NONE))

    assert isinstance(secure, smtplib.SMTP_SSL)
    assert not isinstance(plain, smtplib.SMTP_SSL)
    assert secure.local_hostname == plain.local_hostname == "gw"
