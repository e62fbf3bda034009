"""Instants keep their zone, whatever the database has."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.dialects import sqlite

from gateway.storage.tables import Instant

DIALECT = sqlite.dialect()


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=5, minutes=30))])
def test_an_instant_comes_back_as_the_same_instant(zone: timezone) -> None:
    """In UTC, whichever zone it was written in."""
    at = datetime(2026, 5, 4, 12, 0, 0, 123456, tzinfo=zone)
    column = Instant()

    stored = column.process_bind_param(at, DIALECT)
    back = column.process_result_value(stored, DIALECT)

    assert back == at
    assert back is not None
    assert back.tzinfo is UTC


def test_no_instant_stays_none() -> None:
    """For columns that may be empty."""
    column = Instant()

    assert column.process_bind_param(None, DIALECT) is None
    assert column.process_result_value(None, DIALECT) is None
