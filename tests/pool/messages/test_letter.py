"""A message on its way."""

from dataclasses import replace

from gateway.pool.messages.content import Worded
from tests.pool.messages.letters import MAIL


def test_a_letter_shows_nothing_of_what_it_says() -> None:
    """A subject may hold the code."""
    worded = Worded("en", "123456 is your code", "123456", "123456", "123456", "123456")

    assert "123456" not in repr(replace(MAIL, worded=worded)).replace(MAIL.id, "")
