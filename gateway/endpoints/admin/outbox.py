"""`/outbox`: what people are sent, for operators and for work on one's own machine.

As JSON, or as a page for a browser. `?to=` is an address, `?state=` what became of the
messages (`waiting`, `delivered`, `failed`), `?cursor=` the next page. What a message says is
shown where messages go nowhere else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final, Protocol
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.endpoints.admin.health import NO_STORE
from gateway.endpoints.admin.page import Page
from gateway.model.errors import RequestError
from gateway.pool.messages.reading import ReadMessage, ReadPage
from gateway.storage.pools.messages import MessageState

_KNOWN: Final = frozenset({"to", "state", "cursor"})
_MAX_ADDRESS: Final = 320

_CONTENT: Final = """\
<form action="/outbox">
<label>To <input name="to" value="{{ to }}"></label>
<label>State <select name="state">
<option value="">any</option>
{% for each in states %}
<option{% if each == state %} selected{% endif %}>{{ each }}</option>
{% endfor %}
</select></label>
<button>Show</button>
</form>
<main>
{% for each in messages %}
<article>
<h2>{{ each.subject or each.kind }}</h2>
<p>To {{ each.to }}, <time>{{ each.created_at }}</time>: {{ each.state }}
{% if each.tries %}, tried {{ each.tries }} times{% endif %}</p>
{% if each.error %}<p><strong>{{ each.error }}</strong></p>{% endif %}
{% if each.code %}<p>Code: <code>{{ each.code }}</code></p>{% endif %}
{% if each.link %}<p><a href="{{ each.link }}" rel="noreferrer">{{ each.link }}</a></p>
{% endif %}
{% if each.text %}<pre>{{ each.text }}</pre>{% endif %}
</article>
{% else %}
<p>There are no messages.</p>
{% endfor %}
</main>
{% if next %}<p><a href="{{ next }}">Older messages</a></p>{% endif %}
"""


class OutboxSource(Protocol):
    """Reads the outbox."""

    def page(
        self, *, to: str | None, state: MessageState | None, cursor: str | None
    ) -> ReadPage:
        """Return a page. Called in a thread."""


@dataclass(frozen=True, slots=True)
class _Question:
    to: str | None
    state: MessageState | None
    cursor: str | None


def routes(*, source: OutboxSource) -> Sequence[BaseRoute]:
    """Return the outbox's route."""

    def outbox(request: Request) -> Response:
        question = _question(request.query_params)
        page = source.page(to=question.to, state=question.state, cursor=question.cursor)
        if "text/html" in request.headers.get("accept", ""):
            return _as_page(page, question)
        body = {"messages": [_shown(each) for each in page.messages], "next": page.next}
        return JSONResponse(body, headers=NO_STORE)

    return [Route("/outbox", outbox)]


def _question(query: QueryParams) -> _Question:
    values: dict[str, str] = {}
    for name, value in query.multi_items():
        if name not in _KNOWN or name in values:
            raise RequestError(
                "the outbox is asked for `to`, `state` and `cursor`, once"
            )
        values[name] = value
    to = values.get("to", "")
    if len(to) > _MAX_ADDRESS or not to.isprintable():
        raise RequestError("`to` is no address")
    state = values.get("state", "")
    if state and state not in set(MessageState):
        raise RequestError(f"`state` is one of {', '.join(MessageState)}")
    return _Question(
        to or None, MessageState(state) if state else None, values.get("cursor") or None
    )


# Field by field: what is added to a record is not shown before somebody has decided so.
def _shown(read: ReadMessage) -> dict[str, Any]:
    message, worded = read.message, read.worded
    said: Mapping[str, Any] = {}
    if worded is not None:
        said = {
            "language": worded.language,
            "subject": worded.subject,
            "text": worded.text,
            "html": worded.html,
            "code": worded.code,
            "link": worded.link,
        }
    return {
        "id": message.id,
        "pool": message.pool_id,
        "sub": message.sub,
        "kind": message.kind,
        "medium": message.medium,
        "to": message.destination,
        "state": message.state.value,
        "tries": message.tries,
        "error": message.error,
        "created_at": _instant(message.created_at),
        "finished_at": _instant(message.finished_at),
        **said,
    }


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")


@cache
def _page() -> Page:
    return Page("Outbox", _CONTENT)


# What a message may lack, for the page.
_UNSAID: Final = dict.fromkeys(("subject", "text", "code", "link"), "")


def _as_page(page: ReadPage, question: _Question) -> Response:
    asked = {"to": question.to or "", "state": question.state or ""}
    following = ""
    if page.next is not None:
        following = f"/outbox?{urlencode({**asked, 'cursor': page.next})}"
    return _page().respond(
        {
            **asked,
            "states": list(MessageState),
            "messages": [_UNSAID | _shown(each) for each in page.messages],
            "next": following,
        }
    )
