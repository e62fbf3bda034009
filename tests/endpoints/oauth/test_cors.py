"""Browser apps of other origins."""

from typing import Any

import pytest
from starlette.responses import Response

from gateway.endpoints.oauth.cors import is_preflight, preflight, shared


def scope(method: str, *names: bytes) -> dict[str, Any]:
    return {"method": method, "headers": [(name, b"x") for name in names]}


@pytest.mark.parametrize(
    ("method", "names", "expected"),
    [
        ("OPTIONS", (b"origin", b"access-control-request-method"), True),
        ("OPTIONS", (b"origin",), False),
        ("OPTIONS", (), False),
        ("POST", (b"origin", b"access-control-request-method"), False),
    ],
)
def test_a_browser_asks_in_one_way(
    method: str, names: tuple[bytes, ...], *, expected: bool
) -> None:
    assert is_preflight(scope(method, *names)) is expected


def test_any_origin_may_ask_and_none_with_credentials() -> None:
    """What a cookie would open stays closed."""
    for response in (preflight(["GET", "POST"]), shared(Response())):
        assert response.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in response.headers

    headers = preflight(["GET", "POST"]).headers
    assert headers["access-control-allow-methods"] == "GET, POST"
    assert "dpop" in headers["access-control-allow-headers"]
    assert "DPoP-Nonce" in shared(Response()).headers["access-control-expose-headers"]
