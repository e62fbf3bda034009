"""What one page hands to the next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.endpoints.hosted_ui.carried import LIFETIME, Carrier
from gateway.endpoints.hosted_ui.errors import StaleStepError
from gateway.keys.seal import Seal, StoreKey
from tests.pool.house import NOON

SEAL = Seal(key=StoreKey(bytes(range(32))))


class Clock:
    def __init__(self) -> None:
        self.now = NOON


def carrier() -> tuple[Carrier, Clock]:
    clock = Clock()
    return Carrier(sealer=SEAL, clock=lambda: clock.now), clock


def test_what_was_packed_is_unpacked() -> None:
    carried, _ = carrier()

    packed = carried.pack("confirm", "browser", {"username": "ana-1975", "n": [1]})

    assert "ana-1975" not in packed
    values = carried.unpack("confirm", "browser", packed)
    assert (values["username"], values["n"]) == ("ana-1975", [1])


def test_it_is_good_for_a_while_only() -> None:
    carried, clock = carrier()
    packed = carried.pack("confirm", "browser", {})

    clock.now = NOON + LIFETIME * 0.999
    carried.unpack("confirm", "browser", packed)
    clock.now = NOON + LIFETIME
    with pytest.raises(StaleStepError):
        carried.unpack("confirm", "browser", packed)


@pytest.mark.parametrize(
    ("kind", "browser"), [("sign_in", "browser"), ("confirm", "other"), ("confirm", "")]
)
def test_it_is_good_for_one_thing_in_one_browser(kind: str, browser: str) -> None:
    carried, _ = carrier()
    packed = carried.pack("confirm", "browser", {})

    with pytest.raises(StaleStepError):
        carried.unpack(kind, browser, packed)


@given(st.text(max_size=200))
def test_nothing_else_is_unpacked(text: str) -> None:
    """Whatever somebody writes into an address."""
    carried, _ = carrier()

    with pytest.raises(StaleStepError):
        carried.unpack("confirm", "browser", text)


def test_no_octet_of_it_can_be_changed() -> None:
    carried, _ = carrier()
    packed = carried.pack("confirm", "browser", {})

    for place in range(len(packed) - 1):
        other = "A" if packed[place] != "A" else "B"
        with pytest.raises(StaleStepError):
            carried.unpack(
                "confirm", "browser", packed[:place] + other + packed[place + 1 :]
            )
