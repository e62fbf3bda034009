"""A token is taken apart strictly, before anybody believes it."""

import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.authentication.compact import names_of, one_name, parse_compact
from gateway.authentication.errors import EncryptedTokenError, ForbiddenHeaderError
from gateway.model.errors import (
    CredentialError,
    MalformedCredentialError,
    OversizedCredentialError,
)
from tests.authentication.issuer import access_claims, encode, token, unverified

HEADER = encode(b'{"alg":"ES256"}')
PAYLOAD = encode(b'{"iss":"https://login.example"}')


def with_header(raw: bytes) -> str:
    return f"{encode(raw)}.{PAYLOAD}.AAAA"


def test_a_token_is_taken_apart() -> None:
    text = token(access_claims(), kid="key-1")

    parts = unverified(text)

    assert (parts.algorithm, parts.key_id, parts.type) == ("ES256", "key-1", "at+jwt")
    assert parts.unverified_claims == access_claims()
    assert parts.unverified_issuer == "https://login.example"
    assert parts.signing_input == text.rpartition(".")[0].encode()
    assert len(parts.signature) == 64


def test_what_was_not_verified_is_not_shown() -> None:
    shown = repr(unverified(token(access_claims(email="alice@example.com"))))

    assert "alice" not in shown
    assert "signature" not in shown


def test_the_longest_token_is_read_and_one_character_more_is_not() -> None:
    """Authlib CVE-2025-61920: the size comes before any decoding."""
    text = token(access_claims())

    parse_compact(text, max_bytes=len(text))
    with pytest.raises(OversizedCredentialError):
        parse_compact(text, max_bytes=len(text) - 1)


@pytest.mark.parametrize("text", ["A" * 1_000_000, "." * 1_000_000, "e30." * 300_000])
def test_authlib_cve_2025_61920_a_huge_token_costs_no_memory(text: str) -> None:
    """Nothing is decoded, so nothing is copied."""
    tracemalloc.start()
    with pytest.raises(OversizedCredentialError):
        parse_compact(text, max_bytes=8192)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 20_000


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "a.b",
        f"{HEADER}.{PAYLOAD}",
        f"{HEADER}.{PAYLOAD}.",
        f"{HEADER}..AAAA",
        f".{PAYLOAD}.AAAA",
        f"{HEADER}.{PAYLOAD}.AAAA.AAAA",
        f"{HEADER}.{PAYLOAD}.AAAA.AAAA.AAAA",
        f" {HEADER}.{PAYLOAD}.AAAA",
        f"{HEADER}.{PAYLOAD}.AAAA\n",
        f"{HEADER}.{PAYLOAD}.AA==",
        f"{HEADER}.{PAYLOAD}.AA+A",
        f"{HEADER}.{PAYLOAD}.AA/A",
        f"{HEADER}.{PAYLOAD}.AAA\u0391",
        f"{HEADER}.{PAYLOAD}.AAA\ud800",
        f"{HEADER}.{PAYLOAD}.A",
        f"{HEADER}.{PAYLOAD}.AAAAA",
        '{"payload":"e30","signatures":[]}',
    ],
)
def test_only_three_segments_of_base64url_are_a_token(text: str) -> None:
    """RFC 7515 section 7.1; the JSON serialization is not accepted."""
    with pytest.raises(MalformedCredentialError):
        unverified(text)


def test_a_key_is_brought_where_it_may_be() -> None:
    """RFC 9449 section 4.2: a proof that somebody has this very key, and nothing else."""
    text = with_header(b'{"alg":"ES256","jwk":{"kty":"EC"}}')

    token = parse_compact(text, max_bytes=8192, may_bring_key=True)

    assert token.unverified_key == {"kty": "EC"}
    with pytest.raises(ForbiddenHeaderError):
        parse_compact(text, max_bytes=8192)


def test_an_encrypted_token_is_told_apart() -> None:
    """RFC 7516 section 7.1: the operator is told what to set at the provider."""
    with pytest.raises(EncryptedTokenError) as caught:
        unverified(f"{HEADER}.AAAA.AAAA.AAAA.AAAA")

    assert "encrypts" in caught.value.detail


