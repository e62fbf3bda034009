"""A pool with triggers, and functions that remember what they were asked."""

import copy
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from gateway.model.user import User, UserStatus
from gateway.pool.pool import Pool
from gateway.pool.settings import PoolSettings, TriggerKind, TriggerSettings
from gateway.pool.triggers.functions import Event
from gateway.pool.triggers.triggers import Triggers
from gateway.pool.triggers.values import Caller

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SUB = "6d7a2b1e-0000-4000-8000-000000000001"
ANA = User(
    pool_id="eu-central-1_Ab3dEfGh9",
    sub=SUB,
    username="ana",
    status=UserStatus.CONFIRMED,
    enabled=True,
    attributes={"email": "ana@example.com", "email_verified": "true"},
    created_at=NOON,
    updated_at=NOON,
)
CALLER = Caller(
    client_id="c" * 26,
    address="192.0.2.1",
    metadata={"shop": "1"},
    validation={"captcha": "ok"},
)


class Recorder:
    """A function that answers with what it was told to, or with the event as it came."""

    def __init__(self, respond: Callable[[Any], object] | None = None) -> None:
        self._respond = respond
        self.events: list[Mapping[str, Any]] = []
        self.kinds: list[TriggerKind] = []

    def call(self, kind: TriggerKind, event: Event) -> object:
        self.kinds.append(kind)
        self.events.append(copy.deepcopy(dict(event)))
        if self._respond is None:
            return event
        return {**event, "response": self._respond(event)}

    @property
    def event(self) -> Mapping[str, Any]:
        """The only event so far."""
        (event,) = self.events
        return event


def pool_with(*kinds: TriggerKind, version: int = 1) -> Pool:
    """Return a pool that asks the function `it` at these triggers."""
    triggers = TriggerSettings(
        functions=dict.fromkeys(kinds, "it"), claims_version=version
    )
    return Pool(ANA.pool_id, PoolSettings(name="people", triggers=triggers), NOON)


def triggers_of(function: Recorder) -> Triggers:
    """Return triggers whose only function is called `it`."""
    return Triggers(find={"it": function}.get)
