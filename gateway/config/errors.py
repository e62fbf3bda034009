"""The one failure of this package.

It stands outside the tree of `gateway.model.errors`: it ends the program, or keeps the old
configuration in force, and reaches no caller.
"""

from collections.abc import Iterable

from gateway.config.faults import Fault


class ConfigError(Exception):
    """The files cannot be used as they are.

    Attributes:
        faults: Everything that is wrong, by file and position.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(
            sorted(faults, key=lambda f: (f.file, f.line, f.column, f.code, f.message))
        )
        super().__init__("\n".join(fault.as_line() for fault in self.faults))
