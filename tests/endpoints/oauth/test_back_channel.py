"""`POST /oauth2/backchannel`."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from starlette.routing import BaseRoute

from gateway.endpoints.oauth import back_channel
from gateway.endpoints.oauth.back_channel import BACK_CHANNEL_PATH
from gateway.model.errors import (
    GatewayError,
    ProviderUnavailableError,
    ReplayedCredentialError,
    StorageError,
    WrongAudienceError,
)
from gateway.telemetry.lines import LineWriter
from gateway.telemetry.logs import build_logger
from tests.endpoints.oauth.asking import caller
from tests.oauth.house import NOON
from tests.telemetry.fakes import MemorySink


class Hearer:
    """Hears what it is told, or fails."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.failure: GatewayError | None = None

    def hear(self, text: str) -> int:
        if self.failure is not None:
            raise self.failure
        self.heard.append(text)
        return 1


@pytest.fixture
def hearer() -> Hearer:
    return Hearer()


def routes(hearer: Hearer) -> Sequence[BaseRoute]:
    writer = LineWriter(sink=MemorySink(), flush_every=timedelta(hours=1))
    logger = build_logger(writer=writer, level="error", clock=lambda: NOON)
    return back_channel.routes(hear=hearer.hear, logger=logger)


async def test_a_logout_token_is_heard(hearer: Hearer) -> None:
    """The answer is empty, and kept by nobody."""
    async with caller(routes(hearer)) as provider:
        answer = await provider.post(BACK_CHANNEL_PATH, data={"logout_token": "t"})

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["cache-control"] == "no-store"
    assert hearer.heard == ["t"]


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (WrongAudienceError(), 400, "invalid_request"),
        (ReplayedCredentialError(), 400, "invalid_request"),
        (ProviderUnavailableError(), 503, "temporarily_unavailable"),
        (StorageError(), 503, "temporarily_unavailable"),
    ],
    ids=["audience", "replay", "keys", "database"],
)
async def test_what_is_not_heard_is_told(
    hearer: Hearer, failure: GatewayError, status: int, code: str
) -> None:
    """So that the provider comes again, if that helps."""
    hearer.failure = failure
    async with caller(routes(hearer)) as provider:
        answer = await provider.post(BACK_CHANNEL_PATH, data={"logout_token": "t"})

    assert (answer.status_code, answer.json()["error"]) == (status, code)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("", "application/x-www-form-urlencoded", 400),
        ("token=t", "application/x-www-form-urlencoded", 400),
        (
            "logout_token=t&logout_token=u",
            "application/x-www-form-urlencoded",
            400,
        ),
        ('{"logout_token": "t"}', "application/json", 400),
        (
            f"logout_token={'t' * 40_000}",
            "application/x-www-form-urlencoded",
            400,
        ),
    ],
    ids=range(5),
)
async def test_what_is_no_logout_is_refused(
    hearer: Hearer, body: str, kind: str, status: int
) -> None:
    async with caller(routes(hearer)) as provider:
        answer = await provider.post(
            BACK_CHANNEL_PATH, content=body, headers={"content-type": kind}
        )
        assert (await provider.get(BACK_CHANNEL_PATH)).status_code == 405

    assert answer.status_code == status
    assert not hearer.heard
