"""Exchanges agree with the rest of `config.toml`, or the difference is told."""

import pytest

from tests.config.files import Folder

APP = '\n[tokens.profiles.app]\nttl = "5m"\n[[exchanges]]\nid = "app"\n'


def _codes(folder: Folder) -> list[str]:
    return [each.code for each in folder.faults() if each.code.startswith("E")]


def test_an_exchange_is_for_the_gateway_itself_by_default(folder: Folder) -> None:
    """With a profile of its own."""
    folder.add("config.toml", APP)

    (exchange,) = folder.load().settings.exchanges

    assert (exchange.id, exchange.audience, exchange.profile) == ("app", "", "app")
    assert not exchange.actors
    assert not exchange.guests_upgrade


@pytest.mark.parametrize(
    ("added", "code"),
    [
        (
            APP.replace('"app"', '"api"', 1).replace("profiles.app", "profiles.b"),
            "E304",
        ),
        (APP + '[[exchanges]]\nid = "app"\naudience = "https://x.example"\n', "E301"),
        (APP + '[[exchanges]]\nid = "b"\n', "E307"),
    ],
    ids=["no such profile", "an id twice", "an audience twice"],
)
def test_what_is_there_twice_or_not_at_all_is_told(
    folder: Folder, added: str, code: str
) -> None:
    """Once, where it stands."""
    folder.add("config.toml", added)

    assert _codes(folder) == [code]


def test_a_route_may_not_have_the_same_id(folder: Folder) -> None:
    """Policies know both by it."""
    route = folder.load().settings.routes[0].id
    folder.add("config.toml", APP.replace('id = "app"', f'id = "{route}"'))

    assert _codes(folder) == ["E301"]


def test_no_upstream_receives_what_is_a_credential_here(folder: Folder) -> None:
    """It could come back with it, as if it were the caller."""
    settings = folder.load().settings
    audience = next(iter(settings.upstreams.values())).audience
    own = f'audience = "{settings.tokens.issuer}"'
    folder.change("config.toml", f'audience = "{audience}"', own)
    folder.load()

    folder.add("config.toml", APP)

    assert _codes(folder) == ["E307"]
