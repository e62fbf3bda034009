"""Templates of pools: what they may say, and what they may not do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.pool.messages.errors import RefusedError
from gateway.pool.messages.templates import (
    LONGEST,
    MAX_RENDERED,
    VARIABLES,
    fill_in,
    problems,
)
from gateway.pool.settings import MessageTemplate, NoticeKind

VALUES = dict.fromkeys(VARIABLES, "<b>") | {"code": "123456"}
KIND = NoticeKind.SIGN_UP


def problem(text: str, kind: NoticeKind = KIND) -> str:
    found = dict(problems(kind, MessageTemplate(text=text)))
    return found.get("text", "")


@pytest.mark.parametrize(
    "good",
    [
        "{{ code }}",
        "{{ code | upper }}",
        "{% if link %}{{ link }}{% elif name and not device %}x{% else %}y{% endif %}",
        "{{ code if language == 'de' or name else link }}",
        "plain {# a comment #} {{ code }}",
    ],
)
def test_a_template_says_what_the_message_is_about(good: str) -> None:
    """And fills in."""
    assert problem(good) == ""
    assert fill_in(good, VALUES)


@pytest.mark.parametrize(
    ("odd", "why"),
    [
        ("{{ code", "line 1"),
        ("{{ cod }}{{ code }}", "no variable `cod`"),
        ("nothing", "neither `code` nor `link`"),
        ("{% for i in code %}{{ i }}{% endfor %}", "for is not available"),
        ("{{ code.__class__ }}", "getattr is not available"),
        ("{{ code['a'] }}", "getitem is not available"),
        ("{{ range(9) }}{{ code }}", "call is not available"),
        ("{{ 'a' * 999999999 }}{{ code }}", "mul is not available"),
        ("{{ 2 ** 99 ** 99 }}{{ code }}", "pow is not available"),
        ("{% set a = code %}{{ a }}", "assign is not available"),
        ("{% include 'x' %}{{ code }}", "include is not available"),
        ("{{ code | center(99999999) }}", "`center` is not available"),
        ("{{ code | nothing }}", "line 1"),
        ("\n{% macro a() %}{% endmacro %}{{ code }}", "line 2: macro"),
        ("{% if code %}" * 200 + "{% endif %}" * 200, "too deep"),
        ("{{ " + "(" * 5000 + "code" + ")" * 5000 + " }}", "too deep"),
        ("x" * (LONGEST["text"] + 1), "longer than"),
    ],
)
def test_a_template_does_nothing_else(odd: str, why: str) -> None:
    """Its cost is bounded by its length."""
    assert why in problem(odd)


def test_each_field_is_looked_at_and_an_empty_one_is_right() -> None:
    """A subject need not hold the code; what tells something has none."""
    template = MessageTemplate(subject="Hi", text="", html="{{ cod }}", sms="Hi")

    assert [field for field, _ in problems(KIND, template)] == ["html", "sms"]
    assert list(problems(KIND, MessageTemplate())) == []
    assert list(problems(NoticeKind.PASSWORD_CHANGED, MessageTemplate(sms="Hi"))) == []


def test_values_are_escaped_in_html_and_nowhere_else() -> None:
    """A person may be called anything."""
    assert fill_in("{{ name }}", VALUES) == "<b>"
    assert fill_in("{{ name }}", VALUES, html=True) == "&lt;b&gt;"


def test_what_cannot_be_filled_in_is_refused() -> None:
    """Kept by a version that knew other variables; or grown by its values."""
    with pytest.raises(RefusedError):
        fill_in("{{ cod }}", VALUES)
    with pytest.raises(RefusedError):
        fill_in("{{ code", VALUES)
    with pytest.raises(RefusedError):
        fill_in("{% if code %}" * 200 + "{% endif %}" * 200, VALUES)
    with pytest.raises(RefusedError):
        fill_in("{{ name }}", {"name": "x" * (MAX_RENDERED + 1)})


@given(st.text(alphabet="{}%# codeifnameand|()[].'\"+-*/~\n", max_size=60))
def test_whatever_somebody_writes_is_right_or_has_a_problem(source: str) -> None:
    """And what is right fills in."""
    if not problem(source):
        fill_in(source, VALUES)
