"""What is looked at before the parser is called: size, nesting, strings, odd syntax.

The parser would find most of this too, later and with less to say: it needs memory and
time for ten thousand terms, calls everything a syntax error, and its idea of where a
string ends differs from the language's in corners. One pass in linear time, no recursion.

Reference: CEL language definition, "Syntax".
"""

import re
from typing import Final

from gateway.cel.errors import Problem
from gateway.cel.syntax import Source

# A condition that is longer belongs into `[vars]` or into several rules.
MAX_CHARACTERS: Final = 16_384
MAX_TOKENS: Final = 4_096

_TOKEN: Final = re.compile(
    r"""(?P<blank>[\t\n\f\r\ ]+|//[^\n]*)
      | (?P<string>[bB]?[rR]?(?:\"\"\"|'''|["']))
      | (?P<word>[A-Za-z_][A-Za-z_0-9]*)
      | (?P<number>[0-9][0-9A-Za-z_]*)
      | (?P<optional>\.\?|\[\?)
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


class Refused(Exception):  # noqa: N818 - never leaves the package; becomes a `CompileError`
    """The text is no expression that will be parsed."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def refuse(
    source: Source, span: tuple[int, int], code: str, message: str, *, hint: str = ""
) -> Refused:
    """Return the refusal of the text between two offsets."""
    line, column = source.place(span[0])
    length = max(1, min(span[1], len(source.text)) - span[0])
    rest = source.text[span[0] : span[0] + length].partition("\n")[0]
    return Refused(Problem(code, message, hint, line, column, max(1, len(rest))))


def scan(source: Source, *, max_depth: int) -> frozenset[tuple[int, int]]:
    """Return where the string and bytes literals stand, as pairs of offsets.

    Raises:
        Refused: The text is empty, too long or too deeply nested, a bracket or a string
            is not closed, or it uses syntax that version 1 does not have.
    """
    text = source.text
    if len(text) > MAX_CHARACTERS:
        message = f"the expression is longer than {MAX_CHARACTERS} characters"
        raise refuse(source, (0, 1), "E401", message, hint="split it, or use `[vars]`")
    if not text.strip():
        raise refuse(source, (0, 1), "E200", "the expression is empty")
    return _Scan(source, max_depth).run()


class _Scan:
    def __init__(self, source: Source, max_depth: int) -> None:
        self._source = source
        self._max_depth = max_depth
        self._brackets: list[tuple[str, int]] = []
        self._strings: set[tuple[int, int]] = set()

    def run(self) -> frozenset[tuple[int, int]]:
        text = self._source.text
        at = tokens = 0
        while at < len(text):
            token = _TOKEN.match(text, at)
            if token is None or token.lastgroup is None:  # pragma: no cover
                raise AssertionError("the last alternative matches any character")
            at = self._token(token, token.lastgroup)
            tokens += token.lastgroup != "blank"
            if tokens > MAX_TOKENS:
                message = f"the expression has more than {MAX_TOKENS} parts"
                raise refuse(self._source, token.span(), "E401", message)
        if self._brackets:
            bracket, offset = self._brackets[-1]
            span = (offset, offset + 1)
            raise refuse(self._source, span, "E200", f"`{bracket}` is never closed")
        return frozenset(self._strings)

    def _token(self, token: re.Match[str], group: str) -> int:
        match group:
            case "string":
                return self._string(token)
            case "open":
                self._open(token)
            case "close":
                self._close(token)
            case "optional" | "quoted" | "other":
                self._odd(token, group)
            case _:
                pass
        return token.end()

    def _string(self, token: re.Match[str]) -> int:
        prefix = token[0].rstrip("'\"")
        raw = prefix[-1:] in {"r", "R"}
        end = _ENDS[token[0][len(prefix) :], raw].match(self._source.text, token.end())
        if end is None:
            raise refuse(self._source, token.span(), "E200", "the string is not closed")
        span = (token.start(), end.end())
        if raw:
            self._check_raw(span, end[0].rstrip("'\""))
        self._strings.add(span)
        return end.end()

    def _check_raw(self, span: tuple[int, int], body: str) -> None:
        # The parser's grammar takes a backslash before a quote for an escape, even in a
        # raw string, where the language has none.
        if (len(body) - len(body.rstrip("\\"))) % 2:
            message = "a raw string that ends in a backslash is not available"
            hint = "write it without `r`, with `\\\\`"
            raise refuse(self._source, span, "E205", message, hint=hint)

    def _open(self, token: re.Match[str]) -> None:
        self._brackets.append((token[0], token.start()))
        if len(self._brackets) > self._max_depth:
            message = f"brackets are nested deeper than {self._max_depth} levels"
            raise refuse(self._source, token.span(), "E402", message)

    def _close(self, token: re.Match[str]) -> None:
        if not self._brackets or self._brackets.pop()[0] != _PARTNER[token[0]]:
            message = f"`{token[0]}` closes nothing that is open here"
            raise refuse(self._source, token.span(), "E200", message)

    def _odd(self, token: re.Match[str], group: str) -> None:
        if group == "optional":
            code, message = "E205", f"optional syntax (`{token[0]}`) is not available"
            hint = "test with `has(...)`, or use `claim(path, default)`"
        elif group == "quoted":
            code, message = "E205", "back-quoted identifiers are not available"
            hint = "use an index with a string: `claims['a-b']`"
        else:
            code, hint = "E200", ""
            message = "this character has no meaning outside a string"
        raise refuse(self._source, token.span(), code, message, hint=hint)
