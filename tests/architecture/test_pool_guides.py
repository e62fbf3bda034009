"""The files of the guides to triggers and messages load as they stand there."""

import re
from pathlib import Path

import pytest

from gateway.app.delivering import build_post_office
from gateway.app.functions import build_functions
from gateway.pool.declared.faults import find_pool_faults
from gateway.pool.triggers.threads import Threads
from tests.config.files import NOON, Folder

DOCS = Path(__file__).parents[2] / "docs"
POOL = """\
kind = "pool"
id = "people"
pool_id = "eu-central-1_Ab3dEfGh9"
owner = "team@example.com"
name = "Shop"
"""
_BLOCK = re.compile(r"^```toml\n# (\S+\.toml).*?\n(.*?)^```", re.MULTILINE | re.DOTALL)
_PYTHON = re.compile(r"^```python\n# (\S+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", ["triggers.md", "messages.md"])
def test_the_files_of_a_guide_load(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And so does the function of the guide to triggers."""
    monkeypatch.syspath_prepend("/nowhere")
    text = (DOCS / page).read_text()
    folder = Folder(tmp_path)
    folder.write("providers/people.toml", POOL)
    for name in ("hook", "sms"):
        folder.write(f"state/{name}.secret", "x" * 32).chmod(0o600)
    folder.write("state/smtp.password", "hunter2").chmod(0o600)
    blocks = _BLOCK.findall(text)
    for name, block in blocks:
        folder.add(name, f"\n{block}")
    for name, block in _PYTHON.findall(text):
        folder.write(name, block)

    configuration = folder.load()

    assert len(blocks) == 2
    build_functions(configuration, threads=Threads(), clock=lambda: NOON)
    build_post_office(configuration, clock=lambda: NOON)
    assert not list(find_pool_faults(configuration.providers))
