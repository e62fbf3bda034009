"""Collects what one decision may have read, as JSON for its line in the log.

What somebody is changes less often than what they ask for, so that part is remembered for
as long as the same credential comes.
"""

import json
import marshal
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from gateway.model.access import AccessRequest
from gateway.model.decision import Decision
from gateway.model.identity import Subject
from gateway.policy.engine import Engine
from gateway.policy.recording.choices import Choices
from gateway.policy.recording.items import Collect, Items
from gateway.policy.recording.sheet import EMPTY, Part, Sheet, in_few_words, texts
from gateway.policy.recording.values import Hasher, UnrecordableError, name_of_key
from gateway.telemetry.decisions import Evidence

# So much is remembered of subjects and of claims, or until it is so many characters; then
# everything is forgotten and comes back by itself.
_MOST_REMEMBERED: Final = 32_768
_MOST_CHARACTERS: Final = 16 * 1024 * 1024

# Claims that hold what a caller wrote may be long, and never come again.
_LONGEST_CLAIMS: Final = 512

_OF_SUBJECT: Final = ("identity", "claims")

_CANONICAL: Final = json.JSONEncoder(separators=(",", ":"), sort_keys=True)

_Collects = Sequence[tuple[str, Collect]]


class _Prepared(NamedTuple):
    """What collects the inputs that one read set names.

    Attributes:
        number: Tells it from the others.
        subject: Of who asks.
        request: Of everything else.
    """

    number: int
    subject: _Collects
    request: _Collects


class Collector:
    """Collects by the plans of one set of policies.

    Attributes:
        revision: The git commit of the policies; empty if there is none.
        hash_key: The name of the key that values are hashed with.
    """

    def __init__(
        self,
        *,
        engine: Engine,
        choices: Choices,
        hasher: Hasher,
        revision: str = "",
    ) -> None:
        """Prepare for all that the policies read.

        Args:
            engine: The policies that decide.
            choices: What may stand in the log.
            hasher: The keyed hash.
            revision: The git commit of the policies; empty if there is none.
        """
        self.revision = revision
        self.hash_key = name_of_key(hasher)
        self._engine = engine
        self._hasher = hasher
        # Many plans read the same.
        self._prepared: dict[tuple[str, ...], _Prepared] = {}
        items = Items(choices=choices, hasher=hasher)
        for plan in engine.plans():
            if plan.reads not in self._prepared:
                self._prepared[plan.reads] = _prepare(
                    len(self._prepared), plan.reads, items
                )
        self._subjects: dict[tuple[int, int], tuple[Subject, Part]] = {}
        self._characters = 0
        self._digests: dict[bytes, str] = {}

    def collect(self, access: AccessRequest, decision: Decision) -> Evidence:
        """Return what the line of a decision says of its inputs. Never raises.

        Args:
            access: The question.
            decision: The answer, for the claims in it.
        """
        plan = self._engine.plan_of(access.route.id, access.subject.identity.kind)
        prepared = self._prepared[plan.reads]
        who = self._of_subject(prepared, access) if prepared.subject else EMPTY
        what = _collect(prepared.request, access, who.left)
        joined = f"{who.reads},{what.reads}" if who.reads and what.reads else ""
        return Evidence(
            f"{{{joined or who.reads or what.reads}}}",
            texts(who.absent + what.absent),
            texts(in_few_words(who.dropped + what.dropped)),
            self._digest(decision.claims) if decision.claims else "",
        )

    def _of_subject(self, prepared: _Prepared, access: AccessRequest) -> Part:
        subject = access.subject
        key = (id(subject), prepared.number)
        known = self._subjects.get(key)
        # The subject is held as long as its entry, so that its id is nobody else's.
        if known is not None and known[0] is subject:
            return known[1]
        part = _collect(prepared.subject, access, EMPTY.left)
        # Somebody who shows nothing is somebody new each time.
        if not subject.anonymous:
            self._remember(key, subject, part)
        return part

    def _remember(self, key: tuple[int, int], subject: Subject, part: Part) -> None:
        if (
            len(self._subjects) >= _MOST_REMEMBERED
            or self._characters > _MOST_CHARACTERS
        ):
            self._subjects.clear()
            self._characters = 0
        self._characters += len(part.reads)
        self._subjects[key] = (subject, part)

    def _digest(self, claims: Mapping[str, Any]) -> str:
        # Not canonical, but quick: equal claims may have two of these, others never one.
        key = marshal.dumps(dict(claims))
        if len(key) > _LONGEST_CLAIMS:
            return digest_of_claims(claims, self._hasher)
        digest = self._digests.get(key)
        if digest is None:
            if len(self._digests) >= _MOST_REMEMBERED:
                self._digests.clear()
            digest = self._digests[key] = digest_of_claims(claims, self._hasher)
        return digest


def _prepare(number: int, reads: Sequence[str], items: Items) -> _Prepared:
    subject: list[tuple[str, Collect]] = []
    request: list[tuple[str, Collect]] = []
    for path in reads:
        part = subject if path.startswith(_OF_SUBJECT) else request
        part.append((path, items.of(path)))
    return _Prepared(number, subject, request)


def _collect(collects: _Collects, access: AccessRequest, left: int) -> Part:
    sheet = Sheet(left)
    for path, collect in collects:
        try:
            collect(access, sheet)
        except (UnrecordableError, AttributeError, TypeError, ValueError):
            # A value that is none of those that its type promises.
            sheet.drop(path)
    return sheet.part()


def digest_of_claims(claims: Mapping[str, Any], hasher: Hasher) -> str:
    """Return the keyed hash of minted claims as canonical JSON; empty if there are none.

    Args:
        claims: In the types of JSON.
        hasher: The keyed hash.
    """
    return hasher(_CANONICAL.encode(claims).encode("ascii")) if claims else ""
