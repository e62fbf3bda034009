"""What every page tells the browser, for the safety of whoever reads it.

References: Content Security Policy Level 3; RFC 6797 (HSTS); RFC 9111 section 5.2.2.5
(`no-store`).
"""

from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import urlsplit

_HSTS: Final = "max-age=31536000"
_POWERS: Final = (
    "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), "
    "publickey-credentials-get=(self), publickey-credentials-create=(self)"
)

# More addresses than a header should hold; who registers so many lists the others.
_MOST_TARGETS: Final = 20


class PageHeaders:
    """Makes the headers of pages."""

    def __init__(self, *, secure: bool) -> None:
        """Prepare what is the same for all.

        Args:
            secure: Whether the gateway's own address is `https`.
        """
        self._fixed = {
            "Cache-Control": "no-store",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": _POWERS,
            # Not `no-referrer`: with it browsers say `Origin: null` in our own forms.
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "X-Robots-Tag": "noindex",
        }
        if secure:
            self._fixed["Strict-Transport-Security"] = _HSTS

    def of(self, *, logo: str = "", targets: Iterable[str] = ()) -> Mapping[str, str]:
        """Return the headers of one page.

        Args:
            logo: Address of an image that stands on it; empty for none.
            targets: Where its forms may lead in the end: browsers that check redirects
                behind a form as well would keep people from going back.
        """
        forms = " ".join(["'self'", *_sources(targets)])
        images = " ".join(["'self'", "data:", *_sources([logo])])
        policy = (
            "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
            f"img-src {images}; form-action {forms}; base-uri 'none'; "
            "frame-ancestors 'none'"
        )
        return {**self._fixed, "Content-Security-Policy": policy}


def _sources(addresses: Iterable[str]) -> list[str]:
    """Return origins, or schemes where there is no host, each once."""
    found: dict[str, None] = {}
    for address in addresses:
        source = _source(address)
        if source:
            found[source] = None
    return list(found)[:_MOST_TARGETS]


def _source(address: str) -> str:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if not parts.scheme:
        return ""
    if parts.scheme not in {"http", "https"}:
        # An application's own scheme, as on phones (RFC 8252 section 7.1).
        return f"{parts.scheme}:"
    if not host.isascii() or set(host) & set(" ;,'\""):
        return ""
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}:{port}" if port else f"{parts.scheme}://{name}"
