"""Events, as far as no trigger's own test says it."""

from gateway.pool.settings import NoticeKind
from gateway.pool.triggers.events import MESSAGES, SENT, attributes_of, occasion
from gateway.pool.triggers.values import Caller, Unknown
from tests.pool.triggers.recorder import ANA, pool_with


def test_an_administrator_is_no_client() -> None:
    """Cognito has a text for that."""
    event = occasion(pool_with(), ANA, Caller()).event("X_Y", {}, {}, version=3)

    assert event["callerContext"]["clientId"] == "CLIENT_ID_NOT_APPLICABLE"
    assert event["version"] == "3"


def test_every_message_with_a_code_has_an_event() -> None:
    """Those that tell something are the gateway's own, but for one."""
    told = {
        NoticeKind.ATTRIBUTE_CHANGED,
        NoticeKind.PASSWORD_CHANGED,
        NoticeKind.FACTOR_CHANGED,
        NoticeKind.ACCOUNT_TAKE_OVER,
    }

    assert set(MESSAGES) == set(NoticeKind) - told
    assert set(SENT) - set(MESSAGES) == {NoticeKind.ACCOUNT_TAKE_OVER}


def test_an_attribute_cannot_pose_as_the_subject() -> None:
    """People have no attribute `sub` of their own."""
    assert attributes_of(ANA)["sub"] == ANA.sub
    assert attributes_of(Unknown("zoe")) == {}
