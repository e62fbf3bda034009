"""Values of which a record holds a keyed hash alone.

Whoever has the key can hash another value and compare: equality and membership are told
exactly, and nothing else is. What a record holds a hash of is never a list or a map, since
those are hashed element by element.

Reference: CEL language definition, "Equality": numbers are compared as numbers.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

from typing_extensions import override

from gateway.cel.values import Withheld, kind_of
from gateway.policy.recording.collector import digest_of_claims
from gateway.policy.recording.values import (
    Hashed,
    Hasher,
    UnrecordableError,
    digest_of,
    name_of_key,
)

# Beyond it, an integer that meets a double is rounded, and may equal it all the same.
EXACT: Final = 2**53

_NUMBERS: Final = frozenset({"int", "uint", "double"})
_NEVER_HASHED: Final = frozenset({"list", "map", "record", "type"})

# The literals of the policies, again and again.
_REMEMBERED: Final = 4096

Digest = Callable[[Any], str]


class Hashing:
    """Hashes values as the log does.

    Attributes:
        key: The name of the key.
        of: Hashes a plain value. As with claims, a few thousand are remembered.
    """

    def __init__(self, hasher: Hasher) -> None:
        """Take the keyed hash."""
        self.key = name_of_key(hasher)
        self._hasher = hasher
        self._of_claims: dict[str, str] = {}

        # Typed, because `True` and 1 are the same key to Python.
        @lru_cache(maxsize=_REMEMBERED, typed=True)
        def digest(value: Any) -> str:
            return digest_of(value, hasher)

        self.of: Digest = digest

    def of_claims(self, claims: Mapping[str, Any]) -> str:
        """Return the hash of minted claims; empty if there are none."""
        text = repr(claims)
        digest = self._of_claims.get(text)
        if digest is None:
            if len(self._of_claims) >= _REMEMBERED:
                self._of_claims.clear()
            digest = self._of_claims[text] = digest_of_claims(claims, self._hasher)
        return digest

    def reveal(self, value: Any, kind: str, *, key: str) -> Any:
        """Return a decoded value with what is hashed in it ready to be compared.

        Args:
            value: As `gateway.policy.recording.values.decode` gives it.
            kind: The name of the CEL type of its leaves; empty if nobody knows.
            key: The name of the key that its hashes were made with. Those of another key
                can be compared with each other alone.
        """
        of = self.of if key == self.key else _with_another_key
        return _revealed(value, kind, of)


def _with_another_key(_: Any) -> str:
    raise UnrecordableError("the hashes were made with another key")


def _revealed(value: Any, kind: str, of: Digest) -> Any:
    match value:
        case Hashed():
            return HashedValue(value.digest, kind=kind, digest_of=of)
        case list():
            return [_revealed(item, kind, of) for item in value]
        case dict():
            return {key: _revealed(item, kind, of) for key, item in value.items()}
        case _:
            return value


def holds_hash(value: Any) -> bool:
    """Whether a value is a hash, or has one in it."""
    match value:
        case HashedValue():
            return True
        case list() | tuple():
            return any(map(holds_hash, value))
        case dict():
            return any(map(holds_hash, value.values()))
        case _:
            return False


class HashedValue(Withheld):
    """A value that is known by its hash."""

    __slots__ = ("_digest", "_digest_of")
    __hash__ = Withheld.__hash__

    def __init__(self, digest: str, *, kind: str, digest_of: Digest) -> None:
        """Take the hash.

        Args:
            digest: The value's own.
            kind: The name of the value's CEL type; empty if nobody knows.
            digest_of: Hashes a plain value likewise.
        """
        super().__init__(kind)
        self._digest = digest
        self._digest_of = digest_of

    @override
    def __eq__(self, other: object) -> bool:
        """Whether the value equals another, as CEL means it.

        Raises:
            WithheldError: The hashes do not tell.
        """
        if isinstance(other, HashedValue):
            if self._digest == other._digest:
                return True
            if self._may_be_number() and other._may_be_number():
                raise self.refusal()
            return False
        kind = kind_of(other)
        if kind in _NEVER_HASHED:
            return False
        if self._digest == self._hash_of(other):
            return True
        if kind in _NUMBERS and self._may_be_number() and is_rounded(other):
            raise self.refusal()
        return False

    def _hash_of(self, other: Any) -> str:
        try:
            return self._digest_of(other)
        except UnrecordableError:
            raise self.refusal() from None

    def _may_be_number(self) -> bool:
        return not self.kind or self.kind in _NUMBERS


def is_rounded(number: Any) -> bool:
    """Whether a number may equal others than those that are exactly the same."""
    return bool(abs(number) >= EXACT)
