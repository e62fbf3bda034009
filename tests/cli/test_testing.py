"""`gateway test`."""

from tests.cli.desk import Desk
from tests.cli.xml_text import read_xml

VISIT = """
[[test]]
name = "a visitor is let in by the header"
identity = "guest"
request = { path = "/orders/1", ip = "192.0.2.9", headers = { x-a = ["1", "2"] } }
expect = { allow = true, rule = "visit" }
"""


def test_tests_that_pass_are_counted(desk: Desk) -> None:
    """And nothing else is said."""
    result = desk.run("test")

    assert result.exit_code == 0
    assert result.stdout == "2 tests, 2 passed, 0 failed\n"


def test_a_test_that_fails_says_what_came_out(desk: Desk) -> None:
    """With its place, what was expected and what was got."""
    desk.change("policies/orders.toml", "allow = false", "allow = true")

    result = desk.run("test")

    assert result.exit_code == 4
    assert "policies/orders.toml:24:8: failed: Ana cannot read another" in result.stdout
    assert "    allow: expected True, got False" in result.stdout
    assert "2 tests, 1 passed, 1 failed" in result.stdout


def test_json_has_every_result(desk: Desk) -> None:
    """A contract with programs."""
    desk.change("policies/orders.toml", "allow = false", "allow = true")

    passed, failed = desk.json("test")

    assert passed == {
        "policy": "orders",
        "name": "Ana reads her order",
        "where": "policies/orders.toml:19:8",
        "passed": True,
        "differences": [],
    }
    assert failed["differences"] == [{"what": "allow", "expected": True, "got": False}]


def test_some_of_the_tests_can_be_run(desk: Desk) -> None:
    """By a part of the name, in any case, or by the policy."""
    assert "1 test, 1 passed" in desk.run("test", "--filter", "ANOTHER").stdout
    assert "2 tests, 2 passed" in desk.run("test", "--filter", "orders/").stdout


def test_a_filter_that_no_test_matches_is_a_mistake(desk: Desk) -> None:
    """Zero tests that pass would look like success."""
    result = desk.run("test", "--filter", "nobody")

    assert result.exit_code == 2
    assert "nobody" in result.stderr


def test_files_with_faults_are_not_tested(desk: Desk) -> None:
    """3, with the faults on the standard error."""
    desk.change("policies/orders.toml", "identity.id", "identity.idd")

    result = desk.run("test")

    assert result.exit_code == 3
    assert "error[E201]" in result.stderr
    assert not result.stdout


def test_results_can_be_written_for_a_ci_system(desk: Desk) -> None:
    """Whether the tests pass or not."""
    desk.change("policies/orders.toml", "allow = false", "allow = true")
    report = desk.root / "report.xml"

    result = desk.run("test", "--junit", str(report))

    assert result.exit_code == 4
    root = read_xml(report.read_text())
    assert (root.get("tests"), root.get("failures")) == ("2", "1")


def test_a_report_that_cannot_be_written_is_a_failure(desk: Desk) -> None:
    """One line that names the file."""
    result = desk.run("test", "--junit", str(desk.root / "no" / "report.xml"))

    assert result.exit_code == 1
    assert (
        result.stderr
        == f"error: {desk.root}/no/report.xml: No such file or directory\n"
    )
    assert desk.run("test", "--junit", str(desk.root)).exit_code == 2


def test_coverage_tells_what_no_test_has_seen(desk: Desk) -> None:
    """And fails nothing by itself."""
    result = desk.run("test", "--cover")

    assert result.exit_code == 0
    assert "policies/orders.toml: 25.0 % (2 of 8)" in result.stdout
    assert (
        "policies/orders.toml:15:9: rule visit: `request.headers['x-a'] == ['1', '2'] && "
        "request.ip == '192.0.2.9'` was never evaluated"
    ) in result.stdout
    assert result.stdout.endswith(
        "2 tests, 2 passed, 0 failed\ncoverage 25.0 % (2 of 8)\n"
    )


