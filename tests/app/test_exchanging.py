"""What is declared is what is exchanged."""

from pathlib import Path

from tests.flows.exchange_house import ExchangeHouse, exchange
from tests.flows.house import House


async def test_where_nothing_is_declared_nothing_is_exchanged(tmp_path: Path) -> None:
    """The clients' grant answers as before: whoever is no client is not let in."""
    house = House(tmp_path)
    async with house.open() as caller:
        answer = await exchange(caller, house.token())

    assert answer.json()["error"] == "invalid_client"


async def test_each_declared_exchange_is_offered(tmp_path: Path) -> None:
    """Under its own limit, its own profile and the rules for its id."""
    house = ExchangeHouse(tmp_path)
    async with house.open() as caller:
        answers = [
            await exchange(
                caller,
                house.token(),
                audience=audience,
                scope="read" if "orders" in audience else "",
            )
            for audience in ("", "http://orders.internal", "https://closed.example")
        ]

    assert [each.status_code for each in answers] == [200, 200, 400]
