"""How many sign-ins a second one core gives, beside the hashing that they cannot do without.

By typed password: argon2id with the pool's parameters bounds it, and the rows take turns, so
that both see the same machine: `verify` alone, and the whole sign-in (tries counted, person
and secrets looked up, the password verified, what else is asked found out). First in one
thread, in CPU time; then by the clock, hashing in as many threads as it has turns, and
sign-ins in four times as many, which wait for those turns. And by SRP, without the client's
half. Over SQLite on this disk; tokens are not issued here (`grants.py`).

    python -m benchmarks.sign_ins [SECONDS]
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import median

from gateway.app.pools import PoolGround, PoolServices, build_pool_services
from gateway.keys.seal import StoreKey
from gateway.model.client import Client
from gateway.pool import srp
from gateway.pool.passwords.hashing import Parameters
from gateway.pool.people.creation import Invitation, NewPerson
from gateway.pool.settings import PoolSettings
from gateway.pool.sign_in.values import (
    Asked,
    Context,
    SignedIn,
    SrpStart,
    TypedPassword,
)
from gateway.storage.pools.secrets import AllSecrets
from gateway.storage.sqlite import SqliteDatabase
from gateway.telemetry.lines import LineWriter
from gateway.telemetry.logs import build_logger
from gateway.telemetry.sinks import StreamSink
from tests.pool.leaks import KnownLeaks
from tests.pool.sign_in.srp_client import SrpClient

PASSWORD = "Correct horse 1!"  # noqa: S105 - made up
PEOPLE = 40
ROUNDS = 5
# Requests have more threads than hashing has turns: one hashes while another writes.
CROWD = 4
# The bar: whatever a sign-in does beside hashing takes no more than a fifth of it.
BAR = 0.8


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class Bench:
    """A pool with people in it, in a file."""

    def __init__(self, folder: Path) -> None:
        self.database = SqliteDatabase.open(
            folder / "gateway.db", busy_timeout=timedelta(seconds=10)
        )
        writer = LineWriter(sink=StreamSink(sys.stderr.buffer))
        self.services: PoolServices = build_pool_services(
            PoolGround(
                database=self.database,
                store_key=StoreKey(bytes(range(32))),
                clock=now,
                region="us-east-1",
                public_url="https://gw.example.com",
                logger=build_logger(writer=writer, level="error", clock=now),
                leaks=KnownLeaks(),
            )
        )
        self.pool = self.services.pools.create(PoolSettings(name="people"))
        self.client = Client(id="a" * 26, pool_id=self.pool.id, name="app")
        self.hashes = [self._person(number) for number in range(PEOPLE)]
        self.turns = count()

    def _person(self, number: int) -> str:
        people = self.services.people
        name = f"person{number}"
        silent = Invitation(is_sent=False)
        people.creations.create(
            self.pool,
            NewPerson(name, {"email": f"{name}@example.com"}, invitation=silent),
        )
        user = people.given_passwords.set_permanent(self.pool, name, PASSWORD)
        with self.database.reading() as connection:
            return (
                AllSecrets(connection).find(self.pool.id, user.sub).password_hash or ""
            )

    def verify(self) -> None:
        """The floor: one password, compared with what is kept of it."""
        kept = self.hashes[next(self.turns) % PEOPLE]
        if not self.services.passwords.verify(kept, PASSWORD).matches:
            raise ValueError("a right password is none")

    def sign_in(self) -> None:
        """Somebody signs in by a typed password."""
        number = next(self.turns) % PEOPLE
        done = self.services.sign_ins.begin(
            self.pool,
            self.client,
            f"person{number}",
            TypedPassword(PASSWORD),
            Context(f"192.0.2.{number}"),
        )
        if not isinstance(done, SignedIn):
            raise TypeError(f"not signed in: {done}")

    def prove(self, client: SrpClient, start: SrpStart) -> float:
        """Somebody signs in by SRP; return the CPU seconds of the server's half."""
        number, sign_ins = next(self.turns) % PEOPLE, self.services.sign_ins
        context = Context(f"192.0.2.{number}")
        began = time.thread_time()
        asked = sign_ins.begin(
            self.pool, self.client, f"person{number}", start, context
        )
        spent = time.thread_time() - began
        if not isinstance(asked, Asked):
            raise TypeError(f"not asked: {asked}")
        proof = client.proof(asked, now())
        began = time.thread_time()
        done = sign_ins.answer(self.pool, self.client, asked.session, proof, context)
        spent += time.thread_time() - began
        if not isinstance(done, SignedIn):
            raise TypeError(f"not signed in: {done}")
        return spent


def powers() -> float:
    """The floor of SRP: return the CPU seconds of the server's three powers."""
    client_public = pow(srp.G, 1 << 1000, srp.N)
    verifier = srp.make_verifier("group", "ana", PASSWORD)
    began = time.thread_time()
    challenge = srp.make_challenge(verifier)
    srp.session_key(challenge, verifier, client_public)
    return time.thread_time() - began


def cpu(one: Callable[[], None], seconds: float) -> float:
    """Return the CPU seconds of one, in one thread."""
    done, end, began = 0, time.monotonic() + seconds, time.process_time()
    while time.monotonic() < end:
        one()
        done += 1
    return (time.process_time() - began) / done


def rate(one: Callable[[], None], seconds: float, threads: int) -> float:
    """Return how many a second there are, in some threads."""
    end = time.monotonic() + seconds

    def work() -> int:
        done = 0
        while time.monotonic() < end:
            one()
            done += 1
        return done

    began = time.monotonic()
    with ThreadPoolExecutor(threads) as pool:
        done = sum(
            each.result() for each in [pool.submit(work) for _ in range(threads)]
        )
    return done / (time.monotonic() - began)


def main(seconds: float = 0.5) -> None:
    """Print what was measured."""
    work, threads = Parameters(), os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        for _ in range(3):
            bench.sign_in()
        alone, whole, floor, all_ = [], [], [], []
        for _ in range(ROUNDS):
            alone.append(cpu(bench.verify, seconds))
            whole.append(cpu(bench.sign_in, seconds))
        for _ in range(ROUNDS):
            floor.append(rate(bench.verify, seconds, threads))
            all_.append(rate(bench.sign_in, seconds, threads * CROWD))
        client = SrpClient(bench.pool.group, PASSWORD)
        start = client.start
        proofs = [bench.prove(client, start) for _ in range(30)]
        halves = [powers() for _ in range(20)]
        bench.database.close()
    ratios = [one / other for one, other in zip(alone, whole, strict=True)]
    rates = [one / other for one, other in zip(all_, floor, strict=True)]
    print(f"argon2id: {work.memory_kib} KiB, {work.iterations} iterations")
    for name, values, unit in (
        ("verify alone, ms of CPU", [1000 * each for each in alone], ""),
        ("a sign-in, ms of CPU", [1000 * each for each in whole], ""),
        ("of its floor", ratios, f"  (bar {BAR})"),
        (f"verify alone, a second, {threads} threads", floor, ""),
        (f"sign-ins a second, {threads * CROWD} threads", all_, ""),
        ("of its floor", rates, f"  (bar {BAR})"),
        ("a sign-in by SRP, ms of CPU", [1000 * each for each in proofs], ""),
        ("sign-ins by SRP a second a core", [1 / each for each in proofs], ""),
        ("its powers alone, ms of CPU", [1000 * each for each in halves], ""),
    ):
        low, high = min(values), max(values)
        print(f"{name:42} {median(values):8.2f}  {low:.2f} to {high:.2f}{unit}")


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
