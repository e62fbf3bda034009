"""A document that may be kept for a while."""

import json
from datetime import timedelta

import pytest
from starlette.requests import Request

from gateway.endpoints.cached_document import cached_document


def asked(*conditions: str) -> Request:
    headers = [(b"if-none-match", each.encode()) for each in conditions]
    return Request({"type": "http", "headers": headers})


def test_a_document_is_json_and_says_how_long_it_is_good() -> None:
    response = cached_document(asked(), {"b": 1, "a": "é"}, timedelta(minutes=1))

    assert json.loads(bytes(response.body)) == {"a": "é", "b": 1}
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "public, max-age=60"


@pytest.mark.parametrize("form", ["{}", "W/{}", '"x", {}', "*"])
def test_whoever_has_it_is_not_sent_it_again(form: str) -> None:
    """RFC 9110 section 13.1.2."""
    tag = cached_document(asked(), {}, timedelta()).headers["etag"]

    again = cached_document(asked(form.format(tag)), {}, timedelta())

    assert (again.status_code, again.body) == (304, b"")
    assert again.headers["etag"] == tag
    assert cached_document(asked(tag), {"a": 1}, timedelta()).status_code == 200
