"""What a reload keeps of the snapshot before, and what it lets go of."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.app.loading import load
from gateway.app.snapshot import (
    _with_keys,
    build_resolver,
    build_snapshot,
    build_verifier,
    retire,
)
from gateway.config.errors import ConfigError
from gateway.model.credential import Credential, Scheme
from tests.flows.house import House

OIDC = """
kind = "oidc"
id = "corp"
owner = "team@example.com"
issuer = "https://login.corp.example"
audiences = ["gateway"]
"""


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path)
    async with house.open():
        yield house


async def test_the_keys_of_an_issuer_outlive_a_reload(house: House) -> None:
    """With the issuer down, a reload must not forget what is still good."""
    (house.folder / "providers/corp.toml").write_text(OIDC)
    first = await build_snapshot(
        load(house.folder / "config.toml"), tools=house.tools, before=house.snapshot
    )
    (source,) = house.tools.key_sources._sources.values()

    second = await build_snapshot(
        load(house.folder / "config.toml"), tools=house.tools, before=first
    )
    retire(first, successor=second, tools=house.tools)

    assert list(house.tools.key_sources._sources.values()) == [source]


async def test_facebook_publishes_keys_in_a_file_of_another_kind(house: House) -> None:
    """Those of Limited Login outlive a reload as well."""
    (house.folder / "state/facebook").write_text("secret")
    (house.folder / "providers/corp.toml").write_text(OIDC)
    text = (
        'kind = "facebook"\nid = "facebook"\nowner = "x"\nclient.id = "1"\n'
        'client.secret = { file = "state/facebook" }\naccept.flows = ["exchange"]\n'
    )
    (house.folder / "providers/facebook.toml").write_text(text)
    (house.folder / "providers/off.toml").write_text(
        text.replace('id = "facebook"', 'id = "off"\nenabled = false')
    )

    loaded = load(house.folder / "config.toml")

    found = [provider.id for provider in _with_keys(loaded.configuration)]
    assert found == ["corp", "facebook"]


async def test_an_issuer_that_is_no_longer_named_is_forgotten(house: House) -> None:
    """Its keys need no fetching, and verify nothing any more."""
    (house.folder / "providers/corp.toml").write_text(OIDC)
    first = await build_snapshot(
        load(house.folder / "config.toml"), tools=house.tools, before=house.snapshot
    )
    (house.folder / "providers/corp.toml").unlink()

    second = await build_snapshot(
        load(house.folder / "config.toml"), tools=house.tools, before=first
    )
    retire(first, successor=second, tools=house.tools)

    assert house.tools.key_sources.status() == ()


async def test_the_keys_of_a_disabled_issuer_are_forgotten(house: House) -> None:
    """They verify nothing, so nobody goes on fetching them."""
    corp = house.folder / "providers/corp.toml"
    corp.write_text(OIDC)
    first = await build_snapshot(
        load(house.folder / "config.toml"), tools=house.tools, before=house.snapshot
    )
    corp.write_text(f"{OIDC}enabled = false\n")

    second = await build_snapshot(
        load(house.folder / "config.toml"), tools=house.tools, before=first
    )
    retire(first, successor=second, tools=house.tools)

    assert house.tools.key_sources.status() == ()


async def test_who_is_known_is_known_after_a_reload(house: House) -> None:
    """Everybody comes with a token that is not known then, perhaps without database."""
    token = Credential(Scheme.BEARER, house.token("ana"))
    before = build_resolver(house.snapshot.loaded, tools=house.tools)
    verifier = build_verifier(house.snapshot.loaded.configuration, tools=house.tools)
    first = before.resolve(verifier.verify(token))

    loaded = load(house.folder / "config.toml")
    later = build_resolver(loaded, tools=house.tools)
    again = later.resolve(
        build_verifier(loaded.configuration, tools=house.tools).verify(token),
        may_wait=False,
    )

    assert again == first


async def test_a_certificate_that_is_none_is_a_fault_of_its_upstream(
    house: House,
) -> None:
    """Found before anything is swapped."""
    config = house.folder / "config.toml"
    (house.folder / "state/ca.pem").write_text("no certificate")
    config.write_text(
        config.read_text().replace(
            'targets = ["http://127.0.0.1:1"]',
            'targets = ["https://127.0.0.1:1"]\ntls = { ca = { file = "state/ca.pem" } }',
        )
    )

    with pytest.raises(ConfigError) as raised:
        await build_snapshot(load(config), tools=house.tools, before=None)

    (fault,) = raised.value.faults
    assert (fault.code, fault.file) == ("E511", "config.toml")
