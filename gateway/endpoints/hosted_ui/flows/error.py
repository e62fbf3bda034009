"""What went wrong, for browsers that are sent here with no more than its name.

What the name is followed by (`error_description`) is not shown: anybody can write a link.

Reference: Amazon Cognito, `/error`; RFC 6749 section 4.1.2.1.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from starlette.responses import Response
from starlette.routing import BaseRoute

from gateway.endpoints.hosted_ui.endpoint import Pages
from gateway.endpoints.hosted_ui.site import Site
from gateway.endpoints.hosted_ui.visit import Visit

ERROR: Final = "/error"

_UNKNOWN: Final = "unknown"


class ErrorPages:
    """The page of an error that is known by name."""

    def __init__(self, *, site: Site) -> None:
        self._site = site

    def routes(self, pages: Pages) -> Sequence[BaseRoute]:
        """Return where it is."""
        return [pages.route(ERROR, get=self.show)]

    def show(self, visit: Visit) -> Response:
        """Return what the error means; of one that is not known, no more than that."""
        t = self._site.texts(visit, None)
        names = (visit.query.get("error", ""), _UNKNOWN)
        return self._site.renderer.page(
            visit,
            None,
            "failure.html",
            status=HTTPStatus.BAD_REQUEST,
            title=t.first(*(f"failure.{name}.title" for name in names)),
            what=t.first(*(f"failure.{name}.text" for name in names)),
            again="",
        )
