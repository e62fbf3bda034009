"""A provider that speaks OpenID Connect."""

import pytest

from gateway.config.providers.google import GoogleProvider
from gateway.config.providers.oidc import OidcProvider
from tests.config.files import PROVIDER, read, the_fault

LOCAL = PROVIDER.replace("https://login.corp.example", "http://127.0.0.1:8082")


def oidc(text: str) -> OidcProvider:
    found = read(OidcProvider, text)
    assert isinstance(found, OidcProvider)
    return found


def test_the_defaults_are_the_strict_ones() -> None:
    """Access tokens alone, over https, from public addresses, of one host."""
    provider = oidc(PROVIDER)

    assert provider.accept.tokens == ("at+jwt",)
    assert provider.algorithms == ("RS256", "ES256")
    assert provider.hosts == ("login.corp.example",)
    assert provider.issuers == ("https://login.corp.example",)
    assert provider.network.allow_private_addresses == ()
    assert not provider.network.allow_plain_http


def test_a_token_is_made_for_somebody() -> None:
    """An absence of anything to check is a failure."""
    text = PROVIDER.replace('audiences = ["gateway"]', "")

    fault = the_fault(OidcProvider, text)

    assert fault.code == "E104"
    assert "`audiences` or `client.id`" in fault.message


def test_audiences_and_client_ids_are_accepted_together() -> None:
    """Each once."""
    provider = oidc(
        f"{PROVIDER}client = {{ id = 'a', extra_audiences = ['b', 'gateway'] }}"
    )

    assert provider.accepted_audiences == ("gateway", "a", "b")


def test_who_signs_people_in_is_a_client() -> None:
    """Without an id there is nothing to ask the provider for."""
    text = f"{PROVIDER}accept.flows = ['login']\n"

    fault = the_fault(OidcProvider, text)

    assert (fault.code, "client.id" in fault.message) == ("E104", True)
    assert oidc(f"{text}client.id = 'a'").signs_in
    assert not oidc(PROVIDER).signs_in


ENDPOINTS = ("discovery_url", "jwks_url", "token_url", "userinfo_url", "par_url")


@pytest.mark.parametrize("key", ENDPOINTS)
def test_what_the_gateway_asks_is_named_and_over_tls(key: str) -> None:
    """Each place of its own, and by that allowed."""
    provider = oidc(f"{PROVIDER}{key} = 'https://other.corp.example/x'")

    assert provider.hosts == ("login.corp.example", "other.corp.example")
    fault = the_fault(OidcProvider, f"{PROVIDER}{key} = 'http://other.corp.example/x'")
    assert (fault.code, fault.where.split(":")[1]) == ("E106", "6")


@pytest.mark.parametrize("key", ["authorize_url", "end_session_url"])
def test_where_browsers_go_needs_no_way_for_the_gateway(key: str) -> None:
    """It is over TLS all the same."""
    line = f"{{}}{key} = '{{}}://sign-in.corp.example/'"

    assert oidc(line.format(PROVIDER, "https")).hosts == ("login.corp.example",)
    assert the_fault(OidcProvider, line.format(PROVIDER, "http")).code == "E106"


def test_discovery_starts_below_the_issuer() -> None:
    """Unless it is somewhere else."""
    elsewhere = "https://login.corp.example/elsewhere"
    described_at = oidc(PROVIDER).described_at

    assert described_at == "https://login.corp.example/.well-known/openid-configuration"
    # Auth0's issuers end in a slash; Discovery section 4 takes it away.
    with_slash = PROVIDER.replace("corp.example", "corp.example/")
    assert oidc(with_slash).described_at == described_at
    assert oidc(f"{PROVIDER}discovery_url = '{elsewhere}'").described_at == elsewhere


def test_keys_may_be_at_another_host() -> None:
    """Which is allowed by being named."""
    provider = oidc(f"{PROVIDER}jwks_url = 'https://keys.corp.example/jwks'")

    assert provider.hosts == ("login.corp.example", "keys.corp.example")


def test_an_allow_list_replaces_the_default_and_has_to_hold_the_issuer() -> None:
    """Or nothing could be fetched."""
    line = "network.allow_hosts = ['{}', 'keys.corp.example']"
    provider = oidc(PROVIDER + line.format("login.corp.example"))
    assert provider.hosts == ("login.corp.example", "keys.corp.example")

    fault = the_fault(OidcProvider, PROVIDER + line.format("other.example"))

    assert (fault.code, fault.where) == ("E330", "file.toml:4:10")


def test_the_way_to_the_keys_is_checked_like_that_to_the_issuer() -> None:
    """At its own key."""
    fault = the_fault(OidcProvider, f"{PROVIDER}jwks_url = 'http://keys.corp.example'")

    assert (fault.code, fault.where) == ("E106", "file.toml:6:12")
    assert fault.help == ""


def test_plain_http_is_for_this_machine_and_has_to_be_asked_for() -> None:
    """Two switches: the protocol, and the address."""
    fault = the_fault(OidcProvider, LOCAL)
    assert (fault.code, fault.where) == ("E106", "file.toml:4:10")
    assert "allow_plain_http" in fault.help

    text = f"{LOCAL}[network]\nallow_plain_http = true\n"
    fault = the_fault(OidcProvider, text)
    assert fault.code == "E330"
    assert "`network.allow_private_addresses` leaves out 127.0.0.1" in fault.message

    oidc(f"{text}allow_private_addresses = ['127.0.0.0/8']\n")


