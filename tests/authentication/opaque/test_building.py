"""From the providers' files to what proves their opaque tokens."""

import pytest

from gateway.authentication.opaque.building import build_opaque_verifiers
from gateway.config.configuration import ProviderFile
from gateway.config.errors import ConfigError
from tests.authentication.opaque.house import settings_of
from tests.authentication.opaque.test_github import FILE
from tests.config.files import document
from tests.identity.files import OIDC, provider_file


def opaque_file(text: str) -> ProviderFile:
    return ProviderFile(document(text), (), settings_of(text))


def test_each_that_is_enabled_has_one() -> None:
    """Those of other kinds have verifiers of another sort."""
    files = [
        opaque_file(FILE),
        opaque_file(FILE.replace('id = "github"', 'id = "off"\nenabled = false')),
        provider_file(OIDC),
    ]

    verifiers = build_opaque_verifiers(files)

    assert list(verifiers) == ["github"]
    assert verifiers["github"].provider == "github"


def test_certificates_that_are_none_are_a_fault_of_the_file() -> None:
    file = opaque_file(FILE)
    network = file.settings.network.model_copy(  # type: ignore[union-attr]
        update={"ca": _Ca()}
    )
    broken = ProviderFile(
        file.document, (), file.settings.model_copy(update={"network": network})
    )

    with pytest.raises(ConfigError) as caught:
        build_opaque_verifiers([broken, broken])
    assert [fault.code for fault in caught.value.faults] == ["E513", "E513"]


class _Ca:
    content = b"no certificate"
