"""The stable codes of faults."""

import ast
import re
from pathlib import Path

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


def test_each_code_that_is_used_has_its_sentence() -> None:
    """People look codes up; `gateway/config/codes.py` is where."""
    used = {
        f"{path.relative_to(GATEWAY)}: {code}": code
        for path in SOURCES
        for code in used_in(path)
    }

    assert used
    assert [place for place, code in used.items() if code not in CODES] == []


def test_each_sentence_is_one() -> None:
    """It begins in upper case and ends with a full stop."""
    for code, meaning in CODES.items():
        assert CODE.fullmatch(code)
        assert meaning[0].isupper()
        assert meaning.endswith(".")


def test_the_codes_are_in_order() -> None:
    """Two people who add one at the same time see each other."""
    assert list(CODES) == sorted(CODES)
