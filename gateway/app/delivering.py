"""Messages on their way out, as long as the gateway runs.

Looks for what is due about twice a second, and delivers some messages at a time. What was
claimed is finished before the gateway ends; what was not is left to the next one, or to
another gateway of the same database.
"""

import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from gateway.app.hooks import build_webhook
from gateway.config.configuration import Configuration
from gateway.config.errors import ConfigError
from gateway.config.settings.messages import (
    EmailSettings,
    MessagesSettings,
    SmsSettings,
    SmtpSettings,
)
from gateway.model.errors import StorageError
from gateway.pool.messages.delivery import Deliveries, Keeping, Senders
from gateway.pool.messages.letter import Sender
from gateway.pool.messages.mail import Mails, mailbox_of
from gateway.pool.messages.senders.hooked import HookedSender
from gateway.pool.messages.senders.kept import KeptSender
from gateway.pool.messages.senders.smtp import SmtpSender, SmtpServer, SmtpTls
from gateway.pool.settings import Address
from gateway.storage.pools.messages import MessageState, StoredMessage
from gateway.telemetry.logs import Logger

# How often it is looked whether a message is due: somebody may be waiting for a code.
INTERVAL: Final = timedelta(milliseconds=500)

# Others wait for the next look, so that an end of the gateway is not put off for long.
_AT_ONCE: Final = 8

_PURGE_EVERY: Final = timedelta(minutes=1)

_MAX_ANSWER_BYTES: Final = 16 * 1024


@dataclass(frozen=True, slots=True)
class PostOffice:
    """How messages leave, as the files in force have it.

    Attributes:
        senders: By the kind of address.
        keeping: How long what is over is kept.
    """

    senders: Senders = field(
        default_factory=lambda: dict.fromkeys(Address, KeptSender())
    )
    keeping: Keeping = field(default_factory=Keeping)


def build_post_office(
    configuration: Configuration, *, clock: Callable[[], datetime]
) -> PostOffice:
    """Return how messages leave.

    Raises:
        ConfigError: Who e-mails are from is no address.
    """
    settings = configuration.settings.messages
    try:
        email = _email_sender(settings.email, clock=clock)
    except ValueError as error:
        place = ("messages", "email", "from")
        raise ConfigError(
            [configuration.document.fault("E105", place, str(error))]
        ) from error
    return PostOffice(
        senders={
            Address.EMAIL: email,
            Address.PHONE: _sms_sender(settings.sms, clock=clock),
        },
        keeping=_keeping(settings),
    )


def _keeping(settings: MessagesSettings) -> Keeping:
    return Keeping(content=settings.keep_content, record=settings.keep_record)


def _email_sender(settings: EmailSettings, *, clock: Callable[[], datetime]) -> Sender:
    if settings.smtp is not None:
        mails = Mails(sender=settings.from_, clock=clock)
        local_name = mailbox_of(settings.from_).domain
        return SmtpSender(_server(settings.smtp, local_name), mails=mails)
    if settings.webhook is not None:
        webhook = build_webhook(
            settings.webhook, max_bytes=_MAX_ANSWER_BYTES, clock=clock
        )
        return HookedSender(webhook, sender=settings.from_)
    return KeptSender()


def _sms_sender(settings: SmsSettings, *, clock: Callable[[], datetime]) -> Sender:
    if settings.webhook is None:
        return KeptSender()
    webhook = build_webhook(settings.webhook, max_bytes=_MAX_ANSWER_BYTES, clock=clock)
    return HookedSender(webhook, sender=settings.from_)


def _server(settings: SmtpSettings, local_name: str) -> SmtpServer:
    authorities = settings.ca.content.decode("ascii") if settings.ca else None
    password = settings.password.reveal() if settings.password else b""
    return SmtpServer(
        host=settings.host,
        port=settings.port,
        tls=SmtpTls(settings.tls),
        context=ssl.create_default_context(cadata=authorities),
        username=settings.username or "",
        password=password.decode("utf-8", "surrogateescape"),
        timeout=settings.timeout,
        local_name=local_name,
    )


class Delivering:
    """Delivers what is due. Blocks; call it in a thread."""

    def __init__(
        self,
        *,
        deliveries: Deliveries,
        logger: Logger,
        clock: Callable[[], datetime],
    ) -> None:
        self._deliveries = deliveries
        self._logger = logger
        self._clock = clock
        self._office = PostOffice()
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="messages")
        self._purge_at: datetime | None = None

    def use(self, office: PostOffice) -> None:
        """Let messages leave like this from now on."""
        self._office = office

    def tick(self) -> None:
        """Deliver some of what is due; return once that is done.

        Raises:
            StorageError: The database cannot be used.
        """
        claimed = self._deliveries.claim(_AT_ONCE)
        # Each to its end, whatever becomes of another.
        for _ in self._threads.map(self._deliver, claimed):
            continue
        now = self._clock()
        if self._purge_at is None or now >= self._purge_at:
            self._purge_at = now + _PURGE_EVERY
            self._deliveries.purge(self._office.keeping)

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown()

    def _deliver(self, message: StoredMessage) -> None:
        office = self._office
        try:
            done = self._deliveries.deliver(
                message, senders=office.senders, keeping=office.keeping
            )
        except StorageError as error:
            # What became of it is not known, so it is tried again after a while.
            self._logger.error(
                "a message is left open", message=message.id, exc_info=error
            )
            return
        if done.state is not MessageState.DELIVERED:
            is_over = done.state is MessageState.FAILED
            tell = self._logger.error if is_over else self._logger.warning
            tell(
                "a message could not be sent",
                message=done.id,
                kind=done.kind,
                over=is_over,
                tries=done.tries,
                reason=done.error,
            )
