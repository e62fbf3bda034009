"""A token that was never seen before, of somebody who was."""

from datetime import timedelta

import httpx
from sqlalchemy import text

from gateway.identity import known
from gateway.identity.cache import SubjectCache
from gateway.pipeline import Stages
from tests.flows.house import House


def _stages(house: House) -> Stages:
    return house.snapshot.plane.pipeline._stages


async def test_somebody_known_needs_no_database_for_a_minute(house: House) -> None:
    """Each of their tokens is new; the database goes away in between."""
    async with house.open() as caller:
        statuses = [
            (await caller.get("/v1/feed", headers=house.bearer("ana"))).status_code
        ]
        with house.tools.database.writing() as connection:
            connection.execute(text("DROP TABLE identity"))
        for length in (known.MAX_AGE - timedelta(seconds=1), timedelta(seconds=1)):
            house.now += length
            response = await caller.get("/v1/feed", headers=house.bearer("ana"))
            statuses.append(response.status_code)

    assert statuses == [httpx.codes.OK, httpx.codes.OK, httpx.codes.SERVICE_UNAVAILABLE]


async def test_bad_tokens_fill_no_memory(house: House) -> None:
    """However many of them are sent, and however well they are made."""
    async with house.open() as caller:
        for number in range(40):
            good = house.token("ana", jti=str(number))
            signed, _, _ = good.rpartition(".")
            other = house.token("ana", jti=f"other-{number}").rpartition(".")[2]
            for bad in (
                f"not.a.token-{number}",
                f"{signed}.{other}",
                house.token("ana", iss=f"https://{number}.example"),
                house.token(f"somebody-{number}", aud="another"),
                house.token(f"somebody-{number}", exp=number + 1),
            ):
                headers = {"authorization": f"Bearer {bad}"}
                response = await caller.get("/v1/feed", headers=headers)
                assert response.status_code == httpx.codes.UNAUTHORIZED

        subjects = _stages(house).subjects
        assert isinstance(subjects, SubjectCache)
        assert len(subjects) == 0
        assert len(house.tools.known_identities) == 0
