"""From the files of providers to what judges, and what is wrong with the files."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.authentication.saml.building import (
    MetadataSources,
    Presented,
    SamlParts,
    build_saml,
)
from gateway.authentication.saml.descriptions import FixedDescription, MetadataSource
from gateway.authentication.saml.names import POST, REDIRECT
from gateway.config.configuration import ProviderFile
from gateway.config.document import Document
from gateway.config.errors import ConfigError
from gateway.config.providers.saml import SamlProvider
from gateway.config.settings.references import FileRef, SecretRef
from gateway.net.fetcher import Fetcher, FetchRules
from gateway.storage.database import Database
from tests.authentication.saml.idp import (
    ENTITY,
    NOON,
    SKEW,
    Pair,
    Seen,
    pair,
    provider,
    sign,
    tree,
)
from tests.authentication.saml.test_metadata import SSO, entity, signed

FILE = b"""kind = "saml"
id = "partner"
[idp]
certificates = ["x"]
metadata = { url = "x", file = "x", certificate = "x" }
[sp]
key = "x"
cert = "x"
[network]
ca = "x"
"""
DOCUMENT = Document(path=Path("partner.toml"), name="partner.toml", raw=FILE)


def file_ref(content: bytes) -> FileRef:
    return FileRef(path=Path("x.pem"), content=content)


def certificate(by: Pair) -> FileRef:
    return file_ref(by.certificate_pem)


def key(by: Pair) -> SecretRef:
    return SecretRef(source="file x", value=by.key_pem)


def sources() -> MetadataSources:
    return MetadataSources(clock=lambda: NOON)


def build(settings: SamlProvider, among: MetadataSources | None = None) -> SamlParts:
    return build_saml(
        ProviderFile(DOCUMENT, (), settings),
        settings,
        sources=among or sources(),
        presented=Seen(),
        skew=SKEW,
    )


def described(**more: Any) -> SamlProvider:
    idp = {
        "entity_id": ENTITY,
        "sso_url": SSO,
        "certificates": (certificate(pair("idp")),),
    }
    return provider(idp=idp | more)


def metadata(**more: Any) -> SamlProvider:
    return provider(idp={"entity_id": ENTITY, "metadata": more})


def test_a_file_may_say_everything_itself() -> None:
    made = build(described())
    found = made.descriptions.current()
    assert found.certificates == (pair("idp").certificate,)
    assert (found.sso, found.logout) == ({REDIRECT: SSO}, {})
    assert made.key is None
    assert made.verifier.issuers == {ENTITY}


def test_bindings_are_those_of_the_file() -> None:
    made = build(described(sso_binding="post"))
    found = made.descriptions.current()
    assert (found.sso, found.logout) == ({POST: SSO}, {})


@pytest.mark.parametrize(("named", "binding"), [("redirect", REDIRECT), ("post", POST)])
def test_people_sign_out_where_the_file_says(named: str, binding: str) -> None:
    slo = "https://idp.example.com/slo"
    made = build(described(logout_url=slo, logout_binding=named))
    found = made.descriptions.current()
    assert found.logout == found.logout_answers == {binding: slo}


def test_a_file_may_refer_to_metadata() -> None:
    made = build(metadata(file=file_ref(entity().encode())))
    assert isinstance(made.descriptions, FixedDescription)
    assert made.descriptions.current().sso == {REDIRECT: SSO}
    signer = certificate(pair("idp"))
    made = build(metadata(file=file_ref(signed(entity())), certificate=signer))
    assert made.descriptions.current().sso == {REDIRECT: SSO}


def test_a_key_and_its_certificate_are_read() -> None:
    sp = {"key": key(pair("sp")), "cert": certificate(pair("sp"))}
    found = build(provider(sp=sp)).key
    assert found is not None
    assert found.private_numbers() == pair("sp").private.private_numbers()


def test_a_source_outlives_the_files_that_name_it() -> None:
    among = sources()
    url = "https://idp.example.com/metadata"
    first = build(metadata(url=url), among).descriptions
    assert isinstance(first, MetadataSource)
    assert build(metadata(url=url), among).descriptions is first
    signer = certificate(pair("idp"))
    other = build(metadata(url=url, certificate=signer), among).descriptions
    assert other is not first
    among.keep_only([other])
    assert build(metadata(url=url), among).descriptions is not first
    assert build(metadata(url=url, certificate=signer), among).descriptions is other


def test_sources_are_refreshed() -> None:
    rules: list[FetchRules] = []

    class Down(Fetcher):
        def __init__(self, given: FetchRules) -> None:
            rules.append(given)
            super().__init__(given)

    among = MetadataSources(clock=lambda: NOON, fetcher=Down)
    settings = provider(
        idp={"entity_id": ENTITY, "metadata": {"url": "https://no.invalid/m"}},
        network={"allow_hosts": ["no.invalid"]},
    )
    build(settings, among)
    # The name leads nowhere: it fails, and raises nothing.
    among.refresh_due()
    assert rules[0].allow_hosts == {"no.invalid"}


NO_PEM = file_ref(b"-----BEGIN NOTHING-----")
SP = pair("sp")
BAD: dict[str, tuple[Any, str]] = {
    "a certificate": (lambda: described(certificates=(NO_PEM,)), "idp.certificates.0"),
    "a signer": (
        lambda: metadata(url="https://idp.example.com/m", certificate=NO_PEM),
        "idp.metadata.certificate",
    ),
    "a metadata file": (lambda: metadata(file=NO_PEM), "idp.metadata.file"),
    "a CA": (lambda: provider(network={"ca": NO_PEM}), "network.ca"),
    "a key": (
        lambda: sp_of(SecretRef(source="file x", value=b"x"), certificate(SP)),
        "sp.key",
    ),
    "a weak key": (
        lambda: sp_of(key(pair("sp", "weak")), certificate(SP)),
        "sp.key",
    ),
    "a key of another kind": (
        lambda: sp_of(key(pair("sp", "p256")), certificate(SP)),
        "sp.key",
    ),
    "another's certificate": (
        lambda: sp_of(key(SP), certificate(pair("idp"))),
        "sp.cert",
    ),
    "no certificate": (lambda: sp_of(key(SP), NO_PEM), "sp.cert"),
}


def sp_of(private: SecretRef, public: FileRef) -> SamlProvider:
    return provider(sp={"key": private, "cert": public})


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_with_a_file_is_told_where_it_is_named(name: str) -> None:
    make, place = BAD[name]
    with pytest.raises(ConfigError) as caught:
        build(make())
    (fault,) = caught.value.faults
    assert fault.code in {"E503", "E513"}
    keys = tuple(int(each) if each.isdigit() else each for each in place.split("."))
    assert DOCUMENT.where(keys) == f"{fault.file}:{fault.line}:{fault.column}"


def test_a_key_is_no_elliptic_curve_in_a_message() -> None:
    assert sign(tree("<a ID='x'/>")) is not None


def test_of_many_who_bring_an_assertion_at_once_one_is_first(
    database: Database,
) -> None:
    presented = Presented(database)
    until = datetime.now(UTC) + timedelta(minutes=5)
    with ThreadPoolExecutor(8) as threads:
        first = list(
            threads.map(lambda _: presented.is_first(b"d" * 32, until=until), range(16))
        )
    assert sum(first) == 1
    assert presented.is_first(b"e" * 32, until=until)


def test_a_file_that_says_everything_has_no_source() -> None:
    with pytest.raises(ValueError, match="everything itself"):
        sources().for_(described(), None)
