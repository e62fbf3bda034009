"""Microsoft Entra ID, as its file says it."""

import pytest

from gateway.config.providers.microsoft import MicrosoftProvider
from tests.config.files import read, the_fault

TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"
PEOPLE = "9188040d-6c67-4c5b-b112-36a304b66dad"
BASE = "https://login.microsoftonline.com"
TEXT = "kind = 'microsoft'\nid = 'microsoft'\nclient.id = 'a'\n"


def microsoft(text: str) -> MicrosoftProvider:
    found = read(MicrosoftProvider, TEXT + text)
    assert isinstance(found, MicrosoftProvider), found
    return found


def test_one_tenant_is_where_its_people_sign_in() -> None:
    """And nobody else's: they are not even asked."""
    provider = microsoft(f"tenants = ['{TENANT}']")

    assert provider.issuers == (f"{BASE}/{TENANT}/v2.0",)
    assert provider.described_at == (
        f"{BASE}/{TENANT}/v2.0/.well-known/openid-configuration"
    )
    assert provider.hosts == ("login.microsoftonline.com",)


def test_people_of_several_tenants_are_asked_who_they_are() -> None:
    """The document there has the placeholder in it, literally."""
    provider = microsoft(f"tenants = ['{TENANT}', '{PEOPLE}']")

    assert provider.issuers == (f"{BASE}/{TENANT}/v2.0", f"{BASE}/{PEOPLE}/v2.0")
    assert provider.described_at.startswith(f"{BASE}/common/v2.0/")
    assert f"{BASE}/{{tenantid}}/v2.0" in provider.described_as


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("", "E104"),
        ("tenants = ['contoso.onmicrosoft.com']", "E105"),
        ("tenants = ['common']", "E105"),
        (f"tenants = ['{TENANT.upper()}']", "E105"),
        (f"tenants = ['{TENANT}']\nallow_any_tenant = true", "E106"),
    ],
    ids=range(5),
)
def test_who_is_let_in_is_said_by_ids(line: str, code: str) -> None:
    """A domain is another name for a tenant, and `tid` never holds it."""
    assert the_fault(MicrosoftProvider, TEXT + line).code == code
