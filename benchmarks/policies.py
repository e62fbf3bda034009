"""How long policies take to load, to decide by, to check and to test; and their memory.

`.venv/bin/python benchmarks/policies.py` makes the files (`policy_sets.py`), measures, and prints
a table with the bar of each row. Each row that is about a process has one of its own. Times
are CPU time where the work is one thread's, so that they say less about what else the
machine does; the wall clock stands beside them.
"""

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from policy_sets import Plan, write

from gateway.app.loading import Loaded, load
from gateway.model.access import AccessRequest, RequestView, RouteView
from gateway.model.decision import Decision
from gateway.model.identity import Identity, IdentityKind, Subject
from gateway.model.target import parse_target

ROUNDS = 5
DECISIONS = 20_000
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
GATEWAY = Path(sys.executable).with_name("gateway")

MINT = """\
[[mint]]
routes = ["twenty"]
[mint.claims]
roles = "roles.filter(r, r.startsWith('twenty-'))"
tenant = "identity.tenant"
"""

# Loads once to have the grammar's tables, as a reload has them, or not, as a start.
LOADING = """
import json, resource, sys, time
from pathlib import Path
from gateway.app.loading import load
if sys.argv[2]:
    load(Path(sys.argv[2]))
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
before, wall, cpu = resident(), time.perf_counter(), time.process_time()
loaded = load(Path(sys.argv[1]))
cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
print(json.dumps({"cpu": cpu, "wall": wall, "bytes": resident() - before}))
"""


class Row(NamedTuple):
    """A line of the table."""

    what: str
    bar: str
    measured: str
    how: str


def loading(folder: Path) -> list[Row]:
    """Return the time and the memory that loading takes."""
    rows = []
    small = write(folder / "first", Plan(rules=1, files=1, routes=1))
    for rules, files, routes, bar in (
        (1_000, 20, 100, "start under 1 s"),
        (10_000, 50, 500, "1 s, 100 MB"),
    ):
        config = write(folder / f"load{rules}", Plan(rules, files, routes))
        for first, name in ((True, "load at a start"), (False, "reload, compiling")):
            runs = [_load(config, None if first else small) for _ in range(ROUNDS)]
            best = min(runs, key=lambda run: float(run["cpu"]))
            size = statistics.median(run["bytes"] for run in runs) / 1e6
            rows.append(
                Row(
                    f"{name}, {rules:,} rules in {files} files, {routes} routes",
                    bar if first else ("0.3 s (a wish)" if rules > 1_000 else ""),
                    f"{best['cpu']:.2f} s CPU, {best['wall']:.2f} s, {size:.0f} MB",
                    f"best of {ROUNDS} processes; growth of the resident set, median",
                )
            )
    return rows


def _load(config: Path, first: Path | None) -> dict[str, Any]:
    arguments = [sys.executable, "-c", LOADING, str(config), str(first or "")]
    output = subprocess.run(arguments, check=True, capture_output=True).stdout
    result: dict[str, Any] = json.loads(output)
    return result


def commands(folder: Path) -> list[Row]:
    """Return what the two commands that judge policies take, their start included."""
    config = write(folder / "tests", Plan(1_000, 20, 100, tests=True))
    rows = []
    for command in ("check", "test"):
        runs = [_command([command, "--config", str(config)]) for _ in range(ROUNDS)]
        cpu, wall = min(runs)
        rows.append(
            Row(
                f"`gateway {command}`, 1,000 rules, 2,000 tests",
                "2 s",
                f"{cpu:.2f} s CPU, {wall:.2f} s",
                f"the whole process, best of {ROUNDS}",
            )
        )
    return rows


def _command(arguments: Sequence[str]) -> tuple[float, float]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    subprocess.run([GATEWAY, *arguments], check=True, capture_output=True)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, wall


