"""E-mail addresses and phone numbers as people's attributes.

Syntax alone: whether anybody is there, a message to it will tell. The libraries know the
standards; what they would change (case, dots, formats) is left as it was typed, but for
what cannot be told apart.

References: RFC 5321 section 4.1.2, RFC 6531 (e-mail); ITU-T E.164 (phone).
"""

import re
from typing import Final

from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, is_possible_number, parse

# RFC 5321 section 4.5.3.1.3, without the angle brackets.
_MAX_EMAIL: Final = 254
_ABOVE: Final = "a.co"

# What nearly all addresses look like. The library takes them all, and a third of a
# millisecond for each, which is minutes where a million come from a file.
_PLAIN: Final = re.compile(
    r"[A-Za-z0-9_+]{1,32}(?:[.-][A-Za-z0-9_+]{1,31})?"
    r"@(?:[A-Za-z0-9]{1,30}(?:-[A-Za-z0-9]{1,30})?\.){1,4}[A-Za-z]{2,30}"
)


def is_email(text: str) -> bool:
    """Return whether mail could be sent to a text: `local@domain`, and nothing around."""
    if _PLAIN.fullmatch(text):
        return True
    _, at, domain = text.rpartition("@")
    if not at or "." not in domain or len(text) > _MAX_EMAIL:
        return False
    try:
        # As a name below another one: the library refuses those that are reserved for
        # networks of one's own (`.local`), where people have mail too.
        validate_email(f"{text}.{_ABOVE}", check_deliverability=False, strict=True)
    except EmailNotValidError:
        return False
    return True


def is_phone(text: str) -> bool:
    """Return whether a text is a number in the form of E.164: `+4930123456`."""
    if not (text.startswith("+") and text[1:].isascii() and text[1:].isdigit()):
        return False
    try:
        return is_possible_number(parse(text))
    except NumberParseException:
        return False


def masked_email(address: str) -> str:
    """Return an address so that its owner knows it and others do not: `a***@e***`."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain[:1]}***"


# Who gave the number knows it by these.
_SHOWN_DIGITS: Final = 4


def masked_phone(number: str) -> str:
    """Return a number with its last four digits: `+*******1234`."""
    digits = number.removeprefix("+")
    hidden = "*" * max(0, len(digits) - _SHOWN_DIGITS)
    return f"+{hidden}{digits[-_SHOWN_DIGITS:]}"
