"""What is an address, and how little of it others see."""

import pytest
from email_validator import validate_email
from hypothesis import given
from hypothesis import strategies as st

from gateway.pool.attributes.addresses import (
    _ABOVE,
    _PLAIN,
    is_email,
    is_phone,
    masked_email,
    masked_phone,
)


@pytest.mark.parametrize(
    "text",
    ["ana@example.com", "Ana.Lima+x@Example.COM", "ana@corp.local", "ana@a.test",
     "ünï@bücher.example", "o'neil@example.com", "a@b.co"],
)  # fmt: skip
def test_an_address_is_one(text: str) -> None:
    """Of any script, and of networks that nobody else can reach."""
    assert is_email(text)


@pytest.mark.parametrize(
    "text",
    ["", "ana", "@example.com", "ana@", "ana@localhost", "ana@@example.com",
     "ana@b@example.com", "ana @example.com", " ana@example.com", "ana@example.com ",
     "ana@example.com\n", "Ana <ana@example.com>", "ana@example.com,bob@example.com",
     "ana@[127.0.0.1]", '"a b"@example.com', "ana@exam ple.com", "ana@.example.com",
     "ana@example..com", "ana\0@example.com", "ana@example.com\r\nBcc: b@example.com",
     "x" * 65 + "@example.com", "ana@" + "x" * 300 + ".com", "\ud800@example.com"],
)  # fmt: skip
def test_what_only_looks_like_an_address_is_none(text: str) -> None:
    """Exactly one @, and nothing that would become a second header or recipient."""
    assert not is_email(text)


@pytest.mark.parametrize("text", ["+4930123456", "+14155552671", "+447911123456"])
def test_a_number_is_one(text: str) -> None:
    """As E.164 writes it."""
    assert is_phone(text)


@pytest.mark.parametrize(
    "text",
    ["", "+", "4930123456", "004930123456", "+49 30 123456", "+49-30-123456", "+12",
     "+999123456789", "+1415555267112345678", "tel:+14155552671", "+1415555267a",
     "+١٤١٥٥٥٥٢٦٧١", "+14155552671\n"],
)  # fmt: skip
def test_what_only_looks_like_a_number_is_none(text: str) -> None:
    """A message to it would go nowhere, or to somebody else."""
    assert not is_phone(text)


def test_the_owner_recognises_what_others_cannot_guess() -> None:
    """As Cognito shows destinations."""
    assert masked_email("ana@example.com") == "a***@e***"
    assert masked_email("x@y.z") == "x***@y***"
    assert masked_phone("+14155551234") == "+*******1234"
    assert masked_phone("+123") == "+123"


@given(st.text())
def test_any_text_is_an_address_or_none(text: str) -> None:
    """Nothing is raised."""
    assert is_email(text) in {True, False}
    assert is_phone(text) in {True, False}
    assert len(masked_email(text)) <= 9


@given(st.from_regex(_PLAIN, fullmatch=True))
def test_what_is_plain_is_an_address_by_every_rule(text: str) -> None:
    """Else the short way would let in what the long one refuses."""
    validate_email(f"{text}.{_ABOVE}", check_deliverability=False, strict=True)

    assert is_email(text)
