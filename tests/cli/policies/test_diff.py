"""`gateway diff`."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.desk import POLICY, Desk

WIDER = POLICY.replace('when = "route.params.order == identity.id"', 'when = "true"')
APPROVED = """
[[approval]]
route = "orders"
kind = "authenticated"
rule = "orders/own"
approved_by = "security@example.com"
reason = "orders are public now"
expires = 2999-01-01
"""


@pytest.fixture
def proposed(tmp_path: Path) -> Path:
    """A folder of policies that let in more."""
    folder = tmp_path / "proposed"
    folder.mkdir()
    (folder / "orders.toml").write_text(WIDER)
    return folder


def test_the_same_files_differ_in_nothing(desk: Desk) -> None:
    """Whatever stands beside them."""
    result = desk.run("diff", str(desk.root), str(desk.root))

    assert result.exit_code == 0
    assert "0 widened, 0 narrowed, 0 claims, 0 shadow, 0 renamed" in result.stdout


def test_access_that_is_widened_is_shown_with_a_request(
    desk: Desk, proposed: Path
) -> None:
    """And ends with a code of its own."""
    result = desk.run("diff", str(desk.root), str(proposed))

    assert result.exit_code == 5
    assert "GET orders for authenticated by orders/own [access]" in result.stdout
    assert not result.stderr


def test_a_witness_can_be_explained(desk: Desk, proposed: Path) -> None:
    """The arguments are those of the other command."""
    found = desk.run("diff", str(desk.root), str(proposed), "--format", "json")
    (first, *_) = [
        each
        for each in json.loads(found.stdout)["findings"]
        if each["verdict"] == "widened"
    ]

    asked = first["witness"]["request"]
    told = desk.json(
        *("explain", "--path", asked["path"], "--method", asked["method"]),
        *("--host", asked["host"]),
        *("--identity", json.dumps(first["witness"]["identity"])),
    )

    assert told["allowed"] is False
    assert first["new"]["allowed"] is True


def test_without_new_files_the_present_ones_are_meant(
    desk: Desk, proposed: Path
) -> None:
    """What is proposed is what lies there."""
    narrowed = desk.run("diff", str(proposed))

    assert narrowed.exit_code == 0
    assert "0 widened" in narrowed.stdout
    assert "narrowed: keeps out" in narrowed.stdout


def test_what_is_agreed_to_is_fine(desk: Desk, proposed: Path) -> None:
    """If the file of approvals lists it."""
    approved = desk.write("approved.toml", APPROVED)

    fine = desk.run("diff", str(desk.root), str(proposed), "--approve", str(approved))
    stale = desk.run("diff", str(desk.root), str(desk.root), "--approve", str(approved))

    assert fine.exit_code == 0
    assert "(approved: approved.toml:5:8)" in fine.stdout
    assert "is stale" in stale.stdout


def test_a_revision_is_compared(desk: Desk) -> None:
    """Read from the repository of the configuration."""
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    for command in (("init", "-q"), ("add", "policies", "providers", "config.toml")):
        subprocess.run(["git", "-C", desk.root, *command], check=True)  # noqa: S603, S607
    subprocess.run(  # noqa: S603
        ["git", "-C", desk.root, *who, "commit", "-qm", "first"],  # noqa: S607
        check=True,
    )
    desk.write("policies/orders.toml", WIDER)

    assert desk.run("diff", "HEAD").exit_code == 5
    assert desk.run("diff", "HEAD:policies", "HEAD").exit_code == 0


def test_faults_of_either_side_are_told(desk: Desk, proposed: Path) -> None:
    """With the side; a mistake in the arguments is one of usage."""
    (proposed / "orders.toml").write_text(POLICY.replace("identity.id", "identity.idd"))

    faulty = desk.run("diff", str(desk.root), str(proposed))
    unknown = desk.run("diff", "no-such-revision")

    assert faulty.exit_code == 3
    assert f"{proposed}: policies/orders.toml:" in faulty.stderr
    assert unknown.exit_code == 2
    assert "no folder and no revision" in unknown.stderr


def test_all_shows_more(desk: Desk, proposed: Path) -> None:
    """Requests for what changes no access."""
    (proposed / "orders.toml").write_text(
        POLICY.replace('id = "own"', 'id = "mine"').replace(
            'rule = "own"', 'rule = "mine"'
        )
    )

    short = desk.run("diff", str(desk.root), str(proposed))
    whole = desk.run("diff", str(desk.root), str(proposed), "--all")

    assert short.exit_code == whole.exit_code == 0
    assert "gateway explain" not in short.stdout
    assert "gateway explain" in whole.stdout


def test_the_requests_of_a_log_are_asked_too(desk: Desk, proposed: Path) -> None:
    """A log that says nothing of the old routes is the wrong one."""
    record = {
        "kind": "decision",
        "schema": 1,
        "time": "2026-05-04T09:00:00.000000Z",
        "decision_id": "d",
        "request_id": "r",
        "policy_digest": "",
        "hash_key": "",
        "route": "orders",
        "method": "GET",
        "identity_kind": "authenticated",
        "provider": "",
        "effect": "deny",
        "rule": "",
        "reason": "no_allow",
        "roles": [],
        "reads": {"identity.id": "bea", "route.params.order": "cy"},
        "absent": [],
        "dropped": [],
        "claims": "",
    }
    log = desk.write("decisions.jsonl", json.dumps(record) + "\n")
    empty = desk.write("empty.jsonl", "{}\n")
    same = ("diff", str(desk.root), str(desk.root))

    plain = desk.json(*same)["asked"]
    more = desk.json(*same, "--log", str(log))["asked"]
    wrong = desk.run(*same, "--log", str(empty))

    assert more == plain + 1
    assert wrong.exit_code == 2
    assert (
        desk.run("diff", str(desk.root), str(proposed), "--log", str(log)).exit_code
        == 5
    )
