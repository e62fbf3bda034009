"""The shape of a language's texts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from gateway.pool.settings import NoticeKind


@dataclass(frozen=True, slots=True)
class Sentences:
    """One kind of message.

    Attributes:
        subject: Of the e-mail.
        lead: What it is about; a code or a link follows, if there is one.
        after: What to know besides.
        sms: The whole text message.
    """

    subject: str
    lead: str
    after: str
    sms: str


@dataclass(frozen=True, slots=True)
class Language:
    """The gateway's texts in one language.

    Attributes:
        sentences: By kind of message.
        greeting: How an e-mail begins.
        button: What leads on to a link.
        minutes: How a number of minutes is written, with `{}` for the number.
        hours: How a number of hours is.
        days: How a number of days is.
    """

    sentences: Mapping[NoticeKind, Sentences]
    greeting: str
    button: str
    minutes: str
    hours: str
    days: str

    def written(self, time: timedelta) -> str:
        """Return a length of time for people: in days from two on, or hours."""
        hours = time // timedelta(hours=1)
        if hours >= 2 * 24:
            return self.days.format(hours // 24)
        if hours > 1:
            return self.hours.format(hours)
        return self.minutes.format(time // timedelta(minutes=1))
