"""E-mails handed to a mail server.

A connection for each e-mail: they are few, and a server that went away is noticed by the one
that it concerns. What the server says decides: 4xx is for now, 5xx about a recipient or the
message is for ever; whatever is wrong with the connection, with TLS or with the password is
the operator's to put right, and the message waits for it.

References: RFC 5321 section 4.2.1 (replies); RFC 3207 (STARTTLS); RFC 8314 (implicit TLS);
RFC 4954 (authentication); RFC 6531 (internationalised addresses).
"""

import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

from gateway.pool.messages.errors import PostponedError, RefusedError
from gateway.pool.messages.letter import Letter
from gateway.pool.messages.mail import Mails

_READY: Final = 220
_PERMANENT: Final = range(500, 600)
# About who the gateway is there, which an operator can change (RFC 4954 section 6).
_ABOUT_LOGIN: Final = frozenset({530, 534, 535, 538})
_MAX_TOLD: Final = 200


class SmtpTls(StrEnum):
    """How the connection to a mail server is encrypted."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    IMPLICIT = "implicit"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A mail server.

    Attributes:
        host: Name or address.
        port: Usually 587; 465 for implicit TLS.
        tls: `REQUIRED` and `OPTIONAL` by STARTTLS.
        context: How the server proves itself.
        username: Empty for none.
        password: Of that user.
        timeout: For one whole e-mail.
        local_name: What the gateway calls itself (RFC 5321 section 4.1.1.1).
    """

    host: str
    port: int
    tls: SmtpTls
    context: ssl.SSLContext = field(repr=False)
    username: str = ""
    password: str = field(default="", repr=False)
    timeout: timedelta = timedelta(seconds=20)
    local_name: str = "localhost"


def unconnected(server: SmtpServer) -> smtplib.SMTP:
    """Return a connection that is still to be made."""
    seconds = server.timeout.total_seconds()
    # Its own name is given: it would be looked up else, and slowly at times.
    if server.tls is SmtpTls.IMPLICIT:
        return smtplib.SMTP_SSL(
            local_hostname=server.local_name, timeout=seconds, context=server.context
        )
    return smtplib.SMTP(local_hostname=server.local_name, timeout=seconds)


class SmtpSender:
    """Sends e-mails by way of a mail server."""

    is_read_here = False

    def __init__(
        self,
        server: SmtpServer,
        *,
        mails: Mails,
        opening: Callable[[SmtpServer], smtplib.SMTP] = unconnected,
    ) -> None:
        """Take the server.

        Args:
            server: Where e-mails go.
            mails: Writes them.
            opening: Makes connections; replaced in tests.
        """
        self._server = server
        self._mails = mails
        self._opening = opening

    def send(self, letter: Letter) -> None:
        """Hand an e-mail to the server.

        Raises:
            PostponedError: The server is not there, or does not take it now.
            RefusedError: The server never takes it, or there is no such address.
        """
        mail = self._mails.write(letter)
        with _translated(), self._connection() as connection:
            self._greet(connection)
            with _about_the_message():
                connection.send_message(mail)
            # It has the message: how it says good-bye does not matter.
            with suppress(smtplib.SMTPException, OSError):
                connection.quit()

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        """Give a connection that ends when its time is up, however slow it is."""
        server = self._server
        connection = self._opening(server)
        # What TLS proves the server to be; the constructor sets it, but connects as well.
        connection._host = server.host  # type: ignore[attr-defined]  # noqa: SLF001
        end = threading.Timer(
            server.timeout.total_seconds(), _cut, [lambda: connection.sock]
        )
        end.daemon = True
        end.start()
        try:
            code, text = connection.connect(server.host, server.port)
            if code != _READY:
                raise smtplib.SMTPConnectError(code, text)
            yield connection
        finally:
            end.cancel()
            connection.close()

    def _greet(self, connection: smtplib.SMTP) -> None:
        server = self._server
        connection.ehlo_or_helo_if_needed()
        wanted = server.tls is SmtpTls.REQUIRED or (
            server.tls is SmtpTls.OPTIONAL and connection.has_extn("starttls")
        )
        if wanted:
            connection.starttls(context=server.context)
            connection.ehlo_or_helo_if_needed()
        if server.username:
            connection.login(server.username, server.password)


def _cut(find: Callable[[], socket.socket | None]) -> None:
    """End a connection that somebody waits for in another thread."""
    connected = find()
    if connected is not None:
        # It may have ended by itself meanwhile.
        with suppress(OSError):
            connected.shutdown(socket.SHUT_RDWR)


@contextmanager
def _translated() -> Iterator[None]:
    """Turn whatever is wrong with a server into a message that waits."""
    try:
        yield
    except (smtplib.SMTPException, OSError) as error:
        raise PostponedError(_told(error)) from error


@contextmanager
def _about_the_message() -> Iterator[None]:
    """Tell what is said about this message from what is said about the connection."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        ((code, text),) = error.recipients.values()
        _refuse(smtplib.SMTPResponseException(code, text))
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        _refuse(error)
    except smtplib.SMTPNotSupportedError as error:
        raise RefusedError(
            "the mail server takes no internationalised addresses"
        ) from error


def _refuse(error: smtplib.SMTPResponseException) -> None:
    code = error.smtp_code
    if code in _PERMANENT and code not in _ABOUT_LOGIN:
        raise RefusedError(_told(error)) from error
    raise PostponedError(_told(error)) from error


def _told(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        return f"the mail server answers {error.smtp_code} {text}"[:_MAX_TOLD]
    return f"the mail server: {type(error).__name__}: {error}"[:_MAX_TOLD]
