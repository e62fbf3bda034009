"""Which files become ways to sign in."""

from pathlib import Path

import pytest

from gateway.app.loading import Loaded, load
from gateway.app.signing_in import (
    build_login_providers,
    name_of,
    only_pool,
    provider_rules,
    signs_in,
)
from gateway.config.providers.guest import GuestProvider
from gateway.model.client import Client
from tests.federation.house import MadeUpParty, login_provider
from tests.flows.house import House

CORP = """
kind = "oidc"
id = "corp"
issuer = "https://corp.example"
audiences = ["gateway"]
[sign_in]
pool = "{pool}"
"""
POOL = """
kind = "pool"
id = "{id}"
pool_id = "{pool_id}"
"""
ONE, TWO = "us-east-1_Ab3dEfGh9", "us-east-1_Others999"


def loaded(folder: Path, *pools: str, pool: str = "") -> Loaded:
    House(folder)
    for number, pool_id in enumerate(pools):
        text = POOL.format(id=f"p{number}", pool_id=pool_id)
        (folder / f"providers/p{number}.toml").write_text(text)
    (folder / "providers/corp.toml").write_text(CORP.format(pool=pool))
    return load(folder / "config.toml")


@pytest.mark.parametrize(
    ("pools", "pool", "found"),
    [((ONE,), "", ONE), ((ONE, TWO), TWO, TWO), ((ONE, TWO), "", ""), ((), "", "")],
)
def test_people_come_into_the_pool_that_is_named_or_the_only_one(
    tmp_path: Path, pools: tuple[str, ...], pool: str, found: str
) -> None:
    files = loaded(tmp_path, *pools, pool=pool)

    providers = build_login_providers(files, {"corp": MadeUpParty()})

    client = Client("app", found, "App", providers=None)
    assert [each.name for each in providers.offered(client)] == ["corp"]
    assert only_pool(files.configuration) == (found if not pool else "")


def test_who_nobody_can_be_sent_to_is_no_way_to_sign_in(tmp_path: Path) -> None:
    """Disabled, or without the flow: `build_parties` leaves it out."""
    providers = build_login_providers(loaded(tmp_path, ONE), {})

    assert providers.offered(Client("app", ONE, "App", providers=None)) == []


def test_a_kind_without_sign_ins_is_none() -> None:
    assert not signs_in(GuestProvider.model_validate({"kind": "guest", "id": "guest"}))


def test_rules_are_those_of_providers_that_people_sign_in_with(tmp_path: Path) -> None:
    """Whether they are reachable or not; `gateway explain signin` asks nobody."""
    files = loaded(tmp_path, ONE)
    assert provider_rules(files) == {}
    file = tmp_path / "providers/corp.toml"
    login = 'accept.flows = ["login"]\nclient = { id = "app", auth = "none" }\n'
    file.write_text(login + file.read_text())

    assert set(provider_rules(load(tmp_path / "config.toml"))) == {"corp"}


def test_a_provider_is_called_as_its_file_says() -> None:
    assert name_of(login_provider(sign_in={"name": "Corp"}).settings) == "Corp"
    assert name_of(login_provider().settings) == "corp"
