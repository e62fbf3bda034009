"""One request for a page, read once at the door.

What could be read in two ways is refused: a parameter or a form's field twice, an escape
that is none, text that is no UTF-8, more than anybody has a use for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from starlette.types import Scope

from gateway.endpoints.cookie_header import read_cookies
from gateway.endpoints.form import check_content_type, parse_form
from gateway.model.errors import OversizedRequestError

# A sealed step of a sign-in travels in it, beside an authorization request.
MAX_QUERY_BYTES: Final = 16 * 1024
MAX_FORM_BYTES: Final = 32 * 1024
MAX_FIELDS: Final = 100

# The pages' own, which no authorization request has.
STEP: Final = "step"
NOTICE: Final = "notice"
LANGUAGE: Final = "lang"
# Whoever is signed in is to prove it once more.
AGAIN: Final = "again"
# What waits for whoever signs in.
LINK: Final = "link"
# A page of ours that somebody wanted who has to sign in first.
THEN: Final = "then"
_NOT_CARRIED: Final = frozenset({STEP, NOTICE, AGAIN})


@dataclass(frozen=True, slots=True)
class Visit:
    """A request for a page.

    Attributes:
        method: `GET` or `POST`.
        path: Of the page.
        query: Without empty ones.
        form: Without empty ones; nothing if there is none.
        cookies: By name.
        address: Where it comes from.
        user_agent: What the browser calls itself; empty if it does not.
        accepted: The header `Accept-Language`.
        fetch_site: What the browser says of the page that sent it (Fetch Metadata).
        raw_query: The query as it came, for signatures of its octets.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)
    address: str = ""
    user_agent: str = ""
    accepted: str = ""
    fetch_site: str = ""
    raw_query: str = field(default="", repr=False)

    def typed(self, name: str) -> str:
        """Return what stands in a field; empty if nothing does."""
        return self.form.get(name, "")

    def link(self, path: str = "", /, **changes: str) -> str:
        """Return an address of our own that carries the query along.

        Args:
            path: Of the page; this one by default.
            changes: What is different in the query; an empty text takes a name out.
        """
        query = self.link_query(**changes)
        return f"{path or self.path}?{urlencode(query)}" if query else path or self.path

    def link_query(self, **changes: str) -> Mapping[str, str]:
        """Return the query that an address of our own carries along.

        Args:
            changes: What is different in it; an empty text takes a name out.
        """
        kept = {
            name: value
            for name, value in self.query.items()
            if name not in _NOT_CARRIED
        }
        return {name: value for name, value in (kept | changes).items() if value}

    @property
    def carried(self) -> Mapping[str, str]:
        """The query without the pages' own: what a client asked for."""
        own = _NOT_CARRIED | {LANGUAGE, LINK, THEN}
        return {name: value for name, value in self.query.items() if name not in own}


def read_visit(scope: Scope, body: bytes) -> Visit:
    """Return a request that has come in whole.

    Args:
        scope: Of the ASGI application.
        body: The whole of it.

    Raises:
        RequestError: It can be read in two ways, or not at all.
    """
    raw_query: bytes = scope["query_string"]
    if len(raw_query) > MAX_QUERY_BYTES:
        raise OversizedRequestError(f"a query over {MAX_QUERY_BYTES} bytes")
    form: Mapping[str, str] = {}
    if scope["method"] == "POST":
        check_content_type(_values(scope, b"content-type"))
        form = parse_form(body, max_parameters=MAX_FIELDS)
    client = scope.get("client")
    return Visit(
        method=scope["method"],
        path=scope["path"],
        query=parse_form(raw_query),
        form=form,
        cookies=read_cookies(_values(scope, b"cookie")),
        address=client[0] if client else "",
        user_agent=_first(scope, b"user-agent"),
        accepted=_first(scope, b"accept-language"),
        fetch_site=_first(scope, b"sec-fetch-site"),
        raw_query=raw_query.decode("ascii"),
    )


def strangers(scope: Scope) -> Visit:
    """Return a request of which nothing is read but where it went, and from whom.

    With the browser's own cookies: a page of a failure would give it a new name, and end
    whatever its other tabs are doing.
    """
    return Visit(
        "GET",
        scope["path"],
        cookies=read_cookies(_values(scope, b"cookie")),
        accepted=_first(scope, b"accept-language"),
    )


def _first(scope: Scope, name: bytes) -> str:
    values = _values(scope, name)
    return values[0].decode("latin-1") if values else ""


def _values(scope: Scope, name: bytes) -> list[bytes]:
    return [value for key, value in scope["headers"] if key == name]
