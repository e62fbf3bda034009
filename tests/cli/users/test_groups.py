"""`gateway users groups`."""

from tests.cli.users.conftest import Office


def test_groups_are_made_changed_and_deleted(office: Office) -> None:
    """What is not named when one is changed stays."""
    made = office.users(
        "groups", "create", "staff", "--precedence", "3", "--role", "role/staff"
    )
    assert (made["precedence"], made["role"], made["description"]) == (
        3,
        "role/staff",
        "",
    )

    changed = office.users("groups", "set", "staff", "--description", "Colleagues")

    assert (changed["precedence"], changed["role"]) == (3, "role/staff")
    assert changed["description"] == "Colleagues"
    again = office.users("groups", "set", "staff", "--precedence", "0", "--role", "x")
    assert (again["precedence"], again["role"]) == (0, "x")
    assert office.users("groups", "list") == {"groups": [again], "next": None}
    header, row = office.said("groups", "list").splitlines()
    assert header.split() == ["name", "precedence", "role", "description"]
    assert row.split() == ["staff", "0", "x", "Colleagues"]
    assert office.said("groups", "delete", "staff") == "staff: is deleted\n"
    assert office.refused("groups", "delete", "staff")[0] == 1


def test_people_join_and_leave(office: Office) -> None:
    """Lists go both ways, page by page."""
    for name in ("a", "b"):
        assert office.said("groups", "create", name) == f"{name}: made\n"
        office.said("create", f"user-{name}")
        office.said("groups", "join", name, "user-a")
    assert office.said("groups", "join", "a", "user-b") == "user-b is in a\n"

    first = office.users("groups", "members", "a", "-n", "1")
    rest = office.users("groups", "members", "a", "--cursor", first["next"])
    members = first["users"] + rest["users"]
    assert {each["username"] for each in members} == {"user-a", "user-b"}
    of_one = office.users("groups", "list", "--of", "user-b")
    assert [group["name"] for group in of_one["groups"]] == ["a"]
    assert "--cursor" in office.said("groups", "list", "-n", "1")
    assert office.users("show", "user-a")["groups"] == ["a", "b"]

    left = office.users("groups", "leave", "a", "user-b")
    assert left == {"group": "a", "user": "user-b", "is_in": False}
    assert office.said("groups", "leave", "a", "user-b") == "user-b is not in a\n"
    assert office.refused("groups", "join", "nothing", "user-b")[0] == 1
    assert office.refused("groups", "join", "a", "nobody")[0] == 1
