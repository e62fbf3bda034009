"""The stable codes of faults."""

import ast
import re
from pathlib import Path

import pytest

from gateway.config.codes import CODES

GATEWAY = Path(__file__).parents[2] / "gateway"
CODE = re.compile(r"[EW][1-5][0-9]{2}")
SOURCES = sorted(GATEWAY.rglob("*.py"))


def used_in(path: Path) -> set[str]:
    texts = (
        node.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    return {text for text in texts if CODE.fullmatch(text)}


@pytest.mark.parametrize(
    "path", SOURCES, ids=lambda path: str(path.relative_to(GATEWAY))
)
def test_each_code_that_is_used_has_its_sentence(path: Path) -> None:
    """People look codes up; `gateway/config/codes.py` is where."""
    assert used_in(path) <= CODES.keys()


def test_each_sentence_is_one() -> None:
    """It begins in upper case and ends with a full stop."""
    for code, meaning in CODES.items():
        assert CODE.fullmatch(code)
        assert meaning[0].isupper()
        assert meaning.endswith(".")


def test_the_codes_are_in_order() -> None:
    """Two people who add one at the same time see each other."""
    assert list(CODES) == sorted(CODES)
