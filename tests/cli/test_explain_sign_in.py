"""`gateway explain signin`."""

from dataclasses import replace
from pathlib import Path

import pytest

from gateway.app.loading import load
from gateway.app.offline import open_pool_services
from gateway.app.signing_in import build_login_providers, build_sign_ins
from gateway.cli.clock import now
from gateway.federation.sign_ins import Leaving
from gateway.keys.seal import StoreKey
from gateway.model.client import Client
from gateway.pool.settings import PoolSettings
from gateway.pool.sign_in.values import Context
from gateway.storage.opening import open_database
from tests.cli.desk import Desk
from tests.federation.house import ANA, MadeUpParty

CORP = """
kind = "oidc"
id = "corp"
owner = "team@example.com"
issuer = "https://corp.example"
accept.flows = ["login"]
[client]
id = "gateway"
auth = "none"
[sign_in]
pool = "{pool}"
"""
BACK = "/oauth2/idpresponse"


@pytest.fixture
def office(tmp_path: Path) -> Desk:
    """A folder whose database has somebody who came through a provider."""
    desk = Desk(tmp_path)
    settings = load(desk.config).configuration.settings
    with open_pool_services(settings, clock=now) as services:
        pool = services.pools.create(PoolSettings(name="people"))
        client = services.clients.create(Client("", pool.id, "Shop", providers=None))[0]
        (tmp_path / "providers/corp.toml").write_text(CORP.format(pool=pool.id))
        database = open_database(settings.storage)
        sign_ins = build_sign_ins(
            database=database,
            store_key=StoreKey.parse(settings.storage.encrypt_with.reveal()),
            pools=services,
            clock=now,
            public_url="http://127.0.0.1:8080",
            region="us-east-1",
        )
        party = MadeUpParty(claims={**ANA, "birthdate": "soon"}, scopes=("openid",))
        providers = build_login_providers(load(desk.config), {"corp": party})
        provider = providers.named(client, "corp")
        sign_ins.providers.use(providers)
        departure = sign_ins.depart(client, provider, Leaving(browser="b"))
        begun = sign_ins.take(departure.url.partition("state=")[2], "b", BACK)
        sign_ins.arrive(pool, client, begun, {}, Context(""))
        services.clients.change(
            client.id, lambda each: replace(each, writable=frozenset({"email"}))
        )
        database.close()
    return desk


def test_it_says_why_and_what_to_do(office: Desk) -> None:
    result = office.run("explain", "signin", "corp_123")

    assert result.exit_code == 0, result.output
    told = {line.split()[0]: line for line in result.stdout.splitlines() if line}
    assert told["corp:"] == "corp: 123"
    assert "openid" in result.stdout
    assert "as the provider says" in told["email"]
    assert (
        "corp was not asked for it: add profile to client.scopes"
        in (told["family_name"])
    )
    assert "does not take what corp says (no_date)" in told["birthdate"]
    assert "may not write it" in told["given_name"]
    assert "nothing in sign_in.profile makes it" in told["address"]
    # What was said is for nobody's terminal.
    assert str(ANA["email"]) not in result.stdout


def test_programs_are_told_the_same(office: Desk) -> None:
    told = office.json("explain", "signin", "corp_123")

    (login,) = told["logins"]
    assert (login["provider"], login["subject"]) == ("corp", "123")
    assert login["scopes"] == ["openid"]
    assert "email" in login["claims"]
    assert login["attributes"]["family_name"]["why"] == "scope_not_asked"
    assert login["attributes"]["family_name"]["scopes"] == ["profile"]


def test_a_refusal_is_told(office: Desk, tmp_path: Path) -> None:
    file = tmp_path / "providers/corp.toml"
    checks = '[[require.checks]]\nid = "hd"\ncel = "claims.hd == 1"\n'
    file.write_text(f"{file.read_text()}\n{checks}")

    result = office.run("explain", "signin", "corp_123")

    assert "would be refused now: check `hd`" in result.stdout


def test_who_never_came_through_a_provider_has_no_reasons(office: Desk) -> None:
    office.run("users", "create", "ana", "--no-invite", "-a", "email=a@example.com")

    result = office.run("explain", "signin", "ana")

    assert result.stdout == "ana has never signed in through a provider\n"
    assert office.json("explain", "signin", "ana")["logins"] == []


def test_nobody_is_a_failure(office: Desk) -> None:
    assert office.run("explain", "signin", "nobody").exit_code == 1
