"""A pool of a million people: bringing them in, finding them, listing them.

    python -m benchmarks.people [COUNT] [sqlite|postgresql]

People come from a CSV file of Cognito's, as `gateway users import` reads it, with an e-mail
address, a phone number and a nickname that each lead to them. Then they are looked up by each
of these, and listed by each filter, one after the other; a page has sixty. PostgreSQL is the
server of the tests, on loopback, without waiting for the disk.
"""

import contextlib
import os
import resource
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gateway.app.pools import PoolGround, build_pool_services
from gateway.keys.seal import StoreKey
from gateway.pool.people.directory import Directory, Field, Filter
from gateway.pool.pool import Pool
from gateway.pool.settings import Alias, PoolSettings, SignInSettings
from gateway.storage.database import Database
from gateway.storage.postgresql import PostgresqlDatabase
from gateway.storage.sqlite import SqliteDatabase
from gateway.telemetry.lines import LineWriter
from gateway.telemetry.logs import build_logger
from gateway.telemetry.sinks import StreamSink
from tests.peers.postgresql import postgresql
from tests.pool.leaks import KnownLeaks

COUNT = 1_000_000
LOOKUPS = 1000
LISTS = 200
PATIENCE = timedelta(seconds=30)
HEADER = (
    "cognito:username,cognito:mfa_enabled,name,given_name,family_name,email,"
    "email_verified,phone_number,phone_number_verified,preferred_username\n"
)
FAMILIES = ("Lee", "Lima", "Okafor", "Novak", "Haddad", "Sato", "Moreau", "Schmidt")


def main(count: int, kind: str) -> None:
    """Measure one database, and print its table."""
    load = os.getloadavg()[0]
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(kind, Path(folder)) as database,
    ):
        people = Path(folder) / "people.csv"
        with people.open("w") as file:
            file.write(HEADER)
            file.writelines(map(line, range(count)))
        pool, directory, seconds, cpu = bring(database, people)
        print(f"\n{kind}, {count:,} people, load {load:.1f} at the start\n")
        print("| | p50 ms | p99 ms |\n|---|---|---|")
        for what, act in actions(directory, pool, count):
            times = LISTS if "list" in what else LOOKUPS
            print(f"| {what} | {timed(act, times, count)} |", flush=True)
        size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"\nimport: {count / seconds:,.0f} people a second, {count / cpu:,.0f} a second "
            f"of this process's CPU; largest memory of the process {size:.0f} MB"
        )


@contextlib.contextmanager
def opened(kind: str, folder: Path) -> Iterator[Database]:
    """Give an empty database."""
    if kind == "sqlite":
        database: Database = SqliteDatabase.open(
            folder / "people.db", busy_timeout=PATIENCE
        )
        yield database
        database.close()
        return
    with postgresql() as server:
        settings = server.settings(server.make_database(), busy_timeout=PATIENCE)
        database = PostgresqlDatabase.open(settings)
        yield database
        database.close()


def line(number: int) -> str:
    """Return a person's line of the file."""
    family = FAMILIES[number % len(FAMILIES)]
    return (
        f"user{number:07},false,Ana{number} {family},Ana{number},{family},"
        f"ana{number}@example.com,true,+1415{number:07},true,annie{number:07}\n"
    )


def bring(database: Database, file: Path) -> tuple[Pool, Directory, float, float]:
    """Import a file; return the pool, who finds people there, and what it took."""
    writer = LineWriter(sink=StreamSink(sys.stderr.buffer))
    clock = lambda: datetime.now(UTC)  # noqa: E731 - a clock, and no more
    services = build_pool_services(
        PoolGround(
            database=database,
            store_key=StoreKey(secrets.token_bytes(32)),
            clock=clock,
            region="us-east-1",
            public_url="http://127.0.0.1",
            logger=build_logger(writer=writer, level="error", clock=clock),
            leaks=KnownLeaks(),
        )
    )
    sign_in = SignInSettings(aliases=frozenset(Alias))
    pool = services.pools.create(PoolSettings(name="people", sign_in=sign_in))
    transfers = services.people.transfers
    job = transfers.job(pool, print)
    began, worked = time.perf_counter(), time.process_time()
    with file.open("rb") as lines:
        transfers.import_csv(pool, job, lines)
    took = time.perf_counter() - began, time.process_time() - worked
    writer.close()
    return pool, services.people.directory, *took


def actions(
    directory: Directory, pool: Pool, count: int
) -> Iterator[tuple[str, Callable[[int], object]]]:
    """Yield what is measured, as something to do about the person of a number."""
    names = {
        "user name": "user{:07}",
        "e-mail address": "ana{}@example.com",
        "phone number": "+1415{:07}",
        "preferred user name": "annie{:07}",
    }
    for what, form in names.items():
        yield (
            f"look-up by {what}",
            lambda number, form=form: directory.get(pool, form.format(number)),
        )
    sub = directory.get(pool, "user0000000").sub
    filters = {
        Field.SUB: (sub, sub[:6]),
        Field.USERNAME: ("user{:07}", "user{:05}"),
        Field.EMAIL: ("ana{}@example.com", "ana{}"),
        Field.PHONE: ("+1415{:07}", "+1415{:05}"),
        Field.NAME: ("Ana{} Lee", "Ana{}"),
        Field.GIVEN_NAME: ("Ana{}", "Ana{}"),
        Field.FAMILY_NAME: ("Lee", "L"),
        Field.PREFERRED_USERNAME: ("annie{:07}", "annie{:05}"),
        Field.STATUS: ("RESET_REQUIRED", "R"),
        Field.ENABLED: ("enabled", "e"),
    }
    for field, (whole, begin) in filters.items():
        for sign, form in (("=", whole), ("^=", begin)):
            yield (
                f"list by {field} {sign}",
                lambda number, field=field, form=form, sign=sign: directory.list(
                    pool, Filter(field, form.format(number), is_prefix=sign == "^=")
                ),
            )
    yield from pages(directory, pool, count)


def pages(
    directory: Directory, pool: Pool, count: int
) -> Iterator[tuple[str, Callable[[int], object]]]:
    """Yield lists of everybody: the first page, and one far behind it."""
    yield "list of everybody", lambda _: directory.list(pool)
    cursor = None
    for _ in range(min(100, count // 1000 - 1)):
        cursor = directory.list(pool, cursor=cursor, limit=1000).next
    yield (
        "list of everybody, a late page",
        lambda _: directory.list(pool, cursor=cursor),
    )


def timed(act: Callable[[int], object], times: int, count: int) -> str:
    """Return the median and the 99th percentile of so many times."""
    taken = []
    for _ in range(times):
        number = secrets.randbelow(count)
        began = time.perf_counter()
        act(number)
        taken.append(1000 * (time.perf_counter() - began))
    taken.sort()
    return f"{statistics.median(taken):.2f} | {taken[int(len(taken) * 0.99)]:.2f}"


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if len(sys.argv) > 1 else COUNT,
        sys.argv[2] if len(sys.argv) > 2 else "sqlite",
    )
