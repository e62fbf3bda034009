"""The parser's table: that of the grammar at hand, and used."""

import json
from pathlib import Path
from typing import Any

import pytest
from lark import Lark

from gateway.cel.parsing import grammar
from gateway.cel.parsing.grammar import TABLE, parser, table_text
from gateway.cel.parsing.lexer import tokenize
from gateway.cel.parsing.syntax import Source

TEXT = "a.b == [1, 2u][0] && !c.all(x, x > -1.5) ? {'k': b'v'} : f(r'x', null)"


def tree(made: Lark) -> Any:
    return made.parse(tokenize(Source(TEXT), max_depth=64))


def steps(table: dict[str, Any]) -> Any:
    """What the table does, whatever numbers its states and tokens have."""
    states = table["states"]
    names = table["tokens"]
    number_of = {str(table["start_states"]["expr"]): 0}
    waiting, said = list(number_of), []
    for state in waiting:
        row = sorted((names[token], each) for token, each in states[state].items())
        for _, (is_reduction, to) in row:
            if not is_reduction and str(to) not in number_of:
                number_of[str(to)] = len(number_of)
                waiting.append(str(to))
        said.append(
            [
                (name, to["@"] if is_reduction else number_of[str(to)], is_reduction)
                for name, (is_reduction, to) in row
            ]
        )
    return said, number_of[str(table["end_states"]["expr"])]


def test_the_table_is_that_of_the_grammar() -> None:
    """Make it anew: `python -m gateway.cel.parsing.grammar > gateway/cel/parsing/grammar.json`."""
    kept, made = json.loads(TABLE.read_text()), json.loads(table_text())

    assert kept["made_for"] == made["made_for"]
    assert kept["memo"] == made["memo"]
    tables = [each["data"]["parser"].pop("parser") for each in (kept, made)]
    assert kept["data"] == made["data"]
    assert steps(tables[0]) == steps(tables[1])


def test_the_table_is_not_made_at_a_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """That is what it is kept for."""

    class Unmade(Lark):
        def __init__(self, *_: Any, **__: Any) -> None:
            raise AssertionError("made")

    monkeypatch.setattr(grammar, "Lark", Unmade)

    assert tree(parser(object()))


@pytest.mark.parametrize("content", [None, "", "[]", '{"made_for": "another"}'])
def test_without_its_table_the_parser_is_made(
    tmp_path: Path, content: str | None
) -> None:
    """Another version of the grammar, of Lark, or none: slower, and the same."""
    table = tmp_path / "grammar.json"
    if content is not None:
        table.write_text(content)

    assert tree(parser(object(), table=table)) == tree(parser(object()))
