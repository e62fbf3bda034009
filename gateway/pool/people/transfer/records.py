"""The gateway's own export: a line of JSON for each person, with all that is theirs.

What is sealed in the database is opened here, because another gateway has another key: who
has such a file can sign in as everybody who has an authenticator, and try passwords without
end. What came from a file is checked as strictly as what a person types.
"""

import json
import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Column, Table

from gateway.model.group import Group
from gateway.model.user import User, UserStatus
from gateway.pool import srp
from gateway.pool.credentials import Credentials, Sealer
from gateway.pool.factors.preferences import Preferences
from gateway.pool.groups import GroupText, find_problems
from gateway.pool.names import is_username, names_of, search_of
from gateway.pool.passwords.hashing import is_verifiable
from gateway.pool.people.transfer import fields
from gateway.pool.people.transfer.fields import Fields
from gateway.pool.people.transfer.lines import LineError, LineProblem
from gateway.pool.pool import Pool
from gateway.storage.pools.bulk import Entry
from gateway.storage.pools.factor_tables import POOL_DEVICE, POOL_PASSKEY
from gateway.storage.pools.federation_tables import FEDERATED_LOGIN
from gateway.storage.pools.secrets import UserSecrets
from gateway.storage.pools.tables import POOL_SECRET
from gateway.storage.sealed import SealedColumn

# A person with fifty attributes of the greatest length, and twenty passkeys.
MAX_LINE: Final = 262_144
VERSION: Final = 1

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_FORMAT: Final = "federation-gateway-users"
_MAX_PAST: Final = 24
_MAX_PASSKEYS: Final = 100
_MAX_DEVICES: Final = 100
_MAX_CODES: Final = 20
_MAX_LOGINS: Final = 100


# Passkeys are rows of another table; whose they are is known already.
def _columns(table: Table, *without: str) -> tuple[Column[Any], ...]:
    left_out = {"pool_id", "sub", *without}
    return tuple(each for each in table.columns if each.name not in left_out)


_PASSKEY: Final = _columns(POOL_PASSKEY)
_DEVICE: Final = _columns(POOL_DEVICE, "verifier")
# What the provider said last is for the sign-in that has heard it.
_LOGIN: Final = _columns(FEDERATED_LOGIN, "claims")


@dataclass(frozen=True, slots=True)
class Opener:
    """Opens and seals what is kept sealed.

    Attributes:
        credentials: For verifiers of passwords.
        sealer: For seeds of authenticators.
    """

    credentials: Credentials
    sealer: Sealer

    @property
    def seeds(self) -> SealedColumn:
        """The column of the seeds."""
        return SealedColumn(POOL_SECRET.c.totp_seed, seal=self.sealer)

    @property
    def devices(self) -> SealedColumn:
        """The column of what devices prove themselves by."""
        return SealedColumn(POOL_DEVICE.c.verifier, seal=self.sealer)


def header_line(pool: Pool) -> str:
    """Return the first line of an export."""
    return _written({"format": _FORMAT, "version": VERSION, "pool": pool.id})


def check_header(text: str) -> None:
    """Refuse a file that is no export.

    Raises:
        LineError: It is something else, or of a later version.
    """
    told = Fields.parse(text)
    if told.text("format", default="") != _FORMAT:
        raise LineError(LineProblem.MALFORMED, "this is no export of a gateway")
    if told.number("version") != VERSION:
        raise LineError(LineProblem.MALFORMED, "an export of another version")


