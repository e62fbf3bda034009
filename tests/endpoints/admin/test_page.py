"""The shape of the admin listener's pages."""

import base64
import hashlib
import re
from http import HTTPStatus

import pytest
from jinja2 import UndefinedError

from gateway.endpoints.admin.page import Page


def test_values_are_escaped_and_the_style_is_the_one_that_is_allowed() -> None:
    """Nothing else may run, load or frame it."""
    response = Page("Things", "<p>{{ thing }}</p>").respond({"thing": "<b>"})

    page = bytes(response.body).decode()
    (style,) = re.findall("<style>(.*?)</style>", page)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in response.headers["content-security-policy"]
    assert "<h1>Things</h1>" in page
    assert "<p>&lt;b&gt;</p>" in page
    assert response.headers["cache-control"] == "no-store"


def test_it_may_have_another_status() -> None:
    response = Page("Things", "").respond({}, HTTPStatus.NOT_FOUND)

    assert response.status_code == 404


def test_a_value_that_is_missing_is_no_empty_place() -> None:
    with pytest.raises(UndefinedError):
        Page("Things", "{{ thing }}").respond({})
