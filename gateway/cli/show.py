"""`gateway show`: what is there, with every default written out."""

import tomllib
from typing import Annotated

import typer

from gateway.app.loading import load
from gateway.cli.options import DEFAULT_CONFIG, ConfigOption, Format, FormatOption
from gateway.cli.output import print_json, print_table, print_text
from gateway.config.codes import CODES
from gateway.config.load import KINDS
from gateway.config.load import load as load_files
from gateway.config.providers.preset import in_full, preset_text
from gateway.config.schemas.files import FileKind, schema_text
from gateway.config.settings.written import written_table

NameArgument = Annotated[
    str,
    typer.Argument(
        metavar="KIND|ID",
        help=f"A kind ({', '.join(KINDS)}), or the id of a provider in providers/.",
    ),
]
IdOption = Annotated[
    bool,
    typer.Option("--id", help="Take the name for an id, even if it is a kind too."),
]

app = typer.Typer(no_args_is_help=True, help="Show what is there, in full.")


@app.command()
def provider(
    name: NameArgument,
    *,
    as_id: IdOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show a kind of provider, or one of yours, in full.

    For a kind: a file as one could write it, with every setting that the kind brings, so
    that nothing about it is hidden. For an id: the settings in force, defaults included.
    Secrets appear as references only.
    """
    if name in KINDS and not as_id:
        _print(preset_text(name), output)
        return
    providers = {
        file.settings.id: file.settings for file in load_files(config).providers
    }
    if name not in providers:
        known = ", ".join([*providers, *([] if as_id else KINDS)])
        raise typer.BadParameter(f"there is no {name!r}; there are {known}")
    _print(written_table(in_full(providers[name])), output)


@app.command()
def settings(
    config: ConfigOption = DEFAULT_CONFIG, output: FormatOption = Format.TEXT
) -> None:
    """Show all settings of config.toml in force, defaults included.

    As TOML with the meaning of each setting above it. Secrets appear as references only.
    """
    _print(written_table(load_files(config).settings), output)


@app.command()
def routes(
    config: ConfigOption = DEFAULT_CONFIG, output: FormatOption = Format.TEXT
) -> None:
    """Show all routes, and whether a guest might pass.

    `guests` is `yes` if some rule for guests is about the route; the rule's condition
    may still say no.
    """
    loaded = load(config)
    rows = [
        {
            "id": route.id,
            "methods": sorted(route.methods),
            "host": route.host,
            "path": route.path,
            "upstream": route.upstream,
            "audience": route.audience,
            "profile": route.profile,
            "tags": list(route.tags),
            "guests": loaded.engine.open_to_guests(route.id),
        }
        for route in loaded.declared
    ]
    if output is Format.JSON:
        print_json(rows)
        return
    header = ["id", "methods", "host", "path", "upstream", "profile", "tags", "guests"]
    print_table(header, [[_cell(row[name]) for name in header] for row in rows])


@app.command()
def codes(output: FormatOption = Format.TEXT) -> None:
    """Show what the codes of faults and warnings mean."""
    if output is Format.JSON:
        print_json(dict(CODES))
        return
    print_table(["code", "meaning"], [[code, text] for code, text in CODES.items()])


@app.command()
def schema(
    kind: Annotated[FileKind, typer.Argument(help="What the file is about.")],
) -> None:
    """Show the JSON Schema of a kind of file, for the editor.

    Editors for TOML complete and check a file whose first line names its schema:
    `#:schema path/to/config.schema.json`. The schema knows keys, types and bounds;
    `gateway check` knows all the rest.
    """
    print_text(schema_text(kind).rstrip("\n"))


def _print(toml: str, output: Format) -> None:
    if output is Format.JSON:
        print_json(tomllib.loads(toml))
    else:
        print_text(toml.rstrip("\n"))


def _cell(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            return " ".join(map(str, value))
        case _:
            return str(value)
