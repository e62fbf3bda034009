"""What every page tells the browser."""

import pytest

from gateway.endpoints.hosted_ui.headers import PageHeaders

SECURE = PageHeaders(secure=True)


def policy(**options: object) -> dict[str, str]:
    text = SECURE.of(**options)["Content-Security-Policy"]  # type: ignore[arg-type]
    return dict(part.split(" ", 1) for part in text.split("; "))


def test_nothing_is_allowed_but_what_pages_need() -> None:
    """No script and no style inside a page; no page inside another."""
    told = policy()

    assert told["default-src"] == "'none'"
    assert told["script-src"] == told["style-src"] == told["connect-src"] == "'self'"
    assert told["frame-ancestors"] == told["base-uri"] == "'none'"
    assert told["form-action"] == "'self'"
    assert told["img-src"] == "'self' data:"
    assert "unsafe" not in SECURE.of()["Content-Security-Policy"]
    assert SECURE.of()["Cache-Control"] == "no-store"
    assert SECURE.of()["X-Frame-Options"] == "DENY"


def test_https_is_for_good_where_it_is_used() -> None:
    assert "Strict-Transport-Security" in SECURE.of()
    assert "Strict-Transport-Security" not in PageHeaders(secure=False).of()


def test_forms_may_lead_to_the_client_and_the_logo_may_be_its_own() -> None:
    """Each origin once."""
    told = policy(
        logo="https://cdn.example/logo.svg",
        targets=[
            "https://shop.example/a?b",
            "https://shop.example/c",
            "http://localhost:3000/cb",
            "http://[::1]:80/cb",
            "com.example.app:/cb",
        ],
    )

    assert told["img-src"] == "'self' data: https://cdn.example"
    assert told["form-action"] == (
        "'self' https://shop.example http://localhost:3000 http://[::1]:80 "
        "com.example.app:"
    )


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/logo.svg",
        "//cdn.example/x",
        "https://a.example; script-src *//",
        "https://a b/",
        "https://a,b/",
        "https://ä.example/",
        "https://a:x/",
        "https://[/",
    ],
)
def test_no_address_changes_the_policy(address: str) -> None:
    """What is none, or would be more than a source, is left out."""
    assert policy(logo=address, targets=[address]) == policy()


def test_a_header_has_an_end() -> None:
    targets = [f"https://h{number}.example/" for number in range(100)]

    assert len(policy(targets=targets)["form-action"].split()) == 21
