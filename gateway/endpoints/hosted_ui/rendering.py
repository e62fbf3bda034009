"""From a template and values to a page that a browser can be trusted with.

Everything that is put into a page is escaped. Each page has the field that its forms need,
and the browser gets its name with it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

from gateway.endpoints.hosted_ui.assets import Assets
from gateway.endpoints.hosted_ui.cookies import Cookies
from gateway.endpoints.hosted_ui.guard import FormGuard
from gateway.endpoints.hosted_ui.headers import PageHeaders
from gateway.endpoints.hosted_ui.place import Place
from gateway.endpoints.hosted_ui.texts import Catalogues, Texts
from gateway.endpoints.hosted_ui.visit import LANGUAGE, NOTICE, Visit

_FOLDER: Final = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that somebody can mend on the page.

    Attributes:
        field: Id of the field; empty if it is about none.
        text: What to do about it.
    """

    field: str
    text: str


class Renderer:
    """Makes pages and redirects."""

    def __init__(
        self,
        *,
        catalogues: Catalogues,
        assets: Assets,
        cookies: Cookies,
        guard: FormGuard,
        headers: PageHeaders,
    ) -> None:
        self._catalogues = catalogues
        self._assets = assets
        self._cookies = cookies
        self._guard = guard
        self._headers = headers
        self._templates = Environment(
            loader=FileSystemLoader(_FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            auto_reload=False,
        )

    def texts(self, visit: Visit, place: Place | None) -> Texts:
        """Return what a page says, in the language of whoever reads it."""
        asked = (visit.query.get(LANGUAGE, ""), visit.query.get("ui_locales", ""))
        texts = self._catalogues.choose(asked=asked, accepted=visit.accepted)
        if place is None:
            return texts
        return texts.with_own(place.client.branding.texts.get(texts.tag, {}))

    def page(
        self,
        visit: Visit,
        place: Place | None,
        template: str,
        *,
        status: HTTPStatus = HTTPStatus.OK,
        faults: Sequence[Fault] = (),
        leads_to: Iterable[str] = (),
        **values: Any,
    ) -> Response:
        """Return a page.

        Args:
            visit: Who asks for it.
            place: For whom they sign in; `None` if nobody knows.
            template: Its file's name.
            status: `BAD_REQUEST` if there are faults and it is not said otherwise.
            faults: What the person can mend.
            leads_to: Where its forms lead, beside the application's own addresses.
            values: What the template shows.
        """
        browser = self._cookies.browser(visit) or self._cookies.new_browser()
        if faults and status is HTTPStatus.OK:
            status = HTTPStatus.BAD_REQUEST
        content = self._templates.get_template(template).render(
            **self._surroundings(visit, place),
            faults=faults,
            token=self._guard.token(visit, browser),
            **values,
        )
        branding = place.client.branding if place else None
        headers = self._headers.of(
            logo=branding.logo_uri if branding else "",
            targets=(*leads_to, *_targets(visit, place)),
        )
        response = HTMLResponse(content, status_code=status, headers=dict(headers))
        if browser != self._cookies.browser(visit):
            self._cookies.keep_browser(response, browser)
        return response

    def redirect(self, location: str) -> Response:
        """Return the way to another page: of ours, or one that `gateway.oauth` names."""
        return RedirectResponse(
            location,
            status_code=HTTPStatus.SEE_OTHER,
            headers=dict(self._headers.of()),
        )

    def _surroundings(self, visit: Visit, place: Place | None) -> dict[str, Any]:
        """Return what the frame around every page shows."""
        texts = self.texts(visit, place)
        notice = f"notice.{visit.query.get(NOTICE, '')}"
        sheets = [self._assets.stylesheet]
        if place is not None:
            sheets += filter(None, [self._assets.brand(place.client)])
        branding = place.client.branding if place else None
        return {
            "t": texts,
            "link": visit.link,
            "languages": self._catalogues.languages,
            "sheets": sheets,
            "script": self._assets.script,
            "onward_script": self._assets.onward,
            "name": place.client.name if place else "",
            "logo": branding.logo_uri if branding else "",
            "policy": branding.policy_uri if branding else "",
            "terms": branding.terms_uri if branding else "",
            "note": texts(notice) if notice in texts.texts else "",
        }


def _targets(visit: Visit, place: Place | None) -> Iterable[str]:
    """Return where the forms of a page may lead, behind redirects."""
    if place is None:
        return ()
    client = place.client
    asked = visit.query.get("redirect_uri", "")
    if asked in client.redirect_uris:
        return (asked,)
    return (*client.redirect_uris, *client.logout_uris)
