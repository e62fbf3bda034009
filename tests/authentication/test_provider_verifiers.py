"""Files become verifiers, or are told what is wrong with them."""

from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import pytest

from gateway.authentication.developer import DeveloperVerifier
from gateway.authentication.key_sources import KeySources
from gateway.authentication.oidc import OidcVerifier
from gateway.authentication.own import OwnVerifier
from gateway.authentication.pool import PoolVerifier
from gateway.authentication.provider_verifiers import OwnSettings, build_verifiers
from gateway.authentication.verification_key import PublicKey
from gateway.authentication.verifier import ProviderVerifier, Verifier
from gateway.config.configuration import ProviderFile
from gateway.config.document import Document
from gateway.config.errors import ConfigError
from gateway.config.providers.developer import DeveloperProvider
from gateway.config.providers.google import GoogleProvider
from gateway.config.providers.guest import GuestProvider
from gateway.config.providers.oidc import OidcProvider
from gateway.config.providers.pool.provider import PoolProvider
from gateway.config.settings.guest import GuestSettings
from gateway.config.settings.references import FileRef
from gateway.config.settings.tokens import TokensSettings
from gateway.model.credential import Credential, Scheme
from gateway.model.errors import CredentialError, UntrustedIssuerError
from tests.authentication.issuer import (
    ISSUER,
    NOON,
    access_claims,
    id_claims,
    jwk,
    key_set,
    private_key,
    token,
)
from tests.authentication.provider import Clock, FakeProvider
from tests.authentication.test_pool import FILE as POOL
from tests.authentication.test_pool import FakeBearers

OWN = "https://gw.example"


class Ring:
    """The gateway's own public keys."""

    def public_key(self, kid: str) -> tuple[str, PublicKey] | None:
        return ("ES256", private_key("ES256").public_key()) if kid else None


def build(
    *files: ProviderFile,
    guests: bool = True,
    app_tokens: bool = False,
    flow: Literal["bearer", "exchange"] = "bearer",
) -> tuple[ProviderVerifier, ...]:
    provider = FakeProvider()
    return build_verifiers(
        files,
        sources=KeySources(clock=Clock(), fetcher=lambda _rules: provider),
        own_keys=Ring(),
        bearers=FakeBearers(),
        own=OwnSettings(
            TokensSettings(issuer=OWN), GuestSettings(enabled=guests), app_tokens
        ),
        flow=flow,
    )


@pytest.fixture
def document(tmp_path: Path) -> Document:
    path = tmp_path / "providers.toml"
    path.write_text(
        '[network]\nca = { file = "ca.pem" }\n'
        '[[provider]]\nkeys = [{ file = "a.jwks" }, { file = "b.jwks" }]\n'
    )
    return Document.read(path, "providers/providers.toml")


def oidc(document: Document, **changes: Any) -> ProviderFile:
    settings = {
        "kind": "oidc",
        "id": "corp",
        "issuer": ISSUER,
        "audiences": ("gateway",),
    }
    return ProviderFile(document, (), OidcProvider.model_validate(settings | changes))


def developer(document: Document, *contents: bytes, **changes: Any) -> ProviderFile:
    settings = {
        "kind": "developer",
        "id": "backend",
        "audiences": ("gateway",),
        "keys": tuple(
            FileRef(path=Path(f"{number}.jwks"), content=content)
            for number, content in enumerate(contents)
        ),
    }
    return ProviderFile(
        document,
        ("provider", 0),
        DeveloperProvider.model_validate(settings | changes),
    )


def guest(document: Document) -> ProviderFile:
    settings = GuestProvider.model_validate({"kind": "guest", "id": "guest"})
    return ProviderFile(document, (), settings)


def faults(*files: ProviderFile) -> list[tuple[str, int, str]]:
    with pytest.raises(ConfigError) as caught:
        build(*files)
    return [(each.code, each.line, each.message) for each in caught.value.faults]


def test_every_kind_of_provider_gets_its_verifier(document: Document) -> None:
    google = GoogleProvider.model_validate(
        {"kind": "google", "id": "google", "client": {"id": "app.example"}}
    )

    verifiers = build(
        oidc(document),
        ProviderFile(document, (), google),
        developer(document, key_set(jwk("ES256"))),
        guest(document),
    )

    assert [type(each) for each in verifiers] == [
        OidcVerifier,
        OidcVerifier,
        DeveloperVerifier,
        OwnVerifier,
    ]
    assert [each.provider for each in verifiers] == [
        "corp",
        "google",
        "backend",
        "our own",
    ]


def test_together_they_verify_a_token_of_each_kind(document: Document) -> None:
    files = (
        oidc(document),
        developer(document, key_set(jwk("ES256")), key_set(jwk("RS256"))),
        guest(document),
    )
    verifier = Verifier(
        providers=build(*files), clock=lambda: NOON, max_token_bytes=8192
    )
    texts = (
        token(access_claims()),
        token(id_claims(iss="backend"), typ="JWT"),
        token(id_claims(iss="backend"), typ="JWT", algorithm="RS256"),
        token(id_claims(iss=OWN, aud=OWN), typ="guest+jwt"),
    )

    found = [verifier.verify(Credential(Scheme.BEARER, text)) for text in texts]

    assert [claims.provider for claims in found] == [
        "corp",
        "backend",
        "backend",
        "guest",
    ]


