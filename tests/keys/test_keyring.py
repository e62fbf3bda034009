"""The running ring: first start, rotation, other processes, and everything broken."""

import json
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import jwt
import pytest
from typing_extensions import override

from gateway.keys.errors import KeyRingError, UnpublishedKeyError
from gateway.keys.keyring import KeyRing, _prepare
from gateway.keys.ring import KeyState, Ring, RotationPlan, begin
from gateway.keys.ring_file import RING_NAME
from gateway.keys.seal import Seal, StoreKey
from gateway.keys.signing import ALGORITHMS, Algorithm
from tests.keys.conftest import NOON, PLAN, Clock

OTHER_KEY = StoreKey(bytes(range(50, 82)))


def _states(keyring: KeyRing) -> list[KeyState]:
    return [key.state for key in keyring.list()]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_first_start_makes_a_key_that_signs_and_one_that_waits(
    directory: Path, store_key: StoreKey, clock: Clock, algorithm: Algorithm
) -> None:
    """What the signing key signs verifies with what is published."""
    plan = replace(PLAN, algorithm=algorithm)

    keyring = KeyRing.open(directory, store_key=store_key, plan=plan, clock=clock)

    assert _states(keyring) == [KeyState.ACTIVE, KeyState.NEXT]
    key = keyring.signing_key()
    assert key.algorithm == algorithm
    token = jwt.encode({}, key.private_key, algorithm, {"kid": key.kid})
    found = keyring.public_key(key.kid)
    assert found is not None
    assert jwt.decode(token, found[1], algorithms=[found[0]]) == {}
    jwks = jwt.PyJWKSet.from_dict(keyring.public_jwks())
    assert jwt.decode(token, jwks[key.kid], algorithms=[algorithm]) == {}


def test_the_second_start_finds_the_same_keys(
    keyring: KeyRing, directory: Path, store_key: StoreKey, clock: Clock
) -> None:
    """Tokens from before the restart stay good."""
    again = KeyRing.open(directory, store_key=store_key, plan=PLAN, clock=clock)

    assert again.list() == keyring.list()
    assert again.public_jwks() == keyring.public_jwks()
    assert again.signing_key().kid == keyring.signing_key().kid


def test_nothing_of_a_key_stands_in_the_file_in_clear(
    keyring: KeyRing, directory: Path
) -> None:
    """Neither a private key nor which keys there are."""
    text = (directory / RING_NAME).read_text()

    assert set(json.loads(text)) == {"format", "ring"}
    assert not any(key.kid in text for key in keyring.list())


def test_what_is_published_cannot_be_changed_from_outside(keyring: KeyRing) -> None:
    """A caller gets a copy."""
    jwks = keyring.public_jwks()
    jwks["keys"][0]["kid"] = "mine"
    jwks["keys"].clear()

    assert len(keyring.public_jwks()["keys"]) == 2
    assert keyring.public_jwks()["keys"][0]["kid"] == keyring.signing_key().kid


def test_an_unknown_key_is_not_found(keyring: KeyRing) -> None:
    """Somebody else's `kid` is an ordinary question."""
    assert keyring.public_key("somebody else's") is None


def test_rotation_waits_until_the_next_key_is_published(
    keyring: KeyRing, clock: Clock
) -> None:
    """And says so; the key that signed before signs on."""
    before = keyring.signing_key().kid

    with pytest.raises(UnpublishedKeyError):
        keyring.rotate()
    assert keyring.signing_key().kid == before

    clock.advance(PLAN.publish_before)
    assert keyring.rotate().kid != before


def test_a_forced_rotation_does_not_wait(keyring: KeyRing) -> None:
    """The old key still verifies, the new one was published before."""
    before = keyring.list()

    after = keyring.rotate(force=True)

    assert after.kid == before[1].kid
    assert keyring.public_key(before[0].kid) is not None
    assert _states(keyring) == [KeyState.ACTIVE, KeyState.NEXT, KeyState.RETIRED]


def test_the_file_changes_before_the_memory_does(
    keyring: KeyRing, directory: Path, store_key: StoreKey, clock: Clock
) -> None:
    """If the file cannot be written, nothing signs with the key that is not in it."""
    before = keyring.list()
    (directory / "ring.json.new").mkdir()

    with pytest.raises(KeyRingError, match="cannot write"):
        keyring.rotate(force=True)

    assert keyring.list() == before
    again = KeyRing.open(directory, store_key=store_key, plan=PLAN, clock=clock)
    assert again.list() == before


