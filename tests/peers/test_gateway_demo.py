"""The demo does what it prints: its lines are taken from its output and run."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.peers.running_demo import (
    COMMAND_SECONDS,
    GATEWAY,
    ISSUER,
    ROOT,
    Demo,
    clone,
    press_ctrl_c,
    running_demo,
    taken_ports,
)
from tests.peers.running_gateway import ENVIRONMENT, client, wait_for

pytestmark = pytest.mark.peer


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo") / "clone"
    clone(folder)
    with running_demo(folder) as demo:
        yield demo


@pytest.fixture(scope="module")
def pasted(demo: Demo) -> dict[str, tuple[int, str]]:
    """Return what each line has printed, and its status."""
    return {line: (status, printed) for line, status, printed in demo.paste()}


def _printed(pasted: dict[str, tuple[int, str]], *parts: str) -> Any:
    """Return the document that the only line with these parts has printed."""
    found = [
        printed
        for line, (status, printed) in pasted.items()
        if all(part in line for part in parts) and status == 0
    ]
    assert len(found) == 1, f"{parts}: {list(pasted)}"
    return json.loads(found[0])


def test_the_makefile_runs_what_is_run_here() -> None:
    """`make run`, after installing."""
    recipe = (ROOT / "Makefile").read_text().partition("\nrun: install")[2]

    assert recipe.splitlines()[1].strip() == "@$(BIN)/python deploy/demo/demo.py"


def test_1_a_guest_reads_the_public_feed(pasted: dict[str, tuple[int, str]]) -> None:
    document = _printed(pasted, "/v1/feed")

    assert document["you_asked"] == "GET /v1/feed?channel=public"
    assert document["token_verified"] is True
    assert document["claims"]["client_id"] == "guest"


def test_2_ana_reads_her_own_order(pasted: dict[str, tuple[int, str]]) -> None:
    document = _printed(pasted, "$ANA", "/v1/orders/ana-77")

    assert document["you_asked"] == "GET /v1/orders/ana-77"
    assert document["token_verified"] is True
    assert document["claims"]["client_id"] == "demo"
    assert document["claims"]["roles"] == ["customer"]


def test_3_another_order_and_a_changed_token_are_refused(
    pasted: dict[str, tuple[int, str]],
) -> None:
    refused = _printed(pasted, "/v1/orders/sam-1", "curl")
    changed = _printed(pasted, "ANA%")

    assert (refused["status"], refused["type"]) == (403, "urn:gateway:access_denied")
    assert changed["status"] == 401
    assert changed["type"].startswith("urn:gateway:")


def test_4_the_upstream_shows_one_credential_and_it_is_ours(
    pasted: dict[str, tuple[int, str]],
) -> None:
    document = _printed(pasted, "/v1/echo")

    assert document["token_verified"] is True
    assert document["claims"]["iss"] == GATEWAY
    assert document["claims"]["name"] == "Ana Lima"
    assert "Bearer" not in json.dumps(document["headers"])


def test_the_questions_are_answered(pasted: dict[str, tuple[int, str]]) -> None:
    """Why it was refused, and whether the files are right: each line ends with 0."""
    assert len(pasted) == 8
    assert all(status == 0 for status, _ in pasted.values()), pasted
    (explained,) = [text for line, (_, text) in pasted.items() if "explain" in line]
    (checked,) = [text for line, (_, text) in pasted.items() if " check" in line]
    assert "read-own" in explained
    assert "no_allow" in explained
    assert "0 failed" in checked


def test_an_edited_policy_takes_effect_at_once(demo: Demo) -> None:
    """As the demo's last line says."""
    policy = demo.folder / "policies" / "demo.toml"
    text = policy.read_text()
    with client(ISSUER) as issuer:
        token = issuer.post("/token", data={"name": "ana"}).text

    def status() -> int:
        with client(GATEWAY, {"authorization": f"Bearer {token}"}) as caller:
            return caller.get("/v1/echo").status_code

    assert status() == 200
    policy.write_text(
        text.replace('when   = "true"', "when   = \"identity.name != 'Ana Lima'\"")
    )
    wait_for(lambda: status() == 403, "the changed policy")
    policy.write_text(text)
    wait_for(lambda: status() == 200, "the policy of before")


def test_a_second_demo_says_which_port_is_taken(demo: Demo) -> None:
    """In one line; the first one goes on."""
    second = subprocess.run(
        [sys.executable, "deploy/demo/demo.py"],
        cwd=demo.folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )

    assert second.returncode == 1
    assert second.stderr.strip() == (
        "Port 8080 is taken; the demo needs it. Is one running?"
    )
    assert demo.process.poll() is None


def test_ctrl_c_ends_all_of_it(demo: Demo) -> None:
    """The last test: no program is left, and no traceback."""
    press_ctrl_c(demo.process)

    assert demo.process.wait(60) == 0
    wait_for(lambda: not taken_ports(), "the end of all programs")
    assert "Traceback" not in demo.output.read_text()
