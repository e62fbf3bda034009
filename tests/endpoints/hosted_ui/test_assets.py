"""The style sheets and the script."""

from gateway.endpoints.hosted_ui.assets import Assets
from gateway.model.client import Branding
from tests.endpoints.hosted_ui.visitor import CLIENT_ID, Hotel, Visitor


def test_what_is_named_by_its_content_is_kept_for_good(
    hotel: Hotel, visitor: Visitor
) -> None:
    for address, kind in (
        (hotel.assets.stylesheet, "text/css"),
        (hotel.assets.script, "text/javascript"),
        (hotel.assets.onward, "text/javascript"),
    ):
        answer = visitor.follow(address)

        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(kind)
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_browser_loads_little() -> None:
    """Under 60 kB with everything; the largest page is a third of what is left."""
    assert Assets().size < 30_000


def test_a_client_has_a_style_sheet_of_its_own(hotel: Hotel, visitor: Visitor) -> None:
    """If it has colours; and another address when they change."""
    hotel.open(branding=Branding(colours={"accent": "#ff6600"}))
    address = hotel.assets.brand(hotel.places[CLIENT_ID].client)

    assert "--accent:#ff6600" in visitor.follow(address).text
    assert "immutable" in visitor.page.headers["cache-control"]
    assert address in visitor.goto("/signup").text
    older = visitor.follow(f"/_gateway/pages/{CLIENT_ID}/0000.css")
    assert older.headers["cache-control"] == "no-store"


def test_where_there_are_no_colours_there_is_no_style_sheet(
    hotel: Hotel, visitor: Visitor
) -> None:
    hotel.open()

    assert hotel.assets.brand(hotel.places[CLIENT_ID].client) == ""
    for client in (CLIENT_ID, "nobody"):
        answer = visitor.follow(f"/_gateway/pages/{client}/0000.css")
        assert answer.status_code == 404
