"""The arithmetic, against a client written from the specification alone."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.pool import srp

GROUP = "Ab3dEfGh9"
NAME = "ana"


def _hash(*parts: bytes) -> int:
    return int.from_bytes(hashlib.sha256(b"".join(parts)).digest())


def _client_key(
    secret: int, verifier: srp.Verifier, public: int, password: str
) -> bytes:
    """What a client computes: `S = (B - k g^x) ^ (a + u x)`, then HKDF."""
    inner = hashlib.sha256(f"{GROUP}{NAME}:{password}".encode()).digest()
    x = _hash(srp.padded(verifier.salt), inner)
    u = _hash(srp.padded(pow(srp.G, secret, srp.N)), srp.padded(public))
    k = _hash(srp.padded(srp.N), srp.padded(srp.G))
    shared = pow(public - k * pow(srp.G, x, srp.N), secret + u * x, srp.N)
    extracted = hmac.digest(srp.padded(u), srp.padded(shared), "sha256")
    return hmac.digest(extracted, b"Caldera Derived Key\x01", "sha256")[:16]


@pytest.mark.parametrize("password", ["right", "", "\N{SNOWMAN}", "x" * 256])
def test_both_sides_come_to_the_same_key(password: str) -> None:
    """If, and only if, the password is the one of the verifier."""
    verifier = srp.make_verifier(GROUP, NAME, password)
    secret = 0x1234_5678_9ABC_DEF0 << 900
    public = pow(srp.G, secret, srp.N)

    challenge = srp.make_challenge(verifier)
    ours = srp.session_key(challenge, verifier, public)

    assert ours == _client_key(secret, verifier, challenge.public, password)
    assert ours != _client_key(secret, verifier, challenge.public, password + "x")


def test_a_password_sent_as_it_is_can_be_checked_too() -> None:
    """For those who were imported with a verifier and nothing else."""
    verifier = srp.make_verifier(GROUP, NAME, "right")

    assert srp.is_password_of(verifier, GROUP, NAME, "right")
    assert not srp.is_password_of(verifier, GROUP, NAME, "Right")
    assert not srp.is_password_of(verifier, GROUP, "bob", "right")


def test_two_verifiers_of_one_password_have_nothing_in_common() -> None:
    """Nor have two challenges."""
    one, two = (srp.make_verifier(GROUP, NAME, "right") for _ in range(2))

    assert one.salt != two.salt
    assert one.value != two.value
    assert srp.make_challenge(one).public != srp.make_challenge(one).public


def test_secrets_stay_out_of_what_is_printed() -> None:
    """A verifier is as good as a password to whoever guesses offline."""
    verifier = srp.make_verifier(GROUP, NAME, "right")
    challenge = srp.make_challenge(verifier)

    assert repr(verifier) == "Verifier()"
    assert str(challenge.secret) not in repr(challenge)


@pytest.mark.parametrize(
    "text",
    ["", "0", "00", "xyz", "-1", "+1", "1_0", " 1", "1 ", "0x1", "\N{ARABIC-INDIC DIGIT ONE}",
     f"{srp.N:x}", f"{2 * srp.N:x}", "1" * 771],
)  # fmt: skip
def test_what_is_no_number_of_the_group_is_refused(text: str) -> None:
    """With a multiple of N everybody would know the shared key."""
    with pytest.raises(srp.MalformedNumberError):
        srp.parse_public(text)


def test_numbers_of_the_group_are_read() -> None:
    """In either case of letters, with or without a zero in front."""
    assert srp.parse_public("1") == 1
    assert srp.parse_public("0aF") == 0xAF
    assert srp.parse_public(f"00{srp.N - 1:X}") == srp.N - 1


@given(st.text())
def test_whatever_comes_in_is_a_number_or_refused(text: str) -> None:
    """Nothing but the declared error comes out."""
    try:
        value = srp.parse_public(text)
    except srp.MalformedNumberError:
        return
    assert value % srp.N


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, "00"), (0x7F, "7f"), (0x80, "0080"), (0xFF, "00ff"), (0x100, "0100")],
)
def test_a_first_bit_that_is_set_gets_a_zero_in_front(
    value: int, expected: str
) -> None:
    """Two's complement, as the clients have it."""
    assert srp.padded(value).hex() == expected


def test_the_proof_is_over_all_that_was_said() -> None:
    """Group, name, block and time: none can be exchanged for another."""
    key = bytes(16)

    def signed(name: str) -> bytes:
        stamp = "Tue Nov 3 04:05:06 UTC 2026"
        return srp.proof(key, GROUP, name, secret_block=b"block", timestamp=stamp)

    assert signed(NAME) == hmac.digest(
        key, b"Ab3dEfGh9anablockTue Nov 3 04:05:06 UTC 2026", "sha256"
    )
    assert signed("bob") != signed(NAME)
