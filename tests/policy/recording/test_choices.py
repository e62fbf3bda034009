"""What may stand in the log."""

import pytest

from gateway.cel.paths import parse_path
from gateway.policy.recording.choices import Choices, Treatment

CHOICES = Choices(
    hashed=(("identity", "email"), ("claims", "a"), ("claims", "c", "d")),
    dropped=(("identity", "phone"), ("claims", "b"), ("claims", "a", "x")),
)


@pytest.mark.parametrize(
    ("path", "treatment"),
    [
        ("identity.email", Treatment.HASH),
        ("identity.name", Treatment.KEEP),
        ("identity.phone", Treatment.DROP),
        ("claims.b.c", Treatment.DROP),
        ("claims.a.b.c", Treatment.HASH),
        ("claims.a.x", Treatment.DROP),
        ("claims.a.x.y", Treatment.DROP),
        ("claims.a", Treatment.LOOK_INSIDE),
        ("claims.c", Treatment.LOOK_INSIDE),
        ("claims.c.d", Treatment.HASH),
        ("claims.d", Treatment.KEEP),
        ("claims", Treatment.LOOK_INSIDE),
        ("identity", Treatment.LOOK_INSIDE),
        ("now", Treatment.KEEP),
        ("request.headers", Treatment.LOOK_INSIDE),
        ("request", Treatment.LOOK_INSIDE),
        ("request.query", Treatment.LOOK_INSIDE),
        ("request.query.a", Treatment.KEEP),
        ("request.headers.cookie", Treatment.DROP),
        ("request.query.access_token", Treatment.DROP),
    ],
)
def test_a_path_is_treated_as_what_it_lies_in(path: str, treatment: Treatment) -> None:
    """To drop goes before to hash, and credentials go before everything."""
    assert CHOICES.of(parse_path(path)) is treatment


def test_credentials_are_dropped_whatever_is_chosen() -> None:
    """Hashing them would be a choice that nobody has."""
    choices = Choices(hashed=(("request",),))

    assert choices.of(("request", "headers", "cookie")) is Treatment.DROP
    assert choices.of(("request", "headers", "accept")) is Treatment.HASH
    assert choices.of(("request", "headers")) is Treatment.LOOK_INSIDE
    assert choices.hashes(("request", "headers"))
    assert not choices.hashes(("claims",))
