"""From text to tokens: size, nesting, strings, and syntax that version 1 lacks.

The grammar is cel-python's (`gateway.cel.parsing.parser`), the tokens are ours: its patterns
differ from the language in corners (raw strings, escapes, reserved words), and everything
that it does not know is the same "syntax error" to it. One pass in linear time, no
recursion; what is too long or too deep never reaches the parser.

Reference: CEL language definition, "Syntax".
"""

import re
from typing import Final

from lark import Token

from gateway.cel.errors import Problem
from gateway.cel.parsing.syntax import Source

# A condition that is longer belongs into `[vars]` or into several rules.
MAX_CHARACTERS: Final = 16_384
MAX_TOKENS: Final = 4_096

_TOKEN: Final = re.compile(
    r"""(?P<blank>[\t\n\f\r\x20]+|//[^\n]*)
      | (?P<string>[bB]?[rR]?(?:\"\"\"|'''|["']))
      | (?P<word>[A-Za-z_][A-Za-z_0-9]*)
      | (?P<number>(?:0x[0-9A-Fa-f]+|[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?
                   |\.[0-9]+(?:[eE][+-]?[0-9]+)?)[uU]?(?P<glued>[A-Za-z_0-9]*))
      | (?P<optional>\.\?|[\[{,][\t\n\f\r\x20]*\?)
      | (?P<open>[(\[{])
      | (?P<close>[)\]}])
      | (?P<quoted>`[^`\n]*`?)
      | (?P<operator>&&|\|\||[=!<>]=|[-+*/%<>!?:.,])
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_ENDS: Final = {
    ("'", False): re.compile(r"(?:[^'\\\r\n]|\\[^\r\n])*+'"),
    ('"', False): re.compile(r'(?:[^"\\\r\n]|\\[^\r\n])*+"'),
    ("'''", False): re.compile(r"(?:[^'\\]|\\.|'(?!''))*+'''", re.DOTALL),
    ('"""', False): re.compile(r'(?:[^"\\]|\\.|"(?!""))*+"""', re.DOTALL),
    ("'", True): re.compile(r"[^'\r\n]*+'"),
    ('"', True): re.compile(r'[^"\r\n]*+"'),
    ("'''", True): re.compile(r"(?:[^']|'(?!''))*+'''", re.DOTALL),
    ('"""', True): re.compile(r'(?:[^"]|"(?!""))*+"""', re.DOTALL),
}
_PARTNER: Final = {")": "(", "]": "[", "}": "{"}
_WORDS: Final = {
    "true": "BOOL_LIT",
    "false": "BOOL_LIT",
    "null": "NULL_LIT",
    "in": "IN",
}

_HABITS: Final = {"&": "write `&&`", "|": "write `||`", "=": "write `==`"}

# After one of these, a minus sign is an operator; elsewhere it may belong to a number.
_OPERANDS: Final = frozenset(
    {
        *("IDENT", "BOOL_LIT", "NULL_LIT", "STRING_LIT", "BYTES_LIT"),
        *("INT_LIT", "UINT_LIT", "FLOAT_LIT", ")", "]", "}"),
    }
)


class Refused(Exception):  # noqa: N818 - never leaves the package; becomes a `CompileError`
    """The text is no expression that will be parsed."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def refuse(
    source: Source, span: tuple[int, int], code: str, message: str, *, hint: str = ""
) -> Refused:
    """Return the refusal of the text between two offsets."""
    return Refused(source.problem(span, code, message, hint))


def tokenize(source: Source, *, max_depth: int) -> list[Token]:
    """Return the tokens of an expression; an operator's type is the operator itself.

    Raises:
        Refused: The text is empty, too long or too deeply nested, a bracket or a string
            is not closed, or it uses syntax that version 1 does not have.
    """
    if len(source.text) > MAX_CHARACTERS:
        message = f"the expression is longer than {MAX_CHARACTERS} characters"
        raise refuse(source, (0, 1), "E401", message, hint="split it, or use `[vars]`")
    lexer = _Lexer(source, max_depth)
    lexer.run()
    if not lexer.tokens:
        raise refuse(source, (0, 1), "E200", "the expression is empty")
    return lexer.tokens


class _Lexer:
    def __init__(self, source: Source, max_depth: int) -> None:
        self.tokens: list[Token] = []
        self._source = source
        self._max_depth = max_depth
        # The open ones: which, where, and how many tokens came before, if it opens a
        # list or a map and not an index, a call or a group.
        self._brackets: list[tuple[str, int, int | None]] = []
        self._last = ""

    def run(self) -> None:
        text = self._source.text
        at = 0
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:  # pragma: no cover
                raise AssertionError("the last alternative matches any character")
            at = match.end()
            group = match.lastgroup
            if group == "blank":
                continue
            if group == "string":
                at = self._string(match)
            else:
                self._plain(match, group)
            if len(self.tokens) > MAX_TOKENS:
                message = f"the expression has more than {MAX_TOKENS} parts"
                raise refuse(self._source, match.span(), "E401", message)
        if self._brackets:
            bracket, offset, _ = self._brackets[-1]
            span = (offset, offset + 1)
            raise refuse(self._source, span, "E200", f"`{bracket}` is never closed")

    def _plain(self, match: re.Match[str], group: str | None) -> None:
        text = match[0]
        match group:
            case "word":
                kind = "IDENT" if self._last == "." else _WORDS.get(text, "IDENT")
                self._add(kind, text, match.start())
            case "operator":
                self._add(text, text, match.start())
            case "number" | "glued":
                self._number(match)
            case "open" | "close":
                self._bracket(match, group)
            case _:
                self._odd(match, group)

    def _add(self, kind: str, text: str, start: int, end: int = 0) -> None:
        token = Token(kind, text, start_pos=start, end_pos=end or start + len(text))
        self.tokens.append(token)
        self._last = kind

    def _number(self, match: re.Match[str]) -> None:
        text, start = match[0], match.start()
        digits = text.rstrip("uU")
        kind = "UINT_LIT" if digits != text else "INT_LIT"
        if not digits.startswith("0x") and not digits.isdecimal():
            kind = "FLOAT_LIT"
        if match["glued"] or (kind == "FLOAT_LIT" and digits != text):
            message = "a number is followed by a letter or digit"
            raise refuse(self._source, match.span(), "E200", message)
        if self._is_sign():
            text, start = "-" + text, self.tokens.pop().start_pos or 0
        self._add(kind, text, start, match.end())

    def _is_sign(self) -> bool:
        """Return whether the minus before a number belongs to it."""
        before = [token.type for token in self.tokens[-2:]]
        return before[-1:] == ["-"] and before[0] not in _OPERANDS

    def _string(self, match: re.Match[str]) -> int:
        start = match.start()
        prefix = match[0].rstrip("'\"")
        raw = prefix[-1:] in {"r", "R"}
        end = _ENDS[match[0][len(prefix) :], raw].match(self._source.text, match.end())
        if end is None:
            raise refuse(self._source, match.span(), "E200", "the string is not closed")
        kind = "BYTES_LIT" if prefix[:1] in {"b", "B"} else "STRING_LIT"
        self._add(kind, self._source.text[start : end.end()], start)
        return end.end()

    def _bracket(self, match: re.Match[str], group: str) -> None:
        bracket, start = match[0], match.start()
        if group == "open":
            is_literal = bracket != "(" and self._last not in _OPERANDS
            before = len(self.tokens) if is_literal else None
            self._brackets.append((bracket, start, before))
            if len(self._brackets) > self._max_depth:
                message = f"brackets are nested deeper than {self._max_depth} levels"
                raise refuse(self._source, match.span(), "E402", message)
        else:
            self._close(match)
        self._add(bracket, bracket, start)

    def _close(self, match: re.Match[str]) -> None:
        opened = self._brackets.pop() if self._brackets else None
        if opened is None or opened[0] != _PARTNER[match[0]]:
            message = f"`{match[0]}` closes nothing that is open here"
            raise refuse(self._source, match.span(), "E200", message)
        # The language allows a comma after the last item; the grammar does not know.
        if (
            opened[2] is not None
            and self._last == ","
            and len(self.tokens) > opened[2] + 2
        ):
            self.tokens.pop()

    def _odd(self, match: re.Match[str], group: str | None) -> None:
        code, hint = "E205", ""
        match group:
            case "optional":
                message = f"optional syntax (`{match[0]}`) is not available"
                hint = "test with `has(...)`, or use `claim(path, default)`"
            case "quoted":
                message = "back-quoted identifiers are not available"
                hint = "use an index with a string: `claims['a-b']`"
            case _:
                code, message = "E200", "this character means nothing outside a string"
                hint = _HABITS.get(match[0], "")
        raise refuse(self._source, match.span(), code, message, hint=hint)
