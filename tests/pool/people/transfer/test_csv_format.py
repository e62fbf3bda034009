"""Amazon Cognito's CSV files."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.user import UserStatus
from gateway.pool.attributes.schema import Attribute, Schema
from gateway.pool.people.transfer.csv_format import CsvFormat, header_of
from gateway.pool.people.transfer.lines import LineError, LineProblem
from gateway.pool.pool import Pool
from gateway.pool.settings import Address, Alias, PoolSettings, SignInSettings
from gateway.storage.pools.users import Name
from tests.pool.house import NOON, POOL_ID

SCHEMA = Schema.of(required=["name"], custom=[Attribute("custom:tier")])
POOL = Pool(
    POOL_ID,
    PoolSettings(
        name="people",
        schema=SCHEMA,
        sign_in=SignInSettings(aliases=frozenset(Alias)),
    ),
    NOON,
)
ADDRESSES = replace(
    POOL,
    settings=PoolSettings(
        name="people", sign_in=SignInSettings(addresses=frozenset(Address))
    ),
)
HEADER = (
    "cognito:username,name,email,email_verified,phone_number,"
    "phone_number_verified,custom:tier,cognito:mfa_enabled"
)
ANA = "Ana,Ana Lee,ana@example.com,TRUE,,,gold,false"


def reader(header: str = HEADER, pool: Pool = POOL) -> CsvFormat:
    return CsvFormat(pool, header, now=NOON)


def test_the_header_is_cognitos() -> None:
    """In its order, with the pool's own attributes before the last two."""
    assert ",".join(header_of(POOL)) == (
        "name,given_name,family_name,middle_name,nickname,preferred_username,profile,"
        "picture,website,email,email_verified,gender,birthdate,zoneinfo,locale,"
        "phone_number,phone_number_verified,address,updated_at,custom:tier,"
        "cognito:mfa_enabled,cognito:username"
    )
    reader(",".join(header_of(POOL)))


def test_a_line_becomes_a_person_who_has_to_choose_a_password() -> None:
    """With the names that lead to them; an address that was said to be proven is."""
    entry = reader().read(ANA)

    user = entry.user
    assert (user.username, user.status) == ("Ana", UserStatus.RESET_REQUIRED)
    assert user.attributes == {
        "name": "Ana Lee",
        "email": "ana@example.com",
        "email_verified": "true",
        "custom:tier": "gold",
    }
    assert list(entry.names) == [
        Name("ana", "username"),
        Name("ana@example.com", "email"),
    ]
    assert entry.search["by_email"] == "ana@example.com"
    assert entry.secrets.password_hash is None
    assert entry.secrets.second_factors == {}


def test_columns_come_in_any_order_and_commas_are_escaped() -> None:
    """Quotes mean themselves, and so does a backslash before anything else."""
    form = reader("cognito:mfa_enabled,email_verified,email,cognito:username,name")

    user = form.read('false,true,a@b.eu,ana,"Lee\\, Ana" \\ x').user

    assert user.attributes["name"] == '"Lee, Ana" \\ x'


def test_where_addresses_are_names_the_name_is_one() -> None:
    form = reader("cognito:username,cognito:mfa_enabled,email_verified", ADDRESSES)

    user = form.read("ana@example.com,false,true").user

    assert user.username == user.sub
    assert user.attributes == {"email": "ana@example.com", "email_verified": "true"}
    with pytest.raises(LineError):
        form.read("ana,false,true")


def test_a_second_factor_goes_to_the_phone() -> None:
    entry = reader().read("ana,Ana,,,+14155552671,true,,true")

    assert entry.secrets.second_factors == {"on": ["SMS_MFA"], "preferred": "SMS_MFA"}


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        (f"{HEADER},shoe", LineProblem.MALFORMED),
        (f"{HEADER},name", LineProblem.MALFORMED),
        ("name,cognito:mfa_enabled", LineProblem.MISSING),
        ("cognito:username", LineProblem.MISSING),
        ("", LineProblem.MALFORMED),
        (f"{HEADER},password", LineProblem.MALFORMED),
    ],
)
def test_a_header_that_is_none_is_refused(header: str, problem: LineProblem) -> None:
    with pytest.raises(LineError) as caught:
        reader(header)

    assert caught.value.problem is problem


@pytest.mark.parametrize(
    ("line", "problem", "detail"),
    [
        (f"{ANA},", LineProblem.MALFORMED, "9 values for 8 columns"),
        ("ana", LineProblem.MALFORMED, "1 values for 8 columns"),
        (ANA.replace("Ana,", ",", 1), LineProblem.MISSING, "cognito:username"),
        (ANA.removesuffix("false"), LineProblem.MISSING, "cognito:mfa_enabled"),
        (ANA.replace("false", "no"), LineProblem.INVALID, "cognito:mfa_enabled"),
        (ANA.replace("TRUE", "yes"), LineProblem.INVALID, "email_verified"),
        (ANA.replace("TRUE", "false"), LineProblem.NOT_PROVEN, "email_verified"),
        (ANA.replace("TRUE", ""), LineProblem.NOT_PROVEN, "email_verified"),
        (ANA.replace("false", "true"), LineProblem.MISSING, "phone_number"),
        (ANA.replace("Ana Lee", ""), LineProblem.INVALID, "name: missing"),
        (ANA.replace("ana@", "ana"), LineProblem.INVALID, "email: no_email"),
        (ANA.replace("ana@example.com", ""), LineProblem.INVALID, "email: missing"),
        (ANA.replace("Ana,", "a@b.eu,", 1), LineProblem.INVALID, "username"),
    ],
)
def test_a_line_that_is_not_taken_says_why(
    line: str, problem: LineProblem, detail: str
) -> None:
    """By the names of columns; values are people's, and stay out of reports."""
    with pytest.raises(LineError) as caught:
        reader().read(line)

    assert caught.value.problem is problem
    assert detail in caught.value.detail
    assert "example.com" not in caught.value.detail


def test_what_is_not_there_need_not_be_proven() -> None:
    """A phone that somebody does not have, in a file that spells everything out."""
    user = reader().read("ana,Ana,a@b.eu,true,,false,,false").user

    assert "phone_number_verified" not in user.attributes


@given(st.text(max_size=200))
def test_any_line_is_taken_or_refused(line: str) -> None:
    """Nothing else is raised."""
    problems: set[LineProblem] = set()
    for read in (reader, reader().read):
        try:
            read(line)
        except LineError as error:
            problems.add(error.problem)
    assert problems <= set(LineProblem)
