"""One file of `policies/`."""

from datetime import date, timedelta

import pytest

from gateway.config.policies.policy import RESERVED_CLAIMS, PolicySettings
from tests.config.files import POLICY, read, the_fault

HEAD = "[policy]\nid = 'orders'\n"
RULE = (
    "[[rule]]\nid = 'r'\neffect = 'allow'\nroutes = ['a']\nfor = ['guest']\n"
    "when = 'true'\n"
)
ROLE = "[[role]]\nid = 'r'\nfor = 'guest'\nwhen = 'true'\n"
MINT = "[[mint]]\nroutes = ['*']\n[mint.claims]\n"


def policy(text: str) -> PolicySettings:
    found = read(PolicySettings, text)
    assert isinstance(found, PolicySettings)
    return found


def test_the_defaults_decide_nothing() -> None:
    """No rule, no role, all routes in scope."""
    settings = policy(HEAD)

    assert settings.schema_version == 1
    assert settings.policy.scope == ("*",)
    assert (settings.role, settings.rule, settings.mint) == ((), (), ())
    assert (settings.roles.mode, settings.roles.on_none) == ("all", "deny")


def test_every_table_of_the_reference_is_read() -> None:
    """As the documentation writes it."""
    settings = policy(
        POLICY.replace("[policy]", "schema = 1\n[policy]\nreview_by = 2027-01-31")
        + """
        [const]
        offices = ["192.0.2.0/24"]
        limits = { day = 5, share = 0.5, on = true }
        [vars]
        office = "in_cidr(request.ip, const.offices)"
        [roles]
        mode = "first"
        on_none = "deny"
        default = "customer"
        ambiguous = "deny"
        [[role]]
        id = "customer"
        for = "authenticated"
        when = "identity.email_verified"
        [[rule]]
        id = "admin"
        effect = "allow"
        mode = "shadow"
        routes = ["orders-*", "*"]
        for = ["authenticated", "guest", "service"]
        roles = ["customer"]
        require = { acr = "mfa", auth_age = "15m", sender = "dpop" }
        when = "vars.office"
        reason = "because"
        [[mint]]
        routes = "orders-*"
        [mint.claims]
        tenant = "identity.tenant"
        """
    )

    assert settings.policy.review_by == date(2027, 1, 31)
    assert settings.const["limits"] == {"day": 5, "share": 0.5, "on": True}
    assert settings.role[0].for_ == ("authenticated",)
    rule = settings.rule[1]
    assert rule.mode == "shadow"
    assert rule.require is not None
    assert rule.require.auth_age == timedelta(minutes=15)
    assert settings.mint[0].routes == ("orders-*",)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "E104"),
        ("[policy]\n", "E104"),
        (HEAD + RULE.replace("allow", "permit"), "E105"),
        (HEAD + RULE.replace("['guest']", "['any']"), "E105"),
        (HEAD + RULE.replace("['guest']", "[]"), "E106"),
        (HEAD + RULE.replace("['a']", "[]"), "E106"),
        (HEAD + RULE.replace("['a']", "['A']"), "E105"),
        (HEAD + RULE.replace("when = 'true'", ""), "E104"),
        (HEAD + RULE.replace("'true'", "''"), "E106"),
        (HEAD + RULE.replace("'true'", "true"), "E105"),
        (HEAD + RULE + "require = { sender = 'mtls' }", "E110"),
        (HEAD + RULE + "require = { sender = 'cookie' }", "E105"),
        (HEAD + RULE.replace("allow", "deny") + "require = { acr = 'mfa' }", "E106"),
        (HEAD + ROLE.replace("'guest'", "'any'"), "E105"),
        (HEAD + "[roles]\non_none = 'default'", "E104"),
        (HEAD + "[roles]\nambiguous = 'first'", "E110"),
        (HEAD + "[roles]\nambiguous = 'last'", "E105"),
        (HEAD + "[vars]\nA = 'true'", "E105"),
        (HEAD + "[vars]\na = 5", "E105"),
        (HEAD + "[const]\nA = 5", "E105"),
        (HEAD + "[[mint]]\nroutes = ['*']\nclaims = {}", "E106"),
        (HEAD + MINT + "'' = 'x'", "E106"),
        (HEAD + "[rules]\n", "E103"),
    ],
)
def test_what_a_policy_cannot_say_is_refused(text: str, code: str) -> None:
    """By its own code."""
    assert the_fault(PolicySettings, text).code == code


@pytest.mark.parametrize("claim", sorted(RESERVED_CLAIMS))
def test_the_gateways_own_claims_cannot_be_set(claim: str) -> None:
    """They are what an upstream relies on. The fault stands at the claim."""
    fault = the_fault(PolicySettings, f"{HEAD}{MINT}{claim} = 'identity.id'")

    assert (fault.code, fault.where) == ("E290", "file.toml:6:1")
