"""Chromium without a window, with an authenticator that says yes by itself.

Debian's, not one that is downloaded. The authenticator is the browser's own virtual one
(DevTools protocol, domain WebAuthn).
"""

import contextlib
import os
import shutil
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Give a browser, and end it."""
    found = shutil.which("chromium")
    assert found is not None, "the tests need Debian's package chromium"
    # As root there is nobody less to become.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


class VirtualAuthenticator:
    """A phone's own authenticator: keeps passkeys, and makes sure who holds it."""

    def __init__(self, page: Page, *, is_verified: bool = True) -> None:
        self._devtools = page.context.new_cdp_session(page)
        self._devtools.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": is_verified,
            "isUserVerified": is_verified,
            "automaticPresenceSimulation": True,
        }
        made = self._devtools.send(
            "WebAuthn.addVirtualAuthenticator", {"options": options}
        )
        self._id = {"authenticatorId": made["authenticatorId"]}

    def passkeys(self) -> list[dict[str, Any]]:
        """Return what it keeps, private keys included."""
        found = self._devtools.send("WebAuthn.getCredentials", self._id)
        passkeys: list[dict[str, Any]] = found["credentials"]
        return passkeys

    def add(self, passkey: dict[str, Any]) -> None:
        """Put a passkey in that another one keeps: a copy."""
        self._devtools.send(
            "WebAuthn.addCredential", {**self._id, "credential": passkey}
        )