def test_a_tick_does_nothing_while_nothing_is_due(keyring: KeyRing) -> None:
    """The scheduler may call as often as it likes."""
    assert keyring.tick() is False


def test_a_tick_rotates_when_the_time_has_come(keyring: KeyRing, clock: Clock) -> None:
    """And drops the retired key after its time."""
    before = keyring.signing_key().kid

    clock.advance(PLAN.rotate_every)
    assert keyring.tick() is True
    assert keyring.signing_key().kid != before
    assert keyring.public_key(before) is not None

    clock.advance(PLAN.retain_after)
    assert keyring.tick() is True
    assert keyring.public_key(before) is None
    assert keyring.tick() is False


def test_two_processes_rotate_once(
    keyring: KeyRing, directory: Path, store_key: StoreKey, clock: Clock
) -> None:
    """The second one to come finds that it is done."""
    other = KeyRing.open(directory, store_key=store_key, plan=PLAN, clock=clock)
    clock.advance(PLAN.rotate_every)

    assert keyring.tick() is True
    assert other.tick() is True

    assert other.list() == keyring.list()
    assert len(keyring.list()) == 3


def test_a_process_that_comes_second_to_the_lock_does_not_rotate_again(
    keyring: KeyRing, directory: Path, store_key: StoreKey, clock: Clock
) -> None:
    """Between looking and locking, another one may have done the work."""
    clock.advance(PLAN.rotate_every)
    other = KeyRing.open(directory, store_key=store_key, plan=PLAN, clock=clock)

    class Late(KeyRing):
        """Loses the race: the other one rotates after this one has looked."""

        @override
        def refresh(self) -> bool:
            changed = super().refresh()
            other.tick()
            return changed

    late = Late(file=keyring._file, seal=keyring._seal, plan=PLAN, clock=clock)
    assert late.tick() is False

    assert late.list() == other.list()
    assert len(late.list()) == 3


def test_a_refresh_takes_up_what_another_process_wrote(
    keyring: KeyRing, directory: Path, store_key: StoreKey, clock: Clock
) -> None:
    """`gateway keys rotate` reaches the running service."""
    other = KeyRing.open(directory, store_key=store_key, plan=PLAN, clock=clock)
    kid = other.rotate(force=True).kid
    assert keyring.signing_key().kid != kid

    assert keyring.refresh() is True
    assert keyring.signing_key().kid == kid
    assert keyring.refresh() is False


def test_two_first_starts_at_once_make_one_ring(
    directory: Path, store_key: StoreKey, clock: Clock
) -> None:
    """Whoever comes second takes what the first one made."""
    rings: list[KeyRing] = []

    def start() -> None:
        rings.append(
            KeyRing.open(directory, store_key=store_key, plan=PLAN, clock=clock)
        )

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({ring.signing_key().kid for ring in rings}) == 1
    assert len(rings) == 8


