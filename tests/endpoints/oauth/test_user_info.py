"""What is known of a person, over the wire."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx
import pytest

from gateway.endpoints.oauth import user_info
from gateway.model.errors import ExpiredCredentialError, GatewayError, StorageError
from gateway.oauth.errors import InvalidProofError, ProofNonceError
from gateway.oauth.inquiries.user_info import InsufficientScopeError, UserInfoRequest
from gateway.telemetry.lines import LineWriter
from gateway.telemetry.logs import build_logger
from tests.endpoints.oauth.asking import caller
from tests.oauth.house import NOON
from tests.telemetry.fakes import MemorySink

PATH = "/oauth2/userInfo"
PREFLIGHT = {"origin": "https://a.example", "access-control-request-method": "GET"}


class People:
    def __init__(self, failure: GatewayError | None = None) -> None:
        self.failure = failure
        self.seen: list[UserInfoRequest] = []

    def tell(self, request: UserInfoRequest) -> Mapping[str, Any]:
        self.seen.append(request)
        if self.failure is not None:
            raise self.failure
        return {"sub": "1"}


def client(people: People) -> httpx.AsyncClient:
    writer = LineWriter(sink=MemorySink(), flush_every=timedelta(hours=1))
    logger = build_logger(writer=writer, level="error", clock=lambda: NOON)
    writer.close()
    return caller(user_info.routes(user_info=people, logger=logger))


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_client_is_told(method: str) -> None:
    """Any browser app may read it, and no cache keeps it."""
    people = People()
    async with client(people) as asking:
        response = await asking.request(
            method, PATH, headers={"authorization": "Bearer t", "dpop": "p"}
        )

    assert response.json() == {"sub": "1"}
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["access-control-allow-origin"] == "*"
    assert people.seen == [UserInfoRequest(["Bearer t"], ["p"], method)]


@pytest.mark.parametrize(
    ("error", "status", "challenge", "code"),
    [
        (ExpiredCredentialError("x"), 401, "Bearer", "invalid_token"),
        (InsufficientScopeError("x"), 403, "Bearer", "insufficient_scope"),
        (InvalidProofError("x"), 401, "DPoP", "invalid_dpop_proof"),
        (ProofNonceError("x", nonce="n"), 401, "DPoP", "use_dpop_nonce"),
    ],
)
async def test_a_refusal_says_what_to_do(
    error: GatewayError, status: int, challenge: str, code: str
) -> None:
    """RFC 6750 section 3.1; RFC 9449 sections 7.1 and 9."""
    async with client(People(error)) as asking:
        response = await asking.get(PATH)

    assert (response.status_code, response.json()["error"]) == (status, code)
    expected = f'{challenge} error="{code}"'
    assert response.headers["www-authenticate"].startswith(expected)
    nonce = "n" if isinstance(error, ProofNonceError) else None
    assert response.headers.get("dpop-nonce") == nonce
    assert response.headers["access-control-allow-origin"] == "*"


async def test_what_is_down_is_told_as_elsewhere() -> None:
    async with client(People(StorageError("the disk"))) as asking:
        response = await asking.get(PATH)

    assert response.status_code == 503
    assert "disk" not in response.text


async def test_a_browser_may_ask_first() -> None:
    async with client(People()) as asking:
        response = await asking.options(PATH, headers=PREFLIGHT)

    assert response.status_code == 204


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "BREW"])
async def test_another_method_is_told_as_programs_read_it(method: str) -> None:
    people = People()
    async with client(people) as asking:
        response = await asking.request(method, PATH)

    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"
    assert response.json()["error"] == "invalid_request"
    assert people.seen == []
