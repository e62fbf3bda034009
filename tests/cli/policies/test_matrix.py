"""`gateway matrix`."""

import csv
import io

import pytest

from tests.cli.desk import Desk


def test_everybody_has_a_line(desk: Desk) -> None:
    """By route and method; the storage key is not needed."""
    (desk.root / "state/store.key").unlink()

    result = desk.run("matrix")

    assert result.exit_code == 0
    assert "GET /orders/{order}  (orders, api.example.com)" in result.stdout
    assert "  authenticated  no role  if       orders/own\n" in result.stdout
    assert "  service        no role  no\n" in result.stdout


def test_programs_have_json_and_csv(desk: Desk) -> None:
    """With the same cells."""
    told = desk.json("matrix")

    rows = list(csv.DictReader(io.StringIO(desk.run("matrix", "-f", "csv").stdout)))

    assert [each["access"] for each in told] == [row["access"] for row in rows]
    assert told[0]["kind"] == "authenticated"


def test_a_page_can_be_kept(desk: Desk) -> None:
    """As a file that stands alone."""
    assert desk.run("matrix", "--format", "html").stdout.startswith("<!doctype html>")


@pytest.mark.parametrize("wanted", [("--route", "nothing"), ("--role", "nobody")])
def test_what_is_not_there_is_told(desk: Desk, wanted: tuple[str, str]) -> None:
    """An empty sheet would look like an answer."""
    result = desk.run("matrix", *wanted)

    assert result.exit_code == 2
    assert "no such route" in result.stderr


def test_faulty_files_have_no_matrix(desk: Desk) -> None:
    """3, with the faults."""
    desk.change("policies/orders.toml", "identity.id", "identity.idd")

    assert desk.run("matrix").exit_code == 3
