"""Real requests, their log, and the policies that somebody would rather have.

The gateway answers requests and writes its log; then `gateway replay` decides it anew, by
the same files and by changed ones.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from gateway.cli.main import build_app
from tests.flows.house import House

pytestmark = pytest.mark.flow

OWN = "route.params.order_id.startsWith(identity.subject + '-')"
BANNED = "'banned' in identity.groups"

# Who asks for what, with which groups; and whether it is allowed.
REQUESTS: list[tuple[str, str | None, list[str], bool]] = [
    ("/v1/orders/ana-1", "ana", [], True),
    ("/v1/orders/ana-2", "ana", ["staff"], True),
    ("/v1/orders/ben-1", "ana", [], False),
    ("/v1/orders/ben-2", "ana", ["staff"], False),
    ("/v1/orders/eve-1", "eve", ["banned"], False),
    ("/v1/feed", "ana", [], True),
    ("/v1/feed", "eve", ["banned", "staff"], False),
    ("/v1/feed", None, [], True),
    ("/v1/broken", "ana", [], False),
]


class Logged:
    """A gateway that has answered, and its log."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.log = house.folder / "state/decisions.jsonl"
        self.records = house.logged("decisions")

    def replay(self, *options: str) -> Result:
        arguments = ["replay", str(self.log), "--config"]
        arguments += [str(self.house.folder / "config.toml"), *options]
        return CliRunner().invoke(build_app(), arguments)

    def document(self, *options: str) -> dict[str, Any]:
        result = self.replay("--format", "json", "--show", "100", *options)
        document: dict[str, Any] = json.loads(result.stdout)
        assert document["decisions"] == len(REQUESTS)
        assert document["unexplained"] == document["unreadable"] == 0
        return document

    def changed(self, old: str, new: str) -> str:
        """The policies with something changed, as a folder."""
        folder = self.house.folder / "changed"
        shutil.copytree(self.house.folder / "policies", folder)
        path = folder / "orders.toml"
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
        return str(folder)

    def ids(self, *numbers: int) -> list[str]:
        """The ids of the decisions about these requests."""
        return [self.records[number]["decision_id"] for number in numbers]


def examples(document: dict[str, Any], verdict: str) -> list[str]:
    """The ids that are told, in the order of the log."""
    found = [
        example
        for group in document["groups"]
        if group["verdict"] == verdict
        for example in group["examples"]
    ]
    found.sort(key=lambda each: int(each["where"].rpartition(":")[2]))
    return [each["decision_id"] for each in found]


async def answered(folder: Path, *, log: str = "") -> Logged:
    """A gateway that has answered the requests.

    Args:
        folder: Where it lives.
        log: What else `log.decisions` says.
    """
    house = House(folder)
    config = folder / "config.toml"
    sink = '"file:state/decisions.jsonl"'
    assert sink in config.read_text()
    config.write_text(config.read_text().replace(sink, sink + log))
    async with house.open() as caller:
        for path, who, groups, allowed in REQUESTS:
            headers = {} if who is None else house.bearer(who, groups=groups)
            response = await caller.get(path, headers=headers)
            assert (response.status_code == httpx.codes.OK) is allowed
        return Logged(house)


def commit(folder: Path) -> None:
    """Make a repository of the folder, with the policies in it."""
    git = ("git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b.c")
    for words in (("init", "-q"), ("add", "policies"), ("commit", "-qm", "before")):
        subprocess.run([*git, *words], check=True)  # noqa: S603 - our own words


async def test_the_policies_in_force_decide_their_log_alike(tmp_path: Path) -> None:
    """Also what guests were told, and what failed."""
    logged = await answered(tmp_path)

    result = logged.replay()

    assert result.exit_code == 0, result.stdout
    assert f"{len(REQUESTS)} decisions: {len(REQUESTS)} same" in result.stdout


async def test_what_a_change_widens_is_found_to_the_request(tmp_path: Path) -> None:
    """Neither more nor fewer: who is banned stays out."""
    logged = await answered(tmp_path)
    against = logged.changed(OWN, f"{OWN} || 'staff' in identity.groups")

    result = logged.replay("--against", against)
    document = logged.document("--against", against)

    assert result.exit_code == 5
    assert examples(document, "widened") == logged.ids(3)
    assert (document["same"], document["widened"]) == (8, 1)


async def test_all_that_a_change_does_is_found(tmp_path: Path) -> None:
    """Whom it lets in by mistake, and the names of the claims that differ."""
    logged = await answered(tmp_path)
    against = logged.changed('roles = "roles"', 'roles = "roles"\ntenant = "\'x\'"')
    path = Path(against) / "orders.toml"
    path.write_text(path.read_text().replace(BANNED, "'staff' in identity.groups"))

    document = logged.document("--against", against)

    assert examples(document, "widened") == logged.ids(4)
    assert examples(document, "narrowed") == logged.ids(1)
    assert examples(document, "otherwise") == logged.ids(3)
    assert examples(document, "claims") == logged.ids(0, 5, 7)
    assert document["same"] == 3
    claims = [g["claims"] for g in document["groups"] if g["verdict"] == "claims"]
    assert claims == [["tenant"]] * len(claims)


async def test_what_the_log_does_not_hold_is_undetermined(tmp_path: Path) -> None:
    """And is not, where it does not matter: a banned caller is denied anyway."""
    logged = await answered(tmp_path)
    against = logged.changed(OWN, f"{OWN} || identity.name == 'Ben'")

    result = logged.replay("--against", against)
    document = logged.document("--against", against)

    assert result.exit_code == 6
    assert "not recorded: identity.name" in result.stdout
    assert examples(document, "undetermined") == logged.ids(2, 3)
    assert document["same"] == 7


async def test_hashes_tell_what_is_equal(tmp_path: Path) -> None:
    """Membership is exact; the beginning of a hashed text is not known."""
    hashes = ', hash = ["identity.groups", "identity.subject"]'
    logged = await answered(tmp_path, log=hashes)
    against = logged.changed(BANNED, "'staff' in identity.groups")

    own = logged.document()
    document = logged.document("--against", against)

    assert '"banned"' not in logged.log.read_text()
    assert examples(own, "undetermined") == logged.ids(0, 1, 2, 3)
    assert own["same"] == 5
    assert examples(document, "undetermined") == logged.ids(0, 2, 4)
    assert examples(document, "narrowed") == logged.ids(1)
    assert examples(document, "otherwise") == logged.ids(3)
    assert document["same"] == 4


async def test_what_was_dropped_is_missing(tmp_path: Path) -> None:
    """Also to the policies that made the decisions."""
    logged = await answered(tmp_path, log=', drop = ["identity.groups"]')

    document = logged.document()

    # No guest is asked for groups, and nobody on a route without that rule.
    assert examples(document, "undetermined") == logged.ids(0, 1, 2, 3, 4, 5, 6)
    assert document["same"] == 2


async def test_a_revision_is_asked_as_it_was(tmp_path: Path) -> None:
    """The change that is in the working folder, undone."""
    logged = await answered(tmp_path)
    commit(tmp_path)
    policy = tmp_path / "policies/orders.toml"
    policy.write_text(policy.read_text().replace(OWN, "true"))

    present = logged.document()
    before = logged.document("--against", "HEAD:policies")

    assert examples(present, "widened") == logged.ids(2, 3)
    assert before["same"] == len(REQUESTS)
