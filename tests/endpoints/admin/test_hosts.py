"""Who the admin listener is spoken to as."""

from typing import Any

import pytest

from gateway.endpoints.admin.hosts import ForeignHostError, HostCheck


def asked_as(*hosts: bytes) -> dict[str, Any]:
    return {"type": "http", "headers": [(b"host", host) for host in hosts]}


@pytest.mark.parametrize(
    "host",
    [
        b"localhost",
        b"localhost:8081",
        b"LOCALHOST:8081",
        b"127.0.0.1:8081",
        b"192.0.2.7",
        b"[::1]:8081",
        b"[::1]",
        b"admin.internal:9443",
        b"Admin.Internal",
    ],
)
def test_names_that_no_page_can_have_are_answered(host: bytes) -> None:
    """`localhost`, addresses, and what was configured."""
    HostCheck(names=["admin.internal"])(asked_as(host))


@pytest.mark.parametrize(
    "hosts",
    [
        [],
        [b""],
        [b"localhost", b"localhost"],
        [b"rebound.evil.example:8081"],
        [b"localhost.evil.example"],
        [b"127.0.0.1.evil.example"],
        [b"admin.internal.evil.example"],
        [b"localhost:8081@evil.example"],
        [b"evil.example/localhost"],
        [b"localhost:"],
        [b"localhost:123456"],
        [b"[localhost]"],
        [b"caf\xc3\xa9"],
        [b"localhost\x00"],
    ],
)
def test_every_other_name_is_refused(hosts: list[bytes]) -> None:
    """DNS rebinding: the page's own name stands in `Host`."""
    with pytest.raises(ForeignHostError):
        HostCheck(names=["admin.internal"])(asked_as(*hosts))
