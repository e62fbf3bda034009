"""`gateway.policy.comparison.witness`."""

import shlex
import tomllib
from dataclasses import replace
from typing import Any

from gateway.config.policies.policy import PolicySettings
from gateway.model.identity import IdentityKind
from gateway.policy.comparison.comparing import outcome_of
from gateway.policy.comparison.corpus import asked_by_tests
from gateway.policy.comparison.searching.inputs import METHOD, NOW, PROVIDER, Inputs
from gateway.policy.comparison.witness import (
    as_arguments,
    as_json,
    as_test,
    request_of,
    toml,
)
from tests.policy.comparison.pairs import FILES, Files, rule_of
from tests.policy.comparison.sides import side, somebody
from tests.policy.files import NOON, read

RULE = rule_of("identity.acr == 'x'", routes="files")
SIDE = side(Files((RULE,)))
FULL = somebody(acr="x", groups=["a"], auth_time=NOON).edited(
    {
        ("claims", "hd"): "ü",
        ("identity", "attributes", "floor"): 3,
        ("request", "query", "q"): ["a b"],
        ("request", "headers", "x-a"): ["1", "2"],
        ("request", "ip"): "192.0.2.1",
        ("request", "scheme"): "http",
    }
)


def test_a_witness_becomes_a_test_that_passes() -> None:
    """Pasted into a policy file, it asks the same again."""
    text = as_test(FULL, SIDE, outcome_of(SIDE, FULL), name='a "witness"')

    again = side(Files((RULE + text,)))
    (asked,) = asked_by_tests(again)
    access, before = again.access_of(asked), SIDE.access_of(FULL)
    assert access.subject.identity == before.subject.identity
    assert access.subject.claims == before.subject.claims
    assert access.request.query == before.request.query
    assert access.request.headers == before.request.headers
    assert access.request.ip == "192.0.2.1"
    assert access.now == before.now
    assert outcome_of(again, asked).allowed
    assert tomllib.loads(text)["test"][0]["expect"] == {
        "allow": True,
        "rule": "orders/only",
    }


def test_somebody_without_a_credential_is_called_guest() -> None:
    """With what is known of them all the same."""
    values = {METHOD: "GET", PROVIDER: "guest"}
    nobody = Inputs(FILES, IdentityKind.GUEST, anonymous=True, values=values)
    labelled = nobody.edited({("identity", "labels"): ["x"]})

    plain = as_test(nobody, SIDE, outcome_of(SIDE, nobody), name="n")
    more = as_test(labelled, SIDE, outcome_of(SIDE, labelled), name="n")

    assert 'identity = "guest"' in plain
    assert 'identity = { fixture = "guest", labels = ["x"] }' in more
    assert "[fixture" not in plain
    assert as_json(nobody, SIDE)["identity"] == "guest"
    assert "--identity" not in as_arguments(nobody, SIDE)
    assert read(PolicySettings, f'[policy]\nid = "p"\n{more}', "p.toml")


def test_a_kind_that_no_provider_has_is_written_out() -> None:
    """Nothing else says it."""
    robot = Inputs(FILES, IdentityKind.SERVICE, values={METHOD: "GET"})

    assert as_json(robot, SIDE)["identity"] == {
        "id": "someone",
        "subject": "someone",
        "kind": "service",
    }


def test_a_witness_becomes_the_arguments_of_explain() -> None:
    """Quoted for a shell."""
    words = shlex.split(as_arguments(FULL.edited({NOW: NOON}), SIDE))

    assert words[:4] == ["gateway", "explain", "--method", "DELETE"]
    assert words[words.index("--path") + 1] == "/v1/files/x/x?q=a%20b"
    assert words[words.index("--host") + 1] == "api.example.com"
    assert words[words.index("--scheme") + 1] == "http"
    assert words[words.index("--now") + 1] == "2026-05-04T12:00:00Z"
    assert words.count("--header") == 2
    assert '"hd": "ü"' in words[words.index("--identity") + 1]


def test_a_witness_becomes_json() -> None:
    """Moments as text."""
    told = as_json(FULL.edited({NOW: NOON}), SIDE)

    assert told["now"] == "2026-05-04T12:00:00Z"
    assert told["identity"]["auth_time"] == "2026-05-04T12:00:00Z"
    assert told["identity"]["attributes"] == {"floor": 3}
    assert told["request"]["headers"] == {"x-a": ["1", "2"]}


def test_the_time_is_told_where_it_counts() -> None:
    """Elsewhere a witness would be another one tomorrow."""
    timeless, timed = SIDE, side(Files((rule_of("now > now", routes="files"),)))
    asked = somebody(acr="x")

    for where, told in ((timeless, False), (timed, True)):
        assert ("--now" in as_arguments(asked, where)) is told
        assert ("now" in as_json(asked, where)) is told
        test = as_test(asked, where, outcome_of(where, asked), name="n")
        assert ("now      = 2026-05-04T12:00:00Z" in test) is told


def test_values_are_written_as_toml() -> None:
    """Keys in quotes where they have to be."""
    value: dict[str, Any] = {"a": None, "b-c": [1, 1.5, True], "d.e": {}, "f": 'x"\n'}

    text = f"v = {toml(value)}"

    assert tomllib.loads(text)["v"] == value | {"a": ""}


def test_a_route_for_every_host_needs_none() -> None:
    """Unless one is asked for."""
    anywhere = replace(FILES, host="*")

    assert "host" not in request_of(somebody(anywhere))
    named = somebody(anywhere).edited({("request", "host"): "a.example"})
    assert request_of(named)["host"] == "a.example"
