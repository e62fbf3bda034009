"""What a token says about itself has to be there, of its type, and true."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.authentication.claim_rules import (
    LifetimeRule,
    check_audience,
    check_authorized_party,
    check_lifetime,
    read_subject,
    read_text,
    shown,
)
from gateway.model.errors import (
    CredentialError,
    ExpiredCredentialError,
    ImmatureCredentialError,
    MalformedCredentialError,
    WrongAudienceError,
)
from tests.authentication.issuer import NOON

AT = int(NOON.timestamp())
SKEW = 30
RULE = LifetimeRule(
    skew=timedelta(seconds=SKEW),
    max_lifetime=timedelta(hours=1),
    issued_at_required=False,
)
STRICT = LifetimeRule(
    skew=timedelta(seconds=SKEW),
    max_lifetime=timedelta(hours=1),
    issued_at_required=True,
)


def lifetime(rule: LifetimeRule = RULE, **claims: Any) -> datetime:
    return check_lifetime(claims, rule, now=NOON)


def test_a_token_ends_when_it_says() -> None:
    assert lifetime(exp=AT + 60) == NOON + timedelta(seconds=60)
    assert lifetime(exp=AT + 0.5).tzinfo is UTC


def test_expiry_allows_the_skew_and_not_a_second_more() -> None:
    """RFC 7519 section 4.1.4: "usually no more than a few minutes" of leeway."""
    lifetime(exp=AT - SKEW + 1)
    with pytest.raises(ExpiredCredentialError):
        lifetime(exp=AT - SKEW)


@pytest.mark.parametrize("name", ["nbf", "iat"])
def test_a_beginning_allows_the_skew_and_not_a_second_more(name: str) -> None:
    """RFC 7519 sections 4.1.5 and 4.1.6."""
    check_lifetime({"exp": AT + 600, name: AT + SKEW}, RULE, now=NOON)
    with pytest.raises(ImmatureCredentialError):
        check_lifetime({"exp": AT + 600, name: AT + SKEW + 1}, RULE, now=NOON)


def test_a_lifetime_may_be_as_long_as_allowed_and_not_a_second_longer() -> None:
    lifetime(exp=AT + 3600, iat=AT)
    with pytest.raises(CredentialError, match="3601 s"):
        lifetime(exp=AT + 3601, iat=AT)


def test_without_iat_a_lifetime_counts_from_now() -> None:
    lifetime(exp=AT + 3600)
    with pytest.raises(CredentialError):
        lifetime(exp=AT + 3601)


def test_a_token_without_an_end_is_malformed() -> None:
    """An absence of anything to check is a failure."""
    with pytest.raises(MalformedCredentialError, match="exp"):
        lifetime(iat=AT)


def test_iat_is_demanded_where_the_standard_demands_it() -> None:
    lifetime(STRICT, exp=AT + 60, iat=AT)
    with pytest.raises(MalformedCredentialError, match="iat"):
        lifetime(STRICT, exp=AT + 60)


@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        False,
        str(AT + 60),
        "",
        [AT + 60],
        {"at": AT + 60},
        float("nan"),
        float("inf"),
        -1,
        0,
        10**400,
        253_402_300_800,
        1e300,
    ],
)
def test_a_time_that_is_no_sensible_number_is_malformed(name: str, value: Any) -> None:
    """PyJWT reads numeric texts, and Python takes True for 1."""
    claims = {"exp": AT + 60} | {name: value}

    with pytest.raises(MalformedCredentialError, match=name):
        check_lifetime(claims, RULE, now=NOON)


@pytest.mark.long
@given(
    st.dictionaries(
        st.sampled_from(["exp", "nbf", "iat"]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    )
)
def test_any_times_are_accepted_or_a_credential_error(claims: dict[str, Any]) -> None:
    try:
        ends = check_lifetime(claims, RULE, now=NOON)
    except CredentialError:
        return
    assert ends > NOON - timedelta(seconds=SKEW)


@pytest.mark.parametrize(
    "aud", ["gateway", ["gateway"], ["other", "gateway"], ["gateway", "orders"]]
)
def test_a_token_for_this_gateway_is_recognised(aud: Any) -> None:
    audiences = check_audience({"aud": aud}, {"gateway", "orders"})

    assert list(audiences) == ([aud] if isinstance(aud, str) else aud)


@pytest.mark.parametrize(
    "aud",
    [
        "other",
        "Gateway",
        "gateway ",
        "gatewa",
        "gateway2",
        ["other"],
        ["gateway,other"],
        "https://gateway",
    ],
)
def test_audiences_are_compared_byte_for_byte(aud: Any) -> None:
    with pytest.raises(WrongAudienceError):
        check_audience({"aud": aud}, {"gateway"})


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"aud": None},
        {"aud": ""},
        {"aud": []},
        {"aud": [""]},
        {"aud": ["gateway", ""]},
        {"aud": ["gateway", None]},
        {"aud": [["gateway"]]},
        {"aud": {"gateway": 1}},
        {"aud": 5},
        {"aud": True},
    ],
)
def test_an_audience_that_is_missing_or_misshapen_is_refused(
    claims: dict[str, Any],
) -> None:
    """Authlib signs in with `aud` "" and []."""
    with pytest.raises((MalformedCredentialError, WrongAudienceError)):
        check_audience(claims, {"gateway"})


def test_a_token_may_have_many_audiences_but_not_any_number() -> None:
    check_audience({"aud": ["gateway"] * 32}, {"gateway"})
    with pytest.raises(MalformedCredentialError):
        check_audience({"aud": ["gateway"] * 33}, {"gateway"})


@pytest.mark.parametrize(
    ("claims", "audiences"),
    [
        ({}, ("gateway",)),
        ({"azp": "gateway"}, ("gateway",)),
        ({"azp": "gateway"}, ("gateway", "other")),
    ],
)
def test_an_id_token_of_ours_is_let_pass(
    claims: dict[str, Any], audiences: tuple[str, ...]
) -> None:
    check_authorized_party(claims, audiences, {"gateway"})


@pytest.mark.parametrize(
    ("claims", "audiences", "failure"),
    [
        ({}, ("gateway", "other"), WrongAudienceError),
        ({"azp": "other"}, ("gateway",), WrongAudienceError),
        ({"azp": "other"}, ("gateway", "other"), WrongAudienceError),
        ({"azp": ""}, ("gateway",), WrongAudienceError),
        ({"azp": None}, ("gateway",), MalformedCredentialError),
        ({"azp": ["gateway"]}, ("gateway",), MalformedCredentialError),
    ],
)
def test_an_id_token_that_another_client_got_is_refused(
    claims: dict[str, Any],
    audiences: tuple[str, ...],
    failure: type[CredentialError],
) -> None:
    """OpenID Connect Core section 3.1.3.7, items 4 and 5."""
    with pytest.raises(failure):
        check_authorized_party(claims, audiences, {"gateway"})


@pytest.mark.parametrize("sub", ["a", "x" * 255, "auth0|1 2", "李"])
def test_a_subject_is_text_that_can_be_printed(sub: str) -> None:
    assert read_subject({"sub": sub}) == sub


@pytest.mark.parametrize(
    "sub", [None, "", 7, True, ["a"], "x" * 256, "a\n", "a\x00b", "a\u202eb", "\ud800"]
)
def test_any_other_subject_is_refused(sub: Any) -> None:
    """It becomes a key of the database and stands in logs."""
    with pytest.raises(MalformedCredentialError, match="sub"):
        read_subject({"sub": sub})


def test_a_missing_claim_is_named() -> None:
    assert read_text({"jti": "1"}, "jti") == "1"
    with pytest.raises(MalformedCredentialError, match="client_id"):
        read_text({}, "client_id")


def test_values_are_shown_to_operators_quoted_and_short() -> None:
    assert shown("a\nb") == r"'a\nb'"
    assert len(shown("x" * 9000)) < 110
