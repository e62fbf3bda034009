"""A token is exchanged as what it is, and only if whoever shows it knows that."""

from datetime import timedelta

import pytest

from gateway.authentication.subject_tokens import (
    ACCESS_TOKEN,
    DEVELOPER,
    GUEST,
    ID_TOKEN,
    JWT,
    POOL,
    SubjectTokens,
    type_of,
)
from gateway.model.claims import TokenType, VerifiedClaims
from gateway.model.credential import Credential, Scheme
from gateway.model.errors import UntrustedIssuerError, WrongTokenTypeError
from tests.authentication.issuer import NOON

OPAQUE = "urn:federation-gateway:token-type:github"
KINDS = {"corp": "oidc", "people": "pool"}


def _claims(provider: str, token_type: TokenType) -> VerifiedClaims:
    ends = NOON + timedelta(minutes=1)
    return VerifiedClaims(provider, "i", "ana", token_type, ends, {})


class Verifier:
    """Believes that a token is what it says: `provider token_type`."""

    def verify(self, credential: Credential) -> VerifiedClaims:
        assert credential.scheme is Scheme.BEARER
        provider, _, name = credential.value.partition(" ")
        return _claims(provider, TokenType(name))


def _tokens(*providers: str) -> SubjectTokens:
    def reader(provider: str) -> VerifiedClaims:
        return _claims(provider, TokenType.ACCESS_TOKEN)

    readers = {each: lambda _, each=each: reader(each) for each in providers}
    return SubjectTokens(
        verifier=Verifier(), kinds=KINDS, readers={OPAQUE: readers} if readers else {}
    )


@pytest.mark.parametrize(
    ("said", "accepted"),
    [
        (ID_TOKEN, {"corp id_token", "people id_token"}),
        (ACCESS_TOKEN, {"corp at+jwt", "people at+jwt", "corp app"}),
        (
            JWT,
            {"corp id_token", "people id_token", "corp at+jwt"}
            | {"people at+jwt", "corp app", "corp jwt"},
        ),
        (GUEST, {"corp guest+jwt"}),
        (DEVELOPER, {"corp jwt"}),
        (POOL, {"people id_token", "people at+jwt"}),
    ],
)
def test_a_token_is_what_it_is_said_to_be(said: str, accepted: set[str]) -> None:
    """Each type against each token: what is not meant for it is refused."""
    tokens, found = _tokens(), set()
    every = [f"corp {kind.value}" for kind in TokenType]
    for text in (*every, "people id_token", "people at+jwt"):
        try:
            tokens.verify(text, said)
            found.add(text)
        except WrongTokenTypeError:
            continue

    assert found == accepted
    assert said in tokens.types


def test_whoever_names_a_provider_means_it() -> None:
    """The token of another one is a mix-up."""
    assert _tokens().verify("corp jwt", JWT, "corp").provider == "corp"
    with pytest.raises(UntrustedIssuerError):
        _tokens().verify("corp jwt", JWT, "people")


def test_a_token_that_tells_nothing_is_for_one_provider_to_read() -> None:
    """The only one of its kind, or the one that is named."""
    one, two = _tokens("github"), _tokens("github", "forge")

    assert one.verify("x", OPAQUE).provider == "github"
    assert two.verify("x", OPAQUE, "forge").provider == "forge"
    assert OPAQUE in one.types
    assert OPAQUE not in _tokens().types
    for tokens, provider in ((two, ""), (one, "gone")):
        with pytest.raises(UntrustedIssuerError):
            tokens.verify("x", OPAQUE, provider)


def test_assertions_have_the_standards_type() -> None:
    """RFC 8693 section 3; what has none there has one of ours."""
    assert type_of("saml") == "urn:ietf:params:oauth:token-type:saml2"
    assert type_of("github") == OPAQUE


def test_a_type_that_nobody_knows_is_refused() -> None:
    """Also if whoever calls forgot to ask for `types`."""
    with pytest.raises(WrongTokenTypeError):
        _tokens().verify("corp jwt", "urn:x")
