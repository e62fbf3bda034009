"""`gateway users import` and `export`."""

import json
import stat

from gateway.cli.users.transfer import _MOST_TOLD
from tests.cli.users.conftest import Office

HEADER = "cognito:username,cognito:mfa_enabled,email,email_verified"
CSV = f"""{HEADER}
ana,false,ana@example.com,true
bob,false,nothing,true
eve,false,eve@example.com,true
"""


def test_a_csv_file_is_imported_and_told(office: Office) -> None:
    """Lines that are not taken with their numbers; begun again, the rest comes."""
    path = office.write("people.csv", CSV)

    result = office.run("users", "import", str(path))

    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"{path}:3: invalid email: no_email",
        "2 persons imported, 1 line refused",
    ]
    office.write("people.csv", CSV.replace("nothing", "bob@example.com"))
    again = json.loads(office.run("users", "import", str(path), "-f", "json").stdout)
    assert again == {
        "state": "Succeeded",
        "imported": 1,
        "refused": 2,
        "lines": [
            {"line": 2, "problem": "taken", "detail": ""},
            {"line": 4, "problem": "taken", "detail": ""},
        ],
    }
    assert len(office.users("list")["users"]) == 3


def test_an_export_is_for_its_owner_and_comes_in_elsewhere(office: Office) -> None:
    """With everything; nothing is overwritten."""
    office.run("users", "import", str(office.write("people.csv", CSV)))
    office.said("groups", "create", "staff")
    office.said("groups", "join", "staff", "ana")
    other = office.make_pool("others")
    path = office.root / "export.jsonl"

    told = office.said("export", str(path), "-p", "people")

    assert told == f"{path}: 4 lines\n"
    beside = office.root / "beside.jsonl"
    assert office.users("export", str(beside), "-p", "people") == {"lines": 4}
    assert beside.read_text() == path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert office.refused("export", str(path), "-p", "people")[0] == 1
    said = office.said("import", str(path), "-p", other.id)
    assert said == "2 persons imported, 0 lines refused\n"
    assert office.users("show", "ana", "-p", "others")["groups"] == ["staff"]
    shown = office.run("users", "export", "-", "-p", "people").stdout
    assert shown == path.read_text()


def test_a_file_of_something_else_is_one_error(office: Office) -> None:
    path = office.write("people.csv", "shoe,size\n")

    code, told = office.refused("import", str(path))

    assert code == 1
    assert told == f"error: {path}: malformed: there are columns of other names\n"
    assert office.refused("import", str(office.root / "nothing"))[0] == 2


def test_a_report_has_an_end(office: Office) -> None:
    """All are counted; the first thousand are told."""
    lines = "\n".join(["x"] * (_MOST_TOLD + 1))
    path = office.write("people.csv", f"{HEADER}\n{lines}\n")

    told = json.loads(office.run("users", "import", str(path), "-f", "json").stdout)

    assert told["refused"] == _MOST_TOLD + 1
    assert len(told["lines"]) == _MOST_TOLD
