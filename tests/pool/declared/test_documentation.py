"""The examples of the documentation are files that one can use."""

import re
from pathlib import Path

import pytest

from gateway.config.configuration import ProviderFile
from gateway.config.document import Document
from gateway.config.providers.pool.provider import PoolProvider
from gateway.config.settings.door import Door
from gateway.config.validation import Reader
from gateway.pool.declared.faults import find_pool_faults
from tests.pool.declared.files import HEAD

DOCS = Path(__file__).parents[3] / "docs"
PAGES = (DOCS / "pools.md", DOCS / "factors.md")
BLOCKS = [
    (page, block)
    for page in PAGES
    for block in re.findall(
        r"^```toml\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL
    )
]


@pytest.mark.parametrize(("page", "block"), BLOCKS)
def test_an_example_has_no_fault(page: Path, block: str) -> None:
    """Alone, or behind the head of a file."""
    text = block if block.startswith("kind") else HEAD + block
    document = Document(path=page, name="pool.toml", raw=text.encode())
    reader = Reader(document, Door(environ={"REPORTS_JOB_SECRET": "s" * 24}))

    provider = reader.read(PoolProvider, document.data)

    assert [fault.as_line() for fault in reader.faults] == []
    assert provider is not None
    file = ProviderFile(document, (), provider)
    assert [fault.as_line() for fault in find_pool_faults([file])] == []
