"""The API behind the gateway in the demo: it answers with what it received.

It checks the credential as a real service would: against the gateway's published keys, for
its own audience. A request that did not come through the gateway gets 401.

    python deploy/demo/upstream.py PORT JWKS_URL ISSUER AUDIENCE
"""

import json
import sys
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt

_PREFIX = "Bearer "


class Service:
    """Accepts the gateway's tokens, and no others."""

    def __init__(self, *, jwks_url: str, issuer: str, audience: str) -> None:
        self._keys = jwt.PyJWKClient(jwks_url, cache_keys=True)
        self._issuer = issuer
        self._audience = audience

    def claims(self, headers: Mapping[str, str]) -> dict[str, Any]:
        """Return the verified claims of the request's token.

        Raises:
            jwt.PyJWTError: There is no token, or it is not good here.
        """
        value = headers.get("Authorization", "")
        if not value.startswith(_PREFIX):
            raise jwt.InvalidTokenError("no bearer token")
        token = value.removeprefix(_PREFIX)
        if jwt.get_unverified_header(token).get("typ") != "at+jwt":
            raise jwt.InvalidTokenError("not an access token")
        claims: dict[str, Any] = jwt.decode(
            token,
            self._keys.get_signing_key_from_jwt(token),
            algorithms=["ES256"],
            issuer=self._issuer,
            audience=self._audience,
            options={"require": ["exp", "iat", "sub", "jti", "client_id"]},
        )
        return claims


def handler_of(service: Service) -> type[BaseHTTPRequestHandler]:
    """Return the handler class that answers for a service."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length)
            try:
                claims = service.claims(self.headers)
            except jwt.PyJWTError as error:
                self._answer(HTTPStatus.UNAUTHORIZED, {"error": str(error)})
                return
            shown = {
                name: value
                for name, value in self.headers.items()
                if name.lower() != "authorization"
            }
            self._answer(
                HTTPStatus.OK,
                {
                    "you_asked": f"{self.command} {self.path}",
                    "token_verified": True,
                    "claims": claims,
                    "headers": shown,
                    "body_bytes": len(body),
                },
            )

        do_GET = do_POST = do_DELETE = _any  # noqa: N815 - the library names them

        def _answer(self, status: HTTPStatus, document: dict[str, Any]) -> None:
            body = json.dumps(document, indent=2).encode() + b"\n"
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Stay quiet: the demo's terminal belongs to what is pasted there."""

    return Handler


def main() -> None:
    """Serve until interrupted."""
    port, jwks_url, issuer, audience = sys.argv[1:5]
    service = Service(jwks_url=jwks_url, issuer=issuer, audience=audience)
    address = ("127.0.0.1", int(port))
    with ThreadingHTTPServer(address, handler_of(service)) as server:
        print(f"READY upstream http://127.0.0.1:{port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