def _break(path: Path, how: str) -> None:
    raw = path.read_bytes()
    document = json.loads(raw)
    sealed = document["ring"]
    contents = {
        "empty": b"",
        "truncated": raw[: len(raw) // 2],
        "one bit": raw[:200] + bytes([raw[200] ^ 1]) + raw[201:],
        "no JSON": b"\xff\xfe",
        "a list": b"[]",
        "nested without end": b"[" * 100_000,
        "another format": json.dumps(document | {"format": 9}).encode(),
        "no ring inside": json.dumps({"format": 1}).encode(),
        "a number inside": json.dumps({"format": 1, "ring": 5}).encode(),
        "half a ring": json.dumps(
            document | {"ring": sealed[: len(sealed) // 2]}
        ).encode(),
    }
    path.write_bytes(contents[how])


@pytest.mark.parametrize(
    "how",
    [
        "empty",
        "truncated",
        "one bit",
        "no JSON",
        "a list",
        "nested without end",
        "another format",
        "no ring inside",
        "a number inside",
        "half a ring",
    ],
)
def test_a_damaged_ring_is_named_and_not_overwritten(
    keyring: KeyRing, directory: Path, store_key: StoreKey, clock: Clock, how: str
) -> None:
    """Somebody may still have the backup; the running process goes on."""
    path = directory / RING_NAME
    before = keyring.list()
    _break(path, how)
    broken = path.read_bytes()

    with pytest.raises(KeyRingError, match=RING_NAME):
        KeyRing.open(directory, store_key=store_key, plan=PLAN, clock=clock)
    with pytest.raises(KeyRingError, match=RING_NAME):
        keyring.refresh()
    with pytest.raises(KeyRingError, match=RING_NAME):
        keyring.rotate(force=True)

    assert path.read_bytes() == broken
    assert keyring.list() == before


@pytest.mark.usefixtures("keyring")
def test_another_store_key_is_told_apart_from_damage(
    directory: Path, clock: Clock
) -> None:
    """Both keys are named by their ids; nothing is overwritten."""
    before = (directory / RING_NAME).read_bytes()

    with pytest.raises(KeyRingError, match="sealed with store key"):
        KeyRing.open(directory, store_key=OTHER_KEY, plan=PLAN, clock=clock)

    assert (directory / RING_NAME).read_bytes() == before


@pytest.mark.usefixtures("keyring")
def test_something_else_under_the_same_store_key_is_no_ring(
    directory: Path, store_key: StoreKey, clock: Clock
) -> None:
    """A sealed value of the database cannot be put in its place."""
    sealed = Seal(key=store_key).seal(b"{}", purpose="a row")
    (directory / RING_NAME).write_text(json.dumps({"format": 1, "ring": sealed}))

    with pytest.raises(KeyRingError, match="out of place"):
        KeyRing.open(directory, store_key=store_key, plan=PLAN, clock=clock)


def test_a_ring_that_others_may_read_is_refused(
    keyring: KeyRing, directory: Path, store_key: StoreKey, clock: Clock
) -> None:
    """At the start and while running."""
    (directory / RING_NAME).chmod(0o644)

    with pytest.raises(KeyRingError, match="chmod 600"):
        KeyRing.open(directory, store_key=store_key, plan=PLAN, clock=clock)
    with pytest.raises(KeyRingError, match="chmod 600"):
        keyring.rotate(force=True)


def test_a_ring_that_has_gone_is_not_made_anew_while_running(
    keyring: KeyRing, directory: Path
) -> None:
    """The process keeps signing with what it has, and says what is wrong."""
    kid = keyring.signing_key().kid
    (directory / RING_NAME).unlink()

    with pytest.raises(KeyRingError, match="has disappeared"):
        keyring.tick()
    with pytest.raises(KeyRingError, match="has disappeared"):
        keyring.rotate(force=True)

    assert not (directory / RING_NAME).exists()
    assert keyring.signing_key().kid == kid


def test_a_ring_whose_active_key_cannot_sign_is_refused() -> None:
    """The file's reader finds it first; memory does not rely on that."""
    ring = begin(PLAN, NOON)
    mute = Ring((replace(ring.active, private_key=None),))

    with pytest.raises(KeyRingError, match="cannot sign"):
        _prepare(mute, (0, 0, 0, 0))


def test_no_secret_shows_in_any_repr(keyring: KeyRing) -> None:
    """Snapshots end up in tracebacks."""
    snapshot = keyring._snapshot

    for value in (keyring, snapshot, snapshot.ring, snapshot.signing, keyring.list()):
        assert "private_key" not in repr(value)


def test_every_token_signed_during_rotations_verifies_at_that_moment(
    directory: Path, store_key: StoreKey, clock: Clock
) -> None:
    """Threads sign and check against what is published while keys change under them."""
    plan = RotationPlan("EdDSA", timedelta(0), timedelta(0), timedelta(hours=1))
    keyring = KeyRing.open(directory, store_key=store_key, plan=plan, clock=clock)
    done = threading.Event()
    failures: list[Exception] = []
    kids: set[str] = set()
    signed = 0

    def sign() -> None:
        nonlocal signed
        try:
            while not done.is_set():
                key = keyring.signing_key()
                token = jwt.encode({}, key.private_key, "EdDSA", {"kid": key.kid})
                jwks = jwt.PyJWKSet.from_dict(keyring.public_jwks())
                jwt.decode(token, jwks[key.kid], algorithms=["EdDSA"])
                kids.add(key.kid)
                signed += 1
        except (KeyError, jwt.PyJWTError) as error:
            failures.append(error)

    threads = [threading.Thread(target=sign) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(40):
        clock.advance(timedelta(seconds=1))
        keyring.tick()
    done.set()
    for thread in threads:
        thread.join()

    assert failures == []
    assert signed > 40
    assert len(kids) > 1