@pytest.mark.parametrize(
    ("canonical", "other"), [("AA", "AB"), ("AAA", "AAB"), ("AQ", "AR"), ("AAE", "AAF")]
)
def test_one_signature_has_one_text(canonical: str, other: str) -> None:
    """Bits beyond the last byte are ignored by decoders, so one could flip them."""
    unverified(f"{HEADER}.{PAYLOAD}.{canonical}")
    with pytest.raises(MalformedCredentialError, match="signature"):
        unverified(f"{HEADER}.{PAYLOAD}.{other}")


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b"null",
        b"{}",
        b'{"alg":null}',
        b'{"alg":5}',
        b'{"alg":["ES256"]}',
        b'{"alg":"ES256","kid":5}',
        b'{"alg":"ES256","kid":null}',
        b'{"alg":"ES256","kid":["a"]}',
        b'{"alg":"ES256","typ":7}',
        b'{"alg":"ES256","alg":"none"}',
        b'{"alg":"ES256","kid":"\\ud800"}',
        b'{"alg":"ES256","kid":"\xff"}',
        b'{"alg":"ES256","a":[[[]]]}',
        b'{"alg":"ES256","a":NaN}',
    ],
)
def test_a_header_that_is_misshapen_is_a_malformed_credential(header: bytes) -> None:
    """Never a 500: surrogates, numbers and lists stand where text is expected."""
    with pytest.raises(MalformedCredentialError):
        unverified(with_header(header))


@pytest.mark.parametrize(
    "extra",
    [
        {"jwk": {"kty": "oct", "k": "AAAA"}},
        {"jku": "https://evil.example/jwks"},
        {"x5u": "https://evil.example/cert"},
        {"x5c": ["MIIB"]},
        {"crit": ["exp"], "exp": 1},
        {"crit": []},
        {"crit": ["b64"], "b64": False},
        {"b64": False},
    ],
)
def test_authlib_cve_2026_27962_keys_and_extensions_in_the_header_are_refused(
    extra: dict[str, object],
) -> None:
    """A key comes from the issuer, never from the token; RFC 7515 section 4.1.11."""
    header = {"alg": "ES256"} | extra

    with pytest.raises(ForbiddenHeaderError, match=next(iter(extra))):
        unverified(with_header(json.dumps(header).encode()))


@pytest.mark.parametrize(
    ("typ", "expected"),
    [
        ("at+jwt", "at+jwt"),
        ("AT+JWT", "at+jwt"),
        ("application/at+jwt", "at+jwt"),
        ("Application/AT+JWT", "at+jwt"),
        ("JWT", "jwt"),
        ("", ""),
        ("application/x/at+jwt", "x/at+jwt"),
    ],
)
def test_types_are_compared_as_media_types(typ: str, expected: str) -> None:
    """RFC 7515 section 4.1.9: "application/" may be left out, case does not matter."""
    header = {"alg": "ES256", "typ": typ}

    assert unverified(with_header(json.dumps(header).encode())).type == expected


def test_a_header_need_not_name_key_and_type() -> None:
    parts = unverified(f"{HEADER}.{PAYLOAD}.AAAA")

    assert parts.key_id is None
    assert parts.type == ""


@pytest.mark.parametrize("issuer", [None, 5, ["https://login.example"], {}])
def test_an_issuer_that_is_no_text_is_none(issuer: object) -> None:
    payload = encode(json.dumps({"iss": issuer}).encode())

    assert unverified(f"{HEADER}.{payload}.AAAA").unverified_issuer == ""


@pytest.mark.parametrize("payload", [b"[]", b"x", b'{"exp":NaN}', b'{"a":1,"a":2}'])
def test_a_payload_that_is_no_claims_set_is_malformed(payload: bytes) -> None:
    with pytest.raises(MalformedCredentialError, match="payload"):
        unverified(f"{HEADER}.{encode(payload)}.AAAA")


def test_two_names_of_one_algorithm_are_one() -> None:
    """RFC 9864 gives RFC 8037's "EdDSA" over Ed25519 a name of its own."""
    header = encode(b'{"alg":"Ed25519"}')

    assert unverified(f"{header}.{PAYLOAD}.AAAA").algorithm == "EdDSA"
    assert one_name("RS256") == "RS256"
    assert names_of(["Ed25519", "RS256", "EdDSA"]) == ("EdDSA", "RS256")


@given(st.text(max_size=300))
def test_any_text_is_a_token_or_a_credential_error(text: str) -> None:
    try:
        parts = unverified(text)
    except CredentialError:
        return
    assert text.startswith(parts.signing_input.decode())


@given(st.binary(max_size=100), st.binary(max_size=100), st.binary(max_size=70))
def test_any_segments_are_a_token_or_a_credential_error(
    header: bytes, payload: bytes, signature: bytes
) -> None:
    try:
        parts = unverified(".".join(map(encode, (header, payload, signature))))
    except CredentialError:
        return
    assert parts.signature == signature


@given(st.dictionaries(st.sampled_from(["alg", "kid", "typ", "cty"]), st.text()))
def test_any_header_is_read_or_a_credential_error(header: dict[str, str]) -> None:
    try:
        parts = unverified(with_header(json.dumps(header).encode()))
    except CredentialError:
        return
    assert parts.algorithm == one_name(header["alg"])
