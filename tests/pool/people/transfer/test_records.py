"""The gateway's own export, line by line."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.keys.seal import Seal, StoreKey
from gateway.model.group import Group
from gateway.model.user import UserStatus
from gateway.pool import srp
from gateway.pool.credentials import Credentials
from gateway.pool.people.transfer.lines import LineError, LineProblem
from gateway.pool.people.transfer.records import (
    MAX_LINE,
    Opener,
    check_header,
    find_group,
    header_line,
    read_record,
    write_group,
    write_record,
)
from gateway.pool.pool import Pool
from gateway.pool.settings import PoolSettings
from gateway.storage.pools.bulk import Entry
from gateway.storage.pools.secrets import UserSecrets
from tests.pool.house import NOON, PASSWORD, POOL_ID, House
from tests.storage.pools.test_bulk import DEVICE, LOGIN, PASSKEY

POOL = Pool(POOL_ID, PoolSettings(name="people"), NOON)
SEED = b"twenty bytes of seed"
GROUPS = frozenset({"admins", "staff"})
STAFF = Group(POOL_ID, "staff", "Colleagues", 3, "role/staff", NOON, NOON)


@pytest.fixture
def opener(house: House) -> Opener:
    return Opener(credentials=house.credentials, sealer=house.seal)


@pytest.fixture
def elsewhere(house: House) -> Opener:
    """Return what opens and seals at another gateway."""
    seal = Seal(key=StoreKey(bytes(32)))
    return Opener(
        credentials=Credentials(
            passwords=house.passwords, sealer=seal, leaks=house.leaks
        ),
        sealer=seal,
    )


@pytest.fixture
def everything(house: House, opener: Opener) -> Entry:
    """Return somebody who has all that one can have."""
    ana = replace(
        house.person_of(POOL, "ana", email="ana@example.com", email_verified="true"),
        status=UserStatus.RESET_REQUIRED,
        enabled=False,
        signed_out_at=NOON + timedelta(microseconds=1),
    )
    before = UserSecrets(password_hash=house.passwords.hash("old"))
    made = house.credentials.make(POOL, ana, PASSWORD, before=before, now=NOON)
    secrets = replace(
        made,
        past_hashes=(before.password_hash or "",),
        temporary_until=NOON,
        totp_seed=opener.seeds.seal(SEED, POOL.id, ana.sub),
        totp_step=2**30,
        totp_name="Phone",
        second_factors={"on": ["SOFTWARE_TOKEN_MFA"], "preferred": None},
    )
    verifier = opener.devices.seal(b"a verifier", POOL.id, ana.sub, DEVICE["key"])
    return Entry(
        user=ana,
        secrets=secrets,
        groups=("admins", "staff"),
        passkeys=(PASSKEY,),
        devices=({**DEVICE, "verifier": verifier},),
        recovery_codes=(b"c" * 32, b"d" * 32),
        logins=({**LOGIN, "claims": "sealed"},),
    )


def test_everything_goes_to_another_gateway(
    opener: Opener, elsewhere: Opener, everything: Entry
) -> None:
    """What was sealed is sealed anew, with its own key, and opens to the same."""
    line = write_record(POOL, everything, opener)
    found = read_record(POOL, line, elsewhere, GROUPS)

    assert found.user == everything.user
    assert (found.groups, list(found.passkeys)) == (("admins", "staff"), [PASSKEY])
    (device,) = found.devices
    sealed = device["verifier"]
    opened = elsewhere.devices.open(sealed, POOL.id, found.user.sub, DEVICE["key"])
    assert opened == b"a verifier"
    assert device == {**DEVICE, "verifier": sealed}
    assert list(found.recovery_codes) == [b"c" * 32, b"d" * 32]
    assert list(found.logins) == [{**LOGIN, "claims": None}]
    assert [name.name for name in found.names] == ["ana"]
    assert found.search["by_email"] == "ana@example.com"
    secrets = found.secrets
    assert (
        replace(
            secrets,
            srp_verifier=everything.secrets.srp_verifier,
            totp_seed=everything.secrets.totp_seed,
        )
        == everything.secrets
    )
    assert elsewhere.seeds.open(str(secrets.totp_seed), POOL.id, found.user.sub) == SEED
    verifier = elsewhere.credentials.verifier(POOL, found.user, secrets)
    assert verifier is not None
    assert srp.is_password_of(verifier, POOL.group, "ana", PASSWORD)
    assert len(line) < MAX_LINE


def test_a_verifier_is_good_for_its_pool_alone(
    opener: Opener, everything: Entry
) -> None:
    """Clients hash the pool's name into it; the password may still be typed."""
    other = replace(POOL, id="us-east-1_Other9999")
    line = write_record(POOL, everything, opener)

    found = read_record(other, line, opener, GROUPS)

    assert found.user.pool_id == other.id
    assert found.secrets.srp_verifier is None
    assert found.secrets.password_hash == everything.secrets.password_hash


