"""`application/x-www-form-urlencoded`, read strictly.

A body that two parsers could read in two ways is refused: a parameter twice, an escape
that is none, an octet outside ASCII, text that is no UTF-8, the zero character (at which
some end a text, and which not every database keeps).

Reference: RFC 6749 section 3.2 and appendix B.
"""

import re
from collections.abc import Sequence
from urllib.parse import unquote_to_bytes

from gateway.model.errors import RequestError

MAX_PARAMETERS = 32

_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_CONTENT_TYPE = re.compile(
    rb'application/x-www-form-urlencoded[ \t]*(?:;[ \t]*charset="?utf-8"?[ \t]*)?',
    re.IGNORECASE,
)


class MalformedFormError(RequestError):
    """The body is no form, or can be read in two ways."""

    public = "The body is not a well-formed form."


class RepeatedParameterError(RequestError):
    """A parameter is there twice (RFC 6749 section 3.2)."""

    public = "A parameter is included more than once."


class WrongContentTypeError(RequestError):
    """The body does not say that it is a form."""

    public = "The content type must be application/x-www-form-urlencoded."


def check_content_type(values: Sequence[bytes]) -> None:
    """Raise unless the body is declared to be a form in UTF-8.

    Args:
        values: All values of the header `Content-Type`.

    Raises:
        WrongContentTypeError: There is not exactly one, or it says something else.
    """
    if len(values) != 1 or _CONTENT_TYPE.fullmatch(values[0].strip(b" \t")) is None:
        raise WrongContentTypeError(f"{len(values)} values")


def parse_form(body: bytes, *, max_parameters: int = MAX_PARAMETERS) -> dict[str, str]:
    """Return the parameters of a form. One without a value is left out.

    Args:
        body: As it came.
        max_parameters: Not one more is read.

    Raises:
        MalformedFormError: It has too many of them, or an octet, an escape or a text that
            may not stand in it.
        RepeatedParameterError: A parameter is there twice.
    """
    if not body.isascii() or _BAD_ESCAPE.search(body):
        raise MalformedFormError("an octet or an escape that may not stand in a form")
    pairs = [pair for pair in body.split(b"&") if pair]
    if len(pairs) > max_parameters:
        raise MalformedFormError(f"{len(pairs)} parameters")
    parameters: dict[str, str] = {}
    for pair in pairs:
        name, _, value = pair.replace(b"+", b" ").partition(b"=")
        decoded = _decode(name)
        if decoded in parameters:
            raise RepeatedParameterError("a parameter is there twice")
        parameters[decoded] = _decode(value)
    # RFC 6749 section 3.2: without a value, it counts as if it had not been sent.
    return {name: value for name, value in parameters.items() if value}


def _decode(raw: bytes) -> str:
    octets = unquote_to_bytes(raw)
    if b"\0" in octets:
        raise MalformedFormError("the zero character")
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedFormError("text that is no UTF-8") from error