def deciding(folder: Path) -> list[Row]:
    """Return what one decision takes that consults twenty expressions."""
    config = write(folder / "deciding", Plan(rules=100, files=5, routes=10))
    policy = config.parent / "policies" / "twenty.toml"
    policy.write_text("\n".join(_twenty()))
    with config.open("a") as file:
        file.write(
            '[[routes]]\nid = "twenty"\npath = "/twenty/{item}"\n'
            'methods = ["GET"]\nupstream = "services"\n'
        )
    loaded = load(config)
    access = _access(loaded, "twenty", "item-1")
    decide = loaded.engine.decide
    decision = decide(access)
    if not decision.allowed or decision.rule != "twenty/allow-8":
        raise SystemExit(f"{decision}")
    times = _times(lambda: decide(access))
    middle, late = times[len(times) // 2], times[len(times) * 99 // 100]
    return [
        Row(
            "a decision, 20 expressions (5 roles, 5 denials, 8 allows, 2 claims)",
            "80 µs p50, 300 µs p99",
            f"{middle:.0f} µs p50, {late:.0f} µs p99",
            f"`Engine.decide`, CPU time of each of {DECISIONS:,} decisions",
        )
    ]


def _twenty() -> list[str]:
    return [
        '[policy]\nid = "twenty"\nowner = "a@example.com"\nscope = ["twenty"]\n',
        *(
            f'[[role]]\nid = "twenty-{n}"\nfor = "authenticated"\n'
            f"when = \"'role-{n}' in identity.groups && identity.email_verified\"\n"
            for n in range(5)
        ),
        *(
            f'[[rule]]\nid = "deny-{n}"\neffect = "deny"\nroutes = ["twenty"]\n'
            'for = "authenticated"\n'
            f"when = \"identity.disabled || 'blocked-{n}' in identity.labels || "
            f"request.path.startsWith('/closed-{n}/')\"\n"
            for n in range(5)
        ),
        *(
            f'[[rule]]\nid = "allow-{n}"\neffect = "allow"\nroutes = ["twenty"]\n'
            'for = "authenticated"\n'
            f"when = \"request.method == 'GET' && identity.email_verified && "
            f"route.params.item == 'item-{9 - n}' && "
            "identity.groups.exists(g, g.startsWith('role-'))\"\n"
            for n in range(1, 9)
        ),
        MINT,
    ]


def scaling(folder: Path) -> list[Row]:
    """Return how the time of a decision depends on how many rules there are."""
    few = _loaded(folder / "few", Plan(rules=800, files=10, routes=100))
    many = _loaded(folder / "many", Plan(rules=40_000, files=500, routes=5_000))
    rows = []
    for what, small, large in (
        ("8 rules a route: 40,000 rules / 800 rules", few, many),
        (
            "one route, 8 rules of the caller's role, and of other roles 40,000 / 800",
            _crowd(folder / "few-others", 800),
            _crowd(folder / "many-others", 40_000),
        ),
    ):
        before, after = _alternating(_asking(small), _asking(large))
        rows.append(
            Row(
                what,
                "1.3 times",
                f"{after / before:.2f} times ({before:.1f} and {after:.1f} µs)",
                "CPU time; medians of rounds that take turns",
            )
        )
    return rows


def _crowd(folder: Path, others: int) -> Loaded:
    """Return one route with rules of many roles, of which the caller holds one."""
    config = write(folder, Plan(rules=1, files=1, routes=1))
    roles = [1] * 8 + [2, 3] * (others // 2)
    # A file holds a megabyte at most.
    for first in range(0, len(roles), 4_000):
        rules = [
            f'[[rule]]\nid = "allow-{number}"\neffect = "allow"\n'
            'routes = ["service0-r0"]\nfor = "authenticated"\n'
            f'roles = ["service0-role{role}"]\n'
            f"when = \"identity.username == 'user-{first + number}'\"\n"
            for number, role in enumerate(roles[first : first + 4_000])
        ]
        policy = config.parent / "policies" / f"crowd{first}.toml"
        policy.write_text(f'[policy]\nid = "crowd{first}"\n' + "\n".join(rules))
    return load(config)


def _loaded(folder: Path, plan: Plan) -> Loaded:
    return load(write(folder, plan))


def _asking(loaded: Loaded) -> Callable[[], Decision]:
    access = _access(loaded, "service0-r0", "item")
    decide = loaded.engine.decide
    return lambda: decide(access)


def _access(loaded: Loaded, route_id: str, item: str) -> AccessRequest:
    route = next(each for each in loaded.declared if each.id == route_id)
    identity = Identity(
        id="us-east-1:5f2b",
        kind=IdentityKind.AUTHENTICATED,
        authenticated=True,
        provider="corp",
        provider_kind="oidc",
        email_verified=True,
        groups=("staff", "role-0-1", "role-1", "role-2"),
    )
    return AccessRequest(
        subject=Subject(identity, claims=MappingProxyType({})),
        request=RequestView(
            id="r1",
            method="GET",
            scheme="https",
            host="api.example.com",
            target=parse_target(f"/{route_id}/{item}".encode()),
            raw_headers=[(b"accept", b"*/*")],
            ip="192.0.2.7",
            time=NOW,
        ),
        route=RouteView(
            route_id,
            route.upstream,
            MappingProxyType({"item": item}),
            route.tags,
            route.audience,
        ),
        now=NOW,
    )


def _times(ask: Callable[[], Any]) -> list[float]:
    """Return how long each of many calls took, in microseconds, the shortest first."""
    # Of the thread, so that what others do meanwhile does not count.
    clock = time.thread_time_ns
    times = []
    for _ in range(DECISIONS):
        began = clock()
        ask()
        times.append((clock() - began) / 1e3)
    return sorted(times)


def _alternating(
    one: Callable[[], Any], other: Callable[[], Any]
) -> tuple[float, float]:
    """Return the median time of each of two calls, in microseconds."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(60):
        for ask, found in zip((one, other), times, strict=True):
            began = time.thread_time_ns()
            for _ in range(100):
                ask()
            found.append((time.thread_time_ns() - began) / 1e5)
    return statistics.median(times[0]), statistics.median(times[1])


# Each makes its files below a folder and returns its rows.
PARTS: Sequence[Callable[[Path], list[Row]]] = (loading, deciding, scaling, commands)


def main() -> None:
    """Print the table."""
    print("| what | bar | measured | how |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for part in PARTS:
            for row in part(Path(folder)):
                print(f"| {' | '.join(row)} |", flush=True)
    print(f"\nPython {sys.version.split()[0]}.")


if __name__ == "__main__":
    main()
