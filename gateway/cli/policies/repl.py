"""`gateway repl`: ask the policies' own language, with a request at hand."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from gateway.app.explaining import build_explainer
from gateway.app.loading import Loaded, load
from gateway.cli.clock import now
from gateway.cli.explain import AddressOption, HeaderOption, HostOption, headers_of
from gateway.cli.options import DEFAULT_CONFIG, ConfigOption, ExitCode
from gateway.cli.policies.conversation import answer_all, converse
from gateway.cli.policies.dialogue import Dialogue, identity_of
from gateway.cli.policies.line_editor import LineEditor, find_readline
from gateway.config.configuration import PolicyFile
from gateway.endpoints.admin.explainer import Explainer
from gateway.endpoints.admin.question import (
    MalformedQuestionError,
    parse_question,
)
from gateway.model.access import AccessRequest
from gateway.model.identity import Subject
from gateway.policy.workbench.bench import Bench

_HISTORY: Final = Path("federation-gateway", "repl_history")
# More than any expression may have.
_MOST_BYTES: Final = 1_000_000

PolicyOption = Annotated[
    str,
    typer.Option(
        "--policy",
        "-p",
        metavar="ID",
        help="Whose `const`, `vars` and fixtures there are. May be left out if there is "
        "one policy only.",
    ),
]
IdentityOption = Annotated[
    str | None,
    typer.Option(
        "--identity",
        "-i",
        metavar="FIXTURE|JSON",
        help="Who asks, as for `explain`. By default a guest.",
    ),
]
PathOption = Annotated[
    str | None,
    typer.Option(
        "--path",
        metavar="PATH",
        help="What is asked: path and query, escaped as on the wire. Without it, `route` "
        "is empty.",
    ),
]
MethodOption = Annotated[str, typer.Option("--method", "-X", metavar="METHOD")]
StateOption = Annotated[
    Path | None,
    typer.Option(
        "--state",
        envvar="XDG_STATE_HOME",
        metavar="FOLDER",
        help="Where what was typed at a terminal is kept for the next time, in "
        f"`{_HISTORY}`. By default ~/.local/state; not kept if nobody may write there.",
    ),
]


def repl(  # noqa: PLR0913 - one argument for each option
    *,
    policy: PolicyOption = "",
    identity: IdentityOption = None,
    path: PathOption = None,
    method: MethodOption = "GET",
    host: HostOption = None,
    ip: AddressOption = "",
    header: HeaderOption = None,
    state: StateOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Evaluate expressions in the environment of a policy.

    Reads expressions and commands, one a line, from a terminal (with completion by the
    tabulator key) or from a pipe. `:help` lists the commands. Decides nothing and changes
    nothing.

    Ends with 0; from a pipe with 1 if a line could not be answered; with 3 if the files
    have faults.
    """
    loaded = load(config)
    chosen = _policy(loaded, policy)
    request = {"path": path or "/", "method": method, "ip": ip, "host": host}
    question = {
        "request": request | {"headers": headers_of(header or [])},
        "identity": None if identity is None else _named(identity, chosen),
    }
    access_of = _Asker(loaded, chosen)
    try:
        access = access_of(question)
    except MalformedQuestionError as error:
        raise typer.BadParameter("; ".join(error.reasons)) from None
    bench = Bench(chosen, engine=loaded.engine, access=access)
    dialogue = Dialogue(bench, question=question, access_of=access_of)
    dialogue.warn()
    if not sys.stdin.isatty():
        read = sys.stdin.buffer.readline
        lines = iter(lambda: read(_MOST_BYTES).decode(errors="replace"), "")
        if not answer_all(dialogue, lines):
            raise typer.Exit(ExitCode.FAILED)
        return
    editor = LineEditor(
        dialogue.complete, history=history_in(state), readline=find_readline()
    )
    converse(dialogue, editor, name=chosen.settings.policy.id)


def _policy(loaded: Loaded, wanted: str) -> PolicyFile:
    policies = {each.settings.policy.id: each for each in loaded.configuration.policies}
    if wanted in policies:
        return policies[wanted]
    if not wanted and len(policies) == 1:
        return next(iter(policies.values()))
    known = ", ".join(sorted(policies)) or "none"
    raise typer.BadParameter(f"--policy is one of: {known}")


def _named(text: str, policy: PolicyFile) -> Any:
    """Return who asks; a fixture of the chosen policy needs no more than its name."""
    identity = identity_of(text)
    if isinstance(identity, str) and identity in policy.settings.fixture:
        return f"{policy.settings.policy.id}/{identity}"
    return identity


class _Asker:
    """Makes what the policies see of a question."""

    def __init__(self, loaded: Loaded, policy: PolicyFile) -> None:
        self._policy = policy
        self._explainer: Explainer = build_explainer(
            loaded, clock=now, subject_of=_refuse
        )

    def __call__(self, document: Mapping[str, Any]) -> AccessRequest:
        identity = document.get("identity")
        if isinstance(identity, str):
            document = {**document, "identity": _named(identity, self._policy)}
        question = parse_question(document)
        access = self._explainer.access(question)
        if isinstance(access, AccessRequest):
            return access
        return self._explainer.access_without_route(question)


def _refuse(_token: str) -> Subject:  # pragma: no cover - no option takes a token
    raise AssertionError("a token was never asked for")


def history_in(state: Path | None) -> Path | None:
    """Return where the history is kept; `None` if there is no such folder."""
    try:
        folder = state or Path.home() / ".local" / "state"
    except RuntimeError:
        # Nobody's home.
        return None
    return folder / _HISTORY
