"""Claims become an identity as the provider's file says, or nobody at all."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config.errors import ConfigError
from gateway.identity.bounds import MAX_ITEMS
from gateway.identity.mapper import FIELDS, compile_mappers
from gateway.model.errors import (
    CredentialError,
    MalformedCredentialError,
    UnmetRequirementError,
)
from gateway.model.identity import UNKNOWN_TIME
from gateway.model.waiting import WouldWaitError
from tests.identity.files import (
    GOOGLE,
    GUEST,
    NOON,
    OIDC,
    mapped,
    mapper_of,
    provider_file,
    slowly_verified,
    verified,
)

EVERYTHING = {
    "sub": "ana",
    "preferred_username": "ana.m",
    "name": "Ana María",
    "email": "ana@corp.example",
    "email_verified": True,
    "phone_number": "+34600000000",
    "phone_number_verified": True,
    "scope": "openid  read ",
    "amr": ["pwd", "otp"],
    "acr": "mfa",
    "auth_time": int(NOON.timestamp()) - 60,
}


def test_the_standard_claims_are_mapped_without_a_word() -> None:
    """OpenID Connect Core section 5.1."""
    result = mapped(**EVERYTHING)

    assert result.subject == "ana"
    assert result.username == "ana.m"
    assert result.name == "Ana María"
    assert (result.email, result.email_verified) == ("ana@corp.example", True)
    assert (result.phone, result.phone_verified) == ("+34600000000", True)
    assert result.scopes == ("openid", "read")
    assert (result.amr, result.acr) == (("pwd", "otp"), "mfa")
    assert result.auth_time == NOON - timedelta(minutes=1)


def test_claims_that_are_missing_leave_their_fields_empty() -> None:
    """Each field is always there."""
    result = mapped()

    assert result.subject == "ana"
    for name in ("username", "name", "email", "phone", "tenant", "acr"):
        assert getattr(result, name) == ""
    for name in ("groups", "labels", "scopes", "amr"):
        assert getattr(result, name) == ()
    assert result.email_verified is False
    assert result.phone_verified is False
    assert result.auth_time == UNKNOWN_TIME
    assert dict(result.attributes) == {}
    assert dict(result.exported) == {}


def test_google_is_mapped_by_its_own_defaults() -> None:
    """The Workspace domain is the tenant; the token says nothing about the sign-in."""
    mapper = mapper_of(GOOGLE)
    claims = EVERYTHING | {"hd": "corp.example"}

    result = mapper.map(verified("google", **claims), NOON)

    assert result.tenant == "corp.example"
    assert result.email_verified is True
    assert result.username == ""
    assert result.amr == ()


def test_a_guest_has_a_subject_and_nothing_else() -> None:
    """Whatever else a token says."""
    result = mapper_of(GUEST).map(verified("guest", **EVERYTHING), NOON)

    assert result.subject == "ana"
    assert (result.name, result.email, result.email_verified) == ("", "", False)
    assert result.auth_time == UNKNOWN_TIME


def test_the_file_says_otherwise() -> None:
    """Groups filtered, an attribute of each type that there is."""
    result = mapped(
        """
        [map]
        subject = "claims.oid"
        groups = "claim('groups', []).filter(g, g.startsWith('gw-'))"
        tenant = "claims.org.name"
        [map.attributes]
        department = "claim('department', '')"
        level = "claims.level"
        teams = "claims.teams"
        staff = "claims.level > 3"
        until = "now + duration('1h')"
        org = "claims.org"
        """,
        oid="42",
        groups=["gw-a", "b"],
        level=5,
        teams=["x", "y"],
        org={"name": "acme"},
    )

    assert result.subject == "42"
    assert result.groups == ("gw-a",)
    assert result.tenant == "acme"
    assert dict(result.attributes) == {
        "department": "",
        "level": 5,
        "teams": ("x", "y"),
        "staff": True,
        "until": NOON + timedelta(hours=1),
        "org": {"name": "acme"},
    }


def test_policies_see_the_exported_claims_and_no_other() -> None:
    """One that is missing is missing, not empty."""
    result = mapped('export_claims = ["hd", "absent"]', hd="corp.example", secret="x")

    assert dict(result.exported) == {"hd": "corp.example"}


def test_what_was_mapped_shows_no_claims() -> None:
    """They may hold anything, and a traceback shows a `repr`."""
    result = mapped('export_claims = ["secret"]', secret="told in confidence")

    assert "confidence" not in repr(result)


# ---- [require] ----------------------------------------------------------------------

MFA = """
[require]
checks = [
  { id = "mfa", cel = "'mfa' in claim('amr', [])", message = "use a second factor" },
  { id = "known", cel = "claims.level > 2" },
]
"""


def test_each_requirement_has_to_be_met() -> None:
    """The first that is not names itself, and what to do about it."""
    assert mapped(MFA, amr=["mfa"], level=3).subject == "ana"

    with pytest.raises(UnmetRequirementError) as caught:
        mapped(MFA, amr=["pwd"], level=3)
    assert caught.value.message == "use a second factor"
    assert "`mfa`" in caught.value.detail
    with pytest.raises(UnmetRequirementError) as caught:
        mapped(MFA, amr=["mfa"], level=2)
    assert caught.value.message == ""


@pytest.mark.parametrize("level", [None, "3", [], {}, True])
def test_a_requirement_that_cannot_be_evaluated_is_not_met(level: Any) -> None:
    """An error denies; its place in the file is in the log, the value is not."""
    with pytest.raises(UnmetRequirementError) as caught:
        mapped(MFA, amr=["mfa"], level=level)

    assert "providers/corp.toml:10:" in caught.value.detail


def test_a_requirement_is_met_by_true_alone() -> None:
    """Not by what a program might take for true."""
    check = '[require]\nchecks = [{ id = "c", cel = "claims.ok" }]'

    assert mapped(check, ok=True).subject == "ana"
    for value in (1, "true", ["x"], False, None):
        with pytest.raises(UnmetRequirementError):
            mapped(check, ok=value)


# ---- claims of a wrong type -----------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("sub", 42),
        ("sub", None),
        ("sub", ""),
        ("sub", ["ana"]),
        ("sub", "a\nb"),
        ("sub", "x" * 2000),
        ("name", 5),
        ("name", {"first": "Ana"}),
        ("name", "x" * 2000),
        ("email", ["ana@corp.example"]),
        ("email_verified", "true"),
        ("email_verified", 1),
        ("email_verified", None),
        ("phone_number_verified", "yes"),
        ("scope", ["read"]),
        ("amr", "pwd"),
        ("amr", [1]),
        ("amr", ["x"] * (MAX_ITEMS + 1)),
        ("acr", 2),
        ("auth_time", "noon"),
        ("auth_time", 10**30),
        ("auth_time", int(NOON.timestamp()) + 3600),
    ],
)
def test_a_claim_of_a_wrong_type_makes_the_credential_malformed(
    claim: str, value: Any
) -> None:
    """401, never 500; and never a guess at what was meant."""
    with pytest.raises(MalformedCredentialError):
        mapped(**{claim: value})


def test_the_log_names_the_expression_and_not_the_value() -> None:
    """By file, line and column."""
    extra = '[map]\nname = "claims.first + claims.last"\n'

    with pytest.raises(MalformedCredentialError) as caught:
        mapped(extra, first="Ana", last=("secret",))

    assert caught.value.detail.startswith("providers/corp.toml:7:")
    assert "secret" not in caught.value.detail
    assert "Ana" not in caught.value.detail


@pytest.mark.parametrize("value", [True, "true", 1, None])
def test_email_takeover_verified_is_the_boolean_true_alone(value: Any) -> None:
    """Also where the file hands the claim on as it is."""
    try:
        result = mapped(
            '[map]\nemail_verified = "claims.email_verified"',
            email="ana@corp.example",
            email_verified=value,
        )
    except MalformedCredentialError:
        assert value is not True
    else:
        assert result.email_verified is (value is True)


def test_an_address_that_is_missing_is_not_verified() -> None:
    """Nor a telephone number."""
    result = mapped(email_verified=True, phone_number_verified=True)

    assert result.email_verified is False
    assert result.phone_verified is False


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.just("\ud800"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
MAPPER = mapper_of(
    OIDC
    + """
    export_claims = ["hd"]
    [require]
    checks = [{ id = "c", cel = "claim('ok', true)" }]
    [map]
    groups = "claims.groups"
    attributes.x = "claim('name', '')"
    """
)


@given(st.dictionaries(st.sampled_from([*EVERYTHING, "groups", "ok", "hd"]), JSON))
def test_whatever_an_issuer_writes_only_credential_errors_come_out(
    claims: dict[str, Any],
) -> None:
    """No 5xx from any input; what passes has the types that policies rely on."""
    try:
        result = MAPPER.map(verified(**claims), NOON)
    except CredentialError:
        return
    assert isinstance(result.subject, str)
    assert result.subject
    assert type(result.email_verified) is bool
    assert isinstance(result.auth_time, datetime)
    assert result.auth_time.tzinfo is UTC or result.auth_time.utcoffset() == timedelta(
        0
    )
    assert all(isinstance(group, str) for group in result.groups)


# ---- what is refused at load ----------------------------------------------------------


def _codes(text: str) -> list[tuple[str, int]]:
    with pytest.raises(ConfigError) as caught:
        compile_mappers([provider_file(text)])
    return [(fault.code, fault.line) for fault in caught.value.faults]


@pytest.mark.parametrize("field", FIELDS)
def test_each_field_has_a_type_that_is_checked_at_load(field: str) -> None:
    """A constant of another type is found before anybody signs in."""
    assert _codes(OIDC + f'[map]\n{field} = "1.5"') == [("E211", 7)]


def test_all_faults_of_all_providers_are_reported_at_once() -> None:
    """Each with its file, line and column."""
    one = provider_file(
        OIDC
        + """[map]
