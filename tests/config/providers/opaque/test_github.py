"""GitHub, and a server of one's own."""

from tests.config.providers.opaque.test_provider import GITHUB, github


def test_what_people_are_asked_for_includes_their_verified_addresses() -> None:
    assert github().client.scopes == ("read:user", "user:email")


def test_a_server_of_ones_own_is_at_other_addresses() -> None:
    provider = github(
        f"{GITHUB}url = 'https://git.corp.example'\n"
        "api_url = 'https://git.corp.example/api/v3'\n"
    )

    assert provider.issuer == "https://git.corp.example"
    assert provider.hosts == ("git.corp.example",)
    assert provider.visited == {"url": "https://git.corp.example"}
