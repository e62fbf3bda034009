"""`gateway fmt`."""

import stat

import pytest

from tests.cli.desk import Desk

UGLY = 'kind="guest"\nid = "visitors"\n\n\nowner =  "team@example.com"\n'
TIDY = 'kind = "guest"\nid   = "visitors"\n\nowner = "team@example.com"\n'


@pytest.fixture
def tidy(desk: Desk) -> Desk:
    """A folder of files in canonical layout."""
    assert desk.run("fmt").exit_code == 0
    return desk


def test_all_files_of_a_configuration_are_laid_out(desk: Desk) -> None:
    """Once; then they are as they should be, and still mean the same."""
    first = desk.run("fmt")
    second = desk.run("fmt")

    assert first.exit_code == second.exit_code == 0
    assert first.stdout.endswith("3 files changed\n")
    assert f"{desk.root}/policies/orders.toml\n" in first.stdout
    assert second.stdout == "0 files changed, 3 as they should be\n"
    assert desk.run("check").exit_code == 0
    assert desk.run("test").exit_code == 0


def test_a_check_changes_nothing_and_shows_what_would_be(tidy: Desk) -> None:
    """3, the difference, and the list."""
    path = tidy.write("providers/visitors.toml", UGLY)

    result = tidy.run("fmt", "--check")

    assert result.exit_code == 3
    assert '-kind="guest"\n' in result.stdout
    assert '+kind = "guest"\n' in result.stdout
    assert result.stdout.endswith(
        f"{path}\n1 file would be changed, 2 as they should be\n"
    )
    assert path.read_text() == UGLY


def test_a_check_of_tidy_files_is_fine(tidy: Desk) -> None:
    """0, and one line."""
    result = tidy.run("fmt", "--check")

    assert (result.exit_code, result.stdout) == (
        0,
        "0 files changed, 3 as they should be\n",
    )


def test_line_ends_are_a_difference(tidy: Desk) -> None:
    """Carriage returns are changed too, so a check tells of them."""
    path = tidy.root / "providers/visitors.toml"
    path.write_bytes(TIDY.replace("\n", "\r\n").encode())

    assert tidy.run("fmt", "--check").exit_code == 3
    assert tidy.run("fmt").exit_code == 0
    assert path.read_bytes() == TIDY.encode()


def test_files_and_folders_can_be_named(desk: Desk) -> None:
    """A folder with a config.toml is a configuration; any other is its own files."""
    path = desk.write("providers/visitors.toml", UGLY)
    desk.write("providers/.hidden.toml", UGLY)

    assert "1 file " in desk.run("fmt", "--check", str(path)).stdout
    assert "1 file " in desk.run("fmt", "--check", str(path.parent)).stdout
    whole = desk.run("fmt", "--check", str(desk.root))
    assert "3 files would be changed" in whole.stdout
    twice = desk.run("fmt", "--check", str(path), str(desk.root))
    assert "3 files would be changed" in twice.stdout


def test_the_mode_of_a_file_stays(desk: Desk) -> None:
    """Nobody may read it who could not before."""
    path = desk.write("providers/visitors.toml", UGLY)

    desk.run("fmt", str(path))

    assert path.read_text() == TIDY
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "broken", [b"a = ", b"\xff", b"\xef\xbb\xbfa = 1", b"a = 1\na = 2"]
)
def test_what_is_no_toml_is_left_alone_and_the_others_are_not(
    desk: Desk, broken: bytes
) -> None:
    """3, and the fault where it is."""
    path = desk.root / "policies/broken.toml"
    path.write_bytes(broken)

    result = desk.run("fmt")

    assert result.exit_code == 3
    assert f"{path}:" in result.stdout
    assert "error[E102]" in result.stdout
    assert result.stdout.endswith("3 files changed, 1 refused\n")
    assert path.read_bytes() == broken


def test_what_is_not_there_is_a_fault(desk: Desk) -> None:
    """And no traceback."""
    result = desk.run("fmt", str(desk.root / "nothing.toml"))

    assert result.exit_code == 3
    assert "nothing.toml: error[E101] the file does not exist" in result.stdout


def test_the_standard_input_is_laid_out_on_the_standard_output(desk: Desk) -> None:
    """For editors that format on save."""
    result = desk.run("fmt", "-", stdin=UGLY)

    assert (result.exit_code, result.stdout) == (0, TIDY)


def test_the_standard_input_can_be_checked(desk: Desk) -> None:
    """3 if it would be changed, 0 if not."""
    assert desk.run("fmt", "-", "--check", stdin=TIDY).exit_code == 0
    result = desk.run("fmt", "-", "--check", stdin=UGLY)

    assert result.exit_code == 3
    assert "--- <stdin> (as it is)" in result.stdout


@pytest.mark.parametrize("text", ["a = ", f"a = '{'x' * 1024 * 1024}'"])
def test_a_standard_input_that_is_refused_puts_nothing_out(
    desk: Desk, text: str
) -> None:
    """An editor must not replace the text by a message: 3 tells it so."""
    result = desk.run("fmt", "-", stdin=text)

    assert result.exit_code == 3
    assert "<stdin>" in result.stdout


def test_json_lists_all_files(tidy: Desk) -> None:
    """With what becomes of each."""
    tidy.write("providers/visitors.toml", UGLY)
    tidy.write("policies/broken.toml", "a = ")

    rows = tidy.json("fmt", "--check")

    assert [row["action"] for row in rows] == [
        "unchanged",
        "would_change",
        "refused",
        "unchanged",
    ]
    assert rows[1]["diff"].startswith("---")
    assert rows[2]["faults"][0]["code"] == "E102"
    assert [
        row["action"] for row in tidy.json("fmt", str(tidy.root / "providers"))
    ] == ["changed"]


def test_json_and_a_file_on_the_same_output_is_wrong_usage(desk: Desk) -> None:
    """One of them would be broken by the other."""
    assert desk.run("fmt", "-", "--format", "json", stdin=TIDY).exit_code == 2


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('client_secret="abc"', False),
        ('client.secret="abc"', False),
        ('encrypt_with={file="abc"}', True),
        ('label="abc"', True),
    ],
)
def test_a_secret_that_should_not_be_there_is_not_shown(
    desk: Desk, line: str, *, shown: bool
) -> None:
    """Differences end up in the logs of build servers."""
    result = desk.run("fmt", "-", "--check", stdin=line)

    assert result.exit_code == 3
    assert ("abc" in result.stdout) is shown
