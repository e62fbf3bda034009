"""A small set of files to ask questions about."""

import secrets
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.app.loading import load, target_rules_of
from gateway.endpoints.admin.explainer import Explainer, Policies
from gateway.model.errors import ExpiredCredentialError
from gateway.model.identity import Identity, IdentityKind, Subject
from gateway.policy.fixtures import Fixtures

NOON = datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC)

CONFIG = """\
schema = 1
[server]
public_url = "http://127.0.0.1:8080"
[storage]
url = "sqlite:gateway.db"
encrypt_with = { file = "store.key" }
[guest]
enabled = true
[tokens.profiles.api]
[upstreams.orders]
targets = ["http://127.0.0.1:8090"]
audience = "https://orders.example"
[[routes]]
id = "read"
host = "api.example.com"
path = "/orders/{order}"
methods = ["GET"]
upstream = "orders"
[[routes]]
id = "any"
path = "/any"
methods = ["GET"]
upstream = "orders"
[[routes]]
id = "both-a"
host = "a.example.com"
path = "/both"
methods = ["GET"]
upstream = "orders"
[[routes]]
id = "both-b"
host = "b.example.com"
path = "/both"
methods = ["GET"]
upstream = "orders"
"""

PROVIDERS = """\
kind = "guest"
id = "guest"
owner = "team@example.com"
"""

ORDERS = """\
[policy]
id = "orders"
owner = "team@example.com"
[[rule]]
id = "own"
effect = "allow"
routes = ["read"]
for = ["authenticated"]
when = "route.params.order == identity.id && request.headers['x-a'] == ['1']"
[fixture.ana]
id = "ana"
[fixture.twin]
id = "one"
"""

MORE = """\
[policy]
id = "more"
owner = "team@example.com"
[fixture.twin]
id = "two"
"""


def subject_of(token: str) -> Subject:
    if token == "expired":
        raise ExpiredCredentialError("exp=1")
    identity = Identity(
        id=token,
        kind=IdentityKind.AUTHENTICATED,
        authenticated=True,
        provider="corp",
        provider_kind="oidc",
    )
    return Subject(identity)


@pytest.fixture(scope="session")
def explainer(tmp_path_factory: pytest.TempPathFactory) -> Explainer:
    root: Path = tmp_path_factory.mktemp("gateway")
    files = {
        "config.toml": CONFIG,
        "store.key": secrets.token_hex(32),
        "providers/guest.toml": PROVIDERS,
        "policies/orders.toml": ORDERS,
        "policies/more.toml": MORE,
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o600)
    loaded = load(root / "config.toml")
    configuration = loaded.configuration
    return Explainer(
        policies=Policies(
            engine=loaded.engine,
            files=configuration.policies,
            fixtures=Fixtures(providers=configuration.providers, region="us-east-1"),
            router=loaded.routes,
            routes=loaded.declared,
            rules=target_rules_of(configuration),
        ),
        subject_of=subject_of,
        clock=lambda: NOON,
    )
