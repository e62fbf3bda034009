"""One line of the decision log, as a value.

Anybody may have written the line: what is not exactly a record is refused, with one reason
and without a word of its content. Lines of other logs in the same stream are no records, and
no mistake either.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, Final, NamedTuple

from gateway.model.identity import IdentityKind
from gateway.policy.replaying.errors import MalformedRecordError

SCHEMA: Final = 1

# The gateway keeps its own lines well below.
MAX_LINE: Final = 256 * 1024

_FIELDS: Final[Mapping[str, type]] = {
    "time": str,
    "decision_id": str,
    "request_id": str,
    "policy_digest": str,
    "hash_key": str,
    "route": str,
    "method": str,
    "identity_kind": str,
    "provider": str,
    "effect": str,
    "rule": str,
    "reason": str,
    "roles": list,
    "reads": dict,
    "absent": list,
    "dropped": list,
    "claims": str,
}
_get_fields: Final = itemgetter(*_FIELDS)
_TYPES: Final = tuple(_FIELDS.values())
_KINDS: Final = {str(kind): kind for kind in IdentityKind}
_EFFECTS: Final = {"allow": True, "deny": False}
_TEXT: Final = frozenset({str})

# Of ids, rules and the like, which come from files that people write.
MAX_NAME: Final = 1024

# The gateway cuts longer methods off there.
MAX_METHOD: Final = 64

# `2026-05-04T09:00:00.000000Z`: to the microsecond, so that it is the decision's `now`.
_TIME_LENGTH: Final = 27


def _refuse_constant(_: str) -> None:
    raise ValueError("JSON has no such number")


_DECODER: Final = json.JSONDecoder(parse_constant=_refuse_constant)


class Outcome(NamedTuple):
    """What came of a decision, as far as a record tells.

    Attributes:
        allowed: The answer.
        rule: `policy/rule` of the deciding rule; empty if none decided.
        reason: Why, by its stable name.
        roles: Those that were held, sorted.
        claims: The keyed hash of the minted claims; empty if there are none.
    """

    allowed: bool
    rule: str = ""
    reason: str = ""
    roles: tuple[str, ...] = ()
    claims: str = ""


class Record(NamedTuple):
    """One decision that was made.

    Attributes:
        at: When; to the decision, `now`.
        decision_id: Its name in the log.
        request_id: The request that it was about.
        digest: Of the policies that decided.
        hash_key: The name of the key that values were hashed with.
        route: Id of the route.
        method: The request's, as far as it is told.
        kind: Which rules could apply.
        provider: Id of the identity's provider.
        outcome: What was decided.
        reads: Values by path, as JSON has them.
        absent: Paths of keys that were not there.
        dropped: Paths whose values were left out.
        hashes: Whether hashes may be among the values.
    """

    at: datetime
    decision_id: str
    request_id: str
    digest: str
    hash_key: str
    route: str
    method: str
    kind: IdentityKind
    provider: str
    outcome: Outcome
    reads: Mapping[str, Any]
    absent: Sequence[str]
    dropped: Sequence[str]
    hashes: bool


def parse_record(line: bytes) -> Record | None:
    """Return the record in a line; `None` for an empty one or one of another log.

    Args:
        line: Without or with its line end.

    Raises:
        MalformedRecordError: It is no line of the gateway's, or only part of one.
    """
    if line.isspace():
        return None
    document = _parse_document(line)
    if document.get("kind") != "decision":
        return None
    schema = document.get("schema")
    if type(schema) is not int or schema != SCHEMA:
        raise MalformedRecordError(f"`schema` is not {SCHEMA}")
    try:
        fields = _get_fields(document)
    except KeyError as error:
        raise MalformedRecordError(f"`{error.args[0]}` is missing") from None
    if tuple(map(type, fields)) != _TYPES:
        raise _wrong_type(document)
    # Whoever escapes what need not be escaped may hide one.
    return _record(fields, hashes=b"$hash" in line or b"\\u" in line)


def _parse_document(line: bytes) -> dict[str, Any]:
    if len(line) > MAX_LINE:
        raise MalformedRecordError(f"it is longer than {MAX_LINE} bytes")
    try:
        document = _DECODER.decode(line.decode())
    except (ValueError, RecursionError):
        raise MalformedRecordError("it is no JSON") from None
    if type(document) is not dict or type(document.get("kind")) is not str:
        raise MalformedRecordError("it is no line of a log of the gateway")
    return document


def _wrong_type(document: Mapping[str, Any]) -> MalformedRecordError:
    name = next(n for n, kind in _FIELDS.items() if type(document[n]) is not kind)
    return MalformedRecordError(f"`{name}` is not of its type")


def _record(fields: tuple[Any, ...], *, hashes: bool) -> Record:
    (
        time,
        decision_id,
        request_id,
        digest,
        hash_key,
        route,
        method,
        kind,
        provider,
        effect,
        rule,
        reason,
        roles,
        reads,
        absent,
        dropped,
        claims,
    ) = fields
    if max(map(len, (decision_id, request_id, digest, hash_key, route))) > MAX_NAME or (
        max(map(len, (method, provider, rule, reason, claims))) > MAX_NAME
    ):
        raise MalformedRecordError(f"a name is longer than {MAX_NAME} characters")
    if kind not in _KINDS or effect not in _EFFECTS:
        raise MalformedRecordError("`identity_kind` or `effect` is none that there is")
    if not _TEXT.issuperset(map(type, (*roles, *absent, *dropped))):
        raise MalformedRecordError("`roles`, `absent` or `dropped` holds no text")
    return Record(
        at=_parse_time(time),
        decision_id=decision_id,
        request_id=request_id,
        digest=digest,
        hash_key=hash_key,
        route=route,
        method=method,
        kind=_KINDS[kind],
        provider=provider,
        outcome=Outcome(
            allowed=_EFFECTS[effect],
            rule=rule,
            reason=reason,
            roles=tuple(roles),
            claims=claims,
        ),
        reads=reads,
        absent=absent,
        dropped=dropped,
        hashes=hashes,
    )


def _parse_time(text: str) -> datetime:
    if len(text) == _TIME_LENGTH and text[19] == "." and text[-1] == "Z":
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    raise MalformedRecordError("`time` is no time in UTC with microseconds")
