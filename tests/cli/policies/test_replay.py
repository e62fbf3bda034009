"""`gateway replay`: the log, decided anew."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from gateway.app.loading import load
from gateway.cli.policies import replay as module
from gateway.policy.replaying import chunks
from tests.cli.desk import Desk
from tests.policy.files import access, identity
from tests.policy.replaying.recorder import edited, line_of

STRICT = 'when = "route.params.order == identity.id"'
OPEN = 'when = "true"'
OTHER_LOG = b'{"kind":"access","status":200}'


def asked(desk: Desk, order: str, who: str = "ana") -> bytes:
    """The record of somebody who asks for an order."""
    loaded = load(desk.config)
    question = access(identity(id=who), loaded.declared[0], params={"order": order})
    return line_of(question, loaded.engine)


def log(desk: Desk, *lines: bytes, name: str = "decisions.jsonl") -> str:
    """A log with these lines."""
    path = desk.root / name
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return str(path)


def changed(desk: Desk, old: str, new: str) -> str:
    """A folder of policies in which something is otherwise."""
    folder = desk.root / "changed"
    shutil.copytree(desk.root / "policies", folder)
    policy = folder / "orders.toml"
    assert old in policy.read_text()
    policy.write_text(policy.read_text().replace(old, new))
    return str(folder)


def test_the_policies_in_force_decide_their_log_alike(desk: Desk) -> None:
    """What other logs say in the same stream does not matter."""
    path = log(desk, asked(desk, "ana"), OTHER_LOG, asked(desk, "bea"), b"")

    result = desk.run("replay", path)

    assert result.exit_code == 0
    assert result.stdout.startswith("replayed against the policies in force\n")
    assert "2 decisions: 2 same, 0 widened" in result.stdout
    assert "2 lines of other logs passed over" in result.stdout


def test_what_a_change_widens_is_told_and_fails(desk: Desk) -> None:
    """With the decisions to look at, as many as are asked for."""
    lines = [asked(desk, order) for order in ("ana", "bea", "cay", "dan")]
    path = log(desk, *lines)
    against = changed(desk, STRICT, OPEN)

    result = desk.run("replay", path, "--against", against, "--show", "2")

    ids = [json.loads(line)["decision_id"] for line in lines]
    assert result.exit_code == 5
    assert "WIDENED: 3, denied then, allowed now" in result.stdout
    assert "      3  orders: denied (no_allow) → allowed by orders/own" in result.stdout
    assert f"{ids[1]} at" in result.stdout
    assert f"({path}:3)" in result.stdout
    assert ids[0] not in result.stdout
    assert ids[3] not in result.stdout


def test_what_a_change_narrows_is_told(desk: Desk) -> None:
    """It is what the change was for, or a call in the night."""
    path = log(desk, asked(desk, "ana"))
    against = changed(desk, "identity.id", "identity.id + 'x'")

    result = desk.run("replay", path, "--against", against)

    assert result.exit_code == 0
    assert "NARROWED: 1, allowed then, denied now" in result.stdout


def test_what_nobody_can_tell_fails_above_a_limit(desk: Desk) -> None:
    """By default, there may be none."""
    path = log(desk, asked(desk, "ana"), asked(desk, "bea"))
    against = changed(desk, STRICT, "when = \"identity.name == 'ana'\"")

    for limit, code in (((), 6), (("99",), 6), (("100",), 0)):
        options = [f"--limit-undetermined={value}" for value in limit]
        result = desk.run("replay", path, "--against", against, *options)
        assert result.exit_code == code
        assert "→ not recorded: identity.name" in result.stdout


def test_what_may_be_let_in_fails_below_any_limit(desk: Desk) -> None:
    """Only its claims are unknown, and those are no reason to let it pass a review."""
    path = log(desk, asked(desk, "bea"))
    against = changed(desk, STRICT, OPEN)
    policy = Path(against) / "orders.toml"
    policy.write_text(
        f'{policy.read_text()}\n[[mint]]\nroutes = ["*"]\nclaims = {{ n = "identity.name" }}\n'
    )

    result = desk.run(
        "replay", path, "--against", against, "--limit-undetermined", "100"
    )

    assert result.exit_code == 6
    assert "allowed by orders/own but for its claims" in result.stdout


def test_a_program_reads_the_same(desk: Desk) -> None:
    """And gets the same exit code."""
    path = log(desk, asked(desk, "bea"))
    against = changed(desk, STRICT, OPEN)

    result = desk.run("replay", path, "--against", against, "--format", "json")

    document: dict[str, Any] = json.loads(result.stdout)
    assert result.exit_code == 5
    assert document["against"] == against
    assert (document["decisions"], document["widened"]) == (1, 1)
    assert document["groups"][0]["examples"][0]["where"] == f"{path}:1"


def test_a_record_that_was_changed_is_an_alarm(desk: Desk) -> None:
    """The very policies that decided it decide otherwise."""
    line = asked(desk, "ana")
    path = log(
        desk, edited(line, reads={"identity.id": "x", "route.params.order": "y"})
    )

    result = desk.run("replay", path)

    assert result.exit_code == 1
    assert "ALARM: 1 of these decisions" in result.stdout


def test_lines_that_cannot_be_read_are_told_by_number(desk: Desk) -> None:
    """Torn, foreign or hostile: one line each, and no traceback."""
    line = asked(desk, "ana")
    path = log(
        desk,
        line,
        line[:100],
        b"\x1b[2J\xff",
        b"[" * 100_000,
        edited(line, reads={"identity.id": 1}),
        edited(line, reads={"identity.nobody": "x"}),
        line,
    )

    result = desk.run("replay", path)
    lenient = desk.run("replay", path, "--limit-undetermined", "72")

    assert (result.exit_code, lenient.exit_code) == (6, 0)
    assert "NOT READABLE: 5, and nobody knows what they say" in result.stdout
    assert f"{path}:2: it is no JSON" in result.stdout
    assert f"{path}:5: a value is not of the type" in result.stdout
    assert f"{path}:6: a path leads nowhere" in result.stdout
    assert "2 decisions: 2 same" in result.stdout
    assert "\x1b" not in result.stdout


def test_logs_are_read_from_the_oldest_on(desk: Desk) -> None:
    """So that the first example is the first that happened."""
    names = ("d.jsonl", "d.jsonl.1", "d.jsonl.2")
    paths = [log(desk, asked(desk, "bea"), name=name) for name in names]
    against = changed(desk, STRICT, OPEN)

    result = desk.run("replay", *paths, "--against", against, "--show", "3")

    places = [line.rpartition("(")[2] for line in result.stdout.splitlines()]
    assert [place for place in places if place.startswith("/")] == [
        f"{path}:1)" for path in reversed(paths)
    ]


def test_the_standard_input_is_a_log(desk: Desk) -> None:
    """After the files, if there are any."""
    path = log(desk, asked(desk, "ana"))
    stdin = asked(desk, "bea").decode() + "\n"

    assert "1 decisions: 1 same" in desk.run("replay", "-", stdin=stdin).stdout
    assert "2 decisions: 2 same" in desk.run("replay", "-", path, stdin=stdin).stdout


def test_a_long_log_is_spread_and_comes_out_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Down to the order of the examples, and whatever the lines are."""
    lines = [asked(desk, order) for order in ("ana", "bea", "cay")]
    torn = lines[0][:100]
    path = log(desk, *[*lines, OTHER_LOG, torn] * 50)
    against = changed(desk, STRICT, OPEN)
    ask = ("replay", path, "--against", against, "--show", "70", "-f", "json")
    alone = desk.run(*ask)

    monkeypatch.setattr(chunks, "MAX_LINES", 7)
    monkeypatch.setattr(module, "_WORTH_SPREADING", 1)
    monkeypatch.setattr(module, "cores", lambda: 3)
    spread = desk.run(*ask)

    assert json.loads(alone.stdout)["decisions"] == 150
    assert json.loads(alone.stdout)["unreadable"] == 50
    assert (spread.exit_code, spread.stdout) == (alone.exit_code, alone.stdout)


@pytest.mark.parametrize(
    ("make", "code", "told"),
    [
        (lambda desk: log(desk, OTHER_LOG), 2, "there is no decision in it"),
        (lambda desk: str(desk.root / "nothing"), 1, "No such file"),
        (lambda desk: str(desk.root), 1, "directory"),
    ],
    ids=["no decision", "no file", "a folder"],
)
def test_what_is_no_log_is_told(desk: Desk, make: Any, code: int, told: str) -> None:
    """An empty log proves nothing, so it must not look as if it did."""
    result = desk.run("replay", make(desk))

    assert result.exit_code == code
    assert told in result.stderr
    assert not result.stdout


def test_files_with_faults_decide_nothing(desk: Desk, tmp_path: Path) -> None:
    """On either side."""
    path = log(desk, asked(desk, "ana"))
    against = changed(desk, STRICT, 'when = "identity.nobody"')

    result = desk.run("replay", path, "--against", against)
    assert result.exit_code == 3
    assert "E201" in result.stderr
    result = desk.run("replay", path, "--against", str(tmp_path / "nowhere"))
    assert result.exit_code == 2
    assert "nowhere" in result.stderr
