"""`gateway serve`, as far as it does not start."""

from tests.cli.desk import Desk


def test_files_with_faults_are_not_served(desk: Desk) -> None:
    """3, with the faults."""
    desk.change("config.toml", "[guest]", "[guests]")

    result = desk.run("serve")

    assert result.exit_code == 3
    assert "error[E103]" in result.stderr


def test_policies_that_fail_their_own_tests_are_not_served(desk: Desk) -> None:
    """4, and which test it is."""
    desk.change("policies/orders.toml", "allow = false", "allow = true")

    result = desk.run("serve")

    assert result.exit_code == 4
    assert "Ana cannot read another" in result.stderr


def test_a_database_that_is_none_is_told_in_one_line(desk: Desk) -> None:
    """1, and no traceback."""
    desk.write("state/gateway.db", "this is no database" * 100)

    result = desk.run("serve")

    assert result.exit_code == 1
    assert "error: storage_unavailable: " in result.stderr
    assert "Traceback" not in result.stderr
