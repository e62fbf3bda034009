"""A kind of provider written out in full."""

import tomllib

import pytest

from gateway.config.load import KINDS
from gateway.config.providers.google import GoogleProvider
from gateway.config.providers.oidc import OidcProvider
from gateway.config.providers.preset import preset_text
from gateway.config.settings.written import written
from tests.config.files import Folder


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_is_shown_loads(folder: Folder, kind: str) -> None:
    """As a file of `providers/`, as it is."""
    folder.write("keys/backend.jwks", "{}")
    folder.write(f"secrets/{kind}", "made up").chmod(0o600)
    folder.write(f"providers/{kind}.toml", preset_text(kind))

    configuration = folder.load()

    assert kind in [provider.settings.id for provider in configuration.providers]


def test_the_google_preset_is_what_the_kind_stands_for(folder: Folder) -> None:
    """Written as `oidc`, every setting is the same."""
    folder.write("providers/google.toml", preset_text("google"))
    shown = folder.load().providers[1].settings
    folder.write(
        "providers/google.toml",
        "kind = 'google'\nid = 'google'\nlabel = 'Google'\n"
        "owner = 'identity-team@example.com'\n"
        "client.id = '1234.apps.googleusercontent.com'\n",
    )

    preset = folder.load().providers[1].settings

    assert type(shown) is OidcProvider
    assert type(preset) is GoogleProvider
    for name in OidcProvider.model_fields.keys() - {"kind"}:
        assert written(getattr(shown, name)) == written(getattr(preset, name)), name


def test_nothing_that_is_set_is_left_out() -> None:
    """Each key of the kind stands there, but what has no value."""
    shown = tomllib.loads(preset_text("oidc"))

    keys = {"for" if name == "for_" else name for name in OidcProvider.model_fields}
    places = {f"{name}_url" for name in ("authorize", "discovery", "jwks", "par")}
    unset = places | {"token_url", "userinfo_url", "response_mode"}
    assert shown.keys() == keys - unset


def test_a_kind_that_there_is_not_has_none() -> None:
    """The caller knows which there are."""
    with pytest.raises(KeyError):
        preset_text("saml")
