"""What was granted, kept and found again."""

from datetime import timedelta

from gateway.oauth.issuing.authorization import Authorization, authorization_of
from tests.oauth.house import NOON, POOL_ID


def test_what_was_kept_is_what_was_granted() -> None:
    """To the last detail."""
    granted = Authorization(
        id="1",
        pool_id=POOL_ID,
        sub="2",
        client_id="app",
        scopes=("openid", "api/read"),
        authenticated_at=NOON + timedelta(microseconds=250_000),
        amr=("pwd",),
        created_at=NOON,
        expires_at=NOON + timedelta(days=1),
        nonce="n",
        resources=("api",),
        thumbprint="t",
        device_key="d",
        via_api=True,
    )

    assert authorization_of(granted.stored()) == granted
    assert granted.narrowed(("openid",)).scopes == ("openid",)
