"""The canonical layout changes how a file looks, and nothing else."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings

from gateway.config.document import Document
from gateway.config.errors import ConfigError
from gateway.config.layout import layout
from gateway.config.layout.layout import laid_out
from gateway.config.layout.statements import Statement, read_statements
from tests.config.toml_texts import toml_texts

ROOT = Path(__file__).parents[3]
DEMO = ["config.toml", *(str(p.relative_to(ROOT)) for p in ROOT.glob("p*/*.toml"))]


def document(text: str) -> Document:
    return Document(path=Path("a.toml"), name="a.toml", raw=text.encode())


@pytest.mark.parametrize("name", DEMO)
def test_the_files_of_the_demo_are_as_they_should_be(name: str) -> None:
    """What people copy."""
    file = Document.read(ROOT / name)

    assert laid_out(file) == file.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("\n\n", ""),
        ("a=1", "a = 1\n"),
        ("\n\na = 1\n\n\n\nb = 2\n\n", "a = 1\n\nb = 2\n"),
        ("a = 1  \r\nb = 2\t\r\n", "a = 1\nb = 2\n"),
        ("a = 1\nlong = 2", "a    = 1\nlong = 2\n"),
        ("a = 1\n# c\nlong = 2", "a    = 1\n# c\nlong = 2\n"),
        ("a = 1\n\nlong = 2", "a = 1\n\nlong = 2\n"),
        ("a = 1\n\n# c\nlong = 2\nb = 3", "a = 1\n\n# c\nlong = 2\nb    = 3\n"),
        (f"a = 1\n{'x' * 32} = 2", f"a{' ' * 31} = 1\n{'x' * 32} = 2\n"),
        (f"a = 1\n{'x' * 33} = 2", f"a = 1\n{'x' * 33} = 2\n"),
        ("[ a ]\n\nb = 1\n[c]", "[a]\nb = 1\n\n[c]\n"),
        ("[a]\n[b]", "[a]\n\n[b]\n"),
        ("a = 1\n# of b\n[b]", "a = 1\n\n# of b\n[b]\n"),
        ("a = 1\n# of a\n\n[b]", "a = 1\n# of a\n\n[b]\n"),
        ("# top\n[b]", "# top\n[b]\n"),
        ("[[a]]\nb = 1\n[a.c]\nd = 1", "[[a]]\nb = 1\n[a.c]\nd = 1\n"),
        ("[[a]]\nb = 1\n\n\n[a.c]\nd = 1", "[[a]]\nb = 1\n\n[a.c]\nd = 1\n"),
        ("[[a]]\nb = 1\n[[a]]\nb = 2", "[[a]]\nb = 1\n\n[[a]]\nb = 2\n"),
        ("[a.b]\n[a]\n", "[a.b]\n\n[a]\n"),
        ("a = 1 # b", f"a = 1{' ' * 41}# b\n"),
        ("[a]# b", f"[a]{' ' * 43}# b\n"),
        ("x = [\n1]", "x = [\n  1,\n]\n"),
    ],
)
def test_the_layout(text: str, expected: str) -> None:
    """Each rule by itself."""
    assert laid_out(document(text)) == expected
    assert laid_out(document(expected)) == expected


@pytest.mark.long
@settings(max_examples=300)
@given(toml_texts())
def test_nothing_is_changed_but_the_layout(text: str) -> None:
    """Values, their order and comments stay; a second time changes nothing."""
    before = document(text)

    after = document(laid_out(before))

    assert repr(after.data) == repr(before.data)
    comments = [line.rstrip() for line in _comments(before.text)]
    assert comments == list(_comments(after.text))
    assert laid_out(after) == after.text


def _comments(text: str) -> list[str]:
    return [c for c in layout._comments(read_statements(text)) if c]


def test_values_that_equal_nothing_are_compared_all_the_same() -> None:
    """`nan` is not `nan`."""
    assert laid_out(document("a = nan")) == "a = nan\n"


@pytest.mark.parametrize("depth", [40, 320, 480])
def test_deep_nesting_is_laid_out_or_refused(depth: int) -> None:
    """With one clear fault."""
    text = f"a = {'[' * depth}{']' * depth}"

    try:
        assert tomllib.loads(laid_out(document(text))) == tomllib.loads(text)
    except ConfigError as error:
        (fault,) = error.faults
        assert (fault.code, depth > 40) == ("E102", True)


@pytest.mark.parametrize(
    "lost", ["a = 2\n# c", "a = 1\n", "a = 1\n# d\n", "a = true\n# c\n"]
)
def test_what_would_not_be_the_same_is_never_given_out(
    monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    """A fault of the program must not cost anybody a value or a comment."""

    def broken(_: list[Statement]) -> list[str]:
        return lost.splitlines()

    monkeypatch.setattr(layout, "_lines", broken)

    with pytest.raises(AssertionError):
        laid_out(document("a = 1\n# c\n"))
