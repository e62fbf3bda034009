"""Which pool a command means."""

from dataclasses import replace

from gateway.app.pools import PoolServices
from gateway.pool.settings import TriggerKind, TriggerSettings
from tests.cli.users.conftest import Office

HOOK = """
def guard(event, context):
    if event["userName"] == "mallory":
        raise ValueError("not you")
    return event
"""

DECLARED = """[triggers.guard]
python = "hooks:guard"
folder = "triggers"
"""


def test_the_only_pool_need_not_be_named(office: Office) -> None:
    """Or is, by id or by name, or by the environment."""
    named = (["-p", office.pool.id], ["--pool", "people"])
    for arguments in ([], *named):
        assert office.users("list", *arguments)["users"] == []
    result = office.run("users", "list", GATEWAY_POOL="people")
    assert result.exit_code == 0


def test_of_several_one_has_to_be_named(office: Office) -> None:
    """They are told with their names; two of one name are told apart by id."""
    other = office.make_pool("others")
    office.users("create", "ana", "-p", "others")

    code, told = office.refused("list")
    assert code == 2
    assert other.id in told
    assert len(office.users("list", "-p", other.id)["users"]) == 1
    assert office.users("list", "-p", office.pool.id)["users"] == []
    assert office.refused("list", "-p", "nothing")[0] == 2
    third = office.make_pool("others")
    code, told = office.refused("list", "-p", "others")
    assert code == 2
    assert office.pool.id not in told
    assert third.id in told


def test_without_a_pool_there_is_nobody(office: Office) -> None:
    def remove(services: PoolServices) -> None:
        services.pools.change(office.pool.id, lambda s: replace(s, is_protected=False))
        services.pools.delete(office.pool.id)

    office.do(remove)

    code, told = office.refused("list")

    assert code == 2
    assert "there is none yet" in told


def test_a_pool_s_functions_are_asked_here_too(office: Office) -> None:
    """Whoever is made on the command line is as much their business."""
    office.write("triggers/hooks.py", HOOK)
    office.change("config.toml", "[guest]", f"{DECLARED}[guest]")
    asked = TriggerSettings(functions={TriggerKind.PRE_SIGN_UP: "guard"})
    office.do(
        lambda services: services.pools.change(
            office.pool.id, lambda settings: replace(settings, triggers=asked)
        )
    )

    assert office.refused("create", "mallory")[0] == 1
    assert "not you" in office.refused("create", "mallory")[1]
    assert office.users("create", "ana")["username"] == "ana"
