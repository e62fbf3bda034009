"""How the providers' keys are told."""

from dataclasses import replace
from pathlib import Path

from gateway.app.loading import load
from gateway.app.status import _provider_status
from gateway.authentication.jwks import KeySourceStatus
from gateway.config.configuration import ProviderFile
from tests.app.test_snapshot import OIDC
from tests.flows.house import NOON, House


def _oidc(folder: Path) -> ProviderFile:
    house = House(folder)
    (folder / "providers/corp.toml").write_text(OIDC)
    files = load(house.folder / "config.toml").configuration.providers
    return next(file for file in files if file.settings.id == "corp")


def _source(*, usable: bool, failures: int) -> dict[str, KeySourceStatus]:
    issuer = "https://login.corp.example"
    status = KeySourceStatus(issuer, ("k",), (), NOON, usable, failures, "down")
    return {issuer: status}


def test_keys_are_fresh_stale_missing_or_our_own(tmp_path: Path) -> None:
    """Stale: the last attempt failed, and what is held still serves."""
    file = _oidc(tmp_path)

    assert [
        _provider_status(file, _source(usable=True, failures=0)).keys,
        _provider_status(file, _source(usable=True, failures=1)).keys,
        _provider_status(file, _source(usable=False, failures=1)).keys,
        _provider_status(file, {}).keys,
    ] == ["fresh", "stale", "missing", "own"]


def _opaque(folder: Path, kind: str, more: str = "") -> ProviderFile:
    house = House(folder)
    (folder / "state/secret").write_text("secret")
    (folder / f"providers/{kind}.toml").write_text(
        f'kind = "{kind}"\nid = "{kind}"\nowner = "x"\nclient.id = "1"\n'
        f'client.secret = {{ file = "state/secret" }}\naccept.flows = ["exchange"]\n{more}'
    )
    files = load(house.folder / "config.toml").configuration.providers
    return next(file for file in files if file.settings.id == kind)


def test_who_signs_nothing_has_no_keys(tmp_path: Path) -> None:
    """But Facebook, for Limited Login."""
    source = _source(usable=True, failures=0)["https://login.corp.example"]
    keys = {"https://www.facebook.com": source}
    only = "accept.tokens = ['access_token']"

    told = [
        _provider_status(_opaque(tmp_path / name, kind, more), keys).keys
        for name, kind, more in (
            ("a", "github", ""),
            ("b", "facebook", ""),
            ("c", "facebook", only),
        )
    ]

    assert told == ["none", "fresh", "none"]


def test_a_disabled_provider_is_told_as_such(tmp_path: Path) -> None:
    """Whatever is still known of its keys."""
    file = _oidc(tmp_path)
    off = file.settings.model_copy(update={"enabled": False})

    status = _provider_status(
        replace(file, settings=off), _source(usable=True, failures=0)
    )

    assert (status.keys, status.key_ids) == ("disabled", ())
