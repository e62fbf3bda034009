"""What somebody's request costs, counted and not timed."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from argon2 import PasswordHasher
from sqlalchemy import event

from gateway.model.errors import GatewayError
from gateway.pool import srp
from tests.pool.house import House

_VERB = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE)")
_TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE)\s+(\w+)")


@dataclass
class Work:
    """What was done.

    Attributes:
        hashes: How often a password was hashed or verified.
        powers: How often a number was raised to a power modulo the group's.
        transactions: How many were begun.
        statements: Each verb with its table.
        messages: How many were handed over.
        outcome: What was answered, or the error's class.
    """

    hashes: int = 0
    powers: int = 0
    transactions: int = 0
    statements: Counter[str] = field(default_factory=Counter)
    messages: int = 0
    outcome: object = None


def work_of(house: House, attempt: Callable[[], object]) -> Work:
    """Return what an attempt costs, and what comes of it."""
    work = Work()
    sent = len(house.mailbox.messages)
    with _counted(house, work):
        try:
            work.outcome = attempt()
        except GatewayError as error:
            work.outcome = error
    work.messages = len(house.mailbox.messages) - sent
    return work


@contextmanager
def _counted(house: House, work: Work) -> Iterator[None]:
    engine = house.database._engine

    def counting(done: Callable[..., Any], what: str) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            setattr(work, what, getattr(work, what) + 1)
            return done(*args)

        return call

    def statement(*args: Any) -> None:
        text = args[2]
        verb, table = _VERB.match(text), _TABLE.search(text)
        if verb and table:
            work.statements[f"{verb[1]} {table[1]}"] += 1

    def begun(_connection: Any) -> None:
        work.transactions += 1

    event.listen(engine, "before_cursor_execute", statement)
    event.listen(engine, "begin", begun)
    try:
        with (
            patch.object(
                PasswordHasher, "hash", counting(PasswordHasher.hash, "hashes")
            ),
            patch.object(
                PasswordHasher, "verify", counting(PasswordHasher.verify, "hashes")
            ),
            patch.object(srp, "pow", counting(pow, "powers"), create=True),
        ):
            yield
    finally:
        event.remove(engine, "before_cursor_execute", statement)
        event.remove(engine, "begin", begun)
