"""A kind of provider written out in full."""

import tomllib

import pytest

from gateway.config.load import KINDS
from gateway.config.providers.gitlab import GitlabProvider
from gateway.config.providers.google import GoogleProvider
from gateway.config.providers.microsoft import MicrosoftProvider
from gateway.config.providers.oidc import OidcProvider
from gateway.config.providers.preset import preset_text
from gateway.config.settings.written import written
from gateway.federation.names import default_name
from tests.config.files import Folder


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_is_shown_loads(folder: Folder, kind: str) -> None:
    """As a file of `providers/`, as it is."""
    folder.write("keys/backend.jwks", "{}")
    folder.write(f"secrets/{kind}", "made up").chmod(0o600)
    folder.write(f"providers/{kind}.toml", preset_text(kind))

    configuration = folder.load()

    assert kind in [provider.settings.id for provider in configuration.providers]


APP = "11111111-2222-3333-4444-555555555555"
TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"


@pytest.mark.parametrize(
    ("kind", "model", "settings", "name"),
    [
        (
            "google",
            GoogleProvider,
            "label = 'Google'\nclient.id = '1234.apps.googleusercontent.com'",
            "Google",
        ),
        (
            "microsoft",
            MicrosoftProvider,
            f"label = 'Microsoft'\ntenants = ['{TENANT}']\nclient.id = '{APP}'",
            "microsoft",
        ),
        ("gitlab", GitlabProvider, "label = 'GitLab'\nclient.id = 'gateway'", "gitlab"),
    ],
    ids=["google", "microsoft", "gitlab"],
)
def test_a_preset_over_oidc_is_what_the_kind_stands_for(
    folder: Folder, kind: str, model: type[OidcProvider], settings: str, name: str
) -> None:
    """Written as `oidc`, every setting is the same, and so are people's names."""
    folder.write(f"providers/{kind}.toml", preset_text(kind))
    shown = folder.load().providers[1].settings
    folder.write(
        f"providers/{kind}.toml",
        f"kind = '{kind}'\nid = '{kind}'\n"
        f"owner = 'identity-team@example.com'\n{settings}\n",
    )

    preset = folder.load().providers[1].settings

    assert type(shown) is OidcProvider
    assert type(preset) is model
    for field in OidcProvider.model_fields.keys() - {"kind", "sign_in"}:
        assert written(getattr(shown, field)) == written(getattr(preset, field)), field
    assert shown.sign_in.expressions == preset.sign_in.expressions
    assert shown.sign_in.name == default_name(kind, kind) == name


def test_what_a_kind_brings_into_the_profile_is_written_there() -> None:
    """Nothing about it is hidden."""
    shown = tomllib.loads(preset_text("apple"))

    assert shown["sign_in"]["profile"] == {
        "given_name": "claim('given_name', '')",
        "family_name": "claim('family_name', '')",
    }


def test_nothing_that_is_set_is_left_out() -> None:
    """Each key of the kind stands there, but what has no value."""
    shown = tomllib.loads(preset_text("oidc"))

    keys = {"for" if name == "for_" else name for name in OidcProvider.model_fields}
    places = {f"{name}_url" for name in ("authorize", "discovery", "jwks", "par")}
    unset = places | {"token_url", "userinfo_url", "end_session_url", "response_mode"}
    assert shown.keys() == keys - unset


def test_a_kind_that_there_is_not_has_none() -> None:
    """The caller knows which there are."""
    with pytest.raises(KeyError):
        preset_text("cas")
