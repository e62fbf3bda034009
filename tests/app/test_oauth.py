"""The services of the authorization server fit together."""

from datetime import timedelta
from pathlib import Path

from tests.databases import File
from tests.oauth.house import OAuthHouse


def test_two_gateways_with_one_store_key_understand_each_other(
    tmp_path: Path,
) -> None:
    """What one hands out, the other takes: codes, refresh tokens, sessions, nonces."""
    database = File(tmp_path / "gateway.db").open(
        busy_timeout=timedelta(seconds=5), connections=2
    )
    one = OAuthHouse(database)
    pool = one.open()
    app, ana = one.app(pool), one.person(pool, "ana")
    two = OAuthHouse(database)

    issued = two.exchange(app, one.code(app, one.sign_in(ana)))
    first = one.refresh(app, issued.refresh_token)

    assert two.refresh(app, issued.refresh_token).refresh_token == first.refresh_token
    assert two.oauth.access_tokens.verify(first.access_token).user == ana
    assert one.oauth.proofs.nonce() == two.oauth.proofs.nonce()
    database.close()
