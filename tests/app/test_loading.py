"""Files become routes, mappers and an engine; or all of their faults."""

from pathlib import Path

import pytest

from gateway.app.loading import load, policy_tests
from gateway.config.errors import ConfigError
from tests.flows.house import NOON, House

EXTRA_ROUTE = """
[[routes]]
id = "same"
path = "/v1/orders/{id}"
methods = ["PUT", "DELETE"]
upstream = "orders"
"""


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def _change(house: House, name: str, old: str, new: str) -> None:
    path = house.folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_good_files_are_loaded_with_their_routes_and_limits(house: House) -> None:
    """What a route leaves out comes from its upstream and from the server's limits."""
    loaded = load(house.folder / "config.toml")

    route = loaded.routes.match("any", ["v1", "feed"], "GET").route
    assert route.audience == "http://orders.internal"
    assert route.max_body_bytes == 16
    assert set(loaded.mappers) == {"backend", "guest"}
    assert loaded.engine.open_to_guests("feed")


def test_faults_of_all_files_are_reported_at_once(house: House) -> None:
    """Overlap, mapping and policy: three files, one answer."""
    _change(
        house,
        "config.toml",
        '[[routes]]\nid = "feed"',
        EXTRA_ROUTE + '\n[[routes]]\nid = "feed"',
    )
    _change(
        house, "providers/backend.toml", "claim('groups', [])", "claim('groups', 1)"
    )
    _change(house, "policies/orders.toml", "identity.subject", "identity.sbject")

    with pytest.raises(ConfigError) as raised:
        load(house.folder / "config.toml")

    faults = raised.value.faults
    assert {fault.file for fault in faults} == {
        "config.toml",
        "providers/backend.toml",
        "policies/orders.toml",
    }
    overlap = next(fault for fault in faults if fault.file == "config.toml")
    assert overlap.code == "E310"
    assert "witness: PUT " in overlap.help


def test_a_store_key_that_is_no_key_is_found_before_the_start(house: House) -> None:
    """A passphrase is long enough, and still no 32 random bytes."""
    (house.folder / "state/store.key").write_text(
        "correct horse battery staple, twice over"
    )

    with pytest.raises(ConfigError) as raised:
        load(house.folder / "config.toml")

    (fault,) = raised.value.faults
    assert fault.code == "E503"
    assert "horse" not in str(raised.value)


def test_the_tests_beside_the_policies_are_run_with_the_same_rules(
    house: House,
) -> None:
    """As `gateway test`, the reload and the proxy see them."""
    path = house.folder / "policies/orders.toml"
    path.write_text(
        path.read_text()
        + """
[fixture.ana]
provider = "backend"
[[test]]
name = "own"
identity = "ana"
request = { path = "/v1/orders/ana-1" }
expect = { allow = true }
[[test]]
name = "wrong on purpose"
identity = "ana"
request = { path = "/v1/orders/ben-1" }
expect = { allow = true }
"""
    )
    loaded = load(house.folder / "config.toml")

    results = policy_tests(loaded, clock=lambda: NOON).run(
        loaded.configuration.policies
    )

    assert [result.passed for result in results] == [True, False]


def test_files_can_be_read_without_what_they_refer_to(house: House) -> None:
    """What was loaded so decides as it would."""
    (house.folder / "state/store.key").unlink()

    loaded = load(house.folder / "config.toml", follow=False)

    assert loaded.engine.digest
