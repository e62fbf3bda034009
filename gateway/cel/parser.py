"""From text to the tree of `gateway.cel.syntax`, by way of cel-python's parser.

cel-python gives the grammar and nothing else: its tree is turned into ours and its
evaluator is never called. Every way down is bounded by `max_depth`, so that no source,
whatever it looks like, ends in a `RecursionError`.

Reference: CEL language definition, "Syntax".
"""

import re
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final, cast

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput, UnexpectedToken

from gateway.cel import literals
from gateway.cel.scan import refuse, scan
from gateway.cel.syntax import (
    Call,
    Conditional,
    Connective,
    ListOf,
    Literal,
    Logic,
    MapOf,
    Name,
    Node,
    Operation,
    Select,
    Source,
)

_KEYWORDS: Final = frozenset({"in", "true", "false", "null"})
# `const` is reserved in the language; it is a variable of version 1.
_RESERVED: Final = _KEYWORDS | frozenset(
    "as break continue else for function if import let loop package namespace return "
    " var void while".split()
)

# Rules of the grammar that mean nothing when they have a single part.
_WRAPPERS: Final = frozenset(
    {
        "expr",
        "conditionalor",
        "conditionaland",
        "relation",
        "addition",
        "multiplication",
        "unary",
        "member",
        "primary",
        "paren_expr",
    }
)
_OPERATORS: Final = {
    "relation_lt": "_<_",
    "relation_le": "_<=_",
    "relation_gt": "_>_",
    "relation_ge": "_>=_",
    "relation_eq": "_==_",
    "relation_ne": "_!=_",
    "relation_in": "_in_",
    "addition_add": "_+_",
    "addition_sub": "_-_",
    "multiplication_mul": "_*_",
    "multiplication_div": "_/_",
    "multiplication_mod": "_%_",
    "unary_not": "!_",
    "unary_neg": "-_",
}
_LITERALS: Final[dict[str, Callable[[str], Any]]] = {
    "INT_LIT": literals.integer,
    "UINT_LIT": literals.unsigned,
    "FLOAT_LIT": literals.double,
    "STRING_LIT": literals.text,
    "MLSTRING_LIT": literals.text,
    "BYTES_LIT": literals.octets,
    "BOOL_LIT": lambda spelling: spelling == "true",
    "NULL_LIT": lambda _: None,
}
_QUOTED: Final = frozenset({"STRING_LIT", "MLSTRING_LIT", "BYTES_LIT"})

_Tree = Tree[Token]


def parse(source: Source, *, max_depth: int) -> Node:
    """Return the expression that a text spells.

    Raises:
        Refused: It spells none, or one beyond the limits.
    """
    strings = scan(source, max_depth=max_depth)
    return _Conversion(source, strings, max_depth).convert(_parse(source), 0)


@cache
def _grammar() -> Lark:
    # As `celpy.celparser` sets it up, but for three things: a parser of our own and not
    # one that the whole process shares, no debug log, and `true` and `false` keep their
    # positions.
    text = files("celpy").joinpath("cel.lark").read_text("utf-8")
    return Lark(
        text,
        parser="lalr",
        start="expr",
        g_regex_flags=re.MULTILINE,
        lexer_callbacks={"IDENT": _name_or_bool},
        propagate_positions=True,
        maybe_placeholders=False,
        priority="invert",
    )


def _name_or_bool(token: Token) -> Token:
    if token in {"true", "false"}:
        return Token.new_borrow_pos("BOOL_LIT", str(token), token)
    return token


def _parse(source: Source) -> _Tree:
    try:
        return _grammar().parse(source.text)
    except UnexpectedInput as error:
        unexpected = error
    if isinstance(unexpected, UnexpectedToken) and unexpected.token.type == "$END":
        end = len(source.text.rstrip())
        raise refuse(source, (end - 1, end), "E200", "the expression ends too early")
    start = source.offset(max(unexpected.line, 1), max(unexpected.column, 1))
    raise refuse(source, (start, start + 1), "E200", "syntax error: not expected here")


