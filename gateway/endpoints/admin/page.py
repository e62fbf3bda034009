"""Pages of the admin listener: one shape and one style, without scripts."""

import base64
import hashlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from jinja2 import DictLoader, Environment, StrictUndefined
from starlette.responses import HTMLResponse, Response

from gateway.endpoints.admin.health import NO_STORE

_STYLE: Final = (
    "body{font:1rem/1.5 sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}"
    "article{border-top:1px solid;padding:1rem 0}pre{white-space:pre-wrap}"
    "form>*,nav>*{margin-right:.5rem}article{overflow-x:auto}"
    "th,td{text-align:start;vertical-align:top;padding:.2rem 1rem .2rem 0}"
)
_DIGEST: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS: Final = {
    **NO_STORE,
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_DIGEST}'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_SHELL: Final = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{ title }}</title>
<style>{{ style|safe }}</style>
</head>
<body>
<nav><a href="/outbox">Outbox</a> <a href="/console/sign-in">Sign-ins</a></nav>
<h1>{{ title }}</h1>
{% block content %}{% endblock %}
</body>
</html>
"""


class Page:
    """A page of the admin listener. Shared by threads."""

    def __init__(self, title: str, content: str) -> None:
        """Compile it.

        Args:
            title: What it is called.
            content: What stands below, as a template of Jinja; values are escaped.
        """
        whole = "{% extends 'shell' %}{% block content %}" + content + "{% endblock %}"
        environment = Environment(
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            loader=DictLoader({"shell": _SHELL, "page": whole}),
        )
        self._template = environment.get_template("page")
        self._title = title

    def respond(
        self, values: Mapping[str, Any], status: HTTPStatus = HTTPStatus.OK
    ) -> Response:
        """Return it with the values filled in."""
        text = self._template.render(values, title=self._title, style=_STYLE)
        return HTMLResponse(text, status, headers=_HEADERS)
