"""A small OpenID provider for the demo: it signs whatever name it is asked for.

It stands in for Google or a corporate sign-in on a machine that has neither. It asks for
no password, so it must never be reachable by anybody but the person trying the demo.

    python deploy/demo/issuer.py PORT
    curl -s http://127.0.0.1:8082/token -d name=ana      one ID token, as text
"""

import json
import sys
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

AUDIENCE = "demo-app"
LIFETIME_SECONDS = 3600
KEY_ID = "demo"

PEOPLE: dict[str, dict[str, Any]] = {
    "ana": {"name": "Ana Lima", "email": "ana@example.com", "email_verified": True},
    "sam": {
        "name": "Sam Okoye",
        "email": "sam@example.com",
        "email_verified": True,
        "groups": ["support"],
        "amr": ["pwd", "mfa"],
        "acr": "mfa",
    },
}


class Issuer:
    """The provider's key and what it says."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def discovery(self) -> dict[str, Any]:
        """Return the discovery document (OpenID Connect Discovery 1.0 section 3)."""
        return {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/jwks",
            "authorization_endpoint": f"{self.url}/authorize",
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def jwks(self) -> dict[str, Any]:
        """Return the public key (RFC 7517)."""
        algorithm = jwt.algorithms.RSAAlgorithm
        public = algorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {"keys": [{**public, "kid": KEY_ID, "use": "sig", "alg": "RS256"}]}

    def token(self, name: str) -> str:
        """Return an ID token for somebody, signed now."""
        now = int(time.time())
        claims = {
            "iss": self.url,
            "sub": name,
            "aud": AUDIENCE,
            "iat": now,
            "auth_time": now,
            "exp": now + LIFETIME_SECONDS,
            **PEOPLE.get(name, {"name": name}),
        }
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": KEY_ID})


def handler_of(issuer: Issuer) -> type[BaseHTTPRequestHandler]:
    """Return the handler class that answers for an issuer."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            documents = {
                "/.well-known/openid-configuration": issuer.discovery,
                "/jwks": issuer.jwks,
            }
            document = documents.get(self.path)
            if document is None:
                self._answer(HTTPStatus.NOT_FOUND, b"not here\n")
            else:
                self._answer(HTTPStatus.OK, json.dumps(document()).encode())

        def do_POST(self) -> None:
            length = min(int(self.headers.get("Content-Length", 0)), 4096)
            form = parse_qs(self.rfile.read(length).decode("utf-8", "replace"))
            name = form.get("name", [""])[0]
            if self.path != "/token" or not name.isidentifier():
                self._answer(HTTPStatus.BAD_REQUEST, b"POST /token with name=NAME\n")
            else:
                self._answer(HTTPStatus.OK, issuer.token(name).encode(), "text/plain")

        def _answer(
            self, status: HTTPStatus, body: bytes, kind: str = "application/json"
        ) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Stay quiet: the demo's terminal belongs to what is pasted there."""

    return Handler


def main() -> None:
    """Serve until interrupted."""
    port = int(sys.argv[1])
    issuer = Issuer(f"http://127.0.0.1:{port}")
    with ThreadingHTTPServer(("127.0.0.1", port), handler_of(issuer)) as server:
        print(f"READY issuer {issuer.url}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