def test_too_little_coverage_fails(desk: Desk) -> None:
    """Exactly as much is enough."""
    assert desk.run("test", "--cover-min", "25").exit_code == 0
    short = desk.run("test", "--cover-min", "25.1")

    assert short.exit_code == 4
    assert "less than 25.1 % is covered" in short.stderr
    assert desk.run("test", "--cover-min", "101").exit_code == 2


def test_a_surviving_mutant_fails(desk: Desk) -> None:
    """With its place, and what it would have been."""
    result = desk.run("test", "--mutate")

    assert result.exit_code == 4
    assert "policies/orders.toml:15:9: survived: rule visit" in result.stdout
    assert "coverage" not in result.stdout
    assert "survived\n" in result.stdout


def test_tests_that_look_at_everything_leave_no_mutant(desk: Desk) -> None:
    """And then it ends with 0."""
    path = desk.root / "policies/orders.toml"
    text = path.read_text()
    deny = VISIT.replace("allow = true", 'allow = false, reason = "no_allow"')
    deny = deny.replace(', rule = "visit"', "")
    tests = [
        VISIT,
        deny.replace("192.0.2.9", "192.0.2.8"),
        deny.replace('["1", "2"]', '["1"]'),
        deny.replace('"guest"', '"ana"'),
        deny.replace('"guest"', '{ fixture = "guest", id = "1" }').replace(
            "192.0.2.9", "192.0.2.8"
        ),
    ]
    path.write_text(text.replace("/orders/bea", "/orders/an") + "".join(tests))

    result = desk.run("test", "--mutate", "--cover-min", "100")

    assert result.exit_code == 0, result.stdout
    assert "coverage 100.0 % (8 of 8)" in result.stdout
    assert ", 0 survived" in result.stdout


def test_mutants_need_tests_that_pass(desk: Desk) -> None:
    """Else each of them would look killed."""
    desk.change("policies/orders.toml", "allow = false", "allow = true")

    result = desk.run("test", "--mutate", "--cover")

    assert result.exit_code == 4
    assert "mutants tell nothing as long as tests fail" in result.stderr
    assert "survived" not in result.stdout
    assert "coverage" in result.stdout


def test_json_says_what_was_asked_for(desk: Desk) -> None:
    """An object then, with the results in it."""
    told = desk.json("test", "--cover", "--mutate")

    assert told.keys() == {"tests", "coverage", "mutation"}
    assert [each["passed"] for each in told["tests"]] == [True, True]
    assert told["coverage"]["percent"] == 25.0
    assert told["mutation"]["tried"] > told["mutation"]["killed"] > 0
    assert desk.json("test", "--cover").keys() == {"tests", "coverage"}


def test_a_filter_chooses_the_files_as_well(desk: Desk) -> None:
    """What its tests were not written for is not held against them."""
    desk.write(
        "policies/bills.toml",
        '[policy]\nid = "bills"\nowner = "a@example.com"\n[[rule]]\nid = "b"\n'
        'effect = "deny"\nroutes = ["orders"]\nfor = ["service"]\nwhen = "true"\n',
    )

    whole = desk.json("test", "--cover")["coverage"]
    part = desk.json("test", "--cover", "--filter", "orders/")["coverage"]

    assert [file["policy"] for file in whole["files"]] == ["bills", "orders"]
    assert [file["policy"] for file in part["files"]] == ["orders"]


def test_policies_without_tests_and_tests_without_rules_are_fine(desk: Desk) -> None:
    """There is nothing to see, or nobody to see it."""
    empty = '[policy]\nid = "orders"\nowner = "a@example.com"\n'
    desk.write("policies/orders.toml", empty)
    nothing = desk.run("test", "--mutate", "--cover-min", "100")
    desk.write(
        "policies/orders.toml",
        empty
        + VISIT.replace("allow = true", "allow = false").replace(
            ', rule = "visit"', ""
        ),
    )
    no_rule = desk.run("test", "--mutate", "--cover-min", "100")

    assert nothing.exit_code == 0
    assert "0 tests, 0 passed" in nothing.stdout
    assert "coverage 100.0 % (0 of 0)" in nothing.stdout
    assert no_rule.exit_code == 0
    assert "0 mutants, 0 killed, 0 survived" in no_rule.stdout
