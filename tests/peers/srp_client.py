"""A client of Cognito's SRP that nobody here wrote (npm `cognito-srp-helper`)."""

import contextlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CLIENT = Path(__file__).parent / "programs/srp/client.mjs"


class SrpClient:
    """The program, asked one line at a time."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, **question: Any) -> dict[str, str]:
        """Return its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer: dict[str, str] = json.loads(self._process.stdout.readline())
        return answer


@contextlib.contextmanager
def srp_client() -> Iterator[SrpClient]:
    """Give a client, and end it."""
    with subprocess.Popen(  # noqa: S603 - the tests' own command
        ["node", str(CLIENT)],  # noqa: S607 - as it is found
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield SrpClient(process)
        process.terminate()
