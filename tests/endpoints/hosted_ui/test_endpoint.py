"""From the wire to a page, and back."""

import pytest

from gateway.endpoints.hosted_ui.visit import MAX_FORM_BYTES
from gateway.model.errors import StorageError
from tests.endpoints.hosted_ui.visitor import QUERY, Hotel, Visitor

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def at_sign_up(hotel: Hotel, visitor: Visitor) -> Visitor:
    hotel.open()
    visitor.goto("/signup")
    return visitor


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"", FORM, 400),
        (b"csrf=%s&username=a&username=b", FORM, 400),
        (b"csrf=%s&username=%%ff", FORM, 400),
        (b"csrf=%s&username=%%zz", FORM, 400),
        (b"csrf=%s&username=\xff", FORM, 400),
        (b"csrf=%s", "text/plain", 400),
        (b"csrf=%s", "multipart/form-data; boundary=x", 400),
        (b"csrf=%s&a=" + b"x" * MAX_FORM_BYTES, FORM, 413),
        (b"csrf=%s&" + b"&".join(b"f%%d%d=1" % n for n in range(200)), FORM, 400),
    ],
)
def test_an_odd_form_gets_a_page_with_a_sentence(
    at_sign_up: Visitor, body: bytes, content_type: str, status: int
) -> None:
    """Never a traceback, never JSON."""
    token = at_sign_up.token.encode()
    sent = body.replace(b"%s", token).replace(b"%%", b"%")

    answer = at_sign_up.client.post(
        "/signup", params=QUERY, content=sent, headers={"content-type": content_type}
    )

    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert "content-security-policy" in answer.headers
    assert "<h1>" in answer.text


def test_a_form_of_another_browser_is_refused(at_sign_up: Visitor) -> None:
    """And the page says what to do."""
    at_sign_up.client.cookies.clear()

    at_sign_up.send(username="ana", password="x")

    assert at_sign_up.page.status_code == 400
    assert at_sign_up.heading == "Please try once more"


def test_only_what_is_there_can_be_asked_for(at_sign_up: Visitor) -> None:
    answer = at_sign_up.client.put("/signup", params=QUERY)

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, POST"
    assert answer.headers["content-type"].startswith("text/html")
    assert at_sign_up.client.head("/signup", params=QUERY).status_code == 200
    assert at_sign_up.client.get("/nothing").status_code == 404


def test_what_is_down_is_said_on_a_page(hotel: Hotel, visitor: Visitor) -> None:
    hotel.open()
    hotel.failure = StorageError("the disk is gone")

    answer = visitor.goto("/signup")

    assert answer.status_code == 503
    assert visitor.heading == "We will be right back"
    assert "disk" not in answer.text


def test_a_link_without_an_application_leads_nowhere(visitor: Visitor) -> None:
    visitor.goto("/signup", {})

    assert visitor.page.status_code == 400
    assert visitor.heading == "The link is incomplete"
