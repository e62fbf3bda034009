"""Requests signed in the way of OAuth 1.0a."""

import re
from urllib.parse import unquote

import pytest

from gateway.authentication.opaque.oauth1 import Signer, TokenPair, parse_pair
from gateway.model.errors import MalformedCredentialError
from tests.peers.stand_ins.twitter import CLIENT_ID, PAIR, Twitter
from tests.peers.stand_ins.wire import Asked

URL = "https://api.x.com/1.1/account/verify_credentials.json"


def test_a_pair_is_one_credential() -> None:
    pair = parse_pair("12345-abc;token-secret")

    assert (pair.token, pair.secret) == ("12345-abc", "token-secret")
    assert pair.text == "12345-abc;token-secret"
    assert "secret-" not in repr(pair).replace("TokenPair", "")


@pytest.mark.parametrize("text", ["", "one", ";", "a;", ";b", "a;b;c", "a b;c", "a;\n"])
def test_what_is_no_pair_is_refused(text: str) -> None:
    with pytest.raises(MalformedCredentialError):
        parse_pair(text)


@pytest.mark.parametrize(
    "query", [{}, {"include_email": "true"}, {"q": "a+b c&d=é", "z": "~-._"}]
)
def test_a_signature_is_what_the_other_side_makes_of_it(query: dict[str, str]) -> None:
    """The stand-in computes its own, from the standard's text."""
    signer = Signer(CLIENT_ID, b"secret")

    headers = signer.sign("GET", URL, query, pair=TokenPair(*PAIR))

    path = "/1.1/account/verify_credentials.json"
    asked = Asked("GET", path, query, headers, b"")
    assert Twitter()._signed(asked, PAIR) is not None
    assert Twitter()._signed(Asked("POST", path, query, headers, b""), PAIR) is None


def test_each_request_has_a_nonce_of_its_own() -> None:
    """Or one that was seen could be sent again."""
    signer = Signer(CLIENT_ID, b"secret")

    seen = {
        re.findall(
            r'oauth_nonce="([^"]+)"', signer.sign("GET", URL, {})["authorization"]
        )[0]
        for _ in range(3)
    }

    assert len(seen) == 3


def test_a_step_of_the_flow_says_its_word() -> None:
    signer = Signer(CLIENT_ID, b"secret")

    header = signer.sign("POST", URL, {}, redirect_uri="https://gw.example/?a=b")

    assert "https://gw.example/?a=b" in unquote(header["authorization"])
