"""Ids of requests."""

import re

import pytest

from gateway.telemetry.request_id import RequestIds


def test_ids_are_128_bits_and_never_the_same() -> None:
    """More than one batch, to see that batches differ."""
    ids = RequestIds()

    made = [ids.new() for _ in range(2000)]

    assert len(set(made)) == 2000
    assert all(re.fullmatch(r"[0-9a-f]{32}", one) for one in made)


def test_all_the_randomness_is_used() -> None:
    """Each id is its own piece of what the system gave."""
    ids = RequestIds(entropy=lambda size: bytes(n // 16 for n in range(size)))

    made = {ids.new() for _ in range(256)}

    assert made == {f"{n:02x}" * 16 for n in range(256)}


@pytest.mark.parametrize("supplied", ["0af7651916cd43dd8448eb211c80319c", "a" * 128])
def test_a_trusted_proxy_names_its_requests(supplied: str) -> None:
    """So that its log and ours can be joined."""
    ids = RequestIds()

    assert ids.adopt([supplied.encode()], from_trusted_peer=True) == supplied


@pytest.mark.parametrize(
    "supplied",
    [
        [],
        [b"seven77"],
        [b"a" * 129],
        [b"with space"],
        [b'quoted-"id"'],
        [b"line\nfeed-1"],
        [b"caf\xc3\xa9-caf\xc3\xa9"],
        [b"first-id-1", b"second-id-2"],
    ],
)
def test_what_does_not_look_like_an_id_is_replaced(supplied: list[bytes]) -> None:
    """Even a trusted proxy may pass on what somebody else wrote."""
    given = RequestIds().adopt(supplied, from_trusted_peer=True)

    assert re.fullmatch(r"[0-9a-f]{32}", given)


def test_a_stranger_does_not_name_requests() -> None:
    """Otherwise anybody could write their requests into another's trail."""
    forged = "0af7651916cd43dd8448eb211c80319c"

    assert RequestIds().adopt([forged.encode()], from_trusted_peer=False) != forged
