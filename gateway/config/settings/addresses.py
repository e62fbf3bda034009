"""Where something listens or is reached: hosts, ports, origins and URLs.

Every URL of a file is taken apart here, strictly, so that two libraries cannot disagree
about its host later.

Reference: RFC 3986 sections 3.1 to 3.3.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Annotated, Any

from pydantic import AfterValidator, PlainValidator
from pydantic_core import PydanticCustomError

from gateway.config.settings.section import Called, flaw
from gateway.config.settings.values import is_loopback

_LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_HOST_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")

# Scheme, host, port and path; no user, no query, no fragment, nothing to decode. Upper
# case is matched so that it can be refused with a better message.
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<path>(?:/[A-Za-z0-9._~:@!$&'()*+,=-]*)*)"
)
_LISTEN = re.compile(
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):(?P<port>[0-9]{1,5})"
)

_DEFAULT_PORT = {"http": 80, "https": 443}
_MAX_PORT = 65535


@dataclass(frozen=True, slots=True)
class Listen:
    """An address to listen on.

    Attributes:
        host: Address or host name, without brackets.
        port: 0 lets the system choose.
    """

    host: str
    port: int

    @property
    def text(self) -> str:
        """Host and port as they are written in a file."""
        return f"{_bracketed(self.host)}:{self.port}"


@dataclass(frozen=True, slots=True)
class Url:
    """A URL in its parts.

    Attributes:
        scheme: `http` or `https`.
        host: Lower-case name or address, without brackets.
        port: The port, also where the text leaves it out.
        path: Empty, or beginning with "/".
        text: As written.
    """

    scheme: str
    host: str
    port: int
    path: str
    text: str

    @property
    def tls(self) -> bool:
        """Whether it is reached over TLS."""
        return self.scheme == "https"

    @property
    def loopback(self) -> bool:
        """Whether the host is this machine itself."""
        return is_loopback(self.host)

    @property
    def authority(self) -> str:
        """Host and port as a `Host` header has them: a default port is left out."""
        host = _bracketed(self.host)
        return (
            host if self.port == _DEFAULT_PORT[self.scheme] else f"{host}:{self.port}"
        )


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def check_host(host: str) -> str:
    """Return the host without brackets, if it is a lower-case name or an address."""
    if host != host.lower():
        raise flaw(
            "E106",
            "host names are written in lower case",
            hint=f'write "{host.lower()}"',
        )
    if host.startswith("["):
        try:
            return str(IPv6Address(host[1:-1]))
        except ValueError:
            raise flaw("E105", f"`{host}` is no IPv6 address") from None
    if host.replace(".", "").isdecimal():
        try:
            return str(ip_address(host))
        except ValueError:
            raise flaw("E105", f"`{host}` is no IPv4 address") from None
    if _HOST_NAME.fullmatch(host) is None:
        raise flaw("E105", f"`{host}` is no host name")
    return host


def _check_port(text: str) -> int:
    if int(text) > _MAX_PORT:
        raise flaw("E106", f"a port is at most {_MAX_PORT}")
    return int(text)


def parse_url(value: Any) -> Url:
    """Return the parts of an http or https URL without user, query and fragment."""
    if isinstance(value, Url):
        return value
    match = _URL.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise flaw(
            "E105",
            "this is no http or https URL of scheme, host, port and path",
            hint='write "https://host.example" or "https://host.example:8443/path"',
        )
    port = _check_port(match["port"]) if match["port"] else None
    return Url(
        scheme=match["scheme"],
        host=check_host(match["host"]),
        port=_DEFAULT_PORT[match["scheme"]] if port is None else port,
        path=match["path"],
        text=match[0],
    )


def is_url(text: str) -> bool:
    """Return whether a text is a URL that `parse_url` takes apart."""
    try:
        parse_url(text)
    except PydanticCustomError:
        return False
    return True


def parse_listen(value: Any) -> Listen:
    """Return the parts of `"127.0.0.1:8080"` or `"[::1]:8080"`."""
    if isinstance(value, Listen):
        return value
    match = _LISTEN.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise flaw(
            "E105",
            "an address to listen on is host and port",
            hint='write "127.0.0.1:8080" or "[::1]:8080"',
        )
    return Listen(check_host(match["host"]), _check_port(match["port"]))


def _without_path(url: Url) -> Url:
    if url.path:
        raise flaw(
            "E105",
            "the URL has a path, and only scheme, host and port may stand here",
            hint=f'write "{url.text.removesuffix(url.path)}"',
        )
    return url


def check_issuer(text: str) -> str:
    """Return an issuer, if it is a URL over TLS or of this machine."""
    # Kept as written: `iss` is compared byte for byte (OpenID Connect Core section 3.1.3.7).
    # Loopback is let through here; who may use it decides at the field.
    url = parse_url(text)
    if not url.tls and not url.loopback:
        raise flaw("E106", "an issuer is an https URL")
    return text


def _url_text(text: str) -> str:
    parse_url(text)
    return text


Origin = Annotated[
    Url, PlainValidator(parse_url), AfterValidator(_without_path), Called("URL")
]
Issuer = Annotated[str, AfterValidator(check_issuer), Called("URL")]
UrlText = Annotated[str, AfterValidator(_url_text), Called("URL")]
Host = Annotated[str, AfterValidator(check_host), Called("host")]
ListenAddress = Annotated[Listen, PlainValidator(parse_listen), Called("host and port")]