class _Conversion:
    def __init__(
        self, source: Source, strings: frozenset[tuple[int, int]], max_depth: int
    ) -> None:
        self._source = source
        self._strings = strings
        self._max_depth = max_depth

    def convert(self, tree: _Tree, depth: int) -> Node:
        tree = _unwrap(tree)
        if depth > self._max_depth:
            message = f"the expression is nested deeper than {self._max_depth} levels"
            raise refuse(self._source, _span(tree), "E402", message)
        match tree.data:
            case "conditionalor":
                return self._logic(tree, Connective.OR, depth + 1)
            case "conditionaland":
                return self._logic(tree, Connective.AND, depth + 1)
            case "expr":
                return self._conditional(tree, depth + 1)
            case "relation" | "addition" | "multiplication" | "unary":
                return self._operation(tree, depth + 1)
            case _:
                return self._primary(tree, depth)

    def _logic(self, tree: _Tree, connective: Connective, depth: int) -> Node:
        rule, terms, rest = tree.data, [], tree
        while rest.data == rule and len(rest.children) > 1:
            terms.append(_child(rest, 1))
            rest = _unwrap(_child(rest, 0), stop=rule)
        terms.append(rest)
        converted = tuple(self.convert(term, depth) for term in reversed(terms))
        return Logic(*_span(tree), connective, converted)

    def _conditional(self, tree: _Tree, depth: int) -> Node:
        test, then, otherwise = (
            self.convert(_child(tree, at), depth) for at in (0, 1, 2)
        )
        return Conditional(*_span(tree), test, then, otherwise)

    def _operation(self, tree: _Tree, depth: int) -> Node:
        sign = _child(tree, 0)
        operands = [_child(sign, 0)] if sign.children else []
        operands.append(_child(tree, 1))
        converted = tuple(self.convert(operand, depth) for operand in operands)
        return Operation(*_span(tree), _OPERATORS[sign.data], converted)

    def _primary(self, tree: _Tree, depth: int) -> Node:
        match tree.data:
            case "literal":
                return self._literal(_token(tree, 0))
            case "ident" | "dot_ident":
                return self._name(tree)
            case "member_dot":
                return self._select(tree, depth + 1)
            case "member_index":
                operands = (_child(tree, 0), _child(tree, 1))
                converted = tuple(self.convert(one, depth + 1) for one in operands)
                return Operation(*_span(tree), "_[_]", converted)
            case "list_lit":
                return ListOf(*_span(tree), self._list(tree, 0, depth + 1))
            case "map_lit":
                parts = self._list(tree, 0, depth + 1)
                entries = tuple(zip(parts[::2], parts[1::2], strict=True))
                return MapOf(*_span(tree), entries)
            case "member_object":
                message = "messages (`Type{field: value}`) are not available"
                raise refuse(self._source, _span(tree), "E205", message)
            case _:
                return self._call(tree, depth + 1)

    def _call(self, tree: _Tree, depth: int) -> Node:
        target = None
        at = 0
        if tree.data == "member_dot_arg":
            target = self.convert(_child(tree, 0), depth)
            at = 1
        name = _token(tree, at)
        self._check_name(name, _KEYWORDS if target else _RESERVED)
        arguments = self._list(tree, at + 1, depth)
        return Call(*_span(tree), str(name), _start(name), target, arguments)

    def _select(self, tree: _Tree, depth: int) -> Node:
        field = _token(tree, 1)
        self._check_name(field, _KEYWORDS)
        operand = self.convert(_child(tree, 0), depth)
        return Select(*_span(tree), operand, str(field), _start(field))

    def _name(self, tree: _Tree) -> Node:
        name = _token(tree, 0)
        self._check_name(name, _RESERVED)
        return Name(*_span(tree), str(name))

    def _check_name(self, name: Token, taken: frozenset[str]) -> None:
        if name in taken:
            span = (_start(name), _start(name) + len(name))
            message = f"`{name}` is a reserved word and cannot be a name"
            raise refuse(self._source, span, "E200", message)

    def _literal(self, token: Token) -> Node:
        start = _start(token)
        span = (start, start + len(token))
        if token.type in _QUOTED and span not in self._strings:
            raise refuse(self._source, span, "E200", "the string is not closed")
        try:
            value = _LITERALS[token.type](str(token))
        except literals.LiteralFault as fault:
            span = (start + fault.offset, span[1])
            raise refuse(self._source, span, "E204", fault.message) from None
        return Literal(*span, value)

    def _list(self, tree: _Tree, at: int, depth: int) -> Sequence[Node]:
        if len(tree.children) <= at:
            return ()
        parts = cast("list[_Tree]", _child(tree, at).children)
        return tuple(self.convert(part, depth) for part in parts)


def _unwrap(tree: _Tree, stop: str = "") -> _Tree:
    while len(tree.children) == 1 and tree.data in _WRAPPERS and tree.data != stop:
        tree = _child(tree, 0)
    if stop and tree.data == stop and len(tree.children) == 1:
        return _unwrap(_child(tree, 0))
    return tree


def _child(tree: _Tree, at: int) -> _Tree:
    return cast("_Tree", tree.children[at])


def _token(tree: _Tree, at: int) -> Token:
    return cast("Token", tree.children[at])


def _start(token: Token) -> int:
    return cast("int", token.start_pos)


def _span(tree: _Tree) -> tuple[int, int]:
    return tree.meta.start_pos, tree.meta.end_pos
