"""The team's own backend vouches for somebody, briefly."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.authentication.developer import DeveloperVerifier
from gateway.authentication.errors import (
    UnknownKeyError,
    WrongAlgorithmError,
    WrongSignatureError,
)
from gateway.config.providers.developer import DeveloperProvider
from gateway.config.settings.references import FileRef
from gateway.model.claims import TokenType, VerifiedClaims
from gateway.model.errors import (
    CredentialError,
    ExpiredCredentialError,
    MalformedCredentialError,
    UntrustedIssuerError,
    WrongAudienceError,
    WrongTokenTypeError,
)
from gateway.model.waiting import WouldWaitError
from tests.authentication.issuer import (
    ALGORITHMS,
    NOON,
    id_claims,
    jwk,
    key_set,
    keys_of,
    token,
    unverified,
)

AT = int(NOON.timestamp())
KEYS = keys_of("ES256", "EdDSA", "ES384")


def provider(**changes: Any) -> DeveloperProvider:
    settings = {
        "kind": "developer",
        "id": "backend",
        "keys": (FileRef(path=Path("b.jwks"), content=key_set(jwk("ES256"))),),
        "audiences": ("gateway",),
    }
    return DeveloperProvider.model_validate(settings | changes)


def verify(text: str, *, may_wait: bool = True, **changes: Any) -> VerifiedClaims:
    verifier = DeveloperVerifier(
        provider(**changes), keys=KEYS, skew=timedelta(seconds=30)
    )
    return verifier.claims_for(unverified(text), now=NOON, may_wait=may_wait)


def assertion(**changes: Any) -> str:
    return token(id_claims(**{"iss": "backend"} | changes), typ="JWT")


def test_where_one_may_not_wait_slow_keys_are_left_to_others() -> None:
    """On the event loop; a quick one verifies there."""
    accepted: dict[str, Any] = {"algorithms": ("ES256", "ES384")}
    slow = token(id_claims(iss="backend"), typ="JWT", algorithm="ES384")

    assert verify(assertion(), may_wait=False, **accepted).subject == "alice"
    assert verify(slow, **accepted).subject == "alice"
    with pytest.raises(WouldWaitError):
        verify(slow, may_wait=False, **accepted)


@pytest.mark.parametrize("typ", ["JWT", None])
def test_an_assertion_is_accepted(typ: str | None) -> None:
    """Its issuer is the provider's id, unless the file says otherwise."""
    verified = verify(token(id_claims(iss="backend"), typ=typ))

    assert verified.provider == "backend"
    assert verified.issuer == "backend"
    assert verified.subject == "alice"
    assert verified.token_type is TokenType.DEVELOPER
    assert verified.expires_at == NOON + timedelta(seconds=300)


def test_ed25519_is_accepted_by_either_name() -> None:
    text = token(id_claims(iss="backend"), algorithm="EdDSA", typ=None)

    assert verify(text, algorithms=("Ed25519",)).subject == "alice"


def test_a_file_may_name_another_issuer() -> None:
    text = assertion(iss="https://shop.example")

    assert verify(text, issuer="https://shop.example").subject == "alice"
    with pytest.raises(UntrustedIssuerError):
        verify(text)


def test_an_assertion_may_live_as_long_as_allowed_and_not_a_second_longer() -> None:
    verify(assertion(exp=AT + 60), max_lifetime=timedelta(seconds=60))
    with pytest.raises(CredentialError, match="61 s"):
        verify(assertion(exp=AT + 61), max_lifetime=timedelta(seconds=60))


def test_an_assertion_is_good_until_it_expires() -> None:
    """It is presented with each request, so seeing it again means nothing."""
    text = assertion()

    assert verify(text) == verify(text)


@pytest.mark.parametrize(
    ("changes", "failure"),
    [
        ({"exp": AT - 30, "iat": AT - 60}, ExpiredCredentialError),
        ({"exp": None}, MalformedCredentialError),
        ({"iat": None}, MalformedCredentialError),
        ({"aud": "other"}, WrongAudienceError),
        ({"aud": None}, MalformedCredentialError),
        ({"sub": ""}, MalformedCredentialError),
    ],
)
def test_an_assertion_with_one_fault_is_refused(
    changes: dict[str, Any], failure: type[CredentialError]
) -> None:
    with pytest.raises(failure):
        verify(assertion(**changes))


@pytest.mark.parametrize("typ", ["at+jwt", "guest+jwt", "dpop+jwt"])
def test_a_token_for_another_purpose_is_no_assertion(typ: str) -> None:
    with pytest.raises(WrongTokenTypeError):
        verify(token(id_claims(iss="backend"), typ=typ))


def test_only_the_backends_keys_sign_assertions() -> None:
    claims = id_claims(iss="backend")

    with pytest.raises(WrongSignatureError):
        verify(token(claims, typ=None, number=1, kid="ES256-0"))
    with pytest.raises(UnknownKeyError):
        verify(token(claims, typ=None, kid="other"))
    with pytest.raises(WrongAlgorithmError):
        verify(token(claims, typ=None, algorithm="EdDSA"))
    with pytest.raises(WrongAlgorithmError):
        verify(token(claims, typ=None, alg="none"))


def test_the_keys_of_all_algorithms_fit_the_settings() -> None:
    """What can be configured can be verified."""
    for algorithm in (*ALGORITHMS, "Ed25519"):
        assert provider(algorithms=(algorithm,)).algorithms == (algorithm,)
