"""What people call their authenticators, passkeys and devices, and these call them."""

import unicodedata
from typing import Final

from gateway.model.user import User
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


def known_as(user: User) -> str:
    """Return what a person knows themselves by, for a list of accounts on their phone.

    The user name; where that is an id, an address.
    """
    if user.username != user.sub:
        return user.username
    known = (user.attributes.get(each) for each in ("email", "phone_number"))
    return next((each for each in known if each), user.username)
