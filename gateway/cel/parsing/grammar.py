"""The parser of cel-python's grammar, from a table that was made before.

Making the table takes longer than reading a thousand rules, and it is the same at every
start, so it lies beside this module. It says for which grammar and which Lark it was made;
for others, it is made anew at each start. It holds numbers and names, and no code.

Write it anew with `python -m gateway.cel.parsing.grammar > gateway/cel/parsing/grammar.json`.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import lark
from lark import Lark, Token
from lark.common import LexerConf
from lark.grammar import Rule
from lark.lexer import Lexer, PatternStr, TerminalDef
from typing_extensions import override

TABLE: Final = Path(__file__).with_name("grammar.json")


class _Tokens(Lexer):
    """Hands our tokens to the parser, under the names that the grammar gives them."""

    __future_interface__ = 0

    def __init__(self, lexer_conf: LexerConf) -> None:
        self._names = {
            str(terminal.pattern.value): terminal.name
            for terminal in lexer_conf.terminals
            if isinstance(terminal.pattern, PatternStr)
        }

    @override
    def lex(  # type: ignore[override]  # interface 0 is handed what is parsed, alone
        self, tokens: Sequence[Token]
    ) -> Iterator[Token]:
        for token in tokens:
            token.type = self._names.get(token.type, token.type)
            yield token


_OPTIONS: Final[Mapping[str, Any]] = {
    "parser": "lalr",
    "start": "expr",
    "g_regex_flags": re.MULTILINE,
    "keep_all_tokens": True,
    "maybe_placeholders": False,
    "priority": "invert",
    "lexer": _Tokens,
}


def parser(builder: object, *, table: Path = TABLE) -> Lark:
    """Return the parser of the language; it parses sequences of tokens.

    Args:
        builder: Has a method for each rule of the grammar.
        table: Where the table lies, if it does.
    """
    grammar = _grammar()
    options = {**_OPTIONS, "transformer": builder}
    try:
        kept = json.loads(table.read_bytes())
    except (OSError, ValueError):
        kept = None
    if isinstance(kept, dict) and kept.get("made_for") == _mark(grammar):
        return Lark.load(_restored(kept, options))
    return Lark(grammar, **options)


def table_text() -> str:
    """Return what the table's file has to hold."""
    grammar = _grammar()
    made, memo = Lark(grammar, **_OPTIONS).memo_serialize([TerminalDef, Rule])
    del made["options"], made["parser"]["lexer_conf"]["lexer_type"]
    kept = {"made_for": _mark(grammar), "data": made, "memo": memo}
    return json.dumps(kept, separators=(",", ":"))


def _restored(kept: dict[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the table as Lark made it: what JSON cannot hold is put back."""
    made = kept["data"]
    made["options"] = options
    made["parser"]["lexer_conf"]["lexer_type"] = options["lexer"]
    table = made["parser"]["parser"]
    table["tokens"] = _numbered(table["tokens"])
    table["states"] = {
        state: _numbered(actions)
        for state, actions in _numbered(table["states"]).items()
    }
    return {"data": made, "memo": _numbered(kept["memo"])}


def _numbered(table: Mapping[str, Any]) -> dict[int, Any]:
    return {int(number): value for number, value in table.items()}


def _grammar() -> str:
    # Importing the package would run its evaluator's modules, and take longer than
    # everything else that a start takes.
    spec = find_spec("celpy")
    if spec is None or spec.origin is None:  # pragma: no cover - it is a dependency
        raise ModuleNotFoundError("celpy")
    return Path(spec.origin).with_name("cel.lark").read_text("utf-8")


def _mark(grammar: str) -> str:
    """Return what tells whether a table was made for this grammar, Lark and options."""
    options = {**_OPTIONS, "lexer": _Tokens.__name__}
    text = f"{lark.__version__}\n{sorted(options.items())}\n{grammar}"
    return sha256(text.encode()).hexdigest()


if __name__ == "__main__":  # pragma: no cover - writes a file of the source
    print(table_text())  # noqa: T201 - that is what it is for
