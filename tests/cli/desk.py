"""A folder of files as an operator has it, and the commands to run on it."""

import json
import secrets
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from gateway.cli.main import build_app

CONFIG = """\
schema = 1
[server]
public_url = "http://127.0.0.1:8080"
[storage]
url = "sqlite:state/gateway.db"
encrypt_with = { file = "state/store.key" }
[keys]
directory = "state/keys"
[guest]
enabled = true
[log.decisions]
sink = "none"
[log.access]
sink = "none"
[tokens.profiles.api]
[upstreams.orders]
targets = ["http://127.0.0.1:8090"]
audience = "https://orders.example"
[[routes]]
id = "orders"
host = "api.example.com"
path = "/orders/{order}"
methods = ["POST", "GET"]
upstream = "orders"
tags = ["internal"]
"""

PROVIDER = """\
kind = "guest"
id = "visitors"
owner = "team@example.com"
"""

POLICY = """\
[policy]
id = "orders"
owner = "team@example.com"
[[rule]]
id = "own"
effect = "allow"
routes = ["orders"]
for = ["authenticated"]
when = "route.params.order == identity.id"
[[rule]]
id = "visit"
effect = "allow"
routes = ["orders"]
for = ["guest"]
when = "request.headers['x-a'] == ['1', '2'] && request.ip == '192.0.2.9'"
[fixture.ana]
id = "ana"
[[test]]
name = "Ana reads her order"
identity = "ana"
request = { path = "/orders/ana" }
expect = { allow = true, rule = "own" }
[[test]]
name = "Ana cannot read another"
identity = "ana"
request = { path = "/orders/bea" }
expect = { allow = false }
"""


class Desk:
    """The folder and the commands."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.config = root / "config.toml"
        files = {
            "config.toml": CONFIG,
            "providers/visitors.toml": PROVIDER,
            "policies/orders.toml": POLICY,
        }
        for name, text in files.items():
            self.write(name, text)
        self.store_key = secrets.token_hex(32)
        self.write("state/store.key", self.store_key)

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.write_text(text)
        path.chmod(0o600)
        return path

    def change(self, name: str, old: str, new: str) -> None:
        text = (self.root / name).read_text()
        assert old in text
        self.write(name, text.replace(old, new))

    def run(
        self, *arguments: str, stdin: str | bytes = "", **env: str | None
    ) -> Result:
        named = {"GATEWAY_CONFIG": str(self.config), "NO_COLOR": None} | env
        return CliRunner(env=named).invoke(build_app(), arguments, input=stdin)

    def json(self, *arguments: str) -> Any:
        result = self.run(*arguments, "--format", "json")
        assert not result.stderr
        return json.loads(result.stdout)
