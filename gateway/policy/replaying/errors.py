"""What can be wrong with a line of the log, and with what it holds."""

from collections.abc import Iterable

from gateway.cel.errors import WithheldError
from gateway.cel.paths import Path, write_path


class MalformedRecordError(Exception):
    """A line is no record of a decision; the message says why, without its content."""


class NotRecordedError(WithheldError):
    """A value is asked for that the record does not hold.

    Attributes:
        path: Where it would be.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(f"`{write_path(path)}` was not recorded")
        self.path = path


class UndeterminedError(Exception):
    """What came of a decision depends on something that the record does not hold.

    Attributes:
        missing: The paths of what would have to be known.
    """

    def __init__(self, missing: Iterable[Path]) -> None:
        self.missing = tuple(sorted(missing))
        super().__init__(", ".join(map(write_path, self.missing)))