def test_plain_http_elsewhere_is_refused_whatever_is_asked_for() -> None:
    """Whoever is on the line could make up keys."""
    text = PROVIDER.replace("https", "http") + "network.allow_plain_http = true\n"

    assert the_fault(OidcProvider, text).code == "E106"


def test_a_private_address_has_to_be_allowed() -> None:
    """PyJWT PR 1169: a gateway that fetches anything reads what only it can reach."""
    text = PROVIDER.replace("login.corp.example", "10.1.2.3")
    assert the_fault(OidcProvider, text).code == "E330"

    oidc(f"{text}network.allow_private_addresses = ['10.0.0.0/8']\n")


TENANTS = PROVIDER.replace("corp.example", "corp.example/{tenantid}")
WELL_KNOWN = "/.well-known/openid-configuration"


def test_a_provider_may_have_tenants() -> None:
    """Each that is let in is an issuer, and the only one is where discovery starts."""
    some = oidc(f"{TENANTS}tenants = ['a', 'b']")
    one = oidc(f"{TENANTS}tenants = ['a']\nissuer_aliases = ['{{tenantid}}.example']")
    every = oidc(f"{TENANTS}allow_any_tenant = true")

    base = "https://login.corp.example/"
    assert some.issuers == (f"{base}a", f"{base}b")
    assert one.issuers == (f"{base}a", "a.example")
    assert every.issuers == (f"{base}{{tenantid}}",)
    assert some.described_at == every.described_at == f"{base}common{WELL_KNOWN}"
    assert one.described_at == f"{base}a{WELL_KNOWN}"
    assert one.described_as == (f"{base}{{tenantid}}", f"{base}a")
    assert some.hosts == ("login.corp.example",)


@pytest.mark.parametrize(
    ("text", "code", "word"),
    [
        (TENANTS, "E104", "`tenants` is missing"),
        (f"{TENANTS}tenants = ['a']\nallow_any_tenant = true", "E106", "any is let in"),
        (f"{PROVIDER}tenants = ['a']", "E106", "no `{tenantid}`"),
        (f"{PROVIDER}allow_any_tenant = true", "E106", "no `{tenantid}`"),
        (f"{PROVIDER}issuer_aliases = ['{{tenantid}}']", "E106", "in all spellings"),
        (
            f"{TENANTS}tenants = ['a']\nissuer_aliases = ['other']",
            "E106",
            "in all spellings",
        ),
        (f"{TENANTS}tenants = ['a/b']", "E105", "a tenant is named"),
        (f"{TENANTS}tenants = ['a', 'a']", "E106", "twice"),
        (
            TENANTS.replace("{tenantid}", "{tenantid}{tenantid}"),
            "E105",
            "stands there twice",
        ),
        (TENANTS.replace("{tenantid}", "{tenant}"), "E105", "URL"),
    ],
    ids=range(10),
)
def test_whose_people_are_let_in_is_said(text: str, code: str, word: str) -> None:
    """Anybody can make a tenant, and people in it."""
    fault = the_fault(OidcProvider, text)

    assert fault.code == code
    assert word in fault.message


def test_google_is_a_set_of_defaults() -> None:
    """Google, "OpenID Connect API Reference": both spellings of `iss`, RS256, `hd`."""
    google = read(GoogleProvider, "kind = 'google'\nid = 'google'\nclient.id = 'x'\n")

    assert isinstance(google, GoogleProvider)
    assert google.issuers == ("https://accounts.google.com", "accounts.google.com")
    assert google.algorithms == ("RS256",)
    assert google.hosts == (
        "accounts.google.com",
        "oauth2.googleapis.com",
        "openidconnect.googleapis.com",
        "www.googleapis.com",
    )
    assert not google.userinfo
    assert google.accept.tokens == ("id_token",)
    assert google.map.tenant == "claim('hd', '')"


def test_googles_access_tokens_are_not_accepted() -> None:
    """Nothing in them says whom they were made for."""
    text = "kind = 'google'\nid = 'google'\nclient.id = 'x'\naccept.tokens = ['at+jwt']"

    assert the_fault(GoogleProvider, text).code == "E105"


def test_google_needs_a_client_id() -> None:
    """Without, any app's users could sign in."""
    assert the_fault(GoogleProvider, "kind = 'google'\nid = 'google'").code == "E104"


def test_google_lets_nobody_sign_in_without_a_secret() -> None:
    """PKCE is no substitute there."""
    text = "kind = 'google'\nid = 'google'\nclient.id = 'x'\naccept.flows = ['login']\n"

    fault = the_fault(GoogleProvider, text)

    assert (fault.code, "`client.secret`" in fault.message) == ("E104", True)
    found = read(
        GoogleProvider, f"{text}client.secret = {{ env = 'SECRET' }}", {"SECRET": "s"}
    )
    assert isinstance(found, GoogleProvider)
