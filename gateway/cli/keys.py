"""`gateway keys`: the keys that sign what the gateway mints."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.clock import now
from gateway.cli.options import DEFAULT_CONFIG, ConfigOption, Format, FormatOption
from gateway.cli.output import print_json, print_table, print_text
from gateway.config.load import load as load_files
from gateway.keys.keyring import KeyDescription, KeyRing
from gateway.keys.seal import StoreKey

ForceOption = Annotated[
    bool,
    typer.Option(
        "--force",
        help="Rotate even if the next key was published only recently. Whoever has "
        "fetched the keys before refuses new tokens until they fetch again.",
    ),
]

app = typer.Typer(no_args_is_help=True, help="The keys that sign.")


@app.command("list")
def list_(
    config: ConfigOption = DEFAULT_CONFIG, output: FormatOption = Format.TEXT
) -> None:
    """Show the keys and where each is in its life.

    A key is `next` while it is published and does not sign yet, `active` while it signs,
    and `retired` while tokens that it signed may still be valid. The key ring is made if
    it is not there yet.
    """
    keys = _open(config).list()
    if output is Format.JSON:
        print_json([_as_json(key) for key in keys])
        return
    header = ["kid", "state", "algorithm", "published", "activated", "expires"]
    rows = [
        [
            key.kid,
            key.state,
            key.algorithm,
            _instant(key.published_at),
            _instant(key.activated_at),
            _instant(key.expires_at),
        ]
        for key in keys
    ]
    print_table(header, rows)


@app.command()
def rotate(
    *,
    force: ForceOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Let the next key sign, and retire the present one.

    Rotation happens by itself every `keys.rotate_every`; this does it now. A running
    gateway takes it up within seconds. Tokens of the retired key stay valid.

    Refused, with exit code 1, if the next key has not been published for
    `keys.publish_before`.
    """
    ring = _open(config)
    before = ring.signing_key().kid
    active = ring.rotate(force=force).kid
    if output is Format.JSON:
        print_json({"active": active, "before": before})
    else:
        print_text(f"{active} signs from now on; {before} is retired")


def _open(config: Path) -> KeyRing:
    # It brings the database and the HTTP client, and all other commands would wait.
    from gateway.app.tools import open_keyring  # noqa: PLC0415 - slow to import

    settings = load_files(config).settings
    store_key = StoreKey.parse(settings.storage.encrypt_with.reveal())
    return open_keyring(settings, store_key, clock=now)


def _as_json(key: KeyDescription) -> dict[str, str | None]:
    return {
        "kid": key.kid,
        "state": key.state,
        "algorithm": key.algorithm,
        "published_at": _instant(key.published_at) or None,
        "activated_at": _instant(key.activated_at) or None,
        "retired_at": _instant(key.retired_at) or None,
        "expires_at": _instant(key.expires_at) or None,
    }


def _instant(at: datetime | None) -> str:
    return "" if at is None else at.isoformat(timespec="seconds")
