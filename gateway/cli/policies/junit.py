"""The results of tests as JUnit XML, which CI systems read.

One suite for each policy file, one case for each test or row of a table, each with file and
line. What GitLab, Jenkins and the actions of GitHub agree on, and nothing else.

References: the de-facto schema at github.com/testmoapp/junitxml; XML 1.0 section 2.2 for
the characters that may stand in it.
"""

import html
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path

from gateway.cli.output import printable
from gateway.config.configuration import PolicyFile
from gateway.policy.testing import TestResult


def write_junit(
    path: Path, policies: Sequence[PolicyFile], results: Sequence[TestResult]
) -> None:
    """Write the results, whole or not at all.

    Args:
        path: The file; what is there is replaced.
        policies: The files that were tested, in their order.
        results: Those of their tests.

    Raises:
        OSError: The file cannot be written.
    """
    text = junit(policies, results)
    try:
        # What is no file (a pipe, a device) is written to; a link stays one.
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8")
        else:
            _replace(path.resolve(), text)
    except OSError as error:
        # Named as it was asked for.
        raise OSError(error.errno, error.strerror, str(path)) from error


def _replace(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def junit(policies: Sequence[PolicyFile], results: Sequence[TestResult]) -> str:
    """Return the results as a document.

    Args:
        policies: The files that were tested, in their order.
        results: Those of their tests.
    """
    by_policy: dict[str, list[TestResult]] = {}
    for result in results:
        by_policy.setdefault(result.policy, []).append(result)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append(f"<testsuites {_totals('gateway test', results)}>")
    for policy in policies:
        name = policy.settings.policy.id
        own = by_policy.get(name, [])
        file = _attribute("file", policy.document.name)
        lines.append(f"  <testsuite {_totals(name, own)} {file}>")
        for result in own:
            lines += _case(result)
        lines.append("  </testsuite>")
    lines.append("</testsuites>")
    return "\n".join(lines) + "\n"


def _totals(name: str, results: Sequence[TestResult]) -> str:
    failures = sum(not result.passed for result in results)
    seconds = sum(result.seconds for result in results)
    return (
        f'{_attribute("name", name)} tests="{len(results)}" failures="{failures}" '
        f'errors="0" skipped="0" time="{seconds:.6f}"'
    )


def _case(result: TestResult) -> Iterator[str]:
    file, line, _ = result.where.rsplit(":", 2)
    written = (
        f"    <testcase {_attribute('classname', result.policy)} "
        f"{_attribute('name', result.name)} {_attribute('file', file)} "
        f'line="{line}" time="{result.seconds:.6f}"'
    )
    if result.passed:
        yield f"{written}/>"
        return
    differences = [
        f"{each.what}: expected {each.expected!r}, got {each.got!r}"
        for each in result.differences
    ]
    text = "\n".join([result.where, *differences])
    yield f"{written}>"
    yield (
        f"      <failure {_attribute('message', differences[0])} "
        f'type="expectation">{_escaped(text)}</failure>'
    )
    yield "    </testcase>"


def _attribute(name: str, value: str) -> str:
    # A line end in an attribute is read as a space.
    return f'{name}="{_escaped(value).replace(chr(10), "&#10;")}"'


def _escaped(text: str) -> str:
    """Return text as XML may hold it; what it may not is written as an escape."""
    return html.escape(printable(text))
