"""Let in at once after a confirmation, or asked as everybody is."""

from gateway.pool.errors import TriggerRefusedError
from gateway.pool.settings import (
    MfaMode,
    MfaSettings,
    PoolSettings,
    SecondFactor,
    TriggerKind,
    TriggerSettings,
)
from gateway.storage.database import Database
from tests.endpoints.hosted_ui.visitor import CLIENT_ID, REDIRECT, Hotel, Visitor
from tests.oauth.house import OAuthHouse
from tests.pool.house import PASSWORD
from tests.pool.triggers.recorder import Recorder, triggers_of

ADDRESS = {"attribute-email": "ana@example.com"}


def sign_up(visitor: Visitor, query: dict[str, str] | None = None) -> None:
    visitor.goto("/signup", query)
    visitor.send(ADDRESS, username="ana", password=PASSWORD)


def test_the_code_lets_its_person_in(hotel: Hotel, visitor: Visitor) -> None:
    """Back to the application; proven by the code, at this moment."""
    hotel.open()
    sign_up(visitor)

    visitor.send(code=hotel.house.mailbox.code)

    assert visitor.page.headers["location"].startswith(REDIRECT)
    handle = visitor.client.cookies["__Host-gateway-session"]
    session = hotel.house.oauth.sessions.find(handle)
    assert session is not None
    assert (session.user.username, session.amr) == ("ana", ("otp",))
    assert session.authenticated_at == hotel.house.now


def test_who_came_by_themselves_is_at_their_account(
    hotel: Hotel, visitor: Visitor
) -> None:
    hotel.open()
    sign_up(visitor, {"client_id": CLIENT_ID})

    visitor.send(code=hotel.house.mailbox.code)

    assert visitor.heading == "Your profile"


def test_a_new_code_lets_them_in_as_well(hotel: Hotel, visitor: Visitor) -> None:
    hotel.open()
    sign_up(visitor)
    visitor.send(number=1)

    visitor.send(code=hotel.house.mailbox.code)

    assert visitor.signed_in is not None


def test_a_second_factor_is_asked_for(hotel: Hotel, visitor: Visitor) -> None:
    """The code was the first."""
    kinds = frozenset({SecondFactor.TOTP})
    mfa = MfaSettings(mode=MfaMode.ON, kinds=kinds)
    hotel.open(PoolSettings(name="people", mfa=mfa))
    sign_up(visitor)

    visitor.send(code=hotel.house.mailbox.code)

    assert visitor.signed_in is None
    assert "SOFTWARE_TOKEN_MFA" in visitor.page.text


def test_another_browser_is_not_let_in(hotel: Hotel, visitor: Visitor) -> None:
    """Whose person may not be the one who chose the password."""
    hotel.open()
    sign_up(Visitor(hotel))
    visitor.goto("/confirm")

    visitor.send(username="ana", code=hotel.house.mailbox.code)

    assert visitor.signed_in is None
    assert (visitor.heading, "is confirmed" in visitor.text) == ("Sign in", True)


def test_the_code_of_somebody_else_lets_nobody_in(
    hotel: Hotel, visitor: Visitor
) -> None:
    """Who signed up here anew under a name that went to another person meanwhile."""
    pool = hotel.open()
    sign_up(visitor)
    page = visitor.page
    first = hotel.house.user(pool, hotel.house.mailbox.messages[0].sub)
    hotel.people.standings.delete(pool, first.username)
    sign_up(Visitor(hotel))
    visitor.page = page

    visitor.send(code=hotel.house.mailbox.code)

    assert visitor.signed_in is None
    assert "is confirmed" in visitor.text


def test_who_is_not_let_in_is_confirmed_all_the_same(
    hotel: Hotel, visitor: Visitor
) -> None:
    """And learns why as others do, with the password."""
    pool = hotel.open()
    sign_up(visitor)
    hotel.people.standings.disable(pool, "ana")

    visitor.send(code=hotel.house.mailbox.code)

    assert visitor.signed_in is None
    assert "is confirmed" in visitor.text


def test_a_function_that_says_no_is_obeyed(database: Database) -> None:
    """To the sign-in: what was confirmed stays so."""

    def refuse(_: object) -> object:
        raise TriggerRefusedError(trigger="It", message="no")

    house = OAuthHouse(database)
    house.triggers = triggers_of(Recorder(refuse))
    hotel = Hotel(house)
    functions = {TriggerKind.PRE_AUTHENTICATION: "it"}
    asking = TriggerSettings(functions=functions)
    hotel.open(PoolSettings(name="people", triggers=asking))
    visitor = Visitor(hotel)
    sign_up(visitor)

    visitor.send(code=house.mailbox.code)

    assert visitor.signed_in is None
    assert "is confirmed" in visitor.text
