"""What a client may see and change."""

from dataclasses import replace

import pytest

from gateway.model.client import Client
from gateway.pool.attributes.rights import may_read, may_write, readable

APP = Client("c" * 26, "us-east-1_Ab3dEfGh9", "app")
BOUND = replace(APP, readable=frozenset({"email"}), writable=frozenset({"custom:tier"}))


@pytest.mark.parametrize(
    ("client", "name", "reads", "writes"),
    [
        (APP, "email", True, True),
        (APP, "custom:tier", True, False),
        (BOUND, "email", True, False),
        (BOUND, "custom:tier", False, True),
        (BOUND, "sub", True, False),
        (BOUND, "name", False, False),
    ],
)
def test_rights_are_as_they_are_given(
    client: Client, name: str, *, reads: bool, writes: bool
) -> None:
    """By default everything is read, and what is standard is written."""
    assert may_read(client, name) is reads
    assert may_write(client, name) is writes


def test_what_may_not_be_seen_is_left_out() -> None:
    known = {"sub": "1", "email": "ana@example.com", "name": "Ana"}

    assert readable(BOUND, known) == {"sub": "1", "email": "ana@example.com"}
    assert readable(APP, known) == known
