"""Tokens of our own are told apart by their type."""

from datetime import datetime

import pytest

from gateway.authentication.compact import UnverifiedToken
from gateway.authentication.own import OwnVerifier
from gateway.model.claims import TokenType, VerifiedClaims
from gateway.model.errors import UntrustedIssuerError
from tests.authentication.issuer import NOON, id_claims, token, unverified

OWN = "https://gw.example"


class One:
    def __init__(self, token_type: TokenType) -> None:
        self._type = token_type

    def claims_for(
        self, token: UnverifiedToken, *, now: datetime, may_wait: bool
    ) -> VerifiedClaims:
        assert may_wait
        return VerifiedClaims("p", OWN, "ana", self._type, now, {})


def test_each_type_has_its_verifier() -> None:
    """And what has none is nobody's, whoever signed it."""
    verifier = OwnVerifier(
        issuer=OWN,
        provider="our own",
        by_type={"guest+jwt": One(TokenType.GUEST), "at+jwt": One(TokenType.APP)},
    )

    found = [
        verifier.claims_for(
            unverified(token(id_claims(iss=OWN), typ=typ)), now=NOON, may_wait=True
        ).token_type
        for typ in ("guest+jwt", "at+jwt")
    ]

    assert found == [TokenType.GUEST, TokenType.APP]
    assert verifier.issuers == {OWN}
    with pytest.raises(UntrustedIssuerError):
        verifier.claims_for(
            unverified(token(id_claims(iss=OWN), typ="jwt")), now=NOON, may_wait=True
        )
