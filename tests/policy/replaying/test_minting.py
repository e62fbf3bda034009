"""What two sets of policies mint."""

import pytest

from gateway.model.identity import IdentityKind
from gateway.policy.replaying.minting import minting_of
from tests.policy.files import ALLOW_ALL, READ, engine, mint

CONST = "[const]\nx = 1\ny = 2\n"
VARS = "[vars]\nname = 'identity.name'\nother = 'identity.email'\n"
MINT = mint(a="vars.name", b="const.x")
FULL = CONST + VARS + ALLOW_ALL + MINT


def minted(text: str) -> object:
    """What the policies mint on one route."""
    return minting_of(engine(text).plan_of(READ.id, IdentityKind.AUTHENTICATED))


def test_the_same_expressions_mint_alike() -> None:
    """Whatever else the policies say."""
    assert minted(FULL) == minted(FULL)
    assert minted(ALLOW_ALL) == minted("")


@pytest.mark.parametrize(
    ("old", "new"),
    [("y = 2", "y = 3"), ("'identity.email'", "'identity.id'"), ("true", "false")],
)
def test_what_claims_do_not_read_does_not_matter(old: str, new: str) -> None:
    """The rest of `const` and `vars`, and the rules."""
    assert old in FULL
    assert minted(FULL) == minted(FULL.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x = 1", "x = 2"),
        ("x = 1", "x = true"),
        ("x = 1", "x = 1.0"),
        ("'identity.name'", "'identity.id'"),
        ("'identity.name'", "'vars.other'"),
        ("a = ", "c = "),
        ("const.x", "const.y"),
        ("const.x", "const.x + 1"),
    ],
)
def test_what_they_read_does(old: str, new: str) -> None:
    """Directly, or through `vars`."""
    assert old in FULL
    assert minted(FULL) != minted(FULL.replace(old, new))


def test_variables_that_change_places_are_others() -> None:
    """All the texts are the same, and each is read under another name."""
    one = "[vars]\na = 'identity.name'\nb = 'identity.id'\n"
    two = "[vars]\nb = 'identity.name'\na = 'identity.id'\n"
    rest = ALLOW_ALL + mint(x="vars.a + '/' + vars.b")

    assert minted(one + rest) != minted(two + rest)
