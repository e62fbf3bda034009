"""Templates of messages: checked when they are read, filled in when a message is sent.

A pool's own templates come from whoever may change the pool, and run in the gateway. They know
the variables below, `if`, and a few filters, and nothing that repeats or calls something:
what they cost is bounded by their length.

    code          what the person types; for an invitation, the password
    link          what the person follows instead of typing; else empty
    username      what the person signs in with
    name          what the person is called; may be empty
    destination   where the message goes
    pool          the pool's name
    lifetime      how long the code is good, in words
    language      of the message: `en`
    attribute     what was changed: `email`, `phone_number`; else empty
    address       of the network that something came from; may be empty
    device        which device, or which factor; may be empty

Reference: Jinja2, "Sandbox".
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import cache, lru_cache
from typing import Final

from jinja2 import (
    StrictUndefined,
    Template,
    TemplateError,
    TemplateSyntaxError,
    meta,
    nodes,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from gateway.pool.messages.errors import RefusedError
from gateway.pool.settings import MessageTemplate, NoticeKind

VARIABLES: Final = frozenset(
    {
        *("address", "attribute", "code", "destination", "device", "language"),
        *("lifetime", "link", "name", "pool", "username"),
    }
)
# What somebody reads who gets one with a code in it.
_WITH_CODE: Final = frozenset(NoticeKind) - {
    NoticeKind.ATTRIBUTE_CHANGED,
    NoticeKind.PASSWORD_CHANGED,
    NoticeKind.FACTOR_CHANGED,
    NoticeKind.ACCOUNT_TAKE_OVER,
}

# In characters. Amazon Cognito has 140, 20,000 and 140.
LONGEST: Final[Mapping[str, int]] = {
    "subject": 200,
    "text": 20_000,
    "html": 60_000,
    "sms": 1_600,
}
# What a variable may make of them.
MAX_RENDERED: Final = 200_000

_NODES: Final = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const),
    *(nodes.If, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.Filter),
    *(nodes.And, nodes.Or, nodes.Not),
)
_FILTERS: Final = frozenset({"upper", "lower", "title", "trim", "e", "escape"})

_KEPT: Final = 1024


@cache
def _environment(*, html: bool) -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        autoescape=html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@lru_cache(maxsize=_KEPT)
def _compiled(source: str, *, html: bool) -> Template:
    """Return a template that does nothing but say something.

    Raises:
        TemplateError: It is none, or does more.
    """
    environment = _environment(html=html)
    # Looked at before it is compiled, which computes what is constant: `"a" * 10**9`.
    for node in environment.parse(source).find_all(nodes.Node):
        _check(node)
    return environment.from_string(source)


def _check(node: nodes.Node) -> None:
    if not isinstance(node, _NODES):
        what = type(node).__name__.lower()
        raise TemplateSyntaxError(f"{what} is not available", node.lineno)
    if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
        what = f"the filter `{node.name}`"
        raise TemplateSyntaxError(f"{what} is not available", node.lineno)


def fill_in(source: str, variables: Mapping[str, str], *, html: bool = False) -> str:
    """Return a template with its variables filled in.

    Args:
        source: The template.
        variables: Each one that there is.
        html: Whether values are escaped.

    Raises:
        RefusedError: It is no template, or becomes too long.
    """
    try:
        text = _compiled(source, html=html).render(variables)
    except (TemplateError, RecursionError, SyntaxError) as error:
        raise RefusedError(f"the template cannot be filled in: {error}") from error
    if len(text) > MAX_RENDERED:
        raise RefusedError("the template becomes too long with its values")
    return text


def problems(kind: NoticeKind, template: MessageTemplate) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a pool's own template: the field, and why.

    Args:
        kind: What it is for.
        template: Its texts; empty ones are the gateway's own, and right.
    """
    for field in fields(template):
        source: str = getattr(template, field.name)
        if source:
            problem = _problem(kind, field.name, source)
            if problem:
                yield field.name, problem


def _problem(kind: NoticeKind, field: str, source: str) -> str:
    if len(source) > LONGEST[field]:
        return f"it is longer than {LONGEST[field]} characters"
    is_html = field == "html"
    try:
        _compiled(source, html=is_html)
    except TemplateSyntaxError as error:
        return f"line {error.lineno}: {error.message}"
    except (RecursionError, SyntaxError):
        # Found out by trying: what cannot be nested so deep in Python.
        return "it is nested too deep"
    return _problem_of_variables(kind, field, _environment(html=is_html).parse(source))


def _problem_of_variables(kind: NoticeKind, field: str, tree: nodes.Template) -> str:
    read = meta.find_undeclared_variables(tree)
    unknown = sorted(read - VARIABLES)
    if unknown:
        return f"there is no variable `{unknown[0]}`"
    if field != "subject" and kind in _WITH_CODE and not read & {"code", "link"}:
        return "it says neither `code` nor `link`"
    return ""
