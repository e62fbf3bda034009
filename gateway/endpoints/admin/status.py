"""`/status`: what runs here, and how its sources are doing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from gateway.endpoints.admin.health import NO_STORE


@dataclass(frozen=True, slots=True)
class ProviderStatus:
    """How one provider is doing.

    Attributes:
        id: The provider's id.
        kind: That of its file.
        keys: What is known of its keys, in one word: `fresh`, `stale`, `missing`, `own`,
            `none` if its tokens are not signed, or `disabled` for a provider that is.
        key_ids: `kid` of each key that is held.
        fetched_at: When they were fetched; `None` if they never were.
        error: Why the last attempt failed; empty if it did not.
    """

    id: str
    kind: str
    keys: str
    key_ids: tuple[str, ...] = ()
    fetched_at: datetime | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class GatewayStatus:
    """What runs.

    Attributes:
        version: Of the program.
        started_at: When it was started.
        configuration_digest: Of all files that are in force.
        policy_digest: Of the policies that decide.
        reloaded_at: When changed files were last looked at; `None` if never.
        reload_faults: Why they were refused; empty if they are in force.
        providers: Each provider.
        signing_key: `kid` of the key that signs.
        counters: What has been counted since the start.
    """

    version: str
    started_at: datetime
    configuration_digest: str
    policy_digest: str
    reloaded_at: datetime | None = None
    reload_faults: tuple[str, ...] = ()
    providers: tuple[ProviderStatus, ...] = ()
    signing_key: str = ""
    counters: Mapping[str, int] = field(default_factory=dict)


class StatusSource(Protocol):
    """Knows what runs."""

    def status(self) -> GatewayStatus:
        """Return it. May wait for a lock; called in a thread."""


def routes(*, source: StatusSource) -> Sequence[BaseRoute]:
    """Return the status page's route."""

    def status(_request: Request) -> JSONResponse:
        return JSONResponse(_shown(source.status()), headers=NO_STORE)

    return [Route("/status", status)]


# Field by field: what is added to a record is not shown before somebody has decided so.
def _shown(status: GatewayStatus) -> dict[str, Any]:
    return {
        "version": status.version,
        "started_at": _instant(status.started_at),
        "configuration_digest": status.configuration_digest,
        "policy_digest": status.policy_digest,
        "reload": {
            "at": _instant(status.reloaded_at),
            "faults": list(status.reload_faults),
        },
        "signing_key": status.signing_key,
        "providers": [
            {
                "id": provider.id,
                "kind": provider.kind,
                "keys": provider.keys,
                "key_ids": list(provider.key_ids),
                "fetched_at": _instant(provider.fetched_at),
                "error": provider.error,
            }
            for provider in status.providers
        ],
        "counters": dict(status.counters),
    }


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")
