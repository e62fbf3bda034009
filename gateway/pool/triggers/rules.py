"""Conditions in CEL in place of a function, for questions that are yes or no.

    user.username          as typed, or as it will be
    user.status            as on Cognito's wire; empty for somebody who is not there (yet)
    user.attributes        by name, all text
    user.found             false for a name that is nobody's
    client                 the client's id; empty for an administrator
    source                 the end of `triggerSource`: "SignUp", "Authentication", ...
    address                of the network the request came from; may be empty
    validation, metadata   what the caller sent along, by name, all text

A condition that is not true refuses, and so does one that cannot be evaluated: what is not
known to be allowed is not.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, lru_cache
from typing import Any, Final

from gateway.cel.environment import Environment
from gateway.cel.errors import CompileError, EvaluationError
from gateway.cel.program import Program
from gateway.cel.types import BOOL, STRING, MapType, RecordType
from gateway.model.user import User
from gateway.pool.errors import TriggerRefusedError, UnexpectedTriggerError
from gateway.pool.settings import TriggerKind, TriggerRule
from gateway.pool.triggers.values import Caller, Person

# Where a condition may stand in for a function.
RULED: Final = (TriggerKind.PRE_SIGN_UP, TriggerKind.PRE_AUTHENTICATION)

_MAX_TIME: Final = timedelta(milliseconds=250)
_KEPT: Final = 512

_TEXTS: Final = MapType(STRING, STRING)
_USER: Final = RecordType(
    "user",
    {"username": STRING, "status": STRING, "attributes": _TEXTS, "found": BOOL},
)


@cache
def _environment() -> Environment:
    return Environment(
        {
            "user": _USER,
            "client": STRING,
            "source": STRING,
            "address": STRING,
            "validation": _TEXTS,
            "metadata": _TEXTS,
        }
    )


@dataclass(frozen=True, slots=True)
class _UserFields:
    """The variable `user`."""

    username: str
    status: str
    attributes: Any
    found: bool


@lru_cache(maxsize=_KEPT)
def compile_rule(expression: str) -> Program:
    """Return the program of a condition.

    Raises:
        CompileError: With everything that is wrong with it.
    """
    return _environment().compile(expression, expect=BOOL)


def check_rules(
    kind: TriggerKind,
    rules: Sequence[TriggerRule],
    person: Person,
    source: str,
    caller: Caller,
) -> None:
    """Refuse what a condition is not true for.

    Args:
        kind: The trigger.
        rules: All of them have to be true.
        person: Who it is about.
        source: The end of `triggerSource`.
        caller: Through whom.

    Raises:
        TriggerRefusedError: With the message of the first that is not true.
        UnexpectedTriggerError: A condition is none.
    """
    variables = {
        "user": _fields(kind, person),
        "client": caller.client_id,
        "source": source,
        "address": caller.address,
        "validation": caller.validation,
        "metadata": caller.metadata,
    }
    # Read before the time runs: the first time, that takes a while.
    programs = [_read(kind, rule) for rule in rules]
    deadline = time.monotonic() + _MAX_TIME.total_seconds()
    for rule, program in zip(rules, programs, strict=True):
        try:
            met = program.evaluate(variables, deadline=deadline)
        except EvaluationError as error:
            raise TriggerRefusedError(
                f"{kind}: a condition cannot be evaluated: {error}",
                trigger=kind,
                message=rule.message,
            ) from error
        if met is not True:
            raise TriggerRefusedError(
                f"{kind}: a condition is not met: {rule.expect}",
                trigger=kind,
                message=rule.message,
            )


def _fields(kind: TriggerKind, person: Person) -> _UserFields:
    if not isinstance(person, User):
        return _UserFields(person.username, "", {}, found=False)
    # Somebody who signs up is not there yet.
    is_there = kind is not TriggerKind.PRE_SIGN_UP
    status = person.status.value if is_there else ""
    return _UserFields(person.username, status, person.attributes, found=is_there)


def _read(kind: TriggerKind, rule: TriggerRule) -> Program:
    try:
        return compile_rule(rule.expect)
    except CompileError as error:
        # Refused where settings are read; kept by a version that knew other functions.
        raise UnexpectedTriggerError(f"{kind}: a condition is none: {error}") from error