def write_record(pool: Pool, entry: Entry, opener: Opener) -> str:
    """Return the line of a person.

    Raises:
        SealError: A secret was sealed with another key.
    """
    user, secrets = entry.user, entry.secrets
    record: dict[str, Any] = {
        "sub": user.sub,
        "username": user.username,
        "status": user.status.value,
        "enabled": user.enabled,
        "attributes": dict(user.attributes),
        "created_at": user.created_at.isoformat(),
        "updated_at": user.updated_at.isoformat(),
        "signed_out_at": fields.instant_text(user.signed_out_at),
        "groups": list(entry.groups),
        "password": _password(secrets),
        "srp": _srp(pool, user, secrets, opener),
        "totp": _totp(pool, user, secrets, opener),
        "second_factors": dict(Preferences.of(secrets).written()),
        "passkeys": [fields.row_as_json(_PASSKEY, row) for row in entry.passkeys],
        "devices": [_device(pool, user, row, opener) for row in entry.devices],
        "recovery_codes": [digest.hex() for digest in entry.recovery_codes],
        "logins": [fields.row_as_json(_LOGIN, row) for row in entry.logins],
    }
    return _written({name: value for name, value in record.items() if value != []})


def read_record(
    pool: Pool, text: str, opener: Opener, groups: AbstractSet[str]
) -> Entry:
    """Return the person of a line.

    Args:
        pool: Whose people they are to be.
        text: The line.
        opener: Seals what is to be sealed.
        groups: Which groups the pool has.

    Raises:
        LineError: It is not taken.
    """
    record = Fields.parse(text)
    user = _user(pool, record)
    own_groups = record.texts("groups", most=len(groups) + 1)
    if set(own_groups) - groups:
        raise LineError(LineProblem.NO_GROUP, "groups")
    settings = pool.settings.sign_in
    return Entry(
        user=user,
        names=tuple(names_of(user, settings)),
        search=search_of(user, settings),
        secrets=_secrets(pool, user, record, opener),
        groups=tuple(dict.fromkeys(own_groups)),
        passkeys=[
            passkey.row(_PASSKEY)
            for passkey in record.records("passkeys", most=_MAX_PASSKEYS)
        ],
        devices=[
            _device_row(pool, user, device, opener)
            for device in record.records("devices", most=_MAX_DEVICES)
        ],
        recovery_codes=_codes(record),
        logins=[
            {**login.row(_LOGIN), "claims": None}
            for login in record.records("logins", most=_MAX_LOGINS)
        ],
    )


def write_group(group: Group) -> str:
    """Return the line of a group."""
    told = {
        "name": group.name,
        "description": group.description,
        "precedence": group.precedence,
        "role": group.role,
        "created_at": group.created_at.isoformat(),
        "updated_at": group.updated_at.isoformat(),
    }
    return _written({"group": told})


def find_group(pool: Pool, text: str) -> Group | None:
    """Return the group of a line; `None` if the line is about somebody.

    Raises:
        LineError: It is not taken.
    """
    told = Fields.parse(text).find("group")
    if told is None:
        return None
    name = told.text("name")
    words = GroupText(
        told.text("description"), told.find_number("precedence"), told.text("role")
    )
    problems = find_problems(name, words)
    if problems:
        raise LineError(LineProblem.INVALID, f"group: {', '.join(problems)}")
    return Group(
        pool_id=pool.id,
        name=name,
        description=words.description,
        precedence=words.precedence,
        role=words.role,
        created_at=told.instant("created_at"),
        updated_at=told.instant("updated_at"),
    )


def _user(pool: Pool, record: Fields) -> User:
    username = record.text("username")
    status = UserStatus(record.one_of("status", UserStatus))
    attributes = record.text_map("attributes")
    if not is_username(username):
        raise LineError(LineProblem.INVALID, "username: wrong_type")
    # Whatever providers have said of a person stands for itself.
    typed = {name: text for name, text in attributes.items() if name != "identities"}
    problems = dict(pool.settings.schema.problems(typed, by_administrator=True))
    if problems:
        told = ", ".join(f"{name}: {why}" for name, why in problems.items())
        raise LineError(LineProblem.INVALID, told)
    return User(
        pool_id=pool.id,
        sub=record.uuid("sub"),
        username=username,
        status=status,
        enabled=record.flag("enabled"),
        attributes={name: text for name, text in attributes.items() if text},
        created_at=record.instant("created_at"),
        updated_at=record.instant("updated_at"),
        signed_out_at=record.find_instant("signed_out_at"),
    )


