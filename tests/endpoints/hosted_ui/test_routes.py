"""Where the pages are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.endpoints.hosted_ui.visitor import QUERY, Hotel, Visitor

# Those that answer without anybody having signed in.
OPEN = [
    "/login",
    "/signup",
    "/confirm",
    "/confirmUser",
    "/resendcode",
    "/forgotPassword",
    "/confirmForgotPassword",
]


@pytest.mark.parametrize("path", OPEN)
def test_each_page_is_a_page(hotel: Hotel, visitor: Visitor, path: str) -> None:
    """In the language that is asked for, safe to be looked at, kept by nobody."""
    hotel.open()
    query = {**QUERY, "user_name": "ana", "confirmation_code": "1", "lang": "de"}

    answer = visitor.goto(path, query)

    assert answer.status_code == 200
    assert 'lang="de"' in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "strict-transport-security" in answer.headers
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", OPEN)
def test_each_page_survives_odd_addresses(
    hotel: Hotel, visitor: Visitor, path: str
) -> None:
    """A few that scanners send."""
    hotel.open()
    for query in ("%00", "client_id=%00", "a=1&a=1", "client_id[]=1", "=", "lang=../x"):
        answer = visitor.follow(f"{path}?{query}")

        assert answer.status_code == 400, query
        assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("path", OPEN)
def test_each_form_survives_whatever_stands_in_it(
    hotel: Hotel, visitor: Visitor, path: str
) -> None:
    """Any text in any field: an answer, and never a failure of ours."""
    hotel.open()
    query = {**QUERY, "user_name": "ana", "confirmation_code": "1"}
    visitor.goto(path, query)
    page = visitor.page

    @given(
        st.dictionaries(
            st.sampled_from(
                ["username", "password", "code", "attribute-email", "step"]
            ),
            st.text(max_size=300),
        )
    )
    def send(fields: dict[str, str]) -> None:
        visitor.page = page
        kept = {k: v.encode("utf-8", "replace").decode() for k, v in fields.items()}
        assert visitor.send(kept).status_code < 500

    send()
