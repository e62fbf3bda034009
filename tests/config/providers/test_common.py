"""What the files of all kinds of provider have in common."""

import pytest

from gateway.config.providers.common import ALGORITHMS, Provider
from gateway.config.providers.guest import GuestProvider
from gateway.config.providers.oidc import OidcProvider
from tests.config.files import PROVIDER, read, the_fault


@pytest.mark.parametrize("name", ["none", "None", "HS256", "hs512"])
def test_an_algorithm_has_a_public_key(name: str) -> None:
    """RFC 8725 section 2.1: else the public key could sign."""
    fault = the_fault(OidcProvider, f"{PROVIDER}algorithms = ['{name}']")

    assert fault.code == "E504"


def test_an_algorithm_is_a_known_one() -> None:
    """Each known one passes."""
    assert the_fault(OidcProvider, f"{PROVIDER}algorithms = ['RS1']").code == "E105"
    assert the_fault(OidcProvider, f"{PROVIDER}algorithms = []").code == "E106"
    assert read(OidcProvider, f"{PROVIDER}algorithms = {list(ALGORITHMS)}")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("accept.flows = ['bearer', 'bearer']", "E106"),
        ("accept.flows = ['basic']", "E105"),
        ("accept.flows = []", "E106"),
        ("link.policy = 'always'", "E105"),
        ("link.trust_email_domains = ['Corp.example']", "E105"),
        ("link.trust_email_domains = ['corp.example', 'corp.example']", "E106"),
        ("sign_in.name = 'a b'", "E105"),
        ("sign_in.domains = ['localhost']", "E105"),
        ("sign_in.profile.'a b' = \"''\"", "E105"),
        ("export_claims = ['a b']", "E105"),
        ("export_claims = ['a', 'a']", "E106"),
        ("map.attributes.Department = \"''\"", "E105"),
        ("map.groups = ''", "E106"),
        ("for = 'guest'", "E105"),
        ("require.checks = [{ id = 'a' }]", "E104"),
        (
            "require.checks = [{ id = 'a', cel = 'true' }, { id = 'a', cel = 'true' }]",
            "E301",
        ),
    ],
)
def test_what_a_provider_cannot_have_is_refused(line: str, code: str) -> None:
    """By its own code."""
    assert the_fault(OidcProvider, PROVIDER + line).code == code


def test_everything_that_it_can_have_is_accepted() -> None:
    """The written form of each part."""
    provider = read(
        OidcProvider,
        PROVIDER
        + """
        for = "service"
        export_claims = ["region", "https://corp.example/tier"]
        accept = { flows = ["login", "exchange", "bearer"] }
        client.id = "gateway"
        require.checks = [
          { id = "mfa", cel = "'mfa' in claim('amr', [])", message = "mfa" },
          { id = "vpn", cel = "true" },
        ]
        link = { policy = "confirm", trust_email_domains = ["corp.example"] }
        sign_in = { name = "Corp", domains = ["corp.example"], identifiers = ["corp"] }
        [map]
        attributes.department = "claim('department', '')"
        """,
    )

    assert isinstance(provider, OidcProvider)
    assert provider.for_ == "service"
    assert provider.export_claims == ("region", "https://corp.example/tier")
    assert [check.id for check in provider.require.checks] == ["mfa", "vpn"]
    assert provider.map.attributes == {"department": "claim('department', '')"}
    assert provider.map.subject == "claims.sub"


def test_guests_are_guests() -> None:
    """A guest file cannot make them anything else."""
    guest = read(GuestProvider, "kind = 'guest'\nid = 'guest'")

    assert isinstance(guest, GuestProvider)
    assert guest.for_ == "guest"
    text = "kind = 'guest'\nid = 'guest'\n"
    assert the_fault(GuestProvider, f"{text}for = 'authenticated'").code == "E105"
    assert the_fault(GuestProvider, f"{text}upgrade = 'keep-id'").code == "E110"


@pytest.mark.parametrize(
    ("kind", "text"),
    [(OidcProvider, PROVIDER), (GuestProvider, 'kind = "guest"\nid = "guest"\n')],
)
def test_a_provider_is_enabled(kind: type[Provider], text: str) -> None:
    """Unless its file says otherwise."""
    assert read(kind, text) == read(kind, f"{text}enabled = true")


def test_a_provider_may_be_switched_off() -> None:
    """Every kind but guests, who need no provider to come without a token."""
    settings = read(OidcProvider, f"{PROVIDER}enabled = false")
    assert isinstance(settings, OidcProvider)
    assert not settings.enabled

    fault = the_fault(GuestProvider, 'kind = "guest"\nid = "guest"\nenabled = false')

    assert fault.code == "E106"
    assert "[guest] enabled = false" in fault.help
