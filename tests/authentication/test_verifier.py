"""The issuer that a token names decides who judges it."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.authentication.compact import UnverifiedToken
from gateway.authentication.verifier import Verifier
from gateway.model.claims import TokenType, VerifiedClaims
from gateway.model.credential import Credential, Scheme
from gateway.model.errors import (
    CredentialError,
    MalformedCredentialError,
    OversizedCredentialError,
    UntrustedIssuerError,
)
from tests.authentication.issuer import ISSUER, NOON, access_claims, encode, token


class Judge:
    """A provider that believes whatever it is shown."""

    def __init__(self, provider: str, *issuers: str) -> None:
        self.provider = provider
        self.issuers = frozenset(issuers)
        self.seen: list[tuple[UnverifiedToken, datetime]] = []
        self.may_wait: list[bool] = []
        self.said: dict[str, Any] = {}

    def claims_for(
        self, token: UnverifiedToken, *, now: datetime, may_wait: bool
    ) -> VerifiedClaims:
        self.seen.append((token, now))
        self.may_wait.append(may_wait)
        return VerifiedClaims(
            provider=self.provider,
            issuer=token.unverified_issuer,
            subject="alice",
            token_type=TokenType.ACCESS_TOKEN,
            expires_at=NOON,
            claims=self.said,
        )


def verifier(*judges: Judge, max_token_bytes: int = 8192) -> Verifier:
    return Verifier(
        providers=judges, clock=lambda: NOON, max_token_bytes=max_token_bytes
    )


def bearer(text: str) -> Credential:
    return Credential(Scheme.BEARER, text)


def test_the_provider_of_the_issuer_judges() -> None:
    one = Judge("one", "https://one.example", "one.example")
    two = Judge("two", "https://two.example")
    credential = bearer(token(access_claims(iss="one.example")))

    claims = verifier(one, two).verify(credential)

    assert claims.provider == "one"
    assert [now for _, now in one.seen] == [NOON]
    assert two.seen == []


def test_the_provider_of_all_tenants_judges_the_token_of_one() -> None:
    """Unless the tenant has a provider of its own."""
    every = Judge("every", "https://login.example/{tenantid}")
    own = Judge("own", "https://login.example/t-1")
    judges = verifier(every, own)

    def judge(tenant: str, tid: Any) -> str:
        claims = access_claims(iss=f"https://login.example/{tenant}", tid=tid)
        return judges.verify(bearer(token(claims))).provider

    assert judge("t-1", "t-1") == "own"
    assert judge("t-2", "t-2") == "every"
    for tid in (None, "t-1", ["t-2"], "", "{tenantid}"):
        with pytest.raises(UntrustedIssuerError):
            judge("t-2", tid)


@pytest.mark.parametrize(
    "iss",
    [
        None,
        "",
        5,
        ["https://one.example"],
        "https://two.example",
        "https://one.example/",
        "HTTPS://one.example",
        "https://one.example ",
        "one.example",
    ],
)
def test_nodedb_61_the_issuer_is_matched_exactly_even_with_one_provider(
    iss: Any,
) -> None:
    """A single provider must not become the default for everybody."""
    only = Judge("one", "https://one.example")

    with pytest.raises(UntrustedIssuerError):
        verifier(only).verify(bearer(token(access_claims(iss=iss))))
    assert only.seen == []


def test_the_judge_is_told_whether_it_may_wait() -> None:
    """It may, unless somebody says that this is the event loop."""
    judge = Judge("one", ISSUER)
    credential = bearer(token(access_claims()))

    verifier(judge).verify(credential)
    verifier(judge).verify(credential, may_wait=False)

    assert judge.may_wait == [True, False]


def test_without_providers_nobody_is_believed() -> None:
    with pytest.raises(UntrustedIssuerError):
        verifier().verify(bearer(token(access_claims())))


def test_the_longest_token_is_looked_at_and_one_character_more_is_not() -> None:
    text = token(access_claims(iss="https://one.example"))
    judge = Judge("one", "https://one.example")

    verifier(judge, max_token_bytes=len(text)).verify(bearer(text))
    with pytest.raises(OversizedCredentialError):
        verifier(judge, max_token_bytes=len(text) - 1).verify(bearer(text))


def test_two_providers_cannot_have_one_issuer() -> None:
    """Otherwise the order of files would decide who judges."""
    with pytest.raises(ValueError, match="'one' and 'two'"):
        verifier(Judge("one", "https://x.example"), Judge("two", "https://x.example"))


@given(st.text(max_size=200))
def test_any_text_is_a_credential_error(text: str) -> None:
    with pytest.raises(CredentialError):
        verifier(Judge("one", "https://one.example")).verify(bearer(text))


@given(st.binary(max_size=100), st.binary(max_size=100), st.binary(max_size=70))
def test_any_segments_are_a_credential_error(
    header: bytes, payload: bytes, signature: bytes
) -> None:
    text = ".".join(map(encode, (header, payload, signature)))

    with pytest.raises(CredentialError):
        verifier(Judge("one", "https://one.example")).verify(bearer(text))


def test_the_key_that_a_token_is_bound_to_is_told() -> None:
    """Whoever asks has it proven; a binding that nobody here can check is refused."""
    judge = Judge("one", "https://one.example")
    credential = bearer(token(access_claims(iss="https://one.example")))

    assert verifier(judge).verify(credential).thumbprint == ""
    judge.said = {"cnf": {"jkt": "thumb"}}
    assert verifier(judge).verify(credential).thumbprint == "thumb"
    judge.said = {"cnf": {"x5t#S256": "x"}}
    with pytest.raises(MalformedCredentialError):
        verifier(judge).verify(credential)
