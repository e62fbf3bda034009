"""An e-mail as bytes: headers that nobody can add to, a plain form and an HTML form.

References: RFC 5322; RFC 6531 and 6532 (internationalised mail); RFC 3834 (automatic
responses); RFC 5890 (internationalised domain names).
"""

import re
from collections.abc import Callable
from datetime import datetime
from email.headerregistry import Address as Mailbox
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from email_validator import EmailNotValidError, validate_email

from gateway.pool.messages.errors import RefusedError
from gateway.pool.messages.letter import Letter
from gateway.pool.messages.wording import one_line

_MAILBOX: Final = re.compile(
    r"(?P<name>[^<>\"]{0,200})<(?P<inside>[^<>\s]{1,254})>|(?P<alone>[^<>\s]{1,254})"
)
_ABOVE: Final = ".a.co"


def mailbox_of(text: str) -> Mailbox:
    """Return who `Shop <shop@example.com>` is; the domain in its form for the wire.

    Raises:
        ValueError: It is no address, or more than one.
    """
    match = _MAILBOX.fullmatch(text) if text.isprintable() else None
    if match is None:
        raise ValueError("this is no e-mail address")
    address = match["inside"] or match["alone"]
    if "." not in address.rpartition("@")[2]:
        raise ValueError("the e-mail address has no domain")
    try:
        # As a name below another one: the library refuses those that are reserved for
        # networks of one's own, where people have mail too.
        found = validate_email(
            f"{address}{_ABOVE}", check_deliverability=False, strict=True
        )
    except EmailNotValidError as error:
        raise ValueError("this is no e-mail address") from error
    domain = found.ascii_domain.removesuffix(_ABOVE)
    return Mailbox((match["name"] or "").strip(), found.local_part, domain)


class Mails:
    """Writes e-mails."""

    def __init__(self, *, sender: str, clock: Callable[[], datetime]) -> None:
        """Take who they are from.

        Args:
            sender: `From`, where a pool has none of its own.
            clock: The time.

        Raises:
            ValueError: The sender is no address.
        """
        self._sender = mailbox_of(sender)
        self._clock = clock

    def write(self, letter: Letter) -> EmailMessage:
        """Return the e-mail of a letter.

        Raises:
            RefusedError: It goes to no address, or comes from none.
        """
        try:
            sender = mailbox_of(letter.sender) if letter.sender else self._sender
            to = mailbox_of(letter.to)
        except ValueError as error:
            raise RefusedError(str(error)) from error
        mail = EmailMessage(policy=SMTP)
        mail["From"] = sender
        mail["To"] = Mailbox("", to.username, to.domain)
        mail["Subject"] = one_line(letter.worded.subject)
        mail["Date"] = format_datetime(self._clock())
        # The same for each try: a mailbox may show one of two.
        mail["Message-ID"] = f"<{letter.id}@{sender.domain}>"
        # Nobody's absence is to be answered to us.
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
        mail.set_content(letter.worded.text)
        if letter.worded.html:
            mail.add_alternative(letter.worded.html, subtype="html")
        # Last: what is about the content goes with it when a part is added.
        mail["Content-Language"] = letter.worded.language
        return mail
