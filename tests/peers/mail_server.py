"""A mail server (aiosmtpd) that keeps what it is sent."""

import contextlib
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests.peers.processes import free_port

LOGIN, PASSWORD = b"gateway", b"correct horse"


@dataclass
class MailServer:
    """Where mail goes.

    Attributes:
        port: On `localhost`.
        refusals: What it answers to the next recipients, instead of taking them.
        mails: What came, in order.
        recipients: Of each.
        secure: Whether each came over TLS.
    """

    port: int = 0
    refusals: list[str] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    secure: list[bool] = field(default_factory=list)
    came: threading.Event = field(default_factory=threading.Event)

    async def handle_RCPT(  # noqa: N802 - called by that name, with these
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        if self.refusals:
            return self.refusals.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - called by that name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        mail = message_from_bytes(content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.recipients.append([str(each) for each in envelope.rcpt_tos])
        self.secure.append(session.ssl is not None)
        self.came.set()
        return "250 OK"


@contextlib.contextmanager
def mail_server(
    *, port: int = 0, context: ssl.SSLContext | None = None
) -> Iterator[MailServer]:
    """Take mail while the block lasts.

    Args:
        port: On `localhost`; 0 for any.
        context: For STARTTLS; then a password has to be given as well.
    """
    secured: dict[str, Any] = {}
    if context is not None:
        secured = {
            "tls_context": context,
            "require_starttls": True,
            "auth_required": True,
            "authenticator": _authenticate,
        }
    kept = MailServer(port or free_port())
    controller = Controller(
        kept, hostname="127.0.0.1", port=kept.port, enable_SMTPUTF8=True, **secured
    )
    controller.start()
    try:
        yield kept
    finally:
        controller.stop()


def _authenticate(*given: Any) -> AuthResult:
    login = given[-1]
    right = (login.login, login.password) == (LOGIN, PASSWORD)
    return AuthResult(success=right, handled=right)
