"""`kill -9` at any point of a rotation leaves a ring that opens, and a published key.

Real processes, really killed: first at each step that Python reports while it rotates,
then at random instants.
"""

import itertools
import json
import multiprocessing
import os
import secrets
import signal
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.keys.keyring import KeyRing
from gateway.keys.ring import RotationPlan
from gateway.keys.seal import StoreKey
from tests.keys.conftest import Clock

PLAN = RotationPlan("EdDSA", timedelta(0), timedelta(0), timedelta(hours=1))
# More than the steps of one rotation: opening, locking, writing, renaming, syncing.
MOST_STEPS = 60
RANDOM_KILLS = 25
LONGEST_LIFE_SECONDS = 0.06

# Forked, so that a child lives within a millisecond and dies when it is told to.
_FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Rings:
    """Opens the ring of one test as often as needed."""

    directory: Path
    store_key: StoreKey

    def open(self) -> KeyRing:
        return KeyRing.open(
            self.directory, store_key=self.store_key, plan=PLAN, clock=Clock()
        )


@pytest.fixture
def rings(directory: Path, store_key: StoreKey) -> Rings:
    return Rings(directory, store_key)


def _report(keyring: KeyRing) -> dict[str, Any]:
    return {
        "signing": keyring.signing_key().kid,
        "published": [key["kid"] for key in keyring.public_jwks()["keys"]],
    }


def _rotate_and_die_at_step(rings: Rings, last: int) -> None:
    """Kill this process at the `last`th thing that rotating does to the system."""
    keyring = rings.open()
    steps = 0

    def step(event: str, _: object) -> None:
        nonlocal steps
        if event in {"open", "os.remove", "os.rename", "fcntl.flock", "os.chown"}:
            steps += 1
            if steps > last:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(step)
    keyring.rotate()
    os._exit(0)


def _rotate_without_end(rings: Rings, out: int) -> None:
    """Rotate, and tell after each rotation what signs and what is published."""
    keyring = rings.open()
    while True:
        os.write(out, json.dumps(_report(keyring)).encode() + b"\n")
        keyring.rotate()


def test_a_rotation_killed_at_each_of_its_steps_leaves_a_valid_ring(
    rings: Rings,
) -> None:
    """Before, between and after: either the old key signs or the one published next."""
    finished = False
    for step in range(MOST_STEPS):
        before = _report(rings.open())

        child = _FORK.Process(target=_rotate_and_die_at_step, args=(rings, step))
        child.start()
        child.join(10)

        after = _report(rings.open())
        assert after["signing"] in before["published"]
        assert before["signing"] in after["published"]
        if child.exitcode == 0:
            finished = True
            assert after["signing"] != before["signing"]
            break
        assert child.exitcode == -signal.SIGKILL
    assert finished
    assert step > 3


def test_a_ring_killed_at_random_instants_always_opens(rings: Rings) -> None:
    """No key signs that was not published, no published key is lost."""
    rings.open()
    rotations = 0
    for _ in range(RANDOM_KILLS):
        source, sink = os.pipe()
        child = _FORK.Process(target=_rotate_without_end, args=(rings, sink))
        child.start()
        os.close(sink)
        time.sleep(LONGEST_LIFE_SECONDS * secrets.randbelow(1000) / 1000)
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        child.join(10)
        with os.fdopen(source, "rb") as pipe:
            lines = [line for line in pipe if line.endswith(b"\n")]
        reports = [json.loads(line) for line in lines]
        rotations += max(0, len(reports) - 1)

        keyring = rings.open()
        for report, following in itertools.pairwise(reports):
            assert following["signing"] in report["published"]
        for report in reports:
            assert keyring.public_key(report["signing"]) is not None
        if reports:
            assert keyring.signing_key().kid in reports[-1]["published"]
    assert rotations > 0
