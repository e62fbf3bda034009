"""The gateway's own functions, version 1 of the environment.

Each gives the careful answer: an address that is none, an e-mail with two `@`, a path
with a dot segment is an error, hence a denial, and not `false`, which a `!` in front would
turn into an allow.

Reference: the CEL environment, version 1.
"""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import idna

from gateway.cel.errors import ValueFault, WithheldError
from gateway.cel.library.declaration import (
    UNKNOWN,
    Implementation,
    Overload,
    Overloads,
)
from gateway.cel.library.instants import EPOCH
from gateway.cel.library.strings import MAX_SEARCH, finds, late_pattern, pattern, rate
from gateway.cel.types import (
    BOOL,
    DURATION,
    STRING,
    TIMESTAMP,
    A,
    CelType,
    ListType,
    settled,
)
from gateway.cel.values import canonical, conforms, equal

# Two honest clocks may disagree so far; what claims to be later than that is no proof.
_SKEW: Final = timedelta(minutes=1)

# Strings are equal in Python exactly if they are in CEL.
_ONLY_TEXT: Final = frozenset({str})

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _any_of(left: Sequence[Any], right: Sequence[Any]) -> bool:
    try:
        return not _as_set(left).isdisjoint(_as_set(right))
    except WithheldError:
        return any(_is_in(item, right) for item in left)


def _all_of(left: Sequence[Any], right: Sequence[Any]) -> bool:
    try:
        return _as_set(left) >= _as_set(right)
    except WithheldError:
        return all(_is_in(item, left) for item in right)


def _as_set(items: Sequence[Any]) -> frozenset[Any]:
    # In time that grows with the lengths and not with their product.
    if set(map(type, items)) <= _ONLY_TEXT:
        return frozenset(items)
    return frozenset(map(canonical, items))


def _is_in(value: Any, items: Sequence[Any]) -> bool:
    # For what no set takes: a value that knows only what it equals.
    return any(_alike(value, item) for item in items)


def _alike(one: Any, other: Any) -> bool:
    try:
        return bool(canonical(one) == canonical(other))
    except WithheldError:
        return equal(one, other)


def _network(spelling: Any) -> Network:
    try:
        if isinstance(spelling, str):
            return ipaddress.ip_network(spelling)
    except ValueError:
        pass
    raise ValueFault("the list holds something that is no network")


def _address(spelling: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        address = ipaddress.ip_address(spelling)
    except ValueError:
        raise ValueFault("the string is no IP address") from None
    # The same client, as a dual-stack socket names it.
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address


def _is_within(spelling: str, networks: Sequence[Network]) -> bool:
    address = _address(spelling)
    return any(address in network for network in networks)


def _in_cidr(spelling: str, networks: Sequence[Any]) -> bool:
    return _is_within(spelling, [_network(network) for network in networks])


def _prepare_in_cidr(arguments: Sequence[Any], _: CelType) -> Implementation:
    if arguments[1] is UNKNOWN:
        return _in_cidr
    networks = [_network(network) for network in arguments[1]]
    return lambda spelling, _: _is_within(spelling, networks)


def email_domain(address: str) -> str:
    """Return the domain of an e-mail address: lower case, ASCII (IDNA).

    Raises:
        ValueFault: It has no or several `@`, or what follows is no domain.
    """
    name, at, domain = address.partition("@")
    if not name or not at or "@" in domain:
        raise ValueFault("the string is no e-mail address with exactly one `@`")
    try:
        return idna.encode(domain.lower(), uts46=True).decode("ascii")
    except idna.IDNAError:
        raise ValueFault("the e-mail address has no valid domain") from None


def _path_under(path: str, prefix: str) -> bool:
    if not prefix.startswith("/"):
        raise ValueFault("the prefix of a path begins with `/`")
    if "/." in path and not {".", ".."}.isdisjoint(path.split("/")):
        raise ValueFault("the path has a dot segment")
    prefix = prefix.removesuffix("/")
    return path == prefix or path.startswith(prefix + "/")


_GLOB: Final = re.compile(r"\*\*|\*|\?|[^*?]+")
_GLOB_MEANING: Final = {"**": ".*", "*": "[^/]*", "?": "[^/]"}


def _as_pattern(spelling: str) -> str:
    parts = (
        _GLOB_MEANING.get(part) or "".join(map(_escaped, part))
        for part in _GLOB.findall(spelling)
    )
    return "(?s)^(?:" + "".join(parts) + ")$"


def _escaped(character: str) -> str:
    if character.isascii() and character.isalnum():
        return character
    return f"\\x{{{ord(character):x}}}"


def _glob(text: str, spelling: str) -> bool:
    return finds(late_pattern(_as_pattern(spelling)))(text)


def _prepare_glob(arguments: Sequence[Any], _: CelType) -> Implementation:
    if arguments[1] is UNKNOWN:
        return _glob
    find = finds(pattern(_as_pattern(arguments[1])))
    return lambda text, _: find(text)


def _rate_of_glob(spelling: Any) -> float:
    return rate(spelling, lambda known: pattern(_as_pattern(known)))


def _fresh(auth_time: datetime, age: timedelta, now: datetime) -> bool:
    return auth_time != EPOCH and -_SKEW <= now - auth_time <= age


def _has_scope(name: str, scopes: Sequence[str]) -> bool:
    return name in scopes


def _claim_at(path: str, claims: Mapping[str, Any]) -> Any:
    value: Any = claims
    for name in path.split("."):
        if not isinstance(value, Mapping):
            raise ValueFault("the claim is not where the path leads")
        if name not in value:
            return UNKNOWN
        value = value[name]
    return value


def _prepare_claim(_: Sequence[Any], kind: CelType) -> Implementation:
    expected = settled(kind)

    def apply(path: str, default: Any, claims: Mapping[str, Any]) -> Any:
        value = _claim_at(path, claims)
        if value is UNKNOWN:
            return default
        if conforms(value, expected):
            return value
        raise ValueFault(f"the claim is not of the type of its default, {expected}")

    return apply


_CLAIM: Final = _prepare_claim((), A)
_STRINGS: Final = ListType(STRING)

GATEWAY_FUNCTIONS: Final[Overloads] = {
    "claim": (
        Overload((STRING, A), A, _CLAIM, prepare=_prepare_claim, reads=("claims",)),
    ),
    "any_of": (Overload((ListType(A), ListType(A)), BOOL, _any_of, cost=2),),
    "all_of": (Overload((ListType(A), ListType(A)), BOOL, _all_of, cost=2),),
    "in_cidr": (
        Overload((STRING, _STRINGS), BOOL, _in_cidr, prepare=_prepare_in_cidr, cost=10),
    ),
    "email_domain": (Overload((STRING,), STRING, email_domain, cost=20, grows=4),),
    "path_under": (Overload((STRING, STRING), BOOL, _path_under, cost=1),),
    "glob": (
        Overload(
            (STRING, STRING),
            BOOL,
            _glob,
            prepare=_prepare_glob,
            rate=_rate_of_glob,
            most=MAX_SEARCH,
        ),
    ),
    "fresh": (Overload((TIMESTAMP, DURATION), BOOL, _fresh, reads=("now",)),),
    "has_scope": (
        Overload((STRING,), BOOL, _has_scope, cost=1, reads=("identity.scopes",)),
    ),
}
