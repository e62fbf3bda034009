"""JUnit XML as CI systems read it."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest

from gateway.cli.policies.junit import junit, write_junit
from gateway.policy.expectations import Difference
from gateway.policy.testing import TestResult
from tests.cli.xml_text import read_xml
from tests.policy.files import HEAD, policy

ORDERS = policy(HEAD)
BILLS = policy('[policy]\nid = "bills"\n', "bills")
GOOD = TestResult("orders", "fine", lambda: "policies/orders.toml:7:8", seconds=0.25)
BAD = TestResult(
    "orders",
    'a "bad" <one> (2)',
    lambda: "policies/orders.toml:12:3",
    (Difference("allow", expected=True, got=False), Difference("rule", "a", "b")),
    seconds=0.5,
)


def parsed(*results: TestResult) -> Element:
    return read_xml(junit([ORDERS, BILLS], results))


def test_each_file_is_a_suite_with_its_tests() -> None:
    """Also one without tests."""
    root = parsed(GOOD, BAD)

    assert root.tag == "testsuites"
    assert dict(root.attrib) == {
        "name": "gateway test",
        "tests": "2",
        "failures": "1",
        "errors": "0",
        "skipped": "0",
        "time": "0.750000",
    }
    orders, bills = root
    assert (orders.get("name"), orders.get("file")) == (
        "orders",
        "policies/orders.toml",
    )
    assert (orders.get("tests"), orders.get("failures")) == ("2", "1")
    assert (bills.get("tests"), bills.get("time")) == ("0", "0.000000")


def test_a_test_has_its_place() -> None:
    """For the annotations of a change."""
    case = parsed(GOOD)[0][0]

    assert dict(case.attrib) == {
        "classname": "orders",
        "name": "fine",
        "file": "policies/orders.toml",
        "line": "7",
        "time": "0.250000",
    }
    assert len(case) == 0


def test_a_failure_says_what_differs() -> None:
    """The first difference in short, and all of them."""
    case = parsed(BAD)[0][0]
    (failure,) = case

    assert case.get("name") == 'a "bad" <one> (2)'
    assert failure.tag == "failure"
    assert failure.get("message") == "allow: expected True, got False"
    assert failure.get("type") == "expectation"
    assert failure.text == (
        "policies/orders.toml:12:3\n"
        "allow: expected True, got False\n"
        "rule: expected 'a', got 'b'"
    )


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("a\x1b[31mb\x00", r"a\x1b[31mb\x00"),
        ("a\nb\tc", "a\nb c"),
        ("]]> & <![CDATA[", "]]> & <![CDATA["),
        ("é 日本 🙂", "é 日本 🙂"),
        ("a\ufffeb\ud800", r"a\ufffeb\ud800"),
        ("' \"", "' \""),
    ],
)
def test_whatever_a_test_is_called_can_be_read(name: str, read: str) -> None:
    """What XML cannot hold is written as an escape."""
    case = parsed(TestResult("orders", name, lambda: "policies/orders.toml:1:1"))[0][0]

    assert case.get("name") == read


def test_a_file_is_written_as_a_whole(tmp_path: Path) -> None:
    """What was there is replaced, and nothing is left beside it."""
    path = tmp_path / "report.xml"
    path.write_text("old")

    write_junit(path, [ORDERS], [GOOD])

    assert read_xml(path.read_text()).get("tests") == "1"
    assert list(tmp_path.iterdir()) == [path]
    assert stat.S_IMODE(path.stat().st_mode) & stat.S_IRGRP


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    """The folder is missing, or there is a folder of that name; the name is as given."""
    missing = tmp_path / "no" / "report.xml"
    with pytest.raises(FileNotFoundError) as caught:
        write_junit(missing, [ORDERS], [])
    assert caught.value.filename == str(missing)
    taken = tmp_path / "taken"
    taken.mkdir()
    with pytest.raises(IsADirectoryError):
        write_junit(taken, [ORDERS], [])

    assert list(tmp_path.iterdir()) == [taken]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """What it leads to is replaced."""
    path, link = tmp_path / "report.xml", tmp_path / "latest.xml"
    link.symlink_to(path)

    write_junit(link, [ORDERS], [GOOD])

    assert link.is_symlink()
    assert read_xml(path.read_text()).get("tests") == "1"


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    """And a device: neither is replaced by a file."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    with ThreadPoolExecutor(1) as pool:
        text = pool.submit(pipe.read_text)
        write_junit(pipe, [ORDERS], [GOOD])

    assert read_xml(text.result()).get("tests") == "1"
    assert pipe.is_fifo()
