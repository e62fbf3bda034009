"""The style sheet and the scripts, under addresses that name their content.

So browsers keep them for good, and a new version is another address. A client's own colours
are a style sheet too: a page with styles inside would have to allow them to everybody.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.endpoints.hosted_ui.brand import (
    DARK_GROUND,
    LIGHT_GROUND,
    digest_of,
    stylesheet,
    variables,
)
from gateway.endpoints.hosted_ui.place import FindPlace
from gateway.model.client import Client
from gateway.model.errors import RouteError

_FOLDER: Final = Path(__file__).parent / "assets"
_BASE: Final = "/_gateway/pages"

_FOR_GOOD: Final = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Assets:
    """What pages load, and where it is."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        """Read it."""
        own = variables(LIGHT_GROUND, {}, DARK_GROUND, {})
        sheet = (folder / "pages.css").read_text(encoding="utf-8")
        self._sheet = own + sheet
        self._scripts = {
            f"{_BASE}/{digest_of(text)}.js": text
            for name in ("passkeys", "onward")
            for text in [(folder / f"{name}.js").read_text(encoding="utf-8")]
        }
        self.stylesheet: Final = f"{_BASE}/{digest_of(self._sheet)}.css"
        self.script, self.onward = self._scripts

    @property
    def size(self) -> int:
        """How many octets a browser loads beside the page."""
        scripts = sum(len(text.encode()) for text in self._scripts.values())
        return len(self._sheet.encode()) + scripts

    @staticmethod
    def brand(client: Client) -> str:
        """Return the address of a client's colours; empty if it has none."""
        text = stylesheet(client.branding.colours)
        return f"{_BASE}/{client.id}/{digest_of(text)}.css" if text else ""

    def routes(self, find_place: FindPlace) -> Sequence[BaseRoute]:
        """Return the routes of all of it."""

        async def own_sheet(_request: Request) -> Response:
            return Response(self._sheet, headers=_FOR_GOOD, media_type="text/css")

        async def own_script(request: Request) -> Response:
            text = self._scripts[request.scope["path"]]
            return Response(text, headers=_FOR_GOOD, media_type="text/javascript")

        def client_sheet(request: Request) -> Response:
            place = find_place(request.path_params["client_id"])
            text = "" if place is None else stylesheet(place.client.branding.colours)
            if not text:
                raise RouteError("no client of that name has colours of its own")
            is_this = digest_of(text) == request.path_params["digest"]
            headers = _FOR_GOOD if is_this else {"Cache-Control": "no-store"}
            return Response(text, headers=headers, media_type="text/css")

        return [
            Route(self.stylesheet, own_sheet),
            *(Route(path, own_script) for path in self._scripts),
            Route(f"{_BASE}/{{client_id}}/{{digest}}.css", client_sheet),
        ]
