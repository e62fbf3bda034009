"""`/console/sign-in`: what a provider said of somebody, and why an attribute is missing.

As JSON, or as a page for a browser. `?user=` is a user name, a proven address or the `sub`,
`?pool=` the pool's id or name, which may be left out if there is only one. What the claims
*say* is shown nowhere. The same as `gateway explain signin`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any, Final, Protocol

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.endpoints.admin.health import NO_STORE
from gateway.endpoints.admin.page import Page
from gateway.federation.reason_words import as_json
from gateway.federation.reasons import LoginReasons
from gateway.model.errors import RequestError
from gateway.model.user import User

_KNOWN: Final = frozenset({"pool", "user"})
_MAX_NAME: Final = 320
_CONTENT: Final = """
<form action="/console/sign-in">
<label>User <input name="user" value="{{ user }}" required></label>
<label>Pool <input name="pool" value="{{ pool }}" placeholder="the only one"></label>
<button>Show</button>
</form>
<main>
{% if problem %}<p role="alert"><strong>{{ problem }}</strong></p>{% endif %}
{% if person %}
<h2>{{ person.username }}</h2>
<p><code>{{ person.sub }}</code></p>
{% if not person.logins %}<p>Has never signed in through a provider.</p>{% endif %}
{% for login in person.logins %}
<article>
<h3>{{ login.provider }}: {{ login.subject }}</h3>
<p>Last sign-in {{ login.last_at or "never" }}, through
{{ login.client_id or "no client" }}. Asked for {{ login.scopes|join(" ") or "nothing" }}.
Was told {{ login.claims|join(", ") or "nothing that is kept" }}.</p>
{% if login.refusal %}
<p role="alert"><strong>Would be refused now: {{ login.refusal }}</strong></p>
{% endif %}
{% if login.attributes %}
<table>
<thead><tr><th>Attribute</th><th>There</th><th>Why</th></tr></thead>
<tbody>
{% for name, each in login.attributes.items() %}
<tr><td>{{ name }}</td><td>{{ "yes" if name in person.has else "no" }}</td>
<td>{{ each.text }}</td></tr>
{% endfor %}
</tbody>
</table>
{% endif %}
</article>
{% endfor %}
{% endif %}
</main>
"""


@dataclass(frozen=True, slots=True)
class PersonReasons:
    """What is known of somebody's sign-ins.

    Attributes:
        user: Who.
        logins: What is known of each way in through a provider.
    """

    user: User
    logins: Sequence[LoginReasons]


class ReasonsSource(Protocol):
    """Looks at last sign-ins."""

    def of(self, pool: str, user: str) -> PersonReasons:
        """Return the reasons. Called in a thread.

        Args:
            pool: Id or name; empty for the only one.
            user: User name, proven address or `sub`.

        Raises:
            LookupError: There is no such pool, or nobody of that name; the text says which.
        """


def routes(*, source: ReasonsSource) -> Sequence[BaseRoute]:
    """Return the route of the page."""

    def sign_in(request: Request) -> Response:
        pool, user = _question(request.query_params)
        is_page = "text/html" in request.headers.get("accept", "")
        if not user and is_page:
            return _as_page(pool, user)
        if not user:
            raise RequestError("say whose sign-ins: `?user=`")
        try:
            found = _shown(source.of(pool, user))
        except LookupError as error:
            if is_page:
                return _as_page(pool, user, problem=str(error))
            return JSONResponse(
                {"detail": str(error)}, HTTPStatus.NOT_FOUND, headers=NO_STORE
            )
        if is_page:
            return _as_page(pool, user, person=found)
        return JSONResponse(found, headers=NO_STORE)

    return [Route("/console/sign-in", sign_in)]


def _question(query: QueryParams) -> tuple[str, str]:
    values: dict[str, str] = {}
    for name, value in query.multi_items():
        if name not in _KNOWN or name in values:
            raise RequestError("sign-ins are asked for `pool` and `user`, once")
        if len(value) > _MAX_NAME or not value.isprintable():
            raise RequestError(f"`{name}` is none")
        values[name] = value
    return values.get("pool", "").strip(), values.get("user", "").strip()


def _shown(found: PersonReasons) -> dict[str, Any]:
    has = sorted(name for name, value in found.user.attributes.items() if value)
    return {
        "username": found.user.username,
        "sub": found.user.sub,
        "has": has,
        "logins": [as_json(each) for each in found.logins],
    }


@cache
def _page() -> Page:
    return Page("Sign-ins", _CONTENT)


def _as_page(
    pool: str, user: str, *, problem: str = "", person: dict[str, Any] | None = None
) -> Response:
    status = HTTPStatus.NOT_FOUND if problem else HTTPStatus.OK
    values = {"pool": pool, "user": user, "problem": problem, "person": person}
    return _page().respond(values, status)
