"""Endpoints to which a client sends a browser."""

from collections.abc import Mapping

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gateway.endpoints.oauth.authorize import plain_error
from gateway.endpoints.oauth.browser_endpoint import BrowserEndpoint
from tests.endpoints.oauth.asking import caller

PATH = "/oauth2/somewhere"


def decide(request: Request, parameters: Mapping[str, str]) -> Response:
    return PlainTextResponse(f"{request.method} {dict(parameters)}")


def browser() -> httpx.AsyncClient:
    endpoint = BrowserEndpoint(decide=decide, show_error=plain_error)
    return caller([Route(PATH, endpoint, methods=None)])


async def test_parameters_come_from_the_query_or_from_the_form() -> None:
    async with browser() as ours:
        got = await ours.get(PATH, params={"a": "1"})
        posted = await ours.post(f"{PATH}?a=1", data={"b": "2"})
        head = await ours.head(PATH)

    assert got.text == "GET {'a': '1'}"
    assert posted.text == "POST {'b': '2'}"
    assert head.status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "BREW"])
async def test_another_method_is_a_page_too(method: str) -> None:
    """For whoever has a browser in front of them, and not a document for programs."""
    async with browser() as ours:
        answer = await ours.request(method, PATH)

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, POST"
    assert answer.text == "The method is not allowed at this address."


async def test_what_means_two_things_is_a_page() -> None:
    async with browser() as ours:
        twice = await ours.get(f"{PATH}?a=1&a=2")
        typed = await ours.post(PATH, content="{}", headers={"content-type": "text/x"})

    assert (twice.status_code, typed.status_code) == (400, 400)
