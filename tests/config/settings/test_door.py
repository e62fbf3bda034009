"""The outside world of one load."""

import os

from gateway.config.settings.door import Door, door_of


class Info:
    """What pydantic hands to a validator."""

    def __init__(self, context: object) -> None:
        self.context = context


def test_a_door_that_was_given_is_used() -> None:
    """Tests and loads bring their own."""
    door = Door(environ={})

    assert door_of(Info(door)) is door  # type: ignore[arg-type]  # a stand-in


def test_without_one_it_is_the_processes_own() -> None:
    """A model can be built anywhere."""
    door = door_of(Info(None))  # type: ignore[arg-type]  # a stand-in

    assert door.environ is os.environ
    assert door.files == {}


def test_a_door_does_not_show_the_environment() -> None:
    """Secrets live there."""
    assert "hunter2" not in repr(Door(environ={"NAME": "hunter2"}))
