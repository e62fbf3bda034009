"""Small documents, from allowed places, within limits."""

import gzip
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from gateway.net.errors import (
    FetchError,
    ForbiddenTargetError,
    OversizedAnswerError,
    UnusableAnswerError,
)
from gateway.net.fetcher import Fetcher, FetchRules
from tests.net.wire import FakeNetwork, http

RULES = FetchRules(allow_hosts=frozenset({"keys.example"}), max_bytes=100)
URL = "https://keys.example/jwks"


def fetcher(network: FakeNetwork, rules: FetchRules = RULES) -> Fetcher:
    return Fetcher(rules, surroundings=network.surroundings())


def test_a_document_comes_back_as_it_was_sent() -> None:
    network = FakeNetwork(http(b"{}", "Content-Type: Application/JSON; charset=utf-8"))

    fetched = fetcher(network).get(URL)

    assert (fetched.status, fetched.media_type, fetched.body) == (
        200,
        "application/json",
        b"{}",
    )
    assert network.sent.startswith(b"GET /jwks HTTP/1.1\r\n")
    assert network.closed == 1


def test_what_is_asked_for_may_be_said_in_other_headers() -> None:
    """Instead of the fetcher's own, and beside them."""
    network = FakeNetwork(http(b""))

    fetcher(network).get(URL, headers={"accept": "text/plain", "add-padding": "true"})

    head = network.sent.lower()
    assert b"\r\naccept: text/plain\r\n" in head
    assert b"\r\nadd-padding: true\r\n" in head
    assert b"application/json" not in head


def test_a_body_is_sent_and_the_answer_comes_back() -> None:
    """With its length, so that no server waits for more."""
    network = FakeNetwork(http(b"{}", status="202 Accepted"))

    fetched = fetcher(network).post(
        URL, b'{"a": 1}', headers={"content-type": "application/json"}
    )

    assert (fetched.status, fetched.body) == (202, b"{}")
    head, _, body = network.sent.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /jwks HTTP/1.1\r\n")
    assert b"content-length: 8" in head.lower()
    assert b"content-type: application/json" in head.lower()
    assert body == b'{"a": 1}'
    with pytest.raises(ForbiddenTargetError):
        fetcher(network).post("https://other.example/", b"", headers={})


def test_a_status_is_told_and_not_judged() -> None:
    network = FakeNetwork(
        http(b"no", "Retry-After: 60", status="503 Service Unavailable")
    )

    fetched = fetcher(network).get(URL)

    assert fetched.status == 503
    assert fetched.headers["retry-after"] == "60"


@pytest.mark.parametrize(
    "url",
    [
        "http://keys.example/jwks",
        "file:///etc/passwd",
        "ftp://keys.example/jwks",
        "data:application/json,{}",
        "//keys.example/jwks",
        "jwks",
        "",
        "https://other.example/jwks",
        "https://keys.example.evil.example/",
        "https://evil.example/?https://keys.example/",
        "https://keys.example@evil.example/",
        "https://user@keys.example/",
        "https://user:password@keys.example/",
        "https://:@keys.example/",
        "https://@keys.example/",
        "https://keys.example/jwks#fragment",
        "https://keys.example/jwks#",
        "https://keys.example\\@evil.example/",
        "https://KEYS.EXAMPLE.evil.example/",
        "https://keys.example./",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://[::1]/",
        "https://keys.example:99999/",
        "https://keys.exam\u0441ple/",
        "https://keys.example\x00/",
        "https://keys.example/\n",
    ],
)
def test_nodedb_61_only_https_to_an_allowed_host_is_ever_asked(url: str) -> None:
    """PyJWT PR 1169 too: key URLs that lead to files and to other hosts."""
    network = FakeNetwork(http(b"{}"))

    with pytest.raises(ForbiddenTargetError):
        fetcher(network).get(url)
    assert network.resolved == []


def test_plain_http_is_asked_where_the_file_says_so() -> None:
    network = FakeNetwork(http(b"{}"))

    fetched = fetcher(network, replace(RULES, allow_http=True)).get(
        "http://keys.example:9400/jwks"
    )

    assert fetched.body == b"{}"
    assert network.connected == [("93.184.216.34", 9400)]


def test_upper_case_in_a_url_means_the_same_host() -> None:
    network = FakeNetwork(http(b"{}"))

    assert fetcher(network).get("HTTPS://Keys.Example/jwks").status == 200


