"""Amazon Cognito's CSV files of people: a header, and a line for each person.

A comma inside a value is escaped by a backslash, and nothing is quoted. The order of the
columns is free, and those that a pool does not need may be left out. There are no passwords:
whoever comes from such a file has to choose one by way of a code.

Reference: Amazon Cognito, "Creating the user import CSV file".
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from gateway.model.user import UserStatus
from gateway.pool.attributes.schema import STANDARD, VERIFIED
from gateway.pool.errors import InvalidParameterError
from gateway.pool.names import names_of, search_of
from gateway.pool.new_users import new_user
from gateway.pool.people.transfer.lines import LineError, LineProblem
from gateway.pool.pool import Pool
from gateway.pool.settings import SecondFactor
from gateway.storage.pools.bulk import Entry
from gateway.storage.pools.secrets import UserSecrets

MAX_LINE: Final = 16_000

USERNAME: Final = "cognito:username"
MFA: Final = "cognito:mfa_enabled"

# In the order in which Cognito hands out its own header.
_STANDARD: Final = (
    *("name", "given_name", "family_name", "middle_name", "nickname"),
    *("preferred_username", "profile", "picture", "website", "email"),
    *("email_verified", "gender", "birthdate", "zoneinfo", "locale", "phone_number"),
    *("phone_number_verified", "address", "updated_at"),
)
_SEPARATOR: Final = re.compile(r"(?<!\\),")
_BOOLEAN: Final = {"true": "true", "false": "false", "": ""}
_BOOLEANS: Final = (MFA, *VERIFIED.values())


def header_of(pool: Pool) -> Sequence[str]:
    """Return the columns that a file for a pool may have, in Cognito's order."""
    own = [name for name in pool.settings.schema.attributes if name not in STANDARD]
    return (*_STANDARD, *own, MFA, USERNAME)


class CsvFormat:
    """Reads the lines of one file, once its header is known."""

    def __init__(self, pool: Pool, header: str, *, now: datetime) -> None:
        """Read the header.

        Args:
            pool: Whose people they are to be.
            header: The first line.
            now: From when on they are there.

        Raises:
            LineError: A column is unknown, doubled or missing.
        """
        self._pool = pool
        self._now = now
        self._columns = [name.strip() for name in _fields(header)]
        known = set(header_of(pool))
        unknown = [name for name in self._columns if name not in known]
        if unknown:
            raise LineError(LineProblem.MALFORMED, "there are columns of other names")
        if len(set(self._columns)) < len(self._columns):
            raise LineError(LineProblem.MALFORMED, "a column is there twice")
        missing = [name for name in (USERNAME, MFA) if name not in self._columns]
        if missing:
            raise LineError(LineProblem.MISSING, ", ".join(missing))

    def read(self, text: str) -> Entry:
        """Return the person of a line.

        Raises:
            LineError: It is not taken.
        """
        fields = _fields(text)
        if len(fields) != len(self._columns):
            raise LineError(
                LineProblem.MALFORMED,
                f"{len(fields)} values for {len(self._columns)} columns",
            )
        values = dict(zip(self._columns, fields, strict=True))
        missing = [name for name in (USERNAME, MFA) if not values[name]]
        if missing:
            raise LineError(LineProblem.MISSING, ", ".join(missing))
        for name in _BOOLEANS:
            values[name] = _boolean(name, values.get(name, ""))
        return self._entry(values)

    def _entry(self, values: dict[str, str]) -> Entry:
        username, has_mfa = values.pop(USERNAME), values.pop(MFA) == "true"
        if not any(values[proof] == "true" for proof in VERIFIED.values()):
            raise LineError(LineProblem.NOT_PROVEN, ", ".join(VERIFIED.values()))
        for address, proof in VERIFIED.items():
            if values[proof] == "false" and not values.get(address):
                del values[proof]
        if has_mfa and not values.get("phone_number"):
            raise LineError(LineProblem.MISSING, f"phone_number, for {MFA}")
        try:
            user = new_user(
                self._pool,
                username,
                values,
                status=UserStatus.RESET_REQUIRED,
                now=self._now,
            )
        except InvalidParameterError as error:
            told = ", ".join(f"{name}: {why}" for name, why in error.problems.items())
            raise LineError(LineProblem.INVALID, told) from error
        settings = self._pool.settings.sign_in
        sms = SecondFactor.SMS_CODE.value
        factors = {"on": [sms], "preferred": sms} if has_mfa else {}
        return Entry(
            user=user,
            names=tuple(names_of(user, settings)),
            search=search_of(user, settings),
            secrets=UserSecrets(second_factors=factors),
        )


def _fields(text: str) -> list[str]:
    return [field.replace("\\,", ",") for field in _SEPARATOR.split(text)]


def _boolean(name: str, text: str) -> str:
    value = _BOOLEAN.get(text.strip().lower())
    if value is None:
        raise LineError(LineProblem.INVALID, f"{name}: wrong_type")
    return value
