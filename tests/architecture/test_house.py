"""The house's own rules, those that the linters do not know."""

import ast
import functools
from pathlib import Path

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


@functools.cache
def _nodes() -> dict[Path, list[ast.AST]]:
    """Return what stands in each source; read once, since several rules look at all."""
    return {path: list(ast.walk(ast.parse(path.read_text()))) for path in SOURCES}


def _functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in _nodes()[path] if isinstance(node, kinds)]


def _lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def test_each_module_with_logic_is_mirrored_by_a_test() -> None:
    """`gateway/a/b.py` is tested by `tests/a/test_b.py`, so that both are found.

    One without functions declares shapes and names alone.
    """
    mirrors = {
        source: ROOT / "tests" / inside.parent / f"test_{inside.name}"
        for source in SOURCES
        if _functions(source)
        for inside in [source.relative_to(ROOT / "gateway")]
    }

    assert mirrors
    assert [_name(path) for path in mirrors.values() if not path.exists()] == []


def test_a_source_file_holds_one_concept() -> None:
    """Long files are where things get lost."""
    assert SOURCES
    assert [_name(path) for path in SOURCES if _lines(path) > LONGEST_SOURCE] == []


def test_a_test_file_stays_readable() -> None:
    """A test may be longer than what it tests, but not without end."""
    assert TESTS
    assert [_name(path) for path in TESTS if _lines(path) > LONGEST_TEST] == []


def test_a_function_fits_on_a_screen() -> None:
    """Counted from `def` to the last line, the docstring as one."""
    too_long = [
        f"{_name(source)}: {node.name}"
        for source in SOURCES
        for node in _functions(source)
        if _length(node) > LONGEST_FUNCTION
    ]

    assert too_long == []


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    doc = ast.get_docstring(node, clean=False) or ""
    return (node.end_lineno or node.lineno) - node.lineno + 1 - doc.count("\n")


def test_nobody_reads_the_url_that_the_framework_builds() -> None:
    """CVE-2026-48710: it is built from the Host header, which a caller chooses."""
    reading = [
        f"{_name(source)}:{node.lineno}"
        for source in SOURCES
        for node in _nodes()[source]
        if isinstance(node, ast.Attribute) and node.attr in {"url", "base_url"}
        if isinstance(node.value, ast.Name) and node.value.id == "request"
    ]

    assert reading == []


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
