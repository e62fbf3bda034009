"""How people are sent codes and notices."""

import pytest

from gateway.config.settings.messages import MessagesSettings
from tests.config.files import read

WEBHOOK = "url = 'https://sms.example'\nsecret = { env = 'S' }\n"
SMTP = "[email]\nfrom = 'a@shop.example'\n[email.smtp]\nhost = 'mail.example'\n"
LOGIN = "username = 'me'\npassword = { env = 'P' }\n"


def found(text: str) -> object:
    return read(MessagesSettings, text, {"S": "x" * 32, "P": "hunter2"})


def codes(text: str) -> list[str]:
    faults = found(text)
    return [f"{fault.code}" for fault in faults] if isinstance(faults, list) else []


def test_without_a_word_messages_stay_to_be_read() -> None:
    """For work on one's own machine."""
    settings = found("")

    assert isinstance(settings, MessagesSettings)
    assert settings.email.smtp is None
    assert settings.email.webhook is None
    assert settings.sms.webhook is None


@pytest.mark.parametrize(
    "good",
    [
        SMTP,
        SMTP + LOGIN,
        SMTP + LOGIN + "port = 465\ntls = 'implicit'\ntimeout = '5s'",
        SMTP + "tls = 'none'",
        SMTP.replace("mail.example", "127.0.0.1") + LOGIN + "tls = 'none'",
        "[email.webhook]\n" + WEBHOOK,
        "keep_content = '1h'\nkeep_record = '7d'\n[sms]\nfrom = 'Shop'\n[sms.webhook]\n"
        + WEBHOOK,
    ],
)
def test_e_mails_go_by_smtp_or_a_webhook_and_text_messages_by_a_webhook(
    good: str,
) -> None:
    """The password stays out of sight."""
    assert codes(good) == []
    assert "hunter2" not in repr(found(good))


@pytest.mark.parametrize(
    ("odd", "code"),
    [
        (SMTP + "[email.webhook]\n" + WEBHOOK, "E106"),
        (SMTP.replace("from = 'a@shop.example'\n", ""), "E104"),
        (SMTP + "username = 'me'", "E104"),
        (SMTP + "password = { env = 'P' }", "E104"),
        (SMTP + LOGIN + "tls = 'optional'", "E106"),
        (SMTP + LOGIN + "tls = 'none'", "E106"),
        (SMTP + "password = 'hunter2'", "E501"),
        (SMTP + "port = 0", "E106"),
        (SMTP + "tls = 'starttls'", "E105"),
        ("keep_content = '31d'", "E106"),
        ("[sms.smtp]\nhost = 'mail.example'", "E103"),
    ],
)
def test_what_would_not_work_or_not_be_safe_is_refused(odd: str, code: str) -> None:
    """A password goes over TLS, or to this machine."""
    assert codes(odd) == [code]
