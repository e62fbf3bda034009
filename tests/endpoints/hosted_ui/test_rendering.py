"""From a template to a page."""

import re

from gateway.endpoints.hosted_ui.rendering import Fault
from gateway.endpoints.hosted_ui.visit import Visit
from gateway.model.client import Branding
from tests.endpoints.hosted_ui.visitor import CLIENT_ID, QUERY, Hotel

HOSTILE = "<script>alert(1)</script>"


def test_what_people_call_themselves_is_no_html(hotel: Hotel) -> None:
    """Names, texts, addresses: of the client, of the operator, of the person."""
    texts = {"en": {"sign_up.lead": HOSTILE}}
    branding = Branding(
        logo_uri=f'https://x.example/">{HOSTILE}',
        policy_uri=f'https://x.example/">{HOSTILE}',
        texts=texts,
    )
    hotel.open(name=HOSTILE, branding=branding)
    visit = Visit("GET", "/x", {**QUERY, "state": f'">{HOSTILE}'})

    page = hotel.site.renderer.page(
        visit,
        hotel.places[CLIENT_ID],
        "told.html",
        key="waiting",
        onward=f'/login?">{HOSTILE}',
        faults=[Fault("username", HOSTILE)],
    )

    body = bytes(page.body).decode()
    assert HOSTILE not in body
    assert "&lt;script&gt;" in body
    assert page.status_code == 400


def test_a_page_has_no_style_and_no_script_inside(hotel: Hotel) -> None:
    """The policy would forbid them."""
    hotel.open()
    visit = Visit("GET", "/x", QUERY)

    page = hotel.site.renderer.page(
        visit, hotel.places[CLIENT_ID], "told.html", key="waiting", onward=""
    )

    body = bytes(page.body).decode()
    assert not re.search(r"<style|\sstyle=|<script>|\son[a-z]+=", body)


def test_the_client_s_logo_stands_in_the_place_of_its_letter(hotel: Hotel) -> None:
    hotel.open(branding=Branding(logo_uri="https://cdn.example/l.svg"))
    visit = Visit("GET", "/x", QUERY)

    page = hotel.site.renderer.page(
        visit, hotel.places[CLIENT_ID], "told.html", key="waiting", onward=""
    )

    assert (
        '<img src="https://cdn.example/l.svg" alt="Shop">' in bytes(page.body).decode()
    )
    policy = page.headers["content-security-policy"]
    assert "img-src 'self' data: https://cdn.example;" in policy
    assert "form-action 'self' https://shop.example;" in policy


def test_where_a_form_may_lead_is_what_is_registered(hotel: Hotel) -> None:
    """Not what the address says."""
    hotel.open()
    visit = Visit("GET", "/x", {**QUERY, "redirect_uri": "https://evil.example/"})

    page = hotel.site.renderer.page(
        visit, hotel.places[CLIENT_ID], "told.html", key="waiting", onward=""
    )

    policy = page.headers["content-security-policy"]
    assert "form-action 'self' https://shop.example;" in policy
    assert "evil" not in policy


def test_a_browser_gets_its_name_once(hotel: Hotel) -> None:
    hotel.open()
    place = hotel.places[CLIENT_ID]
    first = hotel.site.renderer.page(
        Visit("GET", "/x"), place, "told.html", key="waiting", onward=""
    )
    name = first.headers["set-cookie"].partition("=")[2].partition(";")[0]
    known = Visit("GET", "/x", cookies={"__Host-gateway-browser": name})

    again = hotel.site.renderer.page(
        known, place, "told.html", key="waiting", onward=""
    )

    assert "set-cookie" not in again.headers


def test_the_way_to_another_page_is_kept_by_nobody(hotel: Hotel) -> None:
    """It may hold a code; and a form becomes a look at a page."""
    answer = hotel.site.renderer.redirect("/login?x=1")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?x=1"
    assert answer.headers["cache-control"] == "no-store"
