"""How long a predicate of a policy takes, beside other ways to evaluate it.

`.venv/bin/python benchmarks/cel.py` prints microseconds, medians of rounds that take turns, and
how many times as long as ours. What each column does:

- ours: `Program.evaluate` with a deadline, over the model's own objects, as a decision
  does it.
- lambda: the predicate written in Python by hand, with no checks and no error semantics;
  the floor.
- google: cel-expr-python (C++), an activation made for each request from dictionaries
  that are there already; making those from the request is not counted.
- google, kept: the same with one activation for all evaluations, which no gateway has.
- interpreter, runner: cel-python's two evaluators, over values that were converted
  beforehand (`json_to_cel`; about 50 microseconds more for each request). The compiled
  runner keeps its variables in a global: it mixes up callers between threads.
"""

import statistics
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import celpy
from cel_expr_python import cel
from celpy.adapter import json_to_cel
from celpy.celparser import CELParser

from gateway.cel.types import BOOL
from gateway.cel.version1 import policy_environment
from gateway.model.access import RequestView
from gateway.model.identity import Identity, IdentityKind
from gateway.model.target import parse_target

ROUNDS = 15
SECONDS_A_ROUND = 0.02

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
IDENTITY = Identity(
    id="us-east-1:5f2b",
    kind=IdentityKind.AUTHENTICATED,
    authenticated=True,
    provider="google",
    provider_kind="google",
    email="ana@example.com",
    email_verified=True,
    groups=("staff", "gw-orders"),
    amr=("pwd", "mfa"),
)
REQUEST = RequestView(
    id="r1",
    method="GET",
    scheme="https",
    host="api.example.com",
    target=parse_target(b"/v1/orders/us-east-1?channel=public"),
    raw_headers=[(b"accept", b"*/*")],
    ip="192.0.2.7",
    time=NOW,
)
VARIABLES = {
    "identity": IDENTITY,
    "request": REQUEST,
    "roles": ["customer"],
    "now": NOW,
}

FIVE = (
    "identity.email_verified && identity.provider in ['google', 'facebook', 'pool'] && "
    "request.method == 'GET' && !identity.disabled && 'staff' in identity.groups"
)
CALLS = (
    "identity.email_verified && request.path.startsWith('/v1/orders/') && "
    "identity.groups.exists(g, g.startsWith('gw-')) && "
    "request.query.channel == ['public'] && identity.id != ''"
)
PREDICATES: dict[str, tuple[str, Callable[..., bool]]] = {
    "2 terms": (
        "identity.email_verified && identity.provider in ['google', 'pool']",
        lambda identity, **_: (
            identity.email_verified and identity.provider in {"google", "pool"}
        ),
    ),
    "5 terms": (
        FIVE,
        lambda identity, request, **_: (
            identity.email_verified
            and identity.provider in {"google", "facebook", "pool"}
            and request.method == "GET"
            and not identity.disabled
            and "staff" in identity.groups
        ),
    ),
    "5 terms, with calls": (
        CALLS,
        lambda identity, request, **_: (
            identity.email_verified
            and request.path.startswith("/v1/orders/")
            and any(group.startswith("gw-") for group in identity.groups)
            and request.query["channel"] == ["public"]
            and identity.id != ""
        ),
    ),
    "10 terms": (
        f"{FIVE} && {FIVE}",
        lambda identity, request, **_: all(
            identity.email_verified
            and identity.provider in {"google", "facebook", "pool"}
            and request.method == "GET"
            and not identity.disabled
            and "staff" in identity.groups
            for _ in range(2)
        ),
    ),
}

Ask = Callable[[], Any]


def ours(text: str) -> Ask:
    """Return the question as a decision asks it."""
    environment = policy_environment(vars_={}, const={}, roles=True)
    program = environment.compile(text, expect=BOOL)
    deadline = time.monotonic() + 10_000
    return lambda: program.evaluate(VARIABLES, deadline=deadline)


def documents() -> dict[str, Any]:
    """Return the variables as plain dictionaries, for those who need them so."""
    names = ("id", "provider", "email_verified", "disabled")
    identity = {name: getattr(IDENTITY, name) for name in names}
    request = {"method": "GET", "path": REQUEST.path, "query": REQUEST.query}
    return {
        "identity": identity | {"groups": list(IDENTITY.groups)},
        "request": request,
    }


def google(text: str, *, kept: bool) -> Ask:
    """Return the question to Google's C++ runtime."""
    dyn = cel.Type.Map(cel.Type.STRING, cel.Type.DYN)
    environment = cel.NewEnv(variables={"identity": dyn, "request": dyn})
    program = environment.compile(text)
    data = documents()
    if kept:
        activation = environment.Activation(data)
        return lambda: program.eval(activation).value()
    return lambda: program.eval(data=data).value()


def python(text: str, runner: Any) -> Ask:
    """Return the question to one of cel-python's runners."""
    # The library keeps one parser for the process, of the kind that came first.
    CELParser.CEL_PARSER = None
    environment = celpy.Environment(runner_class=runner)
    program = environment.program(environment.compile(text))
    activation = {name: json_to_cel(value) for name, value in documents().items()}
    return lambda: program.evaluate(activation)


def measure(asks: Mapping[str, Ask]) -> dict[str, float]:
    """Return the median time of each, in microseconds; they take turns."""
    counts = {}
    for name, ask in asks.items():
        began = time.perf_counter()
        answer = ask()
        once = max(time.perf_counter() - began, 1e-7)
        if not answer:
            raise SystemExit(f"{name} gives {answer!r}")
        counts[name] = max(1, int(SECONDS_A_ROUND / once))
    times: dict[str, list[float]] = {name: [] for name in asks}
    for _ in range(ROUNDS):
        for name, ask in asks.items():
            count = counts[name]
            began = time.perf_counter()
            for _ in range(count):
                ask()
            times[name].append((time.perf_counter() - began) / count * 1e6)
    return {name: statistics.median(each) for name, each in times.items()}


def main() -> None:
    """Print one line for each predicate."""
    names = ("ours", "lambda", "google", "google, kept", "interpreter", "runner")
    print(f"{'µs (times ours)':22}" + "".join(f"{name:>17}" for name in names))
    for label, (text, by_hand) in PREDICATES.items():
        asks: dict[str, Ask] = {
            "ours": ours(text),
            "lambda": lambda by_hand=by_hand: by_hand(**VARIABLES),
            "google": google(text, kept=False),
            "google, kept": google(text, kept=True),
            "interpreter": python(text, celpy.InterpretedRunner),
            "runner": python(text, celpy.CompiledRunner),
        }
        medians = measure(asks)
        cells = (
            f"{medians[name]:9.2f} {medians[name] / medians['ours']:6.2f}x"
            for name in names
        )
        print(f"{label:22}" + "".join(f"{cell:>17}" for cell in cells))
    print(f"\ncompiling '5 terms': {compile_time():.0f} µs")


def compile_time() -> float:
    """Return the median time from text to program, in microseconds."""
    environment = policy_environment(vars_={}, const={}, roles=True)
    times = []
    for number in range(300):
        text = FIVE.replace("staff", f"staff{number}")
        began = time.perf_counter()
        environment.compile(text, expect=BOOL)
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1e6


if __name__ == "__main__":
    main()
