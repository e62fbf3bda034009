"""`POST /explain`."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.routing import Router

from gateway.endpoints.admin import explain
from gateway.endpoints.admin.explainer import Explainer
from gateway.model.errors import GatewayError, OversizedRequestError, WrongMethodError

OWN = {"path": "/orders/ana", "headers": {"X-A": "1"}}


async def send(
    explainer: Explainer,
    body: bytes,
    *,
    method: str = "POST",
    content_type: str = "application/json",
) -> httpx.Response:
    app = Router(explain.routes(explainer=explainer))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://localhost:8081"
    ) as client:
        headers = {"content-type": content_type}
        return await client.request(method, "/explain", content=body, headers=headers)


async def ask(explainer: Explainer, **question: Any) -> httpx.Response:
    return await send(explainer, json.dumps(question).encode())


async def test_a_decision_is_explained(explainer: Explainer) -> None:
    """Rule, roles and steps, as JSON."""
    response = await ask(explainer, identity="ana", request=OWN)

    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    document = response.json()
    assert (document["allowed"], document["rule"]) == (True, "orders/own")
    assert [step["name"] for step in document["steps"]][:2] == ["route", "identity"]


async def test_a_request_that_leads_nowhere_is_an_answer_too(
    explainer: Explainer,
) -> None:
    """The question was a good one."""
    response = await ask(explainer, request={"path": "/nothing"})

    assert response.status_code == 200
    assert response.json()["error"]["code"] == "no_route"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"request": {"path": "x"}}',
        b'{"request": {"path": "/orders/1"}, "identity": "nobody"}',
    ],
)
async def test_a_question_that_is_none_is_told_why(
    explainer: Explainer, body: bytes
) -> None:
    """400, with the reasons."""
    response = await send(explainer, body)

    assert response.status_code == 400
    assert response.json()["error"] == "malformed_question"
    assert response.json()["reasons"]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"method": "GET"}, WrongMethodError),
        ({"content_type": "text/plain"}, GatewayError),
        ({"content_type": "application/x-www-form-urlencoded"}, GatewayError),
        ({"body": b" " * 65537}, OversizedRequestError),
    ],
)
async def test_what_a_web_page_could_send_unasked_is_refused(
    explainer: Explainer, options: dict[str, Any], error: type[GatewayError]
) -> None:
    """The frame makes a problem document of it."""
    with pytest.raises(error):
        await send(explainer, **({"body": b"{}"} | options))


@pytest.mark.long
@settings(max_examples=150, deadline=None)
@given(
    question=st.fixed_dictionaries(
        {
            "request": st.fixed_dictionaries(
                {"path": st.sampled_from(["/orders/ana", "/both", "/%", "/x?y=z"])},
                optional={
                    "ip": st.text(),
                    "host": st.text(),
                    "headers": st.dictionaries(st.text(), st.text()),
                },
            )
        },
        optional={
            "token": st.text(),
            "identity": st.text() | st.dictionaries(st.text(), st.text()),
        },
    )
)
async def test_no_question_is_a_500(
    explainer: Explainer, question: dict[str, Any]
) -> None:
    """Whatever an operator's script sends."""
    response = await ask(explainer, **question)

    assert response.status_code in {200, 400}
