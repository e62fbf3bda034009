"""Certificates that sign others."""

from pathlib import Path

import pytest
from pydantic_core import PydanticCustomError

from gateway.config.settings.authorities import certificates
from gateway.config.settings.references import FileRef
from tests.config.certificates import certificate


def test_certificates_are_in_pem_form() -> None:
    """One or more of them."""
    file = FileRef(Path("ca.pem"), certificate())

    assert certificates(file) is file


@pytest.mark.parametrize(
    "content", [b"", b"x", b"\xff", b"-----BEGIN CERTIFICATE-----"]
)
def test_what_holds_none_is_no_authority(content: bytes) -> None:
    """Nothing would be trusted, or everything."""
    with pytest.raises(PydanticCustomError, match="no certificate"):
        certificates(FileRef(Path("ca.pem"), content))
