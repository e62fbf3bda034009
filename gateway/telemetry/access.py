"""The access log: one JSON line for each request, whatever became of it.

The line is put together by hand, because it is written on the warm path. It holds neither
the query nor any header: both carry credentials and personal data.
"""

from datetime import datetime
from json.encoder import encode_basestring_ascii as quote

from gateway.telemetry.lines import LineWriter
from gateway.telemetry.pseudonyms import Pseudonyms
from gateway.telemetry.timestamps import Timestamps

# What a refused request says may be as long as the server lets it be.
_MAX_TEXT = 1024


class AccessLog:
    """Writes the access log."""

    def __init__(self, *, writer: LineWriter | None, pseudonyms: Pseudonyms) -> None:
        """Write to `writer`; with `None`, write nothing."""
        self._writer = writer
        self._pseudonyms = pseudonyms
        self._timestamps = Timestamps()

    def write(  # noqa: PLR0913 - one argument for each field; an object would cost time
        self,
        *,
        at: datetime,
        request_id: str,
        method: str,
        host: str,
        path: str,
        status: int,
        seconds: float,
        bytes_in: int = 0,
        bytes_out: int = 0,
        route: str = "",
        identity_id: str = "",
        decision: str = "",
        upstream_seconds: float | None = None,
        error: str = "",
    ) -> None:
        """Queue the line of one request. Never blocks.

        Args:
            at: When the request came in, aware UTC.
            request_id: From `gateway.telemetry.request_id`.
            method: As received.
            host: As received, without the port.
            path: Without the query.
            status: Of our answer; 0 if the client did not wait for one.
            seconds: From the request's head to the answer's end.
            bytes_in: Of the request's body.
            bytes_out: Of the answer's body.
            route: Id of the route; empty if there is none.
            identity_id: Whose request it was; written as a keyed hash.
            decision: The decision's reason; empty if there was none.
            upstream_seconds: Until the upstream's head arrived; `None` if none was asked.
            error: Code of the failure; empty if there was none.
        """
        writer = self._writer
        if writer is None:
            return
        upstream_ms = (
            "null" if upstream_seconds is None else f"{upstream_seconds * 1e3:.3f}"
        )
        writer.put(
            f'{{"kind":"access","time":"{self._timestamps.of(at)}",'
            f'"request_id":{quote(request_id)},"method":{quote(method[:_MAX_TEXT])},'
            f'"host":{quote(host[:_MAX_TEXT])},"path":{quote(path[:_MAX_TEXT])},'
            f'"route":{quote(route)},"status":{status},'
            f'"bytes_in":{bytes_in},"bytes_out":{bytes_out},"ms":{seconds * 1e3:.3f},'
            f'"identity":"{self._pseudonyms.of(identity_id)}",'
            f'"decision":{quote(decision)},"upstream_ms":{upstream_ms},'
            f'"error":{quote(error)}}}'
        )
