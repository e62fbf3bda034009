"""How many lines the logs have lost, told where somebody sees it.

A queue drops lines rather than to make a request wait. That is right once, and a fault if it
goes on: so it is counted, shown on the status page, and told in the program's own log.
"""

from collections.abc import Mapping

from gateway.telemetry.lines import LineWriter
from gateway.telemetry.logs import Logger


class Losses:
    """Knows what each log has lost."""

    def __init__(self, *, writers: Mapping[str, LineWriter], logger: Logger) -> None:
        """Begin to count.

        Args:
            writers: The queue of each log.
            logger: The program's own log.
        """
        self._writers = writers
        self._logger = logger
        self._told: dict[str, int] = {}

    def totals(self) -> dict[str, int]:
        """Return how many lines each log has lost since the start."""
        return {
            f"log_lines_dropped.{name}": writer.dropped
            for name, writer in self._writers.items()
        }

    def tell(self) -> None:
        """Warn of what has been lost since the last time."""
        for name, writer in self._writers.items():
            dropped, told = writer.dropped, self._told.get(name, 0)
            if dropped > told:
                self._told[name] = dropped
                self._logger.warning(
                    "log lines were dropped",
                    log=name,
                    lines=dropped - told,
                    since_start=dropped,
                )
