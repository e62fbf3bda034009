"""Hosts, ports, origins and URLs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field
from pydantic_core import PydanticCustomError

from gateway.config.settings.addresses import (
    Host,
    Issuer,
    Listen,
    Origin,
    Url,
    UrlText,
    check_host,
    is_url,
    parse_listen,
    parse_url,
)
from gateway.config.settings.section import Section
from tests.config.files import read, the_fault


class Places(Section):
    """One of each."""

    origin: Origin | None = Field(default=None, description="Origin.")
    issuer: Issuer = Field(default="", description="Issuer.")
    url: UrlText = Field(default="", description="URL.")
    host: Host = Field(default="", description="Host.")


def test_a_url_is_taken_apart() -> None:
    """Once, so that nobody else has to."""
    url = parse_url("https://gw.example.com:8443/a/b")

    assert url == Url(
        "https", "gw.example.com", 8443, "/a/b", "https://gw.example.com:8443/a/b"
    )
    assert url.tls
    assert not url.loopback
    assert url.authority == "gw.example.com:8443"
    assert parse_url(url) is url
    assert is_url("https://a")
    assert not is_url("a")


@pytest.mark.parametrize(
    ("text", "authority", "port"),
    [
        ("http://a", "a", 80),
        ("https://a", "a", 443),
        ("http://a:80", "a", 80),
        ("https://a:80", "a:80", 80),
        ("http://[::1]:8080", "[::1]:8080", 8080),
        ("http://[0:0::1]", "[::1]", 80),
        ("http://127.0.0.1:0", "127.0.0.1:0", 0),
    ],
)
def test_a_default_port_is_left_out_of_the_authority(
    text: str, authority: str, port: int
) -> None:
    """RFC 9110 section 4.2.3: with and without it are the same."""
    url = parse_url(text)

    assert (url.authority, url.port) == (authority, port)


@pytest.mark.parametrize(
    "value",
    [
        5,
        "",
        "gw.example.com",
        "ftp://a",
        "HTTPS://a",
        "https://",
        "https://a:",
        "https://a:65536",
        "https://a:port",
        "https://user@a",
        "https://user:pw@a",
        "https://a?q=1",
        "https://a#f",
        "https://a/%2e",
        "https://a\\b",
        "https://a b",
        "https://a\n",
        "https://ä.example",
        "https://a..b",
        "https://-a",
        "https://a.",
        "https://999.1.1.1",
        "https://1.1",
        "https://[::g]",
        "https://[1.2.3.4]",
        f"https://{'a' * 64}",
        f"https://{'a.' * 127}aa",
    ],
)
def test_anything_else_is_no_url(value: object) -> None:
    """What two readers could take apart in two ways is refused."""
    with pytest.raises(PydanticCustomError):
        parse_url(value)


def test_upper_case_in_a_host_is_named() -> None:
    """Host names are compared as they are written."""
    with pytest.raises(PydanticCustomError) as caught:
        parse_url("https://GW.example.com")

    assert (caught.value.context or {})["hint"] == 'write "gw.example.com"'


def test_the_longest_host_passes() -> None:
    """RFC 1035 section 2.3.4: 63 octets a label, 253 in all."""
    label = "a" * 63

    assert check_host(f"{label}.{label}.{label}.{'a' * 61}")
    with pytest.raises(PydanticCustomError):
        check_host(f"{label}.{label}.{label}.{'a' * 62}")


def test_an_address_to_listen_on_is_host_and_port() -> None:
    """Of either family."""
    assert parse_listen("127.0.0.1:8080") == Listen("127.0.0.1", 8080)
    assert parse_listen("[::]:8443") == Listen("::", 8443)
    assert parse_listen("[::]:8443").text == "[::]:8443"
    assert parse_listen(Listen("a", 1)) == Listen("a", 1)
    assert parse_listen("localhost:65535").port == 65535


@pytest.mark.parametrize(
    "value", [8080, "8080", ":8080", "127.0.0.1", "::1:80", "[::1]", "a:65536", "a:-1"]
)
def test_anything_else_is_nothing_to_listen_on(value: object) -> None:
    """All interfaces have to be asked for by name."""
    with pytest.raises(PydanticCustomError):
        parse_listen(value)


def test_an_origin_has_no_path() -> None:
    """Not even a slash: what would it mean behind it?"""
    assert isinstance(read(Places, "origin = 'https://a'"), Places)

    assert the_fault(Places, "origin = 'https://a/'").help == 'write "https://a"'
    assert the_fault(Places, "origin = 'https://a/b'").help == 'write "https://a"'


def test_an_issuer_is_kept_as_it_is_written() -> None:
    """OpenID Connect Core section 3.1.3.7: `iss` must match exactly."""
    settings = read(Places, "issuer = 'https://a.example:443/'")

    assert isinstance(settings, Places)
    assert settings.issuer == "https://a.example:443/"


def test_an_issuer_is_https_or_on_this_machine() -> None:
    """OpenID Connect Discovery section 2."""
    assert isinstance(read(Places, "issuer = 'http://127.0.0.1:8082'"), Places)

    assert the_fault(Places, "issuer = 'http://a.example'").code == "E106"
    assert the_fault(Places, "issuer = 'a.example'").code == "E105"


def test_other_urls_and_hosts_are_checked_and_kept() -> None:
    """As text."""
    settings = read(Places, "url = 'http://a.example/jwks'\nhost = 'a.example'")

    assert isinstance(settings, Places)
    assert (settings.url, settings.host) == ("http://a.example/jwks", "a.example")
    assert the_fault(Places, "url = 'x'").code == "E105"
    assert the_fault(Places, "host = 'A'").code == "E106"


@given(st.text(alphabet="htps:/[]0.a1-A_@?#%\n é", max_size=30))
def test_whatever_is_written_only_a_flaw_comes_out(text: str) -> None:
    """And what passes has a host that nobody reads in two ways."""
    try:
        url = parse_url(text)
    except PydanticCustomError:
        return
    assert not set(url.host) & set("@/?#[]% ")
    assert url.text == text
