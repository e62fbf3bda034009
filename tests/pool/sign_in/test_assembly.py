"""The parts of a sign-in, put together."""

from gateway.model.user import UserStatus
from gateway.pool.sign_in.assembly import sign_ins
from gateway.pool.sign_in.values import NewPassword, SignedIn
from tests.pool.house import PASSWORD, House
from tests.pool.sign_in.desk import HOME, Desk


def test_one_gateway_goes_on_where_another_began(house: House) -> None:
    """Over the same database, with the same key: nothing is kept in memory."""
    desk = Desk(house)
    desk.change(desk.person(), status=UserStatus.FORCE_CHANGE_PASSWORD)
    asked = desk.asked()

    other = sign_ins(desk.tools, desk.factors)
    signed_in = other.answer(
        desk.pool, desk.client, asked.session, NewPassword(PASSWORD), HOME
    )

    assert isinstance(signed_in, SignedIn)
