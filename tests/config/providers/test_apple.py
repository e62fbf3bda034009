"""Sign in with Apple, as its file says it."""

import pytest

from gateway.config.providers.apple import AppleProvider
from gateway.config.settings.section import Section
from tests.config.files import document, read

ENVIRON = {"KEY": "k"}
TEXT = """
kind = "apple"
id = "apple"
accept.flows = ["login"]
[client]
id = "com.example.web"
team_id = "ABCDE12345"
key_id = "FGHIJ67890"
key = { env = "KEY" }
"""


def apple(text: str) -> Section | list[tuple[str, str]]:
    found = read(AppleProvider, text, ENVIRON)
    if isinstance(found, list):
        return [(fault.code, fault.message) for fault in found]
    return found


def test_a_dozen_lines_sign_people_in() -> None:
    """Everything that is odd about Apple comes with the kind."""
    provider = apple(TEXT)

    assert isinstance(provider, AppleProvider)
    assert provider.signs_in
    assert provider.hosts == ("appleid.apple.com",)
    assert provider.response_mode == "form_post"
    assert not provider.userinfo
    assert provider.client is not None
    assert provider.client.scopes == ("openid", "email", "name")
    assert provider.accepted_audiences == ("com.example.web",)


@pytest.mark.parametrize("name", ["team_id", "key_id", "key"])
def test_a_secret_is_made_of_three_things(name: str) -> None:
    """Only to sign people in: whoever has an app's token needs none."""
    lines = [line for line in TEXT.splitlines() if not line.startswith(f"{name} =")]
    text = "\n".join(lines)

    faults = apple(text)
    assert isinstance(faults, list)
    ((code, message),) = faults

    assert code == "E104"
    assert f"`client.{name}`" in message
    assert isinstance(apple(text.replace("login", "bearer")), AppleProvider)


def test_who_signs_nobody_in_needs_no_client() -> None:
    """An audience is enough."""
    text = 'kind = "apple"\nid = "apple"\naudiences = ["com.example.app"]\n'

    assert isinstance(apple(text), AppleProvider)
    assert document(text).data["audiences"] == ["com.example.app"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"ABCDE12345"', '"abcde12345"', "E105"),
        ('"FGHIJ67890"', '"FGHIJ"', "E105"),
        ('key = { env = "KEY" }', 'secret = { env = "KEY" }', "E103"),
        ('["login"]', '["login"]\nresponse_mode = "query"', "E105"),
        ('["login"]', '["login"]\npar = "auto"', "E105"),
        ('["login"]', '["login"]\nalgorithms = ["ES256"]', "E105"),
    ],
    ids=range(6),
)
def test_what_apple_does_not_have_is_refused(old: str, new: str, code: str) -> None:
    """Ids of another form, and ways that are not Apple's."""
    faults = apple(TEXT.replace(old, new))

    assert isinstance(faults, list)
    assert code in [found for found, _ in faults]
