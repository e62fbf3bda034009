"""E-mails: what stands in them, and what nobody can put there."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.pool.messages.content import Worded
from gateway.pool.messages.errors import RefusedError
from gateway.pool.messages.letter import Letter
from gateway.pool.messages.mail import Mails, mailbox_of
from tests.pool.messages.letters import MAIL

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
MAILS = Mails(sender="Shop <no-reply@shop.example>", clock=lambda: NOON)


def written(letter: Letter) -> EmailMessage:
    """Return an e-mail as somebody else reads it."""
    raw = MAILS.write(letter).as_bytes().replace(b"\r\n", b"\n")
    read = message_from_bytes(raw, policy=default)
    assert isinstance(read, EmailMessage)
    return read


def test_a_mail_says_who_it_is_from_and_what_it_is() -> None:
    """In both forms, and that no human wrote it."""
    mail = written(MAIL)

    assert mail["From"] == "Shop <no-reply@shop.example>"
    assert mail["To"] == "ana@example.com"
    assert mail["Subject"] == "Your code"
    assert mail["Message-ID"] == f"<{MAIL.id}@shop.example>"
    assert mail["Date"] == "Mon, 04 May 2026 12:00:00 +0000"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "en"
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert page is not None
    assert text.get_content() == "It is 123456.\n"
    assert page.get_content() == "<p>123456</p>\n"


def test_a_mail_without_a_page_is_text() -> None:
    """And a pool may have a sender of its own."""
    worded = Worded("de", "Grüße an Änne", "Übung")
    mail = written(replace(MAIL, worded=worded, sender="Bücher <a@bücher.example>"))

    assert mail.get_content_type() == "text/plain"
    assert mail.get_content() == "Übung\n"
    assert mail["Subject"] == "Grüße an Änne"
    assert mail["From"] == "Bücher <a@xn--bcher-kva.example>"


@pytest.mark.parametrize(
    "subject",
    [
        "a\r\nBcc: eve@example.com",
        "=?utf-8?q?=0ABcc=3A_eve=40example.com?=",
        "=?utf-8?b?CkJjYzogZXZlQGV4YW1wbGUuY29t?=",
        "x" * 900 + "\nBcc: eve@example.com",
    ],
)
def test_nobody_adds_a_header_by_way_of_a_subject(subject: str) -> None:
    """CVE-2024-6923: an encoded word may hide a line break."""
    raw = MAILS.write(replace(MAIL, worded=Worded("en", subject, "x"))).as_bytes()

    head = raw.partition(b"\r\n\r\n")[0]
    assert b"\nbcc" not in head.lower()
    assert set(written(MAIL)) | {"Content-Transfer-Encoding"} >= set(
        message_from_bytes(raw, policy=default)
    )


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("ana@example.com", "", "ana@example.com"),
        ("Shop <a@example.com>", "Shop", "a@example.com"),
        ("<a@example.com>", "", "a@example.com"),
        ("Shop, Inc. <a@example.com>", "Shop, Inc.", "a@example.com"),
        ("ana@corp.local", "", "ana@corp.local"),
        ("ana@bücher.example", "", "ana@xn--bcher-kva.example"),
        ("änne@example.com", "", "änne@example.com"),
    ],
)
def test_a_mailbox_is_an_address_with_a_name(
    text: str, name: str, address: str
) -> None:
    """The domain as it is looked up; what stands before it is the domain's business."""
    mailbox = mailbox_of(text)

    assert (mailbox.display_name, mailbox.addr_spec) == (name, address)


@pytest.mark.parametrize(
    "odd",
    [
        *("", "ana", "@example.com", "ana@", "ana@localhost", "a@b@example.com"),
        *(
            "ana@example.com, eve@example.com",
            "ana@example.com\r\nBcc: eve@example.com",
        ),
        *(
            "a b@example.com",
            "Shop <a@example.com> x",
            'x" <a@example.com>',
            "ana@.com",
        ),
        *("ana@example.com\0", "x" * 255 + "@example.com", "ana@[127.0.0.1]"),
    ],
)
def test_what_is_no_address_gets_no_mail(odd: str) -> None:
    """Neither as a recipient nor as a sender."""
    with pytest.raises(ValueError, match="address"):
        mailbox_of(odd)
    with pytest.raises(RefusedError):
        MAILS.write(replace(MAIL, to=odd))
    if odd:
        with pytest.raises(RefusedError):
            MAILS.write(replace(MAIL, sender=odd))
    with pytest.raises(ValueError, match="address"):
        Mails(sender=odd, clock=lambda: NOON)


@given(st.text(max_size=40))
def test_whatever_is_an_address_is_written(text: str) -> None:
    """And nothing else comes out than the declared refusal."""
    try:
        mail = MAILS.write(replace(MAIL, to=text, worded=Worded("en", text, "x")))
    except RefusedError:
        return
    assert mail.as_bytes()
