"""Where the rooms of an account are."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.endpoints.hosted_ui.account.test_door import ROOMS
from tests.endpoints.hosted_ui.visitor import Visitor

FIELDS = [
    *("password", "old_password", "code", "step", "factor", "wish", "passkey"),
    *("credential", "session", "device", "attribute-email", "passkey_name", "again"),
]


@pytest.mark.parametrize("path", ["/account/verify?address=email", *ROOMS])
def test_each_room_survives_whatever_stands_in_its_form(
    inside: Visitor, path: str
) -> None:
    """Any text in any field: an answer, and never a failure of ours."""
    inside.follow(path)
    token = inside.token

    @settings(max_examples=5)
    @given(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=200)))
    def send(fields: dict[str, str]) -> None:
        kept = {k: v.encode("utf-8", "replace").decode() for k, v in fields.items()}
        answer = inside.client.post(path, data={"csrf": token, **kept})
        assert answer.status_code < 500

    send()


def test_every_form_of_every_room_has_its_token(inside: Visitor) -> None:
    for path in ROOMS:
        inside.goto(path, {})
        forms = re.findall(r"<form.*?</form>", inside.page.text, re.DOTALL)

        assert forms
        assert all('name="csrf"' in form for form in forms), path
