"""A proof is for one request, by whoever holds a key, and good once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.authentication.proofs import DpopProofs
from gateway.model.errors import InvalidDpopError, UseNonceError
from tests.oauth.house import NOON
from tests.oauth.proving import TOKEN_URL, Holder

AT = int(NOON.timestamp())
LEEWAY = timedelta(minutes=1)


class Desk:
    def __init__(self) -> None:
        self.now = NOON
        self.seen: dict[str, datetime] = {}
        self.proofs = DpopProofs(
            secret=bytes(32),
            first=self._is_first,
            clock=lambda: self.now,
            leeway=LEEWAY,
        )

    def _is_first(self, name: str, until: datetime) -> bool:
        known = name in self.seen
        self.seen[name] = until
        return not known

    def check(self, *proofs: str, token: str | None = None) -> str:
        return self.proofs.check(
            proofs, method="POST", uri=TOKEN_URL, access_token=token
        )


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_it_says_which_key_it_was_made_with(desk: Desk) -> None:
    """Once; it is remembered for as long as it could be believed."""
    holder = Holder()
    proof = holder.proof(desk.proofs.nonce(), access_token="t")

    assert desk.check(proof, token="t") == holder.thumbprint
    assert list(desk.seen.values()) == [NOON + 2 * LEEWAY]
    with pytest.raises(InvalidDpopError, match="again"):
        desk.check(proof, token="t")


def test_the_nonce_is_told_to_whoever_has_none(desk: Desk) -> None:
    """And is good until the next one but one."""
    for nonce in (None, "", "made-up", "é", 7, True):
        with pytest.raises(UseNonceError) as caught:
            desk.check(Holder().proof(nonce))
        assert caught.value.nonce == desk.proofs.nonce()
    nonce = desk.proofs.nonce()
    for minutes, good in ((9, True), (10, False)):
        desk.now = NOON + timedelta(minutes=minutes)
        proof = Holder().proof(nonce, iat=AT + 60 * minutes)
        if good:
            desk.check(proof)
        else:
            with pytest.raises(UseNonceError):
                desk.check(proof)


@pytest.mark.parametrize("iat", [AT + 60, AT - 60, AT + 0.5])
def test_a_clock_may_be_off_by_a_little(desk: Desk, iat: float) -> None:
    """The pair of those below."""
    assert desk.check(Holder().proof(desk.proofs.nonce(), iat=iat))


@pytest.mark.parametrize(
    "changed",
    [
        {"htm": "GET"},
        {"htm": "post"},
        {"htm": None},
        {"htu": f"{TOKEN_URL}/"},
        {"htu": f"{TOKEN_URL}?x=1"},
        {"htu": "https://evil.example/oauth2/token"},
        {"htu": None},
        {"jti": None},
        {"jti": ""},
        {"jti": "x" * 257},
        {"jti": 7},
        {"iat": AT + 61},
        {"iat": AT - 61},
        {"iat": None},
        {"iat": True},
        {"iat": str(AT)},
        {"iat": float("nan")},
        {"iat": float("inf")},
        {"ath": "x"},
        {"ath": None},
        {"ath": 7},
    ],
    ids=str,
)
def test_a_proof_for_something_else_proves_nothing(
    desk: Desk, changed: dict[str, Any]
) -> None:
    """RFC 9449 section 4.3, each check."""
    ath: dict[str, Any] = {} if "ath" in changed else {"access_token": "t"}
    proof = Holder().proof(desk.proofs.nonce(), **ath, **changed)

    with pytest.raises(InvalidDpopError):
        desk.check(proof, token="t")
    assert desk.seen == {}


@pytest.mark.parametrize("count", [0, 2])
def test_there_is_one_proof(desk: Desk, count: int) -> None:
    """RFC 9449 section 4.3: "not more than one"."""
    proofs: Sequence[str] = [Holder().proof(desk.proofs.nonce())] * count

    with pytest.raises(InvalidDpopError):
        desk.check(*proofs)


@pytest.mark.parametrize("headers", [{"typ": "jwt"}, {"jwk": {}}, {"jwk": {"kty": 7}}])
def test_a_proof_holds_its_key(desk: Desk, headers: dict[str, Any]) -> None:
    """In its header, and says what it is."""
    with pytest.raises(InvalidDpopError):
        desk.check(Holder().proof(desk.proofs.nonce(), headers=headers))


def test_it_was_made_with_the_key_that_it_holds(desk: Desk) -> None:
    """Or anybody could prove anybody's."""
    holder, thief = Holder(), Holder()

    with pytest.raises(InvalidDpopError):
        desk.check(thief.proof(desk.proofs.nonce(), headers={"jwk": holder.jwk}))


@given(st.text(max_size=50))
def test_any_text_is_refused_and_no_more(text: str) -> None:
    """Whatever stands in the header."""
    with pytest.raises(InvalidDpopError):
        Desk().check(text)
