"""Path templates, taken apart."""

import pytest

from gateway.model.route import Route
from gateway.upstream.templates import Kind, Part, methods_of, parse_template


def _route(*methods: str) -> Route:
    return Route("r", "*", "/", frozenset(methods), "u", "a", "p")


@pytest.mark.parametrize(
    ("path", "parts", "slash"),
    [
        ("/", (), True),
        ("/a", (Part(Kind.LITERAL, "a"),), False),
        ("/a/", (Part(Kind.LITERAL, "a"),), True),
        ("/{id}", (Part(Kind.PARAMETER, "id"),), False),
        ("/**", (Part(Kind.REST),), False),
        (
            "/a/{x_1}/**",
            (Part(Kind.LITERAL, "a"), Part(Kind.PARAMETER, "x_1"), Part(Kind.REST)),
            False,
        ),
        ("/é", (Part(Kind.LITERAL, "é"),), False),
    ],
)
def test_a_template_is_literals_parameters_and_a_rest(
    path: str, parts: tuple[Part, ...], *, slash: bool
) -> None:
    """A "/" at the end is part of the template."""
    template = parse_template(path)

    assert template.parts == parts
    assert template.slash == slash


@pytest.mark.parametrize(
    "path",
    [
        "",
        "a",
        "//",
        "/a//b",
        "/.",
        "/a/..",
        "/**/",
        "/**/a",
        "/**/**",
        "/a*",
        "/*",
        "/{a}b",
        "/{}",
        "/{1a}",
        "/{a",
        "/a}",
        "/{x}/{x}",
        "/%61",
        "/a?b",
        "/a#b",
        "/a\x00",
        "/a\x85",
    ],
)
def test_what_is_no_template_is_refused(path: str) -> None:
    """Also what no canonical target could ever equal."""
    with pytest.raises(ValueError, match=r".+"):
        parse_template(path)


def test_the_names_stand_from_left_to_right() -> None:
    """What they match is kept in that order."""
    assert parse_template("/{b}/x/{a}/**").names == ("b", "a")


def test_head_is_served_where_get_is() -> None:
    """RFC 9110 section 9.3.2: HEAD is GET without the content."""
    assert methods_of(_route("GET")) == {"GET", "HEAD"}
    assert methods_of(_route("POST")) == {"POST"}
