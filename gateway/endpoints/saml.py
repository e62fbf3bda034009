"""`GET /saml2/metadata/{provider}`: what a SAML provider is told about the gateway.

Reference: SAML Metadata 2.0 section 4.1 (published at the entity id).
"""

from collections.abc import Callable, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.model.errors import RouteError

METADATA_PATH: Final = "/saml2/metadata/{provider}"
MEDIA_TYPE: Final = "application/samlmetadata+xml"
_HEADERS: Final = {"Cache-Control": "public, max-age=300"}


def routes(find: Callable[[str], bytes | None]) -> Sequence[BaseRoute]:
    """Return the route.

    Args:
        find: Returns the metadata for a provider by its id; `None` if there is none.
    """

    async def answer(request: Request) -> Response:
        found = find(request.path_params["provider"])
        if found is None:
            raise RouteError("no such SAML provider")
        return Response(found, media_type=MEDIA_TYPE, headers=_HEADERS)

    return [Route(METADATA_PATH, answer, methods=["GET"])]
