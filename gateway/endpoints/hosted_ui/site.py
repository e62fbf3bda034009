"""What every page needs to be read, checked and shown."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Protocol

from starlette.responses import Response

from gateway.endpoints.hosted_ui.carried import Carrier
from gateway.endpoints.hosted_ui.cookies import Cookies
from gateway.endpoints.hosted_ui.errors import UnknownClientError, page_status
from gateway.endpoints.hosted_ui.guard import FormGuard
from gateway.endpoints.hosted_ui.place import FindPlace, Place
from gateway.endpoints.hosted_ui.rendering import Renderer
from gateway.endpoints.hosted_ui.texts import Texts
from gateway.endpoints.hosted_ui.visit import Visit
from gateway.model.errors import GatewayError, RateLimitedError, UnavailableError

_RETRY_UNAVAILABLE = 5


class Limit(Protocol):
    """Bounds what one address may begin."""

    def take(self, ip: str) -> None:
        """Count one, or raise `RateLimitedError`."""


@dataclass(frozen=True, slots=True)
class Site:
    """The pages' common ground.

    Attributes:
        renderer: Makes pages.
        cookies: Know the browser.
        guard: Knows which forms are ours.
        carrier: Hands things from page to page.
        find_place: Knows the clients of all pools.
        beginnings: Bounds what an address may begin without proving anything.
        clock: The time.
    """

    renderer: Renderer
    cookies: Cookies
    guard: FormGuard
    carrier: Carrier
    find_place: FindPlace
    beginnings: Limit
    clock: Callable[[], datetime]

    def place(self, visit: Visit) -> Place:
        """Return for whom somebody signs in: named in the address, or as last time.

        Raises:
            UnknownClientError: The address names nobody, and nor does the browser.
        """
        place = self.find_place(self._client_of(visit))
        if place is None:
            raise UnknownClientError("no such client")
        return place

    def texts(self, visit: Visit, place: Place | None) -> Texts:
        """Return what a page says, in the language of whoever reads it."""
        return self.renderer.texts(visit, place)

    def failure(
        self, visit: Visit, error: GatewayError, *, is_sent: bool = False
    ) -> Response:
        """Return the page of a failure. Its `detail` stays in the log.

        Args:
            visit: Who meets it.
            error: What went wrong.
            is_sent: Whether an application has sent the browser with what is wrong: then
                the page is nobody's in particular, and to try again would not help.
        """
        place = None if is_sent else self._find_place(visit)
        texts = self.texts(visit, place)
        codes = [
            kind.code for kind in type(error).__mro__ if issubclass(kind, GatewayError)
        ]
        response = self.renderer.page(
            visit,
            place,
            "failure.html",
            status=page_status(type(error)),
            title=texts.first(*(f"failure.{code}.title" for code in codes)),
            what=texts.first(*(f"failure.{code}.text" for code in codes)),
            again=visit.link() if place else "",
        )
        if isinstance(error, UnavailableError):
            response.headers["Retry-After"] = str(_RETRY_UNAVAILABLE)
        return told_to_wait(response, error)

    def _client_of(self, visit: Visit) -> str:
        return visit.query.get("client_id", "") or self.cookies.client(visit)

    def _find_place(self, visit: Visit) -> Place | None:
        try:
            return self.find_place(self._client_of(visit))
        except GatewayError:
            # The page of a failure is shown whatever else is down.
            return None


def told_to_wait(response: Response, error: GatewayError) -> Response:
    """Return a page that says for programs too how long to wait, if there were too many."""
    if isinstance(error, RateLimitedError):
        response.status_code = HTTPStatus.TOO_MANY_REQUESTS
        response.headers["Retry-After"] = str(max(1, error.retry_after))
    return response
