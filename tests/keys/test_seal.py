"""Secrets at rest open with their own key, for their own purpose, and whole."""

import base64
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.keys.errors import SealError
from gateway.keys.seal import Seal, StoreKey

SECRET = bytes(range(100, 132))


@pytest.mark.parametrize(
    "text",
    [
        base64.b64encode(SECRET),
        base64.b64encode(SECRET) + b"\n",
        base64.b64encode(SECRET).rstrip(b"="),
        base64.urlsafe_b64encode(SECRET),
        SECRET.hex().encode(),
        SECRET.hex().upper().encode() + b"\r\n",
        SECRET,
        SECRET.hex(),
    ],
)
def test_a_store_key_is_read_in_every_form(text: bytes | str) -> None:
    """What `openssl rand` prints, and the bytes themselves."""
    assert StoreKey.parse(text).secret == SECRET


def test_both_alphabets_of_base64_are_read() -> None:
    """RFC 4648 sections 4 and 5."""
    secret = b"\xff\xfe\xfd\xfb\xef\xbf" + SECRET[6:]

    assert StoreKey.parse(base64.b64encode(secret)).secret == secret
    assert StoreKey.parse(base64.urlsafe_b64encode(secret)).secret == secret


@pytest.mark.parametrize(
    "text",
    [
        b"",
        SECRET[:-1],
        SECRET + b"x",
        SECRET[:16].hex(),
        SECRET.hex() + "00",
        base64.b64encode(SECRET[:-1]),
        base64.b64encode(SECRET + b"x"),
        "pässword",
    ],
)
def test_anything_but_32_bytes_is_no_store_key(text: bytes | str) -> None:
    """Half a key in hexadecimal is 32 characters, and still half a key."""
    with pytest.raises(SealError, match="32 random bytes"):
        StoreKey.parse(text)


@pytest.mark.parametrize(
    "text", [bytes(32), b"x" * 32, "00" * 32, bytes(range(15)) * 2 + b"\0\0"]
)
def test_a_store_key_that_repeats_itself_is_refused(text: bytes | str) -> None:
    """A forgotten placeholder must not protect keys."""
    with pytest.raises(SealError, match="not random"):
        StoreKey.parse(text)


def test_a_store_key_needs_sixteen_different_bytes() -> None:
    """The pair of the above; 32 random bytes have about 30."""
    assert StoreKey.parse(bytes(range(16)) * 2).secret == bytes(range(16)) * 2


def test_a_store_key_does_not_show_itself() -> None:
    """Neither in a `repr` nor by its id."""
    key = StoreKey(SECRET)

    assert SECRET.hex() not in repr(key)
    assert repr(SECRET) not in repr(key)
    assert key.id not in SECRET.hex()


@given(plaintext=st.binary(max_size=300), purpose=st.text(max_size=20))
def test_what_is_sealed_opens_again(plaintext: bytes, purpose: str) -> None:
    """For any bytes and any purpose."""
    seal = Seal(key=StoreKey(SECRET))

    assert (
        seal.open(seal.seal(plaintext, purpose=purpose), purpose=purpose) == plaintext
    )


def test_the_same_value_is_never_sealed_the_same_way() -> None:
    """A nonce that repeats breaks GCM (NIST SP 800-38D section 8)."""
    seal = Seal(key=StoreKey(SECRET))

    assert len({seal.seal(b"x", purpose="p") for _ in range(50)}) == 50


def test_another_store_key_is_named_in_the_error() -> None:
    """An operator must see that the key is wrong, not the file damaged."""
    other = StoreKey(secrets.token_bytes(32))
    sealed = Seal(key=StoreKey(SECRET)).seal(b"x", purpose="p")

    with pytest.raises(SealError, match=StoreKey(SECRET).id) as caught:
        Seal(key=other).open(sealed, purpose="p")

    assert other.id in caught.value.detail


def test_a_sealed_value_opens_for_its_own_purpose_alone() -> None:
    """Else a value could be moved to a row where it means something else."""
    seal = Seal(key=StoreKey(SECRET))
    sealed = seal.seal(b"x", purpose="one")

    with pytest.raises(SealError, match="out of place"):
        seal.open(sealed, purpose="two")


def test_no_changed_character_goes_unnoticed() -> None:
    """Every one of them, from the format to the tag."""
    seal = Seal(key=StoreKey(SECRET))
    # 36 bytes in all: base64 without bits to spare, which would carry no meaning.
    sealed = seal.seal(b"8 octets", purpose="p")

    for position, character in enumerate(sealed):
        changed = "A" if character != "A" else "B"
        with pytest.raises(SealError):
            seal.open(sealed[:position] + changed + sealed[position + 1 :], purpose="p")


@given(sealed=st.text(max_size=200))
def test_garbage_is_refused_and_nothing_else_happens(sealed: str) -> None:
    """Whatever comes in, only the declared error comes out."""
    with pytest.raises(SealError):
        Seal(key=StoreKey(SECRET)).open(sealed, purpose="p")


@given(body=st.text(max_size=100))
def test_garbage_under_the_right_key_id_is_refused(body: str) -> None:
    """The part behind the key id, too short or no base64 at all."""
    key = StoreKey(SECRET)
    with pytest.raises(SealError):
        Seal(key=key).open(f"v1.{key.id}.{body}", purpose="p")


def test_each_purpose_has_a_secret_of_its_own() -> None:
    """The same for every gateway with the key, and no other key's."""
    key, other = StoreKey(bytes(range(32))), StoreKey(bytes(range(1, 33)))

    assert len(key.derive("codes")) == 32
    assert key.derive("codes") == StoreKey(bytes(range(32))).derive("codes")
    different = {key.derive("codes"), key.derive("others"), other.derive("codes")}
    assert len(different | {key.secret, other.secret}) == 5