def test_pomerium_cve_2024_47616_no_token_is_accepted_for_another_purpose(
    document: Document,
) -> None:
    """Every type from every issuer; only what each issuer makes for here gets in."""
    files = (
        oidc(document),
        developer(document, key_set(jwk("ES256"))),
        guest(document),
    )
    verifier = Verifier(
        providers=build(*files), clock=lambda: NOON, max_token_bytes=8192
    )
    types = ["at+jwt", "JWT", None, "guest+jwt", "txntoken+jwt", "logout+jwt", "x"]
    accepted: list[tuple[str, str | None]] = []

    for issuer in (ISSUER, "backend", OWN):
        for typ in types:
            claims = access_claims(iss=issuer, aud=["gateway", OWN])
            credential = Credential(Scheme.BEARER, token(claims, typ=typ))
            with suppress(CredentialError):
                verifier.verify(credential)
                accepted.append((issuer, typ))

    assert accepted == [
        (ISSUER, "at+jwt"),
        ("backend", "JWT"),
        ("backend", None),
        (OWN, "guest+jwt"),
    ]


def test_a_disabled_provider_verifies_nothing(document: Document) -> None:
    """Its keys are not even looked at."""
    files = (
        oidc(document, enabled=False),
        developer(document, b"no key set", enabled=False),
    )

    assert build(*files) == ()


def test_without_guests_no_guest_token_is_accepted(document: Document) -> None:
    assert build(guest(document), guests=False) == ()


def test_a_provider_verifies_where_its_file_lets_it(document: Document) -> None:
    """Straight on requests, at the token endpoint, or at both; our own at both."""
    files = (
        oidc(document, accept={"flows": ("exchange",)}),
        developer(document, key_set(jwk("ES256")), accept={"flows": ("bearer",)}),
    )

    for_requests = build(*files, app_tokens=True)
    for_exchange = build(*files, app_tokens=True, flow="exchange")

    assert [each.provider for each in for_requests] == ["backend", "our own"]
    assert [each.provider for each in for_exchange] == ["corp", "our own"]


@pytest.mark.parametrize(
    ("provider", "accepted"), [("corp", True), ("backend", False), ("gone", False)]
)
def test_an_app_token_is_of_a_provider_whose_tokens_are_exchanged(
    document: Document, provider: str, *, accepted: bool
) -> None:
    """As long as its file says so."""
    files = (
        oidc(document, accept={"flows": ("exchange",)}),
        developer(document, key_set(jwk("ES256"))),
    )
    via = {"provider": provider, "issuer": "i", "subject": "ana", "claims": {}}
    text = token(access_claims(iss=OWN, aud=OWN, via=via))
    verifier = Verifier(
        providers=build(*files, app_tokens=True),
        clock=lambda: NOON,
        max_token_bytes=8192,
    )
    credential = Credential(Scheme.BEARER, text)

    if accepted:
        assert verifier.verify(credential).provider == provider
    else:
        with pytest.raises(UntrustedIssuerError):
            verifier.verify(credential)


@pytest.mark.parametrize("guests", [True, False])
def test_app_tokens_of_guests_end_with_guests(
    document: Document, *, guests: bool
) -> None:
    """Nobody is one any more, whatever they hold."""
    via = {"provider": "guest", "issuer": OWN, "subject": "r:1", "claims": {}}
    text = token(access_claims(iss=OWN, aud=OWN, via=via))
    verifier = Verifier(
        providers=build(guest(document), guests=guests, app_tokens=True),
        clock=lambda: NOON,
        max_token_bytes=8192,
    )
    credential = Credential(Scheme.BEARER, text)

    if guests:
        assert verifier.verify(credential).provider == "guest"
    else:
        with pytest.raises(UntrustedIssuerError):
            verifier.verify(credential)


def test_a_key_may_be_named_ed25519_in_the_file(document: Document) -> None:
    file = developer(
        document, key_set(jwk("EdDSA", alg="Ed25519")), algorithms=("Ed25519",)
    )

    assert len(build(file)) == 1


def test_a_key_file_that_holds_no_key_is_a_fault_at_its_place(
    document: Document,
) -> None:
    found = faults(developer(document, key_set(jwk("ES256")), b"{}"))

    assert found == [("E512", 4, "there is no list of keys")]


def test_a_key_that_would_be_ignored_is_a_fault(document: Document) -> None:
    """Whoever wrote it into the file believes that it is used."""
    found = faults(developer(document, key_set(jwk("ES256"), jwk("RS256", bits=1024))))

    assert found == [("E512", 4, "key 1: an RSA key of 1024 bits")]


def test_two_files_that_disagree_about_a_key_are_a_fault(document: Document) -> None:
    other = key_set(jwk("ES256", number=1, kid="ES256-0"))

    found = faults(developer(document, key_set(jwk("ES256")), other))

    assert found == [("E512", 4, "2 different keys have the kid 'ES256-0'")]


def test_a_certificate_file_without_a_certificate_is_a_fault(
    document: Document,
) -> None:
    ca = FileRef(path=Path("ca.pem"), content=b"no certificate")
    file = oidc(document, network={"ca": ca})

    with pytest.raises(ConfigError) as caught:
        build_verifiers(
            [file, developer(document, b"")],
            sources=KeySources(clock=Clock()),
            own_keys=Ring(),
            bearers=FakeBearers(),
            own=OwnSettings(TokensSettings(issuer=OWN), GuestSettings()),
        )

    assert [(each.code, each.line) for each in caught.value.faults] == [
        ("E513", 2),
        ("E512", 4),
    ]


def test_a_pool_has_a_verifier_unless_it_is_switched_off() -> None:
    """Then none of its tokens is a way in."""
    for text, kinds in ((POOL, [PoolVerifier]), (POOL + "enabled = false", [])):
        document = Document(path=Path("f"), name="f", raw=text.encode())
        settings = PoolProvider.model_validate(document.data)

        found = build(ProviderFile(document, (), settings))

        assert [type(each) for each in found] == kinds
