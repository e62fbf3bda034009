"""A guest token is for the gateway alone, and for nothing but being the same guest."""

from datetime import timedelta

from gateway.keys.keyring import KeyRing
from gateway.mint.guest import GuestMint
from tests.mint.conftest import ISSUER, NOON, read

GUEST = "us-east-1:5b0f9f2e-6d3a-4a8e-9b1e-0c9d8e7f6a5b"
LIFETIME = timedelta(days=30)


def test_a_guest_token_is_typed_and_addressed_to_the_gateway(keyring: KeyRing) -> None:
    """RFC 8725 section 3.11: no upstream can take it for an access token."""
    made = GuestMint(keys=keyring, issuer=ISSUER, lifetime=LIFETIME).mint(
        GUEST, now=NOON + timedelta(milliseconds=700)
    )

    token = read(made.token, keyring)
    assert token["header"] == {
        "alg": "ES256",
        "kid": keyring.signing_key().kid,
        "typ": "guest+jwt",
    }
    assert token["payload"] == {
        "iss": ISSUER,
        "aud": ISSUER,
        "sub": GUEST,
        "iat": int(NOON.timestamp()),
        "exp": int((NOON + LIFETIME).timestamp()),
        "jti": made.token_id,
    }
    assert made.expires_at == NOON + LIFETIME
    assert made.key_id == keyring.signing_key().kid


def test_each_guest_token_has_an_id_of_its_own(keyring: KeyRing) -> None:
    """128 bits, so that one can be told from another in logs."""
    mint = GuestMint(keys=keyring, issuer=ISSUER, lifetime=LIFETIME)

    ids = {mint.mint(GUEST, now=NOON).token_id for _ in range(20)}

    assert len(ids) == 20
    assert all(len(token_id) == 22 for token_id in ids)


def test_a_guest_token_does_not_show_itself(keyring: KeyRing) -> None:
    """Whoever reads it in a log would be that guest."""
    made = GuestMint(keys=keyring, issuer=ISSUER, lifetime=LIFETIME).mint(
        GUEST, now=NOON
    )

    assert made.token not in repr(made)
