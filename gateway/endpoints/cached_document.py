"""A public JSON document that may be kept for a while, and asked for again cheaply.

Reference: RFC 9110 section 13.1.2 (`If-None-Match`).
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response


def cached_document(
    request: Request, content: Mapping[str, Any], max_age: timedelta
) -> Response:
    """Return the document, or that the client has it already."""
    body = json.dumps(content, separators=(",", ":"), sort_keys=True).encode("ascii")
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        "Cache-Control": f"public, max-age={int(max_age.total_seconds())}",
        "ETag": tag,
    }
    if _matches(request.headers.getlist("if-none-match"), tag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def _matches(conditions: Sequence[str], tag: str) -> bool:
    """Whether the client has this version (RFC 9110 section 13.1.2)."""
    listed = ",".join(conditions).split(",")
    tags = {one.strip().removeprefix("W/") for one in listed}
    return tag in tags or "*" in tags
