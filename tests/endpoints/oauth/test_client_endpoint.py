"""Endpoints that a client calls with a form."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import httpx
import pytest

from gateway.endpoints.oauth.client_endpoint import Call, ClientEndpoint, routes
from gateway.model.client import Client
from gateway.oauth.errors import InvalidClientError, UnsupportedTokenTypeError
from gateway.telemetry.lines import LineWriter
from gateway.telemetry.logs import build_logger
from tests.endpoints.oauth.asking import caller
from tests.oauth.house import NOON
from tests.telemetry.fakes import MemorySink

CLIENT = Client("app", "p", "app")
FORM = {"content-type": "application/x-www-form-urlencoded"}
PREFLIGHT = {"origin": "https://a.example", "access-control-request-method": "POST"}


class Authenticator:
    def authenticate(
        self, parameters: Mapping[str, str], authorization: Sequence[str]
    ) -> Client:
        if list(authorization) != ["Basic ok"]:
            raise InvalidClientError("made up")
        return CLIENT


def told(call: Call) -> Mapping[str, Any]:
    assert call.client is CLIENT
    return {"proofs": list(call.proofs), **call.parameters}


def nothing(call: Call) -> None:
    if "token" in call.parameters:
        raise UnsupportedTokenTypeError("s3cret")


@pytest.fixture
def client() -> httpx.AsyncClient:
    writer = LineWriter(sink=MemorySink(), flush_every=timedelta(hours=1))
    logger = build_logger(writer=writer, level="error", clock=lambda: NOON)
    writer.close()
    found = caller(
        routes(
            [
                ClientEndpoint("/told", told, HTTPStatus.CREATED),
                ClientEndpoint("/nothing", nothing),
            ],
            authenticator=Authenticator(),
            logger=logger,
        )
    )
    found.headers["authorization"] = "Basic ok"
    return found


async def test_an_answer_is_json_that_nobody_keeps(client: httpx.AsyncClient) -> None:
    """And that apps of any origin may read."""
    async with client:
        response = await client.post("/told", data={"a": "b"}, headers={"dpop": "p"})

    assert response.status_code == 201
    assert response.json() == {"a": "b", "proofs": ["p"]}
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["access-control-allow-origin"] == "*"


async def test_an_answer_may_be_empty(client: httpx.AsyncClient) -> None:
    async with client:
        response = await client.post("/nothing", headers=FORM)

    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (b"token=x", FORM, 400, "unsupported_token_type"),
        (b"", {**FORM, "authorization": "Basic no"}, 401, "invalid_client"),
        (b"a=1&a=2", FORM, 400, "invalid_request"),
        (b"{}", {"content-type": "application/json"}, 400, "invalid_request"),
        (b"a=" + b"x" * 70_000, FORM, 400, "invalid_request"),
        (b"a=%ff", FORM, 400, "invalid_request"),
    ],
)
async def test_a_failure_is_told_by_the_standards_code(
    client: httpx.AsyncClient,
    content: bytes,
    headers: dict[str, str],
    status: int,
    code: str,
) -> None:
    """RFC 6749 section 5.2, and no detail."""
    async with client:
        response = await client.post("/nothing", content=content, headers=headers)

    assert (response.status_code, response.json()["error"]) == (status, code)
    assert "s3cret" not in response.text


async def test_only_post_is_taken_and_a_browser_may_ask_first(
    client: httpx.AsyncClient,
) -> None:
    async with client:
        wrong = await client.get("/told")
        first = await client.options("/told", headers=PREFLIGHT)

    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")
    assert first.status_code == 204
    assert first.headers["access-control-allow-methods"] == "POST"
