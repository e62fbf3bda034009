"""The QR code of an authenticator app."""

from base64 import b64decode

from gateway.endpoints.hosted_ui.pictures import qr_code
from gateway.pool.pool import Pool
from gateway.pool.settings import PoolSettings
from tests.pool.house import NOON, POOL_ID

SECRET = "JBSWY3DPEHPK3PXP" * 3


def test_a_seed_is_a_picture_that_holds_no_script() -> None:
    """However long the names are."""
    pool = Pool(POOL_ID, PoolSettings(name="Ü" * 128), NOON)

    picture = qr_code(SECRET, pool, "<script>" * 30)

    head, _, body = picture.partition(",")
    assert head == "data:image/svg+xml;base64"
    svg = b64decode(body).decode()
    assert svg.startswith("<svg")
    assert "script" not in svg
