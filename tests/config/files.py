"""Good files to break, and what is found in broken ones."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.config.configuration import Configuration
from gateway.config.document import Document
from gateway.config.errors import ConfigError
from gateway.config.faults import Fault
from gateway.config.load import load
from gateway.config.settings.door import Door
from gateway.config.settings.section import Section
from gateway.config.validation import Reader

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
STORE_KEY = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA="

CONFIG = """\
schema = 1

[server]
public_url = "https://gw.example.com"

[storage]
url = "sqlite:state/gateway.db"
encrypt_with = { env = "STORE_KEY" }

[tokens.profiles.api]
ttl = "60s"

[upstreams.orders]
targets = ["https://orders.internal:8443"]
audience = "https://orders.internal"

[[routes]]
id = "orders-read"
path = "/v1/orders/{order_id}"
methods = ["GET"]
upstream = "orders"
"""

PROVIDER = """\
kind = "oidc"
id = "corp"
owner = "identity-team@example.com"
issuer = "https://login.corp.example"
audiences = ["gateway"]
"""

POLICY = """\
[policy]
id = "orders"
owner = "orders-team@example.com"

[[rule]]
id = "all"
effect = "allow"
routes = ["orders-*"]
for = ["authenticated"]
when = "true"
"""


class Folder:
    """A folder with `config.toml` and what stands beside it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.environ: dict[str, str] = {"STORE_KEY": STORE_KEY}
        self.write("config.toml", CONFIG)
        self.write("providers/corp.toml", PROVIDER)
        self.write("policies/orders.toml", POLICY)

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def add(self, name: str, text: str) -> None:
        """Append to a file."""
        self.write(name, (self.root / name).read_text() + text)

    def change(self, name: str, old: str, new: str) -> None:
        """Replace the one occurrence of a text in a file."""
        text = (self.root / name).read_text()
        assert text.count(old) == 1
        self.write(name, text.replace(old, new))

    def load(self) -> Configuration:
        return load(self.root / "config.toml", environ=self.environ, clock=lambda: NOON)

    def faults(self) -> tuple[Fault, ...]:
        """The faults that keep the folder from loading, warnings among them."""
        with pytest.raises(ConfigError) as caught:
            self.load()
        return caught.value.faults

    def codes(self) -> list[str]:
        """The codes of the errors, without the warnings."""
        return [fault.code for fault in self.faults() if fault.code[0] == "E"]


def document(text: str) -> Document:
    return Document(path=Path("file.toml"), name="file.toml", raw=text.encode())


def read(
    model: type[Section], text: str, environ: Mapping[str, str] | None = None
) -> Section | list[Fault]:
    """The settings in a text, or the faults."""
    file = document(text)
    reader = Reader(file, Door(environ=environ or {}))
    settings = reader.read(model, file.data)
    return reader.faults if settings is None else settings


def the_fault(model: type[Section], text: str) -> Fault:
    """The only fault in a text."""
    faults = read(model, text)
    assert isinstance(faults, list)
    (fault,) = faults
    return fault
