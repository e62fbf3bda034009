"""`gateway users`: one person, or a page of them."""

import pytest

from gateway.pool.sign_up import SignUp
from tests.cli.users.conftest import Office

PASSWORD = "Correct horse 1!"
EMAIL = "email=ana@example.com"


@pytest.fixture
def ana(office: Office) -> str:
    """Return the id of somebody who has been invited."""
    found = office.users(
        "create", "ana", "-a", EMAIL, "-a", "email_verified=true", "-a", "name=Ana Lee"
    )
    assert found["sent_to"] == ["ana@example.com"]
    return str(found["sub"])


def test_somebody_is_made_and_invited(office: Office) -> None:
    """What is told is told to people or to programs."""
    said = office.said("create", "ana", "-a", EMAIL)
    alone = office.said("create", "bob", "--no-invite", "-a", "email=b@example.com")
    chosen = office.users("create", "eve", "--by", "phone_number")

    assert said == "ana: invited at ana@example.com\n"
    assert alone == "bob: there is an account; nobody was told\n"
    assert (chosen["status"], chosen["sent_to"]) == ("FORCE_CHANGE_PASSWORD", [])
    assert office.said("create", "ana", "--again").startswith("ana: invited at")
    assert office.refused("create", "ANA")[0] == 1
    assert office.refused("create", "a b")[0] == 1
    assert office.refused("create", "x", "--password", stdin="short\n")[0] == 1


def test_a_password_is_asked_for_and_nowhere_shown(office: Office) -> None:
    """From the standard input, where there is no terminal."""
    made = office.run("users", "create", "ana", "--password", stdin=f"{PASSWORD}\n")
    assert made.exit_code == 0
    assert PASSWORD not in made.output

    office.said("set", "ana", "--password", stdin=f"{PASSWORD}2\n")

    user = office.do(
        lambda services: services.password_proof.prove(
            office.pool, "ana", f"{PASSWORD}2", address="192.0.2.1"
        )
    )
    assert user.status == "CONFIRMED"
    temporary = ("set", "ana", "--password", "--temporary")
    office.said(*temporary, stdin=f"{PASSWORD}3\n")
    assert office.users("show", "ana")["status"] == "FORCE_CHANGE_PASSWORD"


def test_people_are_shown_and_listed(office: Office, ana: str) -> None:
    """By any name; page by page."""
    office.said("create", "bob")
    office.said("disable", "bob")

    shown = office.users("show", "ANA")
    assert (shown["sub"], shown["groups"]) == (ana, [])
    assert shown["attributes"]["name"] == "Ana Lee"
    text = office.said("show", ana)
    assert "FORCE_CHANGE_PASSWORD" in text
    assert "Ana Lee" in text

    listed = office.users("list")
    assert {user["username"] for user in listed["users"]} == {"ana", "bob"}
    first = office.users("list", "-n", "1")
    rest = office.users("list", "-n", "1", "--cursor", first["next"])
    assert rest["next"] is None
    assert first["users"] + rest["users"] == listed["users"]
    assert "There are more: --cursor " in office.said("list", "-n", "1")
    (other,) = office.users("list", "-w", "status=disabled")["users"]
    assert other["username"] == "bob"


def test_a_list_is_a_table(office: Office, ana: str) -> None:
    """Of those alone whose address begins so."""
    office.said("create", "bob")

    header, row = office.said("list", "-w", "email^=ANA@").splitlines()

    assert header.split() == ["username", "status", "enabled", "email", "sub"]
    assert row.split() == ["ana", "FORCE_CHANGE_PASSWORD", "yes", EMAIL[6:], ana]


def test_attributes_are_set_and_removed(office: Office, ana: str) -> None:
    changed = office.users(
        "set", "ana", "-a", "nickname=A=B", "--remove", "name", "-a", "email=a@b.eu"
    )

    assert changed["sub"] == ana
    assert changed["attributes"] == {
        "email": "a@b.eu",
        "email_verified": "false",
        "nickname": "A=B",
    }
    assert office.said("set", "ana", "-a", "nickname=A") == "ana: changed\n"


def test_people_are_kept_out_and_let_in(office: Office, ana: str) -> None:
    """Each command says what is so from now on."""
    assert office.said("disable", ana) == "ana: is let in no more\n"
    assert office.users("show", "ana")["enabled"] is False
    assert office.said("enable", "ana") == "ana: may sign in again\n"
    assert office.users("sign-out", "ana")["signed_out_at"] is not None
    assert "signed out everywhere" in office.said("sign-out", "ana")
    office.said("set", "ana", "--password", stdin=f"{PASSWORD}\n")
    assert office.said("reset", "ana") == "ana: a code went to ana@example.com\n"
    assert office.users("show", "ana")["status"] == "RESET_REQUIRED"


def test_a_sign_up_is_confirmed(office: Office) -> None:
    """Once."""
    asked = SignUp("eve", PASSWORD)
    office.do(lambda services: services.sign_ups.sign_up(office.pool, asked))

    assert office.users("set", "eve", "--confirm")["status"] == "CONFIRMED"
    assert office.refused("set", "eve", "--confirm")[0] == 1


@pytest.mark.usefixtures("ana")
def test_nobody_is_deleted_by_mistake(office: Office) -> None:
    """Unless it was said that there is nothing to ask."""
    code, told = office.refused("delete", "ana", stdin="n\n")
    assert code == 1
    assert "Delete ana for good?" in told

    assert office.said("delete", "ana", stdin="y\n").endswith("ana: is deleted\n")
    office.said("create", "bob")
    office.said("delete", "bob", "--yes")
    assert office.users("list")["users"] == []


@pytest.mark.usefixtures("ana")
@pytest.mark.parametrize(
    "arguments",
    [
        ("set", "ana"),
        ("set", "ana", "-a", "name=A", "--temporary"),
        ("set", "ana", "-a", "name"),
        ("set", "ana", "-a", "name=A", "-a", "name=B"),
        ("list", "-w", "shoe=46"),
        ("list", "-w", "email"),
        ("list", "-n", "0"),
    ],
)
def test_what_means_nothing_is_wrong_usage(
    office: Office, arguments: tuple[str, ...]
) -> None:
    assert office.refused(*arguments)[0] == 2


@pytest.mark.parametrize(
    "command",
    ["show", "set", "disable", "enable", "sign-out", "reset", "delete"],
)
def test_nobody_is_told_in_one_line(office: Office, command: str) -> None:
    arguments = ["-a", "name=A"] if command == "set" else []

    code, told = office.refused(command, "nobody", *arguments)

    assert (code, told) == (1, "error: user_not_found: nobody of that name\n")
