"""`gateway keys`."""

import secrets

from tests.cli.desk import Desk


def test_keys_are_listed_with_their_states(desk: Desk) -> None:
    """The first listing makes the ring: one key signs, one is published."""
    keys = desk.json("keys", "list")

    assert [key["state"] for key in keys] == ["active", "next"]
    assert keys[0].keys() == {
        "kid",
        "state",
        "algorithm",
        "published_at",
        "activated_at",
        "retired_at",
        "expires_at",
    }
    assert keys[1]["activated_at"] is None
    header, first, second = desk.run("keys", "list").stdout.splitlines()
    assert header.split()[:3] == ["kid", "state", "algorithm"]
    assert first.split()[0] == keys[0]["kid"]
    assert second.split()[1] == "next"


def test_a_key_that_nobody_knows_yet_does_not_sign(desk: Desk) -> None:
    """Verifiers with a cached set would refuse its tokens."""
    before = desk.json("keys", "list")

    result = desk.run("keys", "rotate")

    assert result.exit_code == 1
    assert result.stderr.startswith("error: ")
    assert before[1]["kid"] in result.stderr
    assert desk.json("keys", "list") == before


def test_rotation_can_be_forced(desk: Desk) -> None:
    """When the present key must not sign any more."""
    active, following = desk.json("keys", "list")

    assert desk.json("keys", "rotate", "--force") == {
        "active": following["kid"],
        "before": active["kid"],
    }

    after = {key["kid"]: key["state"] for key in desk.json("keys", "list")}
    assert after[following["kid"]] == "active"
    assert after[active["kid"]] == "retired"


def test_a_rotation_is_told(desk: Desk) -> None:
    """Which key signs now, and which did."""
    active, following = desk.json("keys", "list")

    result = desk.run("keys", "rotate", "--force")

    assert result.exit_code == 0
    assert result.stdout == (
        f"{following['kid']} signs from now on; {active['kid']} is retired\n"
    )


def test_a_ring_of_another_store_key_is_an_error(desk: Desk) -> None:
    """One line; nothing is overwritten."""
    desk.run("keys", "list")
    ring = {path: path.read_bytes() for path in (desk.root / "state/keys").iterdir()}
    desk.write("state/store.key", secrets.token_hex(32))

    result = desk.run("keys", "list")

    assert result.exit_code == 1
    assert result.stderr.startswith("error: ")
    assert "Traceback" not in result.stderr
    assert all(path.read_bytes() == content for path, content in ring.items())


def test_no_private_key_is_printed(desk: Desk) -> None:
    """In no format."""
    for output in ("text", "json"):
        result = desk.run("keys", "list", "--format", output)
        assert "PRIVATE" not in result.output
        assert '"d"' not in result.output