name = "claims.name + "
email = "clams.email"
attributes.x = "nosuch(1)"
[require]
checks = [{ id = "c", cel = "1" }]
"""
    )
    other = provider_file(GUEST + '[map]\ntenant = "1"', "providers/guest.toml")

    with pytest.raises(ConfigError) as caught:
        compile_mappers([one, other])

    places = [(fault.file, fault.line) for fault in caught.value.faults]
    assert places == [
        ("providers/corp.toml", 7),
        ("providers/corp.toml", 8),
        ("providers/corp.toml", 9),
        ("providers/corp.toml", 11),
        ("providers/guest.toml", 5),
    ]
    clams = caught.value.faults[1]
    assert clams.column == 10
    assert clams.help == "did you mean `claims`?"


@pytest.mark.parametrize("source", ["null", "b'x'", "type(1)"])
def test_an_attribute_that_no_policy_could_use_is_refused(source: str) -> None:
    """Bytes, nothing, or a type."""
    assert _codes(OIDC + f'[map.attributes]\nx = "{source}"') == [("E210", 7)]


@pytest.mark.parametrize("source", ["true", "1 == 1", "!false"])
def test_email_takeover_a_file_cannot_declare_every_address_verified(
    source: str,
) -> None:
    """Only who has asked the person can vouch for it."""
    assert _codes(OIDC + f'[map]\nemail_verified = "{source}"') == [("E106", 7)]


@pytest.mark.parametrize("source", ["false", "1 / 0 == 1", "claims.iss == 'x'"])
def test_an_address_may_be_verified_never_or_by_a_claim(source: str) -> None:
    """The pair of the above."""
    compile_mappers([provider_file(OIDC + f'[map]\nemail_verified = "{source}"')])


def test_what_takes_long_is_given_up_only_where_others_wait() -> None:
    """On the event loop five milliseconds, in a thread a quarter of a second."""
    mapper = mapper_of(OIDC)

    with pytest.raises(WouldWaitError):
        mapper.map(slowly_verified(), NOON, may_wait=False)
    assert mapper.map(slowly_verified(), NOON).subject == "ana"
    assert mapper.map(verified(), NOON, may_wait=False).subject == "ana"
