"""The service of leaked passwords, as the settings have it."""

from datetime import timedelta
from ipaddress import ip_network

import pytest

from gateway.app.leaks import build_leaks
from gateway.config.settings.leaked_passwords import LeakedPasswordsSettings
from gateway.net.fetcher import Fetcher, FetchRules
from gateway.pool.passwords.leaks import MAX_ANSWER_BYTES, LeaksUnknownError
from tests.config.files import read
from tests.pool.sign_in.desk import Quiet


def settings(text: str) -> LeakedPasswordsSettings:
    read_ = read(LeakedPasswordsSettings, text)
    assert isinstance(read_, LeakedPasswordsSettings)
    return read_


def rules(text: str) -> FetchRules:
    getter = build_leaks(settings(text), logger=Quiet())._getter
    assert isinstance(getter, Fetcher)
    return getter._rules


def test_the_service_is_reached_by_the_rules_of_the_settings() -> None:
    """No other host, no private address, no more time and bytes than that."""
    assert rules("") == FetchRules(
        allow_hosts=frozenset({"api.pwnedpasswords.com"}),
        timeout=timedelta(seconds=1),
        max_bytes=MAX_ANSWER_BYTES,
    )
    own = """
    url = 'http://localhost:1/leaks'
    allow_plain_http = true
    allow_private_addresses = ['127.0.0.1']
    timeout = '5s'
    """
    assert rules(own) == FetchRules(
        allow_hosts=frozenset({"localhost"}),
        allow_addresses=(ip_network("127.0.0.1"),),
        allow_http=True,
        timeout=timedelta(seconds=5),
        max_bytes=MAX_ANSWER_BYTES,
    )
    with pytest.raises(LeaksUnknownError):
        build_leaks(settings(own), logger=Quiet()).times_seen("anything")
