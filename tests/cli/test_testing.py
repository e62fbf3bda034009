"""`gateway test`."""

from tests.cli.desk import Desk


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
