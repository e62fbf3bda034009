"""`gateway init`: makes what the files refer to and nobody else has to give."""

import typer

from gateway.cli.local_files import Action, Outcome, backend_keys, store_key
from gateway.cli.options import (
    DEFAULT_CONFIG,
    ConfigOption,
    ExitCode,
    Format,
    FormatOption,
)
from gateway.cli.output import print_json, print_text
from gateway.config.document import Document

_TEXTS = {
    Action.MADE: "made",
    Action.KEPT: "is there already; left as it is",
    Action.ENVIRONMENT: "is read from the environment; nothing to make",
    Action.OUTSIDE: "is outside the folder of the configuration; make it yourself",
    Action.NONE: "refers to nothing; `gateway check` says more",
    Action.OTHER_ALGORITHM: "is missing; its algorithms are for you to choose",
}
_UNDONE = frozenset(
    {Action.OUTSIDE, Action.NONE, Action.OTHER_ALGORITHM, Action.UNUSABLE}
)


def init(
    config: ConfigOption = DEFAULT_CONFIG, output: FormatOption = Format.TEXT
) -> None:
    """Make the local secrets that the files refer to.

    The storage key: if `storage.encrypt_with` names a file that is missing, it is made,
    with 32 random bytes in base64, readable by its owner alone. Keep a copy: without it,
    what is stored cannot be read.

    The keys of a backend (`kind = "developer"`): if the file with its public keys is
    missing, an ES256 key pair is made, the public key in that file and the private key
    beside it, in one that ends in .private.pem. Give that to the backend.

    Files are made below the folder of config.toml only, and nothing is ever overwritten.

    Ends with 0, or with 1 if something is missing and cannot be made.
    """
    root = config.parent
    document = Document.read(config)
    providers = [
        Document.read(path, f"providers/{path.name}")
        for path in sorted((root / "providers").glob("*.toml"))
    ]
    outcomes = [store_key(document, root), *backend_keys(providers, root)]
    if output is Format.JSON:
        print_json([_as_json(outcome) for outcome in outcomes])
    else:
        for outcome in outcomes:
            print_text(_as_text(outcome))
    if any(outcome.action in _UNDONE for outcome in outcomes):
        raise typer.Exit(ExitCode.FAILED)


def _as_text(outcome: Outcome) -> str:
    if outcome.action is Action.UNUSABLE:
        return f"{outcome.name}: is missing; {outcome.private} is no ES256 key"
    if outcome.private:
        return f"{outcome.name}: made; the private key is in {outcome.private}"
    return f"{outcome.name}: {_TEXTS[outcome.action]}"


def _as_json(outcome: Outcome) -> dict[str, str]:
    shown = {"name": outcome.name, "action": outcome.action.value}
    return shown | ({"private": outcome.private} if outcome.private else {})