def test_a_v6_address_is_allowed_as_settings_write_it() -> None:
    network = FakeNetwork(http(b"{}"), addresses=lambda: ["::1"])
    rules = FetchRules(
        allow_hosts=frozenset({"::1"}), allow_addresses=(ip_network("::1"),)
    )

    assert fetcher(network, rules).get("https://[::1]:8443/").status == 200
    assert network.connected == [("::1", 8443)]


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Again", "308 Moved"])
def test_floci_3743_a_redirect_is_a_failure(status: str) -> None:
    """The host that was checked has to be the one that answers."""
    network = FakeNetwork(
        http(b"", "Location: https://169.254.169.254/latest", status=status)
    )

    with pytest.raises(UnusableAnswerError, match="redirect"):
        fetcher(network).get(URL)
    assert len(network.connected) == 1


def test_the_largest_answer_is_read_and_one_byte_more_is_not() -> None:
    assert len(fetcher(FakeNetwork(http(b"x" * 100))).get(URL).body) == 100
    with pytest.raises(OversizedAnswerError):
        fetcher(FakeNetwork(http(b"x" * 101))).get(URL)


def test_an_endless_answer_without_a_length_is_cut() -> None:
    pieces = [b"HTTP/1.1 200 OK\r\n\r\n", *([b"x" * 64] * 10_000)]

    with pytest.raises(OversizedAnswerError):
        fetcher(FakeNetwork(pieces)).get(URL)


def test_an_endless_answer_in_chunks_is_cut() -> None:
    pieces = [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        *([b"40\r\n" + b"x" * 64 + b"\r\n"] * 10_000),
    ]

    with pytest.raises(OversizedAnswerError):
        fetcher(FakeNetwork(pieces)).get(URL)


@pytest.mark.parametrize("packing", ["gzip", "deflate", "br", "identity, gzip"])
def test_a_packed_answer_is_a_failure(packing: str) -> None:
    """A kilobyte can unpack to a gigabyte; nothing of it was asked for."""
    bomb = gzip.compress(b"x" * 1_000)
    network = FakeNetwork(http(bomb, f"Content-Encoding: {packing}"))

    with pytest.raises(UnusableAnswerError, match="encoding"):
        fetcher(network).get(URL)
    assert b"accept-encoding: identity\r\n" in network.sent.lower()


def test_an_answer_that_says_it_is_not_packed_is_read() -> None:
    network = FakeNetwork(http(b"{}", "Content-Encoding: identity"))

    assert fetcher(network).get(URL).body == b"{}"


def test_nothing_of_the_environment_changes_the_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A proxy from the environment would see, and could change, every key."""
    monkeypatch.setenv("HTTPS_PROXY", "http://evil.example:3128")
    monkeypatch.setenv("ALL_PROXY", "http://evil.example:3128")
    network = FakeNetwork(http(b"{}"))

    fetcher(network).get(URL)

    assert network.resolved == ["keys.example"]


def test_cookies_are_neither_kept_nor_sent() -> None:
    network = FakeNetwork(http(b"{}", "Set-Cookie: id=1; Path=/"))
    one = fetcher(network)

    one.get(URL)
    one.get(URL)

    assert b"cookie" not in network.sent.lower()


def test_a_ca_file_without_a_certificate_is_refused_at_once() -> None:
    """At load, not at the first request."""
    for ca in (b"not a certificate", b"\xff\xfe"):
        with pytest.raises(ValueError, match="no certificate"):
            Fetcher(replace(RULES, ca=ca))


def test_a_ca_file_alone_is_trusted() -> None:
    """The usual authorities then say nothing about the provider."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "corp")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2036, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    network = FakeNetwork(http(b"{}"))
    rules = replace(RULES, ca=certificate.public_bytes(Encoding.PEM))

    fetcher(network, rules).get(URL)

    (context,) = network.contexts
    assert [each["serialNumber"] for each in context.get_ca_certs()] == ["01"]
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_rules_do_not_show_certificates_and_answers_not_their_bodies() -> None:
    network = FakeNetwork(http(b"secret"))

    assert "CERT" not in repr(replace(RULES, ca=b"CERT"))
    assert "secret" not in repr(fetcher(network).get(URL))


def test_rules_have_limits_unless_told_otherwise() -> None:
    rules = FetchRules(allow_hosts=frozenset())

    assert rules.max_bytes == 256 * 1024
    assert rules.timeout == timedelta(seconds=3)
    assert not rules.allow_http


@given(st.text(max_size=60))
def test_any_text_as_a_url_is_refused_or_fetched(url: str) -> None:
    network = FakeNetwork(http(b"{}"))

    try:
        fetcher(network).get(url)
    except ForbiddenTargetError:
        return
    assert network.resolved == ["keys.example"]


@pytest.mark.long
@given(st.lists(st.binary(max_size=200), max_size=6))
def test_any_bytes_as_an_answer_are_read_or_a_failed_fetch(pieces: list[bytes]) -> None:
    network = FakeNetwork(piece for piece in pieces if piece)

    try:
        fetched = fetcher(network).get(URL)
    except FetchError:
        return
    assert len(fetched.body) <= 100
