"""Faults as code scanning reads them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import jsonschema  # type: ignore[import-untyped]  # has no stubs
import pytest

from gateway.cli.sarif import sarif_log
from gateway.config.codes import CODES
from gateway.config.faults import Fault, Severity
from tests.cli.desk import Desk

# The standard's own schema, byte for byte as the package @microsoft/jest-sarif
# 1.0.0-beta.0 (MIT) ships it.
SCHEMA: Final = (
    Path(__file__).parents[1] / "conformance/sarif/sarif-2.1.0-rtm.5.json"
).read_text()
FAULT: Final = Fault("E201", "unknown field", "policies/a.toml", 3, 7, 4, "did you?")


def check(log: Any) -> Any:
    """The only run of a log that is what the standard says."""
    schema = json.loads(SCHEMA)
    checker = jsonschema.FormatChecker()
    jsonschema.Draft4Validator(schema, format_checker=checker).validate(log)
    (run,) = log["runs"]
    return run


def log(*faults: Fault, folder: str = "/repo", working: str = "/repo") -> Any:
    return sarif_log(faults, folder=Path(folder), working=Path(working))


def test_the_schema_refuses_what_is_none() -> None:
    """Else the other tests would say nothing."""
    broken = log(FAULT)
    broken["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"][
        "startLine"
    ] = 0

    with pytest.raises(jsonschema.ValidationError):
        check(broken)


def test_a_fault_is_a_result_with_its_region() -> None:
    """The end is behind the last character, in characters."""
    run = check(log(FAULT))

    (result,) = run["results"]
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "policies/a.toml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 3, "startColumn": 7, "endLine": 3, "endColumn": 11},
    }
    assert run["columnKind"] == "unicodeCodePoints"
    assert result["message"]["text"] == "unknown field\ndid you?"
    assert result["level"] == "error"


def test_a_warning_says_so() -> None:
    """Platforms let errors alone stop a change."""
    warning = replace(FAULT, code="W120", severity=Severity.WARNING)

    run = check(log(warning))
    assert run["results"][0]["level"] == "warning"


def test_a_fault_of_a_whole_file_has_no_region() -> None:
    """Line 0 does not exist."""
    run = check(log(Fault("E109", "there is no provider", "providers")))

    (location,) = run["results"][0]["locations"]
    assert "region" not in location["physicalLocation"]


def test_each_code_is_a_rule_with_its_meaning() -> None:
    """And a result leads to its own."""
    run = check(log(FAULT))
    rules = run["tool"]["driver"]["rules"]

    assert {rule["id"]: rule["shortDescription"]["text"] for rule in rules} == CODES
    assert rules[run["results"][0]["ruleIndex"]]["id"] == "E201"
    levels = {rule["id"][0]: rule["defaultConfiguration"]["level"] for rule in rules}
    assert levels == {"E": "error", "W": "warning"}


@pytest.mark.parametrize(
    ("folder", "working", "uri", "root"),
    [
        ("/repo", "/repo", "policies/a.toml", "file:///repo/"),
        ("/repo/deploy", "/repo", "deploy/policies/a.toml", "file:///repo/"),
        ("/etc/gw", "/repo", "policies/a.toml", "file:///etc/gw/"),
        ("/repo", "/", "repo/policies/a.toml", "file:///"),
        ("/repo/a b", "/repo", "a%20b/policies/a.toml", "file:///repo/"),
    ],
)
def test_uris_are_relative_to_a_root(
    folder: str, working: str, uri: str, root: str
) -> None:
    """That of the working folder where it can be: there a repository begins."""
    run = check(log(FAULT, folder=folder, working=working))

    (location,) = run["results"][0]["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == uri
    assert run["originalUriBaseIds"] == {"%SRCROOT%": {"uri": root}}


def test_a_name_that_is_no_text_is_a_uri_all_the_same() -> None:
    """Its bytes are escaped, as everywhere in a URI."""
    run = check(log(replace(FAULT, file="policies/\udcff.toml")))

    (location,) = run["results"][0]["locations"]
    uri = location["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "policies/%FF.toml"


def test_a_fingerprint_outlives_lines_above() -> None:
    """So a known fault stays the known one."""
    moved = check(log(FAULT, replace(FAULT, line=9), replace(FAULT, message="x")))

    one, two, other = (each["partialFingerprints"] for each in moved["results"])
    assert one == two != other


def test_the_command_prints_a_log(desk: Desk) -> None:
    """Of faults, and of warnings where there is no fault."""
    result = desk.run("check", "--format", "sarif")

    assert result.exit_code == 0
    codes = {each["ruleId"] for each in check(json.loads(result.stdout))["results"]}
    assert codes == {"W208"}

    desk.change("policies/orders.toml", "identity.id", "identity.idd")
    result = desk.run("check", "--format", "sarif")
    (found,) = check(json.loads(result.stdout))["results"]
    assert result.exit_code == 3
    assert found["ruleId"] == "E201"
