"""`gateway explain`: what would the policies say, and why?"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.app.explaining import build_explainer, subject_of_token
from gateway.app.loading import Loaded, load
from gateway.cli.clock import now
from gateway.cli.explain_sign_in import explain_sign_in
from gateway.cli.log_file import LogOption, log_path
from gateway.cli.options import (
    DEFAULT_CONFIG,
    ConfigOption,
    ExitCode,
    Format,
    FormatOption,
)
from gateway.cli.output import print_error, print_json, print_text
from gateway.endpoints.admin.explainer import told_as_json, told_as_text
from gateway.endpoints.admin.question import MalformedQuestionError, parse_question
from gateway.model.identity import Subject
from gateway.policy.recording.search import find_line

# More than any token that a request may carry.
_MAX_TOKEN = 128 * 1024

IdentityOption = Annotated[
    str | None,
    typer.Option(
        "--identity",
        "-i",
        metavar="FIXTURE|JSON",
        help="Who asks: a fixture (`ana`, or `orders/ana` for that of one policy), "
        "`guest`, or a JSON object with the fields of a fixture. By default a guest.",
    ),
]
TokenOption = Annotated[
    bool,
    typer.Option(
        "--token-stdin",
        help="Who asks: whoever this token is for, read from the standard input and "
        "verified. An identity that was never seen gets its id, as by a request.",
    ),
]
PathOption = Annotated[
    str | None,
    typer.Option(
        "--path", metavar="PATH", help="Path and query, escaped as on the wire."
    ),
]
DecisionOption = Annotated[
    str | None,
    typer.Option(
        "--decision",
        metavar="ID",
        help="Explain a decision of the log instead of a request: the id of the decision, "
        "or of its request.",
    ),
]
MethodOption = Annotated[str, typer.Option("--method", "-X", metavar="METHOD")]
HostOption = Annotated[
    str | None,
    typer.Option(
        "--host", metavar="NAME", help="By default, the one host that has the path."
    ),
]
SchemeOption = Annotated[
    str, typer.Option("--scheme", metavar="http|https", help="How the client asks.")
]
NowOption = Annotated[
    str | None,
    typer.Option(
        "--now",
        metavar="TIME",
        help="The decision's clock, as 2026-05-04T09:00:00Z. By default, the present.",
    ),
]
AddressOption = Annotated[
    str, typer.Option("--ip", metavar="ADDRESS", help="The client's address.")
]
HeaderOption = Annotated[
    list[str] | None,
    typer.Option(
        "--header", "-H", metavar="NAME:VALUE", help="May be given more than once."
    ),
]


app = typer.Typer()
app.command("signin")(explain_sign_in)


@app.callback(invoke_without_command=True)
def explain(  # noqa: PLR0913 - one argument for each option
    context: typer.Context,
    *,
    path: PathOption = None,
    decision: DecisionOption = None,
    log: LogOption = None,
    method: MethodOption = "GET",
    host: HostOption = None,
    scheme: SchemeOption = "https",
    ip: AddressOption = "",
    header: HeaderOption = None,
    identity: IdentityOption = None,
    token_stdin: TokenOption = False,
    moment: NowOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show what the policies say to a request, and why.

    Prints every step from the route to the decision: each role and rule that could
    matter, what its expression and the parts of it came to, and, for a refusal, what each
    allow rule lacks. Decides as a request would be decided, but forwards nothing and mints
    nothing.

    With --decision, the question is put together from what the log holds. Tells what was
    decided then, what the policies in force decide now, and what was not recorded.

    Ends with 0 whatever the decision is, with 1 if it is not in the log, with 3 if the
    files have faults.
    """
    if context.invoked_subcommand is not None:
        return
    loaded = load(config)
    if decision is not None:
        if path is not None or identity is not None or token_stdin:
            raise typer.BadParameter("a recorded decision has its own request")
        _explain_recorded(loaded, decision, log_path(log, config), output)
        return
    if path is None:
        raise typer.BadParameter("name a request by --path, or --decision")
    request: dict[str, Any] = {
        "path": path,
        "method": method,
        "scheme": scheme,
        "ip": ip,
    }
    document = {
        "request": request | {"host": host, "headers": headers_of(header or [])},
        "identity": _identity(identity),
        "token": _read_token() if token_stdin else None,
        "now": moment,
    }
    explainer = build_explainer(loaded, clock=now, subject_of=_subject_of(loaded))
    try:
        answer = explainer.explain(parse_question(document))
    except MalformedQuestionError as error:
        raise typer.BadParameter("; ".join(error.reasons)) from None
    if output is Format.JSON:
        print_json(told_as_json(answer))
    else:
        print_text(told_as_text(answer).rstrip("\n"))


def _explain_recorded(loaded: Loaded, name: str, log: Path, output: Format) -> None:
    # Only a record needs what replays; the others start without.
    from gateway.app.replaying import build_replayer  # noqa: PLC0415 - slow to import
    from gateway.policy.replaying import explaining  # noqa: PLC0415 - slow to import
    from gateway.policy.replaying.errors import MalformedRecordError  # noqa: PLC0415 - slow to import
    from gateway.policy.replaying.record import parse_record  # noqa: PLC0415 - slow to import

    line = find_line(log, name)
    try:
        record = None if line is None else parse_record(line)
        if record is None:
            print_error(f"no decision {name} in {log} or the files set aside from it")
            raise typer.Exit(ExitCode.FAILED)
        replayer = build_replayer(loaded)
        explained = explaining.explain_record(replayer, loaded.engine, record)
    except MalformedRecordError as error:
        print_error(f"the record of {name} in {log} cannot be used: {error}")
        raise typer.Exit(ExitCode.FAILED) from None
    if output is Format.JSON:
        print_json(explaining.to_json(explained))
    else:
        print_text(explaining.to_text(explained).rstrip("\n"))


def _subject_of(loaded: Loaded) -> Callable[[str], Subject]:
    def subject_of(token: str) -> Subject:
        # Only a token needs the database and the keys; the others start without.
        from gateway.app.tools import Tools  # noqa: PLC0415 - slow to import

        tools = Tools.open(loaded.configuration.settings, clock=now)
        try:
            return subject_of_token(loaded, token, tools=tools)
        finally:
            tools.close()

    return subject_of


def _identity(text: str | None) -> Any:
    if text is None or not text.lstrip().startswith("{"):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise typer.BadParameter("the identity is no JSON object") from None


def headers_of(lines: list[str]) -> dict[str, list[str]]:
    """Return the headers that `NAME:VALUE` says, by lower-case name.

    Raises:
        typer.BadParameter: A line says none.
    """
    headers: dict[str, list[str]] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise typer.BadParameter(f"{line!r} is not NAME:VALUE")
        headers.setdefault(name.strip().lower(), []).append(value.strip())
    return headers


def _read_token() -> str:
    text = sys.stdin.read(_MAX_TOKEN + 1)
    if len(text) > _MAX_TOKEN:
        raise typer.BadParameter("what the standard input has is too long for a token")
    return text.strip()
