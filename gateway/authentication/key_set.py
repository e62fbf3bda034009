"""The keys that an issuer publishes, read once and then only looked up in.

Reference: RFC 7517 section 5.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace

from gateway.authentication.errors import UnknownKeyError, WrongAlgorithmError
from gateway.authentication.json_object import JsonObjectError, parse_object
from gateway.authentication.verification_key import (
    UnusableKeyError,
    VerificationKey,
    load_key,
)

# Providers publish two or three; each costs a little work to read.
MAX_KEYS = 100


class KeySetError(ValueError):
    """A document is no key set, or none that is worth keeping."""


class KeySet:
    """An immutable set of verification keys.

    Attributes:
        keys: The usable ones; each `kid` at most once for an algorithm.
        ignored: For each published entry that is not used, why.
    """

    def __init__(
        self, keys: Iterable[VerificationKey], *, ignored: tuple[str, ...] = ()
    ) -> None:
        self.keys = tuple(keys)
        self.ignored = ignored
        self._by_id: dict[str, list[VerificationKey]] = {}
        for key in self.keys:
            if key.key_id is not None:
                self._by_id.setdefault(key.key_id, []).append(key)

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The ids of the keys, sorted."""
        return tuple(sorted(self._by_id))

    def knows(self, key_id: str | None) -> bool:
        """Return whether a fresh copy of the set would tell nothing new about an id."""
        return key_id is None or key_id in self._by_id

    def get(
        self, key_id: str | None, algorithm: str, *, may_wait: bool = True
    ) -> VerificationKey:
        """Return the key that a token was signed with, if its issuer says the truth.

        Args:
            key_id: The token's `kid`.
            algorithm: The token's `alg`.
            may_wait: Whatever it says, a set at hand is not waited for.

        Raises:
            UnknownKeyError: There is no such key, or without a `kid` more than one.
            WrongAlgorithmError: The key is for another algorithm.
        """
        del may_wait
        candidates = self.keys if key_id is None else self._by_id.get(key_id, ())
        if not candidates:
            raise UnknownKeyError(f"no key {_shown(key_id)}")
        fitting = [key for key in candidates if key.algorithm == algorithm]
        if not fitting:
            raise WrongAlgorithmError(
                f"no key {_shown(key_id)} for the algorithm {algorithm[:20]!r}"
            )
        if len(fitting) > 1:
            raise UnknownKeyError("several keys could be meant; the token names none")
        return fitting[0]


def _shown(key_id: str | None) -> str:
    return "without kid" if key_id is None else repr(key_id[:80])


def parse_key_set(raw: bytes, accepted: Collection[str]) -> KeySet:
    """Return the usable keys of a published key set.

    Args:
        raw: The document. The caller has bounded its length.
        accepted: The algorithms that are accepted from the issuer, the preferred first.

    Raises:
        KeySetError: It is no key set, has too many keys, or none that can be used. A set
            without a usable key is taken for a fault, not for the wish to trust nobody.
    """
    try:
        entries = parse_object(raw).get("keys")
    except JsonObjectError as error:
        raise KeySetError(str(error)) from error
    if not isinstance(entries, list):
        raise KeySetError("there is no list of keys")
    if len(entries) > MAX_KEYS:
        raise KeySetError(f"{len(entries)} keys are more than {MAX_KEYS}")
    loaded: list[VerificationKey] = []
    ignored: list[str] = []
    for number, entry in enumerate(entries):
        try:
            loaded.append(load_key(entry, accepted))
        except UnusableKeyError as error:
            ignored.append(f"key {number}: {error}")
    usable, ambiguous = _unambiguous(loaded)
    ignored += ambiguous
    if not usable:
        raise KeySetError("no key can be used; " + "; ".join(ignored))
    return KeySet(usable, ignored=tuple(ignored))


def merge_key_sets(sets: Iterable[KeySet]) -> KeySet:
    """Return one set of the keys of several.

    Raises:
        KeySetError: Two of them use one `kid` for different keys.
    """
    usable, ambiguous = _unambiguous([key for each in sets for key in each.keys])
    if ambiguous:
        raise KeySetError("; ".join(ambiguous))
    return KeySet(usable)


def _joint(one: VerificationKey, other: VerificationKey) -> VerificationKey:
    """Return a key that is published twice: it signs for whom either signs for."""
    if one.issuers and other.issuers:
        return replace(one, issuers=one.issuers | other.issuers)
    return one if not one.issuers else other


def _unambiguous(
    keys: Iterable[VerificationKey],
) -> tuple[list[VerificationKey], list[str]]:
    """Return the keys without repetitions, and what is wrong with the others."""
    by_name: dict[tuple[str | None, str], list[VerificationKey]] = {}
    for key in keys:
        same = by_name.setdefault((key.key_id, key.algorithm), [])
        place = next((n for n, each in enumerate(same) if each.key == key.key), None)
        if place is None:
            same.append(key)
        else:
            same[place] = _joint(same[place], key)
    usable: list[VerificationKey] = []
    ambiguous: list[str] = []
    for (key_id, _), same in by_name.items():
        # Which of them signs would be anybody's guess, so none of them does.
        if key_id is not None and len(same) > 1:
            ambiguous.append(
                f"{len(same)} different keys have the kid {_shown(key_id)}"
            )
        else:
            usable += same
    return usable, ambiguous
