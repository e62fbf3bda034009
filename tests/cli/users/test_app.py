"""All of `gateway users` is there."""

from tests.cli.users.conftest import Office


def test_every_verb_is_helped_with(office: Office) -> None:
    shown = office.run("users", "--help").stdout

    for verb in (
        *("list", "show", "create", "set", "disable", "enable", "sign-out", "reset"),
        *("delete", "import", "export", "groups"),
    ):
        assert f" {verb} " in shown
