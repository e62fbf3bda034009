"""What people sign in with, in the form in which names are compared.

Reference: Unicode Technical Standard 39 section 3 is not applied: who looks like whom is
judged by people. What is one and the same text in two spellings is one name here (NFKC).
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final

from gateway.model.user import User, UserStatus
from gateway.pool.attributes.addresses import is_email, is_phone
from gateway.pool.attributes.schema import VERIFIED
from gateway.pool.settings import Address, Alias, SignInSettings
from gateway.storage.pools.users import Name

MAX_USERNAME: Final = 128
USERNAME: Final = "username"

# Letters, marks, symbols, numbers, punctuation, as Cognito has it: nothing that cannot be
# seen.
_VISIBLE: Final = frozenset("LMSNP")

_UNKEEPABLE: Final = re.compile(r"[\0\ud800-\udfff]")

_SEARCHED: Final = {
    "by_email": "email",
    "by_phone": "phone_number",
    "by_name": "name",
    "by_given_name": "given_name",
    "by_family_name": "family_name",
    "by_preferred_username": "preferred_username",
}


def comparable(text: str, *, case_sensitive: bool) -> str:
    """Return the form in which two spellings of one name are the same text.

    What no database keeps (halves of a surrogate pair, the zero character) is U+FFFD.
    """
    if text.isascii() and "\0" not in text:
        # Has the normal form, and nothing to fold but letters: most names by far.
        return text if case_sensitive else text.lower()
    text = _UNKEEPABLE.sub("\N{REPLACEMENT CHARACTER}", text)
    normal = unicodedata.normalize("NFKC", text)
    if case_sensitive:
        return normal
    # Folding may undo the normal form (UAX 15 section 10).
    return unicodedata.normalize("NFKC", normal.casefold())


def is_username(text: str) -> bool:
    """Whether somebody may be called that: 1 to 128 characters that can be seen."""
    return 0 < len(text) <= MAX_USERNAME and all(
        unicodedata.category(character)[0] in _VISIBLE for character in text
    )


def looks_like_alias(text: str, settings: SignInSettings) -> bool:
    """Whether a user name could be taken for somebody's address.

    Who may call themselves `ana@example.com` is signed in to when Ana means herself.
    """
    return (Alias.EMAIL in settings.aliases and is_email(text)) or (
        Alias.PHONE in settings.aliases and is_phone(text)
    )


def typed_address(text: str, settings: SignInSettings) -> Address | None:
    """Return which kind of address somebody has typed for a name; `None` if none."""
    if Address.EMAIL in settings.addresses and is_email(text):
        return Address.EMAIL
    if Address.PHONE in settings.addresses and is_phone(text):
        return Address.PHONE
    return None


def names_of(user: User, settings: SignInSettings) -> Iterator[Name]:
    """Yield everything that somebody may sign in with.

    The user name; an address, where addresses stand in for it; an alias, once it is proven.
    Whoever signs in elsewhere has nothing to sign in with here: their addresses lead to
    nobody, and keep nobody else from having them.
    """

    def name(text: str, kind: str) -> Name:
        form = comparable(text, case_sensitive=settings.case_sensitive)
        return Name(form, kind)

    yield name(user.username, USERNAME)
    if user.status is UserStatus.EXTERNAL_PROVIDER:
        return
    for kind in Alias:
        text = user.attributes.get(kind, "")
        if text and _counts(kind, user, settings):
            yield name(text, kind)


def _counts(kind: Alias, user: User, settings: SignInSettings) -> bool:
    if kind.value in set(map(str, settings.addresses)):
        return True
    if kind not in settings.aliases:
        return False
    proof = VERIFIED.get(kind)
    return proof is None or user.attributes.get(proof) == "true"


def search_of(user: User, settings: SignInSettings) -> Mapping[str, str | None]:
    """Return what lists find a person by, by column."""
    texts: dict[str, str | None] = {
        column: user.attributes.get(name) for column, name in _SEARCHED.items()
    }
    texts["by_username"] = user.username
    return {
        column: text and comparable(text, case_sensitive=settings.case_sensitive)
        for column, text in texts.items()
    }
