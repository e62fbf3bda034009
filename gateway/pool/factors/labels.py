"""What people call their authenticators, passkeys and devices."""

import unicodedata
from typing import Final

from gateway.pool.attributes.schema import AttributeProblem
from gateway.pool.errors import InvalidParameterError

MAX_LABEL: Final = 128

# Controls and line ends, what turns a line's direction round, halves of a surrogate pair.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Between the parts of an emoji.
_JOINER: Final = "\N{ZERO WIDTH JOINER}"


def label_of(text: str, *, otherwise: str = "") -> str:
    """Return a name as it is kept: one line without blanks around it.

    Args:
        text: As typed.
        otherwise: What to call it if nothing was typed.

    Raises:
        InvalidParameterError: It is too long, or not only of what can be seen.
    """
    if len(text) > MAX_LABEL:
        raise InvalidParameterError(problems={"name": AttributeProblem.TOO_LONG})
    if any(unicodedata.category(each) in _UNSEEN and each != _JOINER for each in text):
        raise InvalidParameterError(problems={"name": AttributeProblem.WRONG_TYPE})
    return unicodedata.normalize("NFC", text).strip()[:MAX_LABEL] or otherwise
