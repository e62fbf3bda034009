"""The OAuth of each kind of provider."""

import pytest

from gateway.federation.oauth2.dialect import ClientAuth
from gateway.federation.oauth2.dialects import dialect_of
from tests.authentication.opaque.house import settings_of
from tests.authentication.opaque.test_amazon import FILE as AMAZON
from tests.authentication.opaque.test_facebook import FILE as FACEBOOK
from tests.authentication.opaque.test_github import FILE as GITHUB
from tests.authentication.opaque.test_oauth2 import CODE
from tests.authentication.opaque.test_twitter import FILE as TWITTER


@pytest.mark.parametrize(
    ("file", "authorize_url", "token_url"),
    [
        (
            FACEBOOK,
            "https://www.facebook.com/v23.0/dialog/oauth",
            "https://graph.facebook.com/v23.0/oauth/access_token",
        ),
        (
            AMAZON,
            "https://www.amazon.com/ap/oa",
            "https://api.amazon.com/auth/o2/token",
        ),
        (
            TWITTER,
            "https://x.com/i/oauth2/authorize",
            "https://api.x.com/2/oauth2/token",
        ),
        (
            GITHUB,
            "https://github.com/login/oauth/authorize",
            "https://github.com/login/oauth/access_token",
        ),
        (CODE, "https://chat.example/authorize", "https://chat.example/token"),
    ],
    ids=range(5),
)
def test_each_provider_is_asked_at_its_own_addresses(
    file: str, authorize_url: str, token_url: str
) -> None:
    settings = settings_of(file)

    dialect = dialect_of(settings)

    assert (dialect.authorize_url, dialect.token_url) == (authorize_url, token_url)
    assert (dialect.client_id, dialect.secret) == (settings.client.id, b"secret")
    assert dialect.scopes == settings.client.scopes
    assert "b'secret'" not in repr(dialect)


def test_x_demands_pkce_and_a_secret_in_the_header() -> None:
    dialect = dialect_of(settings_of(TWITTER))

    assert dialect.pkce
    assert dialect.auth is ClientAuth.BASIC


def test_a_file_says_how_its_provider_is_spoken_to() -> None:
    plain = dialect_of(settings_of(CODE))
    assert (plain.auth, plain.pkce, plain.issuer) == (ClientAuth.BASIC, True, "")

    other = dialect_of(
        settings_of(
            f"{CODE}client.auth = 'client_secret_post'\npkce = false\n"
            "scope_separator = ','\nissuer_name = 'https://chat.example'\n"
            "client.authorize = { access_type = 'offline' }\n"
        )
    )

    assert other.auth is ClientAuth.FORM
    assert not other.pkce
    assert other.scope_separator == ","
    assert other.issuer == "https://chat.example"
    assert other.extra == {"access_type": "offline"}
