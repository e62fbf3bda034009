"""From tokens to the tree of `gateway.cel.parsing.syntax`, by cel-python's grammar.

cel-python gives the grammar and nothing else: its tokens and its evaluator are not used.
The tree is built while the parser reduces, from the leaves up, so that no source,
whatever it looks like, ends in a `RecursionError`.

Reference: CEL language definition, "Syntax".
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, Final, cast

from lark import Lark, Token
from lark.exceptions import UnexpectedToken

from gateway.cel.parsing import literals
from gateway.cel.parsing.grammar import parser
from gateway.cel.parsing.lexer import Refused, refuse, tokenize
from gateway.cel.parsing.syntax import (
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
    shown,
)

_KEYWORDS: Final = frozenset({"in", "true", "false", "null"})

# `const` is reserved in the language too; here it is a variable of version 1.
_RESERVED: Final = _KEYWORDS | {
    *("as", "break", "continue", "else", "for", "function", "if", "import", "let"),
    *("loop", "package", "namespace", "return", "var", "void", "while"),
}

_LITERALS: Final[dict[str, Callable[[str], Any]]] = {
    "INT_LIT": literals.integer,
    "UINT_LIT": literals.unsigned,
    "FLOAT_LIT": literals.double,
    "STRING_LIT": literals.text,
    "BYTES_LIT": literals.octets,
    "BOOL_LIT": lambda spelling: spelling == "true",
    "NULL_LIT": lambda _: None,
}


# What people write who come from another language.
_HABITS: Final = {
    "and": "write `&&`",
    "or": "write `||`",
    "not": "write `!`",
    "if": "write `test ? then : otherwise`",
}


def parse(source: Source, *, max_depth: int) -> Node:
    """Return the expression that a text spells.

    Raises:
        Refused: It spells none, or one beyond the limits.
    """
    tokens = tokenize(source, max_depth=max_depth)
    try:
        node = cast("Node", _grammar().parse(tokens))
    except UnexpectedToken as error:
        raise _unexpected(source, error.token) from None
    except _Misfit as misfit:
        raise refuse(source, misfit.span, misfit.code, misfit.message) from None
    if node.depth > max_depth:
        message = f"the expression is nested deeper than {max_depth} levels"
        raise refuse(source, (node.start, node.end), "E402", message)
    return node


def _unexpected(source: Source, token: Token) -> Refused:
    span = (_start(token), _end(token))
    if token.type == "$END":
        # Its place is that of the last token.
        return refuse(source, span, "E200", "the expression ends too early")
    message = f"syntax error: {shown(token)} is not expected here"
    return refuse(source, span, "E200", message, hint=_HABITS.get(str(token), ""))


class _Misfit(Exception):  # noqa: N818 - never leaves the module
    """The grammar has it, and it is no expression all the same."""

    def __init__(self, span: tuple[int, int], code: str, message: str) -> None:
        super().__init__(message)
        self.span = span
        self.code = code
        self.message = message


@cache
def _grammar() -> Lark:
    return parser(_Builder())


_Parts = list[Any]

# Brackets with nothing between them have so many parts.
_EMPTY: Final = 2


def _first(_: "_Builder", parts: _Parts) -> Any:
    return parts[0]


def _operator(name: str) -> Callable[["_Builder", _Parts], tuple[str, Any]]:
    """Return the action for an operator with what stands before it, if anything does."""
    return lambda _, parts: (name, parts[0])


class _Builder:
    """What each rule of the grammar becomes. Has no state: one serves every parse."""

    relation_lt = _operator("_<_")
    relation_le = _operator("_<=_")
    relation_gt = _operator("_>_")
    relation_ge = _operator("_>=_")
    relation_eq = _operator("_==_")
    relation_ne = _operator("_!=_")
    relation_in = _operator("_in_")
    addition_add = _operator("_+_")
    addition_sub = _operator("_-_")
    multiplication_mul = _operator("_*_")
    multiplication_div = _operator("_/_")
    multiplication_mod = _operator("_%_")
    unary_not = _operator("!_")
    unary_neg = _operator("-_")

    member = _first
    primary = _first

    def expr(self, parts: _Parts) -> Node:
        if len(parts) == 1:
            return cast("Node", parts[0])
        test, _, then, _, otherwise = parts
        depth = _below(parts[::2])
        return Conditional(test.start, otherwise.end, depth, test, then, otherwise)

    def conditionalor(self, parts: _Parts) -> Node:
        return _logic(Connective.OR, parts)

    def conditionaland(self, parts: _Parts) -> Node:
        return _logic(Connective.AND, parts)

    def _binary(self, parts: _Parts) -> Node:
        if len(parts) == 1:
            return cast("Node", parts[0])
        (operator, left), right = parts
        operands = (left, right)
        depth = _below(operands)
        return Operation(left.start, right.end, depth, operator, operands)

    relation = _binary
    addition = _binary
    multiplication = _binary

    def unary(self, parts: _Parts) -> Node:
        if len(parts) == 1:
            return cast("Node", parts[0])
        (operator, sign), operand = parts
        depth = operand.depth + 1
        return Operation(_start(sign), operand.end, depth, operator, (operand,))

    def member_dot(self, parts: _Parts) -> Node:
        operand, _, field = parts
        _check_name(field, _KEYWORDS)
        depth = operand.depth + 1
        return Select(
            operand.start, _end(field), depth, operand, str(field), _start(field)
        )

    def member_dot_arg(self, parts: _Parts) -> Node:
        target, _, name = parts[:3]
        _check_name(name, _KEYWORDS)
        return _call(target, name, parts[3:], target.start)

    def member_index(self, parts: _Parts) -> Node:
        operand, _, index, closing = parts
        operands = (operand, index)
        depth = _below(operands)
        return Operation(operand.start, _end(closing), depth, "_[_]", operands)

    def member_object(self, parts: _Parts) -> Node:
        message = "messages (`Type{field: value}`) are not available"
        raise _Misfit((parts[0].start, _end(parts[-1])), "E205", message)

    def fieldinits(self, parts: _Parts) -> _Parts:
        return parts

    def literal(self, parts: _Parts) -> Node:
        token: Token = parts[0]
        try:
            value = _LITERALS[token.type](str(token))
        except literals.LiteralFault as fault:
            start, end = _start(token) + fault.offset, _end(token)
            span = start, start + fault.length if fault.length else end
            raise _Misfit(span, "E204", fault.message) from None
        return Literal(_start(token), _end(token), 1, value)

    def ident(self, parts: _Parts) -> Node:
        return _name(parts[0], parts[0], is_root=False)

    def dot_ident(self, parts: _Parts) -> Node:
        return _name(parts[0], parts[1], is_root=True)

    def ident_arg(self, parts: _Parts) -> Node:
        _check_name(parts[0], _RESERVED)
        return _call(None, parts[0], parts[1:], _start(parts[0]))

    def dot_ident_arg(self, parts: _Parts) -> Node:
        _check_name(parts[1], _RESERVED)
        return _call(None, parts[1], parts[2:], _start(parts[0]))

    def paren_expr(self, parts: _Parts) -> Node:
        opening, inner, closing = parts
        node: Node = inner
        return replace(node, start=_start(opening), end=_end(closing))

    def list_lit(self, parts: _Parts) -> Node:
        items = parts[1] if len(parts) > _EMPTY else ()
        return ListOf(_start(parts[0]), _end(parts[-1]), _below(items), items)

    def map_lit(self, parts: _Parts) -> Node:
        entries = parts[1] if len(parts) > _EMPTY else ()
        depth = _below([part for entry in entries for part in entry])
        return MapOf(_start(parts[0]), _end(parts[-1]), depth, entries)

    def exprlist(self, parts: _Parts) -> Sequence[Node]:
        return tuple(parts[::2])

    def mapinits(self, parts: _Parts) -> Sequence[tuple[Node, Node]]:
        return tuple(zip(parts[::4], parts[2::4], strict=True))


def _logic(connective: Connective, parts: _Parts) -> Node:
    if len(parts) == 1:
        return cast("Node", parts[0])
    left, _, right = parts
    terms: tuple[Node, ...] = (left, right)
    depth = _below((left, right))
    if isinstance(left, Logic) and left.connective is connective:
        # One more term of a chain is no further level.
        terms = (*left.terms, right)
        depth = max(left.depth, right.depth + 1)
    return Logic(left.start, right.end, depth, connective, terms)


def _call(target: Node | None, name: Token, rest: _Parts, start: int) -> Node:
    arguments: Sequence[Node] = rest[1] if len(rest) > _EMPTY else ()
    parts = arguments if target is None else (target, *arguments)
    depth = _below(parts)
    return Call(
        start, _end(rest[-1]), depth, str(name), _start(name), target, arguments
    )


def _name(first: Token, name: Token, *, is_root: bool) -> Node:
    _check_name(name, _RESERVED)
    return Name(_start(first), _end(name), 1, str(name), is_root)


def _check_name(name: Token, taken: frozenset[str]) -> None:
    if name in taken:
        message = f"`{name}` is a reserved word and cannot be a name"
        raise _Misfit((_start(name), _end(name)), "E200", message)


def _below(parts: Sequence[Node]) -> int:
    return 1 + max((part.depth for part in parts), default=0)


def _start(token: Token) -> int:
    return cast("int", token.start_pos)


def _end(token: Token) -> int:
    return cast("int", token.end_pos)
