"""W120: an address that nobody vouches for."""

import pytest

from tests.policy.files import mint, role, rule
from tests.policy.lints.warned import FOR_PEOPLE, warnings

MAIL = "identity.email.endsWith('@corp.example')"


@pytest.mark.parametrize(
    "text",
    [
        rule("x", MAIL, **FOR_PEOPLE),
        f'[vars]\nmail = "{MAIL}"\n' + rule("x", "vars.mail", **FOR_PEOPLE),
        rule("x", f"email_domain(identity.email) == 'x' || {MAIL}", **FOR_PEOPLE),
        role("a", MAIL) + rule("x", roles=["a"], **FOR_PEOPLE),
        mint(mail="identity.email"),
    ],
)
def test_is_told(text: str) -> None:
    """Once, whatever way the address is read."""
    (found,) = warnings(text)

    assert found.code == "W120"
    assert "never email_verified" in found.message


@pytest.mark.parametrize(
    "text",
    [
        rule("x", f"identity.email_verified && {MAIL}", **FOR_PEOPLE),
        '[vars]\nok = "identity.email_verified"\n'
        + rule("x", f"vars.ok && {MAIL}", **FOR_PEOPLE),
        rule("x", "identity.username == 'email'", **FOR_PEOPLE),
        mint(mail="identity.email", sure="identity.email_verified"),
    ],
)
def test_is_fine_if_the_flag_is_read_as_well(text: str) -> None:
    """A claim may leave it to the upstream, if it is told."""
    assert warnings(text) == []
