"""Providers to examine, without sockets."""

from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm
from typing_extensions import override

from gateway.app.doctor.examination import Examination
from gateway.app.doctor.findings import Finding, State
from gateway.config.configuration import Configuration
from tests.config.files import Folder
from tests.peers.stand_ins.wire import Asked, Direct, Reply, StandIn, reply

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ISSUER = "https://login.corp.example"
LOGIN = f"""
kind = "oidc"
id = "corp"
owner = "identity-team@example.com"
issuer = "{ISSUER}"
accept.flows = ["login"]
algorithms = ["ES256"]
client.id = "gateway"
client.secret = {{ env = "SECRET" }}
"""


class OpenId(StandIn):
    """A provider of OpenID Connect, as far as it describes itself.

    Attributes:
        document: What discovery says.
        keys: What is published.
        refusal: What is answered to a code.
    """

    def __init__(self, issuer: str = ISSUER) -> None:
        super().__init__()
        self.document: dict[str, Any] = {
            "issuer": issuer,
            "jwks_uri": f"{issuer}/jwks",
            "authorization_endpoint": f"{issuer}/auth",
            "token_endpoint": f"{issuer}/token",
            "userinfo_endpoint": f"{issuer}/me",
            "id_token_signing_alg_values_supported": ["ES256", "RS256"],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": ["openid", "email", "profile"],
        }
        key = ec.generate_private_key(ec.SECP256R1()).public_key()
        self.key = {**ECAlgorithm.to_jwk(key, as_dict=True), "kid": "k1", "use": "sig"}
        self.keys: list[dict[str, Any]] = [self.key]
        self.refusal = reply({"error": "invalid_grant"}, 400)

    @override
    def usual(self, asked: Asked) -> Reply:
        match asked.path:
            case "/.well-known/openid-configuration":
                return reply(self.document, date=format_datetime(NOON, usegmt=True))
            case "/jwks":
                return reply({"keys": self.keys})
            case "/token":
                return self.refusal
        return reply({}, 404)


def configured(root: Path, text: str, name: str = "corp") -> Configuration:
    """Return the files with a provider's changed, or one more."""
    folder = Folder(root)
    folder.environ["SECRET"] = "secret"
    folder.write(f"providers/{name}.toml", text)
    return folder.load()


def examined(
    configuration: Configuration, stand_in: StandIn, name: str = "corp"
) -> list[Finding]:
    """Return all that is found about a provider."""
    (file,) = (f for f in configuration.providers if f.settings.id == name)
    return list(
        Examination(
            configuration,
            file,
            clock=lambda: NOON,
            fetcher=lambda _: Direct(stand_in),
        ).findings()
    )


def problems(findings: list[Finding]) -> dict[str, str]:
    """Return what is wrong or doubtful, by the name of the check."""
    return {
        each.check: each.message
        for each in findings
        if each.state in {State.WRONG, State.DOUBTFUL}
    }
