"""Webhooks of the files."""

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from gateway.app.hooks import build_webhook
from gateway.config.settings.webhooks import WebhookSettings
from gateway.net.fetcher import Fetcher, FetchRules
from tests.config.certificates import certificate
from tests.config.files import NOON, Folder

TEXT = """
[triggers.shop.webhook]
url = "http://127.0.0.1:9000/hook"
secret = { env = "S" }
timeout = "2s"
allow_plain_http = true
allow_private_addresses = ["127.0.0.0/8"]
ca = { file = "ca.pem" }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def settings_of(folder: Folder) -> WebhookSettings:
    folder.environ["S"] = "x" * 32
    folder.write("ca.pem", certificate())
    folder.add("config.toml", TEXT)
    settings = folder.load().settings.triggers["shop"].webhook
    assert settings is not None
    return settings


def test_a_webhook_goes_where_the_file_says_and_nowhere_else(folder: Folder) -> None:
    """One host, the networks that are named, its own authority, its time."""
    settings = settings_of(folder)

    webhook = build_webhook(settings, max_bytes=9, clock=lambda: NOON)

    assert isinstance(webhook._poster, Fetcher)
    assert settings.ca is not None
    assert webhook._poster._rules == FetchRules(
        allow_hosts=frozenset({"127.0.0.1"}),
        allow_addresses=(ip_network("127.0.0.0/8"),),
        allow_http=True,
        ca=settings.ca.content,
        timeout=timedelta(seconds=2),
        max_bytes=9,
    )
    assert webhook._url == "http://127.0.0.1:9000/hook"
    assert webhook._secret == b"x" * 32