def test_who_has_nothing_has_nothing(house: House, opener: Opener) -> None:
    """And is written shortly."""
    bare = Entry(user=house.person_of(POOL, "bob"))

    line = write_record(POOL, bare, opener)
    found = read_record(POOL, line, opener, frozenset())

    assert found.user == bare.user
    assert replace(found.secrets, second_factors={}) == UserSecrets()
    assert (found.groups, list(found.passkeys)) == ((), [])
    assert "groups" not in json.loads(line)


def test_least_of_all_is_enough(opener: Opener) -> None:
    """What may be missing in a file that another program has made."""
    sub = "6d7a2b1e-0000-4000-8000-000000000001"
    at = NOON.isoformat()
    record = {
        "sub": sub, "username": "ana", "status": "CONFIRMED", "enabled": True,
        "attributes": {"name": ""}, "created_at": at, "updated_at": at,
    }  # fmt: skip

    found = read_record(POOL, json.dumps(record), opener, frozenset())

    assert (found.user.sub, found.user.attributes) == (sub, {})
    assert found.secrets == UserSecrets()


@pytest.mark.parametrize(
    ("changed", "problem", "detail"),
    [
        ({"sub": "1"}, LineProblem.INVALID, "sub"),
        ({"username": "a b"}, LineProblem.INVALID, "username: wrong_type"),
        ({"status": "GONE"}, LineProblem.INVALID, "status"),
        ({"enabled": 1}, LineProblem.INVALID, "enabled"),
        ({"attributes": {"shoe": "46"}}, LineProblem.INVALID, "shoe: unknown"),
        ({"attributes": {"email": "x"}}, LineProblem.INVALID, "email: no_email"),
        ({"created_at": "now"}, LineProblem.INVALID, "created_at"),
        ({"groups": ["nothing"]}, LineProblem.NO_GROUP, "groups"),
        ({"groups": ["staff"] * 9}, LineProblem.INVALID, "groups"),
        ({"password": {"hash": "$2b$12$x"}}, LineProblem.INVALID, "password: hash"),
        ({"password": {}}, LineProblem.INVALID, "password: hash"),
        ({"totp": {"seed": "x"}}, LineProblem.INVALID, "totp: seed"),
        ({"srp": {"group": "Ab3dEfGh9"}}, LineProblem.INVALID, "srp: salt"),
        ({"passkeys": [{}]}, LineProblem.INVALID, "passkeys: credential_id"),
        ({"devices": [{}]}, LineProblem.INVALID, "devices: key"),
        ({"recovery_codes": ["x"]}, LineProblem.INVALID, "recovery_codes"),
        ({"logins": [{"provider": 1}]}, LineProblem.INVALID, "logins: provider"),
        ({"second_factors": {"on": "x"}}, LineProblem.INVALID, "second_factors: on"),
    ],
)
def test_what_came_from_a_file_is_checked(
    opener: Opener,
    everything: Entry,
    changed: dict[str, Any],
    problem: LineProblem,
    detail: str,
) -> None:
    """As strictly as what a person types."""
    record = {**json.loads(write_record(POOL, everything, opener)), **changed}

    with pytest.raises(LineError) as caught:
        read_record(POOL, json.dumps(record), opener, GROUPS)

    assert (caught.value.problem, caught.value.detail) == (problem, detail)


def test_what_providers_said_stands_for_itself(house: House, opener: Opener) -> None:
    """Nobody may set it, and it is not lost by moving."""
    ana = house.person_of(POOL, "ana", identities="[]")

    line = write_record(POOL, Entry(user=ana), opener)

    assert read_record(POOL, line, opener, GROUPS).user == ana


def test_groups_are_lines_of_their_own() -> None:
    line = write_group(STAFF)

    assert find_group(POOL, line) == STAFF
    assert find_group(POOL, '{"sub": "1"}') is None
    record = json.loads(line)
    record["group"]["precedence"] = None
    assert find_group(POOL, json.dumps(record)) == replace(STAFF, precedence=None)
    record["group"]["name"] = "a b"
    with pytest.raises(LineError) as caught:
        find_group(POOL, json.dumps(record))
    assert caught.value.detail == "group: name"


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "cognito:username,cognito:mfa_enabled",
        '{"format": "federation-gateway-users", "version": 2}',
        '{"format": "federation-gateway-users"}',
    ],
)
def test_a_file_says_that_it_is_an_export(text: str) -> None:
    """Of this version."""
    check_header(header_line(POOL))

    with pytest.raises(LineError):
        check_header(text)
