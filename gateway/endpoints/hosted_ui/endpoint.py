"""From a request on the wire to a page's function, and back.

Reads the request whole, refuses forms that are not ours, runs the function in a thread, and
turns every failure into a page that says what to do.
"""

from collections.abc import Callable, Mapping

import anyio.to_thread
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from gateway.endpoints.hosted_ui.site import Site
from gateway.endpoints.hosted_ui.visit import (
    MAX_FORM_BYTES,
    Visit,
    read_visit,
    strangers,
)
from gateway.endpoints.small_body import read_small_body
from gateway.model.errors import GatewayError, RouteError, WrongMethodError
from gateway.telemetry.logs import Logger

Page = Callable[[Visit], Response]


class PageEndpoint:
    """The pages at one address, as an ASGI application."""

    def __init__(
        self,
        *,
        pages: Mapping[str, Page],
        site: Site,
        logger: Logger,
        is_door: bool = False,
        max_form_bytes: int = MAX_FORM_BYTES,
    ) -> None:
        """Take the functions.

        Args:
            pages: By method.
            site: What all pages have in common.
            logger: Told why something was refused.
            is_door: Whether other sites send forms here, which are of nobody's pages.
            max_form_bytes: How long a form may be.
        """
        self._pages = pages
        self._site = site
        self._logger = logger
        self._is_door = is_door
        self._max_form_bytes = max_form_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request.

        Raises:
            ClientDisconnect: The browser hung up before the end of its request.
        """
        response = await self._answer(scope, receive)
        await response(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        try:
            if self._page_of(scope) is None:
                allowed = tuple(sorted({*self._pages, "HEAD"}))
                raise WrongMethodError(allowed=allowed)
            body = await read_small_body(receive, max_bytes=self._max_form_bytes)
        except GatewayError as error:
            return await anyio.to_thread.run_sync(self._fail, scope, None, error)
        return await anyio.to_thread.run_sync(self._run, scope, body)

    def _run(self, scope: Scope, body: bytes) -> Response:
        visit: Visit | None = None
        try:
            visit = read_visit(scope, body)
            if visit.method == "POST" and not self._is_door:
                self._site.guard.check(visit)
            page = self._page_of(scope)
            if page is None:
                raise RouteError
            return page(visit)
        except GatewayError as error:
            return self._fail(scope, visit, error)

    def _page_of(self, scope: Scope) -> Page | None:
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        return self._pages.get(method)

    def _fail(self, scope: Scope, visit: Visit | None, error: GatewayError) -> Response:
        self._logger.info(
            "a page was refused",
            error=error.code,
            failure=type(error).__name__,
            detail=error.detail,
        )
        response = self._site.failure(visit or strangers(scope), error)
        if isinstance(error, WrongMethodError):
            response.headers["Allow"] = ", ".join(error.allowed)
        return response


class Pages:
    """Makes the routes of pages."""

    def __init__(self, *, site: Site, logger: Logger) -> None:
        self._site = site
        self._logger = logger

    def route(self, path: str, *, get: Page, post: Page | None = None) -> Route:
        """Return the route of one address."""
        pages = {"GET": get} | ({"POST": post} if post else {})
        endpoint = PageEndpoint(pages=pages, site=self._site, logger=self._logger)
        return Route(path, endpoint, methods=None)

    def door(self, path: str, *, get: Page, post: Page, max_form_bytes: int) -> Route:
        """Return the route of an address to which other sites send browsers.

        What they have a browser post is nobody's until the browser comes by itself.
        """
        endpoint = PageEndpoint(
            pages={"GET": get, "POST": post},
            site=self._site,
            logger=self._logger,
            is_door=True,
            max_form_bytes=max_form_bytes,
        )
        return Route(path, endpoint, methods=None)
