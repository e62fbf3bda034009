"""What carries credentials, by name and by form."""

from time import perf_counter

import pytest

from gateway.cel.paths import parse_path
from gateway.policy.recording.credentials import carries_credential, shows_credential


@pytest.mark.parametrize(
    "path",
    [
        "request.headers.authorization",
        "request.headers.proxy-authorization",
        "request.headers.cookie",
        "request.headers.set-cookie",
        "request.headers.Cookie",
        "request.headers.x-api-key",
        "request.headers.x-amz-security-token",
        "request.headers.x-csrf-token",
        "request.headers.dpop",
        "request.headers.cookie.inside",
        "request.headers['x.auth']",
        "request.query.access_token",
        "request.query.id_token",
        "request.query.X-Amz-Signature",
        "request.query.code",
        "request.query.api_key",
        "request.query.password",
        "request.query.clientSecret",
        "request.query.code_verifier",
        "request.query.device_code",
        "request.query.private_key",
        "request.query.PHPSESSID",
        "request.query.AccessKey",
        "request.query['token\u00e9']",
        "request.headers.x-authtoken",
        "request.headers.xapikey",
        "route.params.token",
        "route.params.resetToken",
    ],
)
def test_a_name_that_promises_a_credential_is_believed(path: str) -> None:
    """RFC 6750 section 2 lets a token travel in a header and in a query."""
    assert carries_credential(parse_path(path))


@pytest.mark.parametrize(
    "path",
    [
        "request.headers",
        "request.query",
        "request.headers.x-tenant",
        "request.headers.x-country-code",
        "request.headers.code",
        "request.headers.accept",
        "request.query.channel",
        "request.query.key",
        "request.query.keyboard",
        "request.query.public_key",
        "request.query.tokenizer",
        "route.params.order_id",
        "route.params.code",
        "route.id",
        "request.method",
        "claims.token_use",
        "identity.attributes.secret",
        "now",
    ],
)
def test_other_names_are_not(path: str) -> None:
    """A map is asked about entry by entry; claims were vouched for, and show none."""
    assert not carries_credential(parse_path(path))


JWS = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbmEifQ.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "written",
    [
        f'"{JWS}"',
        f'["a","{JWS}"]',
        f'"token={JWS}"',
        f'"sess_{JWS}"',
        f'"v1{JWS}"',
        rf'"\n{JWS}"',
        rf'"\u00e9{JWS}"',
        f'"a.b.{JWS}"',
        f'"eyJ.eyJ-{JWS}"',
        f'"{JWS.partition(".")[0]}..c2ln"',
        r'"\nBearer abcdefgh12345678"',
        '"Bearer abcdefgh12345678"',
        '"basic YW5hOnNlY3JldA=="',
    ],
)
def test_what_looks_like_a_credential_is_one(written: str) -> None:
    """Wherever it stands."""
    assert shows_credential(written)


@pytest.mark.parametrize(
    "written",
    [
        '"ana@example.com"',
        '"eyJust a text"',
        '"eyJabcdef.one"',
        '"eyJabc.one.two"',
        '"Bearer of it"',
        "[]",
    ],
)
def test_other_values_are_none(written: str) -> None:
    """A text is no token because of how it begins."""
    assert not shows_credential(written)


def test_looking_for_a_token_takes_no_longer_than_reading() -> None:
    """Whoever sends sixteen kilobytes of beginnings would hold up everybody else."""
    hostile = "-eyJaaaaa" * 20_000
    shown = "a" * len(hostile)

    assert _seconds(f"{hostile}eyJ") < 100 * _seconds(f"{shown}eyJ")


def _seconds(written: str) -> float:
    began = perf_counter()
    assert not shows_credential(written)
    return perf_counter() - began
