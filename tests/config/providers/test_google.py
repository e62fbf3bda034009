"""Sign in with Google, as its file says it."""

from gateway.config.providers.google import GoogleProvider
from gateway.config.settings.section import Section
from tests.config.files import read

ENVIRON = {"SECRET": "s"}
TEXT = """
kind = "google"
id = "google"
accept.flows = ["login"]
[client]
id = "123.apps.googleusercontent.com"
secret = { env = "SECRET" }
"""


def google(text: str) -> Section | list[tuple[str, str]]:
    found = read(GoogleProvider, text, ENVIRON)
    if isinstance(found, list):
        return [(fault.code, fault.message) for fault in found]
    return found


def test_a_few_lines_sign_people_in() -> None:
    """Whatever else is to be known about Google comes with the kind."""
    provider = google(TEXT)

    assert isinstance(provider, GoogleProvider)
    assert provider.signs_in
    assert provider.issuer == "https://accounts.google.com"
    assert provider.issuer_aliases == ("accounts.google.com",)
    assert provider.algorithms == ("RS256",)
    assert not provider.userinfo


def test_a_sign_in_needs_the_secret() -> None:
    """Google asks for it, PKCE or not, and would tell people so too late."""
    text = TEXT.replace('secret = { env = "SECRET" }\n', "")

    assert google(text) == [
        ("E104", "`client.secret` is missing, which flow `login` needs")
    ]


def test_whoever_signs_nobody_in_needs_none() -> None:
    """Tokens that callers bring are checked with public keys."""
    text = TEXT.replace('secret = { env = "SECRET" }\n', "")

    provider = google(text.replace('"login"', '"bearer"'))

    assert isinstance(provider, GoogleProvider)
    assert not provider.signs_in
