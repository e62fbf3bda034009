"""A gateway's files that name a provider which is running here, and what they build."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from gateway.app.federation import build_parties
from gateway.authentication.key_sources import KeySources
from gateway.federation.values import Attempt, RelyingParty
from tests.config.files import Folder
from tests.peers.oidc_peer import CALLBACK

# As a provider on this machine has to be written.
NETWORK = """
[network]
allow_plain_http = true
allow_private_addresses = ["127.0.0.0/8"]
timeout = "1s"
"""


def now() -> datetime:
    return datetime.now(UTC)


def parties(root: Path, **providers: str) -> Mapping[str, RelyingParty]:
    """Return what signs people in with providers, each the text of its file."""
    folder = Folder(root)
    for name, text in providers.items():
        folder.write(f"providers/{name}.toml", text)
    return build_parties(folder.load(), clock=now, key_sources=KeySources(clock=now))


def attempt(number: int = 1) -> Attempt:
    """Return a sign-in that begins now."""
    return Attempt(
        state=f"state-{number}-" + "s" * 32,
        nonce=f"nonce-{number}-" + "n" * 32,
        verifier=f"verifier-{number}-" + "v" * 43,
        redirect_uri=CALLBACK,
    )
