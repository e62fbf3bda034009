"""From the providers' files to what proves their opaque tokens."""

from datetime import timedelta
from pathlib import Path

import pytest

from gateway.authentication.key_sources import KeySources
from gateway.authentication.opaque.amazon import AmazonVerifier
from gateway.authentication.opaque.building import build_opaque_verifiers
from gateway.authentication.opaque.facebook import FacebookVerifier
from gateway.authentication.opaque.github import GithubVerifier
from gateway.authentication.opaque.oauth2 import Oauth2Verifier
from gateway.authentication.opaque.proof import OpaqueVerifier
from gateway.authentication.opaque.twitter import TwitterVerifier
from gateway.config.configuration import ProviderFile
from gateway.config.errors import ConfigError
from gateway.config.settings.references import FileRef
from tests.authentication.opaque.house import NOON, settings_of
from tests.authentication.opaque.test_amazon import FILE as AMAZON
from tests.authentication.opaque.test_facebook import FILE as FACEBOOK
from tests.authentication.opaque.test_github import FILE as GITHUB
from tests.authentication.opaque.test_oauth2 import TOKENINFO
from tests.authentication.opaque.test_twitter import OLD_FILE
from tests.config.files import document
from tests.identity.files import OIDC, provider_file

EXCHANGE = 'accept.flows = ["exchange"]\n'


def opaque_file(text: str) -> ProviderFile:
    return ProviderFile(document(text), (), settings_of(text))


def build(*files: ProviderFile) -> dict[str, OpaqueVerifier]:
    keys = KeySources(clock=lambda: NOON)
    return build_opaque_verifiers(files, keys=keys, skew=timedelta(seconds=30))


def test_each_kind_has_one_of_its_own() -> None:
    """Those of other kinds have verifiers of another sort."""
    verifiers = build(
        opaque_file(FACEBOOK + EXCHANGE),
        opaque_file(AMAZON + EXCHANGE),
        opaque_file(OLD_FILE),
        opaque_file(GITHUB + EXCHANGE),
        opaque_file(TOKENINFO + EXCHANGE),
        provider_file(OIDC),
    )

    assert {name: type(each) for name, each in verifiers.items()} == {
        "facebook": FacebookVerifier,
        "amazon": AmazonVerifier,
        "twitter": TwitterVerifier,
        "github": GithubVerifier,
        "chat": Oauth2Verifier,
    }
    assert all(name == each.provider for name, each in verifiers.items())


def test_only_those_whose_tokens_may_be_exchanged_have_one() -> None:
    assert build(opaque_file(GITHUB)) == {}
    assert build(opaque_file(f"{GITHUB}{EXCHANGE}enabled = false")) == {}


def test_certificates_that_are_none_are_a_fault_of_the_file() -> None:
    """Each file that has some is named."""
    file = opaque_file(GITHUB + EXCHANGE)
    ca = FileRef(path=Path("ca.pem"), content=b"no certificate")
    settings = settings_of(GITHUB + EXCHANGE)
    network = settings.network.model_copy(update={"ca": ca})
    broken = ProviderFile(
        file.document, (), settings.model_copy(update={"network": network})
    )

    with pytest.raises(ConfigError) as caught:
        build(broken, broken)
    assert [fault.code for fault in caught.value.faults] == ["E513", "E513"]
