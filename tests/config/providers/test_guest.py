"""Guests, as they are written in a file."""

from pathlib import Path

import pytest

from gateway.config.document import Document
from gateway.config.faults import Fault
from gateway.config.providers.guest import GuestProvider
from gateway.config.settings.door import Door
from gateway.config.validation import Reader

GUEST = "kind = 'guest'\nid = 'guest'\n"


def _read(root: Path, text: str) -> GuestProvider | list[Fault]:
    file = Document(path=root, name="f", raw=text.encode())
    reader = Reader(file, Door(root=root, environ={}))
    return reader.read(GuestProvider, file.data) or reader.faults


def test_a_guest_has_a_subject_and_nothing_else(tmp_path: Path) -> None:
    """Whatever else an identity has is empty."""
    guest = _read(tmp_path, GUEST)

    assert isinstance(guest, GuestProvider)
    assert guest.enabled
    assert guest.map.email == "''"
    assert guest.map.email_verified == "false"


@pytest.mark.parametrize(
    ("line", "code"), [("enabled = false", "E106"), ("upgrade = 'keep-id'", "E110")]
)
def test_what_is_set_elsewhere_or_later_is_refused(
    tmp_path: Path, line: str, code: str
) -> None:
    """`[guest] enabled` switches guests off; two switches would contradict."""
    faults = _read(tmp_path, GUEST + line)

    assert isinstance(faults, list)
    assert [fault.code for fault in faults] == [code]
