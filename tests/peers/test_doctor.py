"""`gateway doctor provider` as an operator runs it, over real sockets.

Against oidc-provider, and against the stand-ins for the others.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.cli.main import build_app
from tests.config.files import Folder
from tests.peers.oidc_peer import CLIENTS
from tests.peers.processes import Programs
from tests.peers.stand_ins import twitter
from tests.peers.stand_ins.wire import StandIn, served
from tests.peers.test_social_sign_in import KINDS, NETWORK

pytestmark = pytest.mark.peer

SECRET = "secret"


def examine(root: Path, text: str, *, secret: str = SECRET) -> tuple[int, Any]:
    """Return the exit code, and what was printed for programs."""
    folder = Folder(root)
    folder.write("providers/examined.toml", text + NETWORK)
    env = {"STORE_KEY": folder.environ["STORE_KEY"], "SECRET": secret}
    name = json.loads(text.split("\nid = ")[1].split("\n", maxsplit=1)[0])
    command = ["doctor", "provider", name, "--format", "json"]
    config = ["--config", str(root / "config.toml")]
    result = CliRunner(env=env).invoke(build_app(), command + config)
    return result.exit_code, json.loads(result.stdout)


def states(printed: Any) -> dict[str, str]:
    """Return how it stands with each check, by what is found first."""
    found: dict[str, str] = {}
    for each in printed["findings"]:
        found.setdefault(each["check"], each["state"])
    return found


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_stand_in_that_is_well_set_up_is_fine(tmp_path: Path, name: str) -> None:
    kind = KINDS[name]
    stand_in = kind.stand_in()
    with served(stand_in) as address:
        if isinstance(stand_in, twitter.Twitter):
            stand_in.host = address
        code, printed = examine(tmp_path, kind.text(name, address))

    assert (code, printed["fine"]) == (0, True), printed
    assert states(printed)["client"] == "fine"
    assert states(printed)["clock"] == "fine"


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_wrong_secret_is_found(tmp_path: Path, name: str) -> None:
    kind = KINDS[name]
    stand_in = kind.stand_in()
    with served(stand_in) as address:
        if isinstance(stand_in, twitter.Twitter):
            stand_in.host = address
        text = kind.text(name, address)
        code, printed = examine(tmp_path, text, secret="wrong")

    assert (code, printed["fine"]) == (3, False)
    found = states(printed)
    assert "wrong" in {found.get("client"), found.get("sign_in")}


def test_a_provider_that_is_down_is_found(tmp_path: Path) -> None:
    with served(StandIn()) as address:
        pass

    code, printed = examine(tmp_path, KINDS["github"].text("github", address))

    assert code == 3
    assert states(printed)["reachable"] == "wrong"


def test_oidc_provider_is_examined(programs: Programs, tmp_path: Path) -> None:
    """A certified provider: everything that it says of itself is held against a file."""
    peer = programs.node("oidc_provider", "oidc/oidc_provider.mjs")
    client = CLIENTS["RS256"]
    text = f"""
kind = "oidc"
id = "peer"
owner = "team@example.com"
issuer = "{peer.address}"
accept.flows = ["login"]
client.id = "{client.id}"
client.secret = {{ env = "SECRET" }}
par = "off"
"""

    good_code, good = examine(tmp_path / "a", text, secret=client.secret)
    bad_code, bad = examine(tmp_path / "b", text, secret="wrong")
    mistaken_text = text.replace(peer.address, f"{peer.address}/")
    mistaken_code, mistaken = examine(tmp_path / "c", mistaken_text)

    assert good_code == 0, good
    found = states(good)
    for check in ("discovery", "keys", "algorithms", "client_auth", "client", "clock"):
        assert found[check] == "fine", good
    assert bad_code == 3
    assert states(bad)["client"] == "wrong"
    assert mistaken_code == 3
    assert f'issuer = "{peer.address}"' in str(mistaken)
