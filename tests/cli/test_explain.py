"""`gateway explain`."""

import json
from pathlib import Path

import pytest

from gateway.app.loading import load
from gateway.app.tools import Tools
from gateway.cli.clock import now
from gateway.mint.guest import GuestMint
from tests.cli.desk import Desk

HERS = ["explain", "--path", "/orders/ana"]
VISIT = [*HERS, "--ip", "192.0.2.9", "-H", "X-A: 1", "-H", "x-a:2"]


@pytest.mark.parametrize("identity", ["ana", "orders/ana", '{"id": "ana"}'])
def test_a_decision_is_shown_with_its_reasons(desk: Desk, identity: str) -> None:
    """Each step, in the order of the decision."""
    result = desk.run(*HERS, "--identity", identity)

    assert result.exit_code == 0
    assert "request   GET https://api.example.com/orders/ana" in result.stdout
    assert "+ orders/own: true" in result.stdout
    assert "decision  allowed by orders/own" in result.stdout


def test_a_refusal_says_what_is_lacking(desk: Desk) -> None:
    """And is no failure of the command."""
    result = desk.run(*HERS, "--identity", '{"id": "bea"}')

    assert result.exit_code == 0
    assert "decision  denied [no_allow]" in result.stdout
    assert "nearest" in result.stdout


def test_who_is_nobody_is_a_guest(desk: Desk) -> None:
    """With the headers and the address that were given."""
    assert desk.json(*HERS)["allowed"] is False
    assert desk.json(*VISIT)["rule"] == "orders/visit"


def test_the_clock_and_the_scheme_can_be_set(desk: Desk) -> None:
    """So that a decision of another time can be asked for again."""
    old, new = "request.ip == '192.0.2.9'", "now < timestamp('2026-01-01T00:00:00Z')"
    desk.change("policies/orders.toml", old, f"{new} && !request.tls")

    past = desk.json(*VISIT, "--now", "2025-01-01T00:00:00Z", "--scheme", "http")
    wrong = desk.run(*VISIT, "--now", "yesterday")

    assert past["rule"] == "orders/visit"
    assert not desk.json(*VISIT)["allowed"]
    assert wrong.exit_code == 2


def test_method_and_host_count(desk: Desk) -> None:
    """As at the proxy."""
    assert desk.json(*HERS, "-X", "PUT")["error"]["code"] == "method_not_allowed"
    assert desk.json(*HERS, "--host", "evil.example")["error"]["code"] == "no_route"
    assert desk.json(*VISIT, "--host", "api.example.com", "-X", "POST")["allowed"]


def test_a_token_is_verified(desk: Desk) -> None:
    """And belongs to the identity that a request with it would have."""
    loaded = load(desk.config)
    settings = loaded.configuration.settings
    tools = Tools.open(settings, clock=now)
    guest = "us-east-1:0a1b2c3d-0000-4000-8000-000000000001"
    mint = GuestMint(
        keys=tools.keyring,
        issuer=settings.tokens.issuer,
        lifetime=settings.guest.id_ttl,
    )
    token = mint.mint(guest, now=now()).token
    tools.close()

    result = desk.run(*VISIT, "--token-stdin", "-f", "json", stdin=f"{token}\n")

    document = json.loads(result.stdout)
    assert document["allowed"] is True
    assert guest in document["steps"][1]["note"]
    assert token not in result.output


def test_a_bad_token_is_told_why(desk: Desk) -> None:
    """Not only that it is one: that is for callers."""
    result = desk.run(*HERS, "--token-stdin", stdin="not-a-token\n")

    assert result.exit_code == 0
    assert "decision  none: malformed_credential" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "stdin", "reason"),
    [
        (["explain"], "", "--path"),
        (["explain", "--path", "orders"], "", "request.path"),
        ([*HERS, "--method", "get"], "", "request.method"),
        ([*HERS, "--identity", "nobody"], "", "no policy has a fixture `nobody`"),
        ([*HERS, "--identity", "{oops"], "", "no JSON object"),
        ([*HERS, "--identity", '{"emial": "x"}'], "", "identity.emial"),
        ([*HERS, "--header", "X-A 1"], "", "NAME:VALUE"),
        ([*HERS, "--header", ": 1"], "", "NAME:VALUE"),
        ([*HERS, "--token-stdin"], "", "token"),
        ([*HERS, "--token-stdin"], "two words", "token"),
        ([*HERS, "--token-stdin"], "x" * 200_000, "too long"),
        ([*HERS, "--token-stdin", "--identity", "ana"], "t", "not both"),
    ],
)
def test_a_question_that_is_none_is_wrong_usage(
    desk: Desk, arguments: list[str], stdin: str, reason: str
) -> None:
    """2, and what is wrong with it."""
    result = desk.run(*arguments, stdin=stdin)

    assert result.exit_code == 2
    assert reason in result.stderr
    assert not result.stdout


def test_a_made_up_request_opens_nothing(desk: Desk, tmp_path: Path) -> None:
    """Neither database nor keys: a set of files can be asked anywhere."""
    desk.run(*HERS)

    assert [path.name for path in (tmp_path / "state").iterdir()] == ["store.key"]


def _recorded(desk: Desk, **changes: object) -> str:
    """Record a decision in the desk's log; give its id."""
    desk.change(
        "config.toml",
        '[log.decisions]\nsink = "none"',
        '[log.decisions]\nsink = "file:state/decisions.jsonl"',
    )
    loaded = load(desk.config)
    record = {
        "kind": "decision",
        "schema": 1,
        "time": "2026-05-04T12:00:00.000000Z",
        "decision_id": "d" * 32,
        "request_id": "r" * 32,
        "policy_digest": loaded.engine.digest,
        "revision": "",
        "hash_key": "00000000",
        "route": "orders",
        "method": "GET",
        "identity_kind": "authenticated",
        "provider": "visitors",
        "effect": "allow",
        "rule": "orders/own",
        "reason": "allowed",
        "roles": [],
        "reads": {"identity.id": "ana", "route.params.order": "ana"},
        "absent": [],
        "dropped": [],
        "claims": "",
    }
    desk.write("state/decisions.jsonl", json.dumps(record | changes) + "\n")
    return "d" * 32


def test_a_recorded_decision_is_explained(desk: Desk) -> None:
    """By what the log holds, and by the policies in force."""
    name = _recorded(desk)

    result = desk.run("explain", "--decision", name)
    told = desk.json("explain", "--decision", "r" * 32)

    assert result.exit_code == 0
    assert "policies  in force: the same as then\n" in result.stdout
    assert "+ orders/own: true" in result.stdout
    assert (told["verdict"], told["decision_id"]) == ("same", name)


def test_a_decision_that_is_not_recorded_cannot_be_explained(desk: Desk) -> None:
    """Nor one whose record somebody has spoilt."""
    name = _recorded(desk, reads={"identity.id": 7})

    absent = desk.run("explain", "--decision", "d" * 31)
    spoilt = desk.run("explain", "--decision", name)

    assert (absent.exit_code, spoilt.exit_code) == (1, 1)
    assert "no decision" in absent.stderr
    assert "cannot be used" in spoilt.stderr
    assert not absent.stdout + spoilt.stdout


def test_a_recorded_decision_has_its_own_request(desk: Desk) -> None:
    """And one of the two has to be named."""
    both = desk.run(*HERS, "--decision", "d" * 32)
    neither = desk.run("explain")

    assert (both.exit_code, neither.exit_code) == (2, 2)
    assert "its own request" in both.stderr
    assert "--path" in neither.stderr
