"""`/outbox`: as JSON, and as a page."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import httpx
import pytest
from starlette.applications import Starlette

from gateway.endpoints.admin import outbox
from gateway.model.errors import RequestError
from gateway.pool.messages.content import Worded
from gateway.pool.messages.reading import ReadMessage, ReadPage
from gateway.storage.pools.messages import MessageState, StoredMessage

NOON = datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC)
SENT = StoredMessage(
    id="0" * 32,
    pool_id="eu-central-1_Ab3dEfGh9",
    sub="6d7a2b1e-0000-4000-8000-000000000001",
    kind="sign_up",
    medium="email",
    destination="ana@example.com",
    state=MessageState.DELIVERED,
    content=None,
    created_at=NOON,
    due_at=NOON,
    give_up_at=NOON,
    tries=1,
    finished_at=NOON,
)
FAILED = replace(
    SENT, state=MessageState.FAILED, error="550 <nobody>", finished_at=None
)
WORDED = Worded(
    "en", "Hi <Ana>", "It is 123456.", "<p>123456</p>", "123456", "https://a.example/?b"
)


@dataclass
class Source:
    """An outbox that remembers what it was asked."""

    read: ReadPage
    asked: list[object] = field(default_factory=list)

    def page(
        self, *, to: str | None, state: MessageState | None, cursor: str | None
    ) -> ReadPage:
        self.asked.append((to, state, cursor))
        return self.read


async def get(source: Source, query: str = "", accept: str = "*/*") -> httpx.Response:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(Starlette(routes=outbox.routes(source=source))),
        base_url="http://localhost:8081",
    ) as client:
        return await client.get(f"/outbox{query}", headers={"accept": accept})


async def test_messages_are_told_field_by_field() -> None:
    """The form is a contract with whoever tests against it."""
    source = Source(ReadPage([ReadMessage(SENT, WORDED)], "cursor"))

    response = await get(source, "?to=ana%40example.com&state=delivered")

    assert source.asked == [("ana@example.com", MessageState.DELIVERED, None)]
    assert response.headers["cache-control"] == "no-store"
    assert response.json() == {
        "messages": [
            {
                "id": "0" * 32,
                "pool": "eu-central-1_Ab3dEfGh9",
                "sub": "6d7a2b1e-0000-4000-8000-000000000001",
                "kind": "sign_up",
                "medium": "email",
                "to": "ana@example.com",
                "state": "delivered",
                "tries": 1,
                "error": "",
                "created_at": "2026-05-04T12:00:00+00:00",
                "finished_at": "2026-05-04T12:00:00+00:00",
                "language": "en",
                "subject": "Hi <Ana>",
                "text": "It is 123456.",
                "html": "<p>123456</p>",
                "code": "123456",
                "link": "https://a.example/?b",
            }
        ],
        "next": "cursor",
    }


async def test_what_is_not_read_here_is_told_without_what_it_says() -> None:
    """Why it failed is what matters."""
    source = Source(ReadPage([ReadMessage(FAILED, None)], None))

    response = await get(source, "?state=failed&cursor=abc&to=")

    assert source.asked == [(None, MessageState.FAILED, "abc")]
    (message,) = response.json()["messages"]
    assert message["error"] == "550 <nobody>"
    assert "text" not in message
    assert response.json()["next"] is None


async def test_a_browser_gets_a_page_without_script() -> None:
    """Whatever a message says is text there."""
    read = [ReadMessage(SENT, WORDED), ReadMessage(FAILED, None)]
    source = Source(ReadPage(read, "cursor"))

    response = await get(source, "?state=failed", accept="text/html,*/*")

    page = response.text
    assert response.headers["content-type"].startswith("text/html")
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "Hi &lt;Ana&gt;" in page
    assert "<code>123456</code>" in page
    assert "550 &lt;nobody&gt;" in page
    assert "<script" not in page
    assert "&lt;p&gt;" not in page
    assert "<option selected>failed</option>" in page
    assert "/outbox?to=&amp;state=failed&amp;cursor=cursor" in page


async def test_an_empty_outbox_is_said_to_be() -> None:
    """And leads nowhere."""
    page = (await get(Source(ReadPage([], None)), accept="text/html")).text

    assert "There are no messages." in page
    assert "Older messages" not in page


@pytest.mark.parametrize(
    "query",
    [
        *("?from=ana", "?to=a&to=b", "?state=sent", "?state=FAILED"),
        *("?to=a%00", "?to=a%0Ab", "?to=" + "a" * 321),
    ],
)
async def test_an_odd_question_is_refused(query: str) -> None:
    """Before anything is read."""
    source = Source(ReadPage([], None))

    with pytest.raises(RequestError):
        await get(source, query)

    assert source.asked == []
