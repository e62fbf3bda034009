"""`POST /explain`: a question in JSON, the decision with its reasons in JSON.

Takes `application/json` alone: a web page cannot send that to another origin without
asking first, and nobody answers it.
"""

import json
from collections.abc import Sequence
from typing import Protocol

import anyio.to_thread
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from gateway.endpoints.admin.explainer import Undecided, told_as_json
from gateway.endpoints.admin.health import NO_STORE
from gateway.endpoints.admin.question import (
    MalformedQuestionError,
    Question,
    parse_question,
)
from gateway.endpoints.small_body import read_small_body
from gateway.model.errors import RequestError, WrongMethodError
from gateway.policy.explanation import Explanation


class Explainer(Protocol):
    """Answers questions."""

    def explain(self, question: Question) -> Explanation | Undecided:
        """Return the decision with its reasons. Called in a thread."""


def routes(*, explainer: Explainer) -> Sequence[BaseRoute]:
    """Return the route of explanations."""
    return [Route("/explain", ExplainEndpoint(explainer=explainer), methods=None)]


class ExplainEndpoint:
    """The endpoint, as an ASGI application."""

    def __init__(self, *, explainer: Explainer) -> None:
        self._explainer = explainer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one question.

        Raises:
            WrongMethodError: It was not posted.
            RequestError: It is no JSON document, or too large.
            ClientDisconnect: The client hung up before the end of its request.
        """
        if scope["method"] != "POST":
            raise WrongMethodError(allowed=("POST",))
        _check_content_type(scope)
        body = await read_small_body(receive)
        response = await anyio.to_thread.run_sync(self._answer, body)
        await response(scope, receive, send)

    def _answer(self, body: bytes) -> Response:
        try:
            answer = self._explainer.explain(parse_question(_document(body)))
        except MalformedQuestionError as error:
            # Unlike a caller of the proxy, an operator is told what is wrong.
            return JSONResponse(
                {"error": error.code, "reasons": list(error.reasons)},
                status_code=400,
                headers=NO_STORE,
            )
        text = json.dumps(told_as_json(answer), default=str)
        return Response(text, headers=NO_STORE, media_type="application/json")


def _check_content_type(scope: Scope) -> None:
    values = [value for name, value in scope["headers"] if name == b"content-type"]
    kind = values[0].partition(b";")[0].strip().lower() if len(values) == 1 else b""
    if kind != b"application/json":
        raise RequestError("a question is application/json")


def _document(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedQuestionError("the body is no JSON document") from error
