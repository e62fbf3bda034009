"""Faults in the form that code scanning reads: one SARIF log.

Platforms show the results beside the lines that they are about, and follow each over time.

Reference: OASIS Static Analysis Results Interchange Format (SARIF) 2.1.0; sections 3.14
(run), 3.27 (result), 3.30 (region), 3.49 (reportingDescriptor).
"""

import hashlib
import os
from collections.abc import Iterable, Mapping
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from gateway.config.codes import CODES
from gateway.config.faults import Fault, Severity

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0-rtm.5.json"

# What platforms take for the root of the sources that they have checked out.
_ROOT: Final = "%SRCROOT%"

_KINDS: Final[Mapping[str, str]] = {
    "E1": "file shape",
    "E2": "names and types",
    "E3": "references",
    "E4": "cost and limits",
    "E5": "secrets and keys",
    "W1": "safety",
    "W2": "hygiene",
}
_RANKS: Final = {code: rank for rank, code in enumerate(CODES)}


def sarif_log(faults: Iterable[Fault], *, folder: Path, working: Path) -> Any:
    """Return faults as a SARIF log, in the types of JSON.

    Args:
        faults: In the order in which they are to be told.
        folder: The folder of `config.toml`, to which the files' names are relative.
        working: The working folder. If `folder` is in it, it is the root of all URIs, as
            a repository's is; else `folder` is.
    """
    folder, working = folder.resolve(), working.resolve()
    root = working if folder.is_relative_to(working) else folder
    prefix = folder.relative_to(root)
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver()},
                # Columns of faults count characters, not the units of UTF-16.
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {
                    _ROOT: {"uri": f"{root.as_uri().removesuffix('/')}/"}
                },
                "results": [_result(fault, prefix) for fault in faults],
            }
        ],
    }


def _driver() -> dict[str, Any]:
    return {
        "name": "federation-gateway",
        "semanticVersion": version_of("federation-gateway"),
        "rules": [
            {
                "id": code,
                "shortDescription": {"text": meaning},
                "defaultConfiguration": {"level": _level(code)},
                "properties": {"tags": [_KINDS[code[:2]]]},
            }
            for code, meaning in CODES.items()
        ],
    }


def _level(code: str) -> str:
    return (Severity.WARNING if code.startswith("W") else Severity.ERROR).value


def _result(fault: Fault, prefix: Path) -> dict[str, Any]:
    # A name of a file may hold bytes that are no text.
    uri = quote(os.fsencode(prefix / fault.file))
    place: dict[str, Any] = {"artifactLocation": {"uri": uri, "uriBaseId": _ROOT}}
    # A fault of a file as a whole has no region.
    if fault.line:
        place["region"] = {
            "startLine": fault.line,
            "startColumn": fault.column,
            "endLine": fault.line,
            # The column behind the last character.
            "endColumn": fault.column + fault.length,
        }
    return {
        "ruleId": fault.code,
        "ruleIndex": _RANKS[fault.code],
        "level": fault.severity.value,
        "message": {"text": f"{fault.message}\n{fault.help}".rstrip("\n")},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"fault/v1": _fingerprint(fault)},
    }


def _fingerprint(fault: Fault) -> str:
    """Return what stays the same when lines are added above."""
    parts = f"{fault.code}\n{fault.file}\n{fault.message}"
    return hashlib.sha256(os.fsencode(parts)).hexdigest()
