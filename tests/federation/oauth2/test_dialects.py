"""The OAuth of each kind of provider."""

from gateway.federation.oauth2.dialects import dialect_of
from tests.authentication.opaque.house import settings_of
from tests.authentication.opaque.test_github import FILE as GITHUB


def test_github_is_asked_at_its_own_addresses() -> None:
    dialect = dialect_of(settings_of(GITHUB))

    assert dialect.authorize_url == "https://github.com/login/oauth/authorize"
    assert dialect.token_url == "https://github.com/login/oauth/access_token"
    assert dialect.pkce
    assert "secret" not in repr(dialect).replace("secret=", "")