def _password(secrets: UserSecrets) -> Mapping[str, Any] | None:
    if secrets.password_hash is None:
        return None
    return {
        "hash": secrets.password_hash,
        "set_at": fields.instant_text(secrets.password_set_at),
        "temporary_until": fields.instant_text(secrets.temporary_until),
        "past": list(secrets.past_hashes),
    }


def _srp(
    pool: Pool, user: User, secrets: UserSecrets, opener: Opener
) -> Mapping[str, Any] | None:
    verifier = opener.credentials.verifier(pool, user, secrets)
    if verifier is None:
        return None
    return {
        "group": pool.group,
        "salt": f"{verifier.salt:x}",
        "value": f"{verifier.value:x}",
    }


def _totp(
    pool: Pool, user: User, secrets: UserSecrets, opener: Opener
) -> Mapping[str, Any] | None:
    if secrets.totp_seed is None:
        return None
    return {
        "seed": opener.seeds.open(secrets.totp_seed, pool.id, user.sub).hex(),
        "step": secrets.totp_step,
        "name": secrets.totp_name,
    }


def _secrets(pool: Pool, user: User, record: Fields, opener: Opener) -> UserSecrets:
    secrets = UserSecrets(second_factors=_second_factors(record))
    password, totp = record.find("password"), record.find("totp")
    if password is not None:
        hashes = [password.text("hash"), *password.texts("past", most=_MAX_PAST)]
        if not all(map(is_verifiable, hashes)):
            raise LineError(LineProblem.INVALID, "password: hash")
        secrets = replace(
            secrets,
            password_hash=hashes[0],
            past_hashes=tuple(hashes[1:]),
            password_set_at=password.find_instant("set_at"),
            temporary_until=password.find_instant("temporary_until"),
            srp_verifier=_sealed_verifier(pool, user, record, opener),
        )
    if totp is not None:
        seed = totp.octets("seed")
        secrets = replace(
            secrets,
            totp_seed=opener.seeds.seal(seed, pool.id, user.sub),
            totp_step=totp.find_number("step"),
            totp_name=totp.text("name", default="") or None,
        )
    return secrets


def _device(
    pool: Pool, user: User, row: Mapping[str, Any], opener: Opener
) -> Mapping[str, Any]:
    opened = opener.devices.open(row["verifier"], pool.id, user.sub, row["key"])
    return {**fields.row_as_json(_DEVICE, row), "verifier": opened.hex()}


def _device_row(
    pool: Pool, user: User, device: Fields, opener: Opener
) -> Mapping[str, Any]:
    row = device.row(_DEVICE)
    verifier = device.octets("verifier")
    sealed = opener.devices.seal(verifier, pool.id, user.sub, row["key"])
    return {**row, "verifier": sealed}


def _codes(record: Fields) -> Sequence[bytes]:
    """Return digests of recovery codes; they are good where the key is the same."""
    texts = record.texts("recovery_codes", most=_MAX_CODES)
    if not all(map(_DIGEST.fullmatch, texts)):
        raise LineError(LineProblem.INVALID, "recovery_codes")
    return [bytes.fromhex(each) for each in dict.fromkeys(texts)]


def _second_factors(record: Fields) -> Mapping[str, Any]:
    chosen = record.find("second_factors")
    if chosen is None:
        return {}
    kept = {
        "on": chosen.texts("on", most=10),
        "preferred": chosen.text("preferred", default=""),
    }
    return Preferences.of(UserSecrets(second_factors=kept)).written()


def _sealed_verifier(
    pool: Pool, user: User, record: Fields, opener: Opener
) -> str | None:
    """Return the verifier as it is kept; `None` if it is good for another pool alone."""
    told = record.find("srp")
    # Clients hash the pool's name into it.
    if told is None or told.text("group") != pool.group:
        return None
    verifier = srp.Verifier(told.hexadecimal("salt"), told.hexadecimal("value"))
    return opener.credentials.seal_verifier(pool, user, verifier)


def _written(value: Mapping[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"))
