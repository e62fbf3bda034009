"""The house's own rules, those that the linters do not know."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path
    for path in (ROOT / "gateway").rglob("*.py")
    if "migrations" not in path.parts and path.name != "__init__.py"
)
TESTS = sorted((ROOT / "tests").rglob("*.py"))
# Past it, a file holds two concepts.
LONGEST_SOURCE = 400
LONGEST_TEST = 600
LONGEST_FUNCTION = 50


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _has_logic(path: Path) -> bool:
    """Whether a module does more than to declare shapes and names."""
    tree = ast.parse(path.read_text())
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return any(isinstance(node, functions) for node in ast.walk(tree))


@pytest.mark.parametrize("source", SOURCES, ids=_name)
def test_each_module_with_logic_is_mirrored_by_a_test(source: Path) -> None:
    """`gateway/a/b.py` is tested by `tests/a/test_b.py`, so that both are found."""
    inside = source.relative_to(ROOT / "gateway")
    mirror = ROOT / "tests" / inside.parent / f"test_{inside.name}"

    assert not _has_logic(source) or mirror.exists(), f"{mirror} is missing"


@pytest.mark.parametrize("source", SOURCES, ids=_name)
def test_a_source_file_holds_one_concept(source: Path) -> None:
    """Long files are where things get lost."""
    assert len(source.read_text().splitlines()) <= LONGEST_SOURCE


@pytest.mark.parametrize("test", TESTS, ids=_name)
def test_a_test_file_stays_readable(test: Path) -> None:
    """A test may be longer than what it tests, but not without end."""
    assert len(test.read_text().splitlines()) <= LONGEST_TEST


@pytest.mark.parametrize("source", SOURCES, ids=_name)
def test_a_function_fits_on_a_screen(source: Path) -> None:
    """Counted from `def` to the last line, docstring included."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, functions):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            doc = ast.get_docstring(node, clean=False) or ""
            assert length - doc.count("\n") <= LONGEST_FUNCTION, node.name


@pytest.mark.parametrize("source", SOURCES, ids=_name)
def test_nobody_reads_the_url_that_the_framework_builds(source: Path) -> None:
    """CVE-2026-48710: it is built from the Host header, which a caller chooses."""
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Attribute) and node.attr in {"url", "base_url"}:
            value = node.value
            assert not (isinstance(value, ast.Name) and value.id == "request")


def test_packages_say_what_they_own_and_hold_nothing_else() -> None:
    """An `__init__.py` is a docstring: imports there hide where things live."""
    for path in (ROOT / "gateway").rglob("__init__.py"):
        body = ast.parse(path.read_text()).body

        assert len(body) == 1, path
        assert isinstance(body[0], ast.Expr), path


def test_long_tests_are_where_the_makefile_looks_for_them() -> None:
    """Elsewhere nobody would run them."""
    marked = {path for path in TESTS if "@pytest.mark." + "long" in path.read_text()}

    assert "--ignore=tests/peers -m long\n" in (ROOT / "Makefile").read_text()
    assert marked
    assert all("peers" not in path.relative_to(ROOT).parts for path in marked)
