"""Whose token is it?"""

from typing import Any

import pytest

from gateway.authentication.issuers import Issuers, in_place, template_of
from gateway.config.providers.oidc import OidcProvider
from gateway.model.errors import UntrustedIssuerError
from tests.authentication.issuer import access_claims, token, unverified

TEMPLATE = "https://login.example/{tenantid}/v2.0"
OLD = "https://sts.example/{tenantid}/"
ONE = "11111111-2222-3333-4444-555555555555"
TWO = "99999999-2222-3333-4444-555555555555"


def issuers(**changes: Any) -> Issuers:
    settings = {
        "kind": "oidc",
        "id": "corp",
        "issuer": TEMPLATE,
        "issuer_aliases": (OLD,),
        "audiences": ("gateway",),
    }
    return Issuers(OidcProvider.model_validate(settings | changes))


SOME = issuers(tenants=(ONE,))
ANY = issuers(allow_any_tenant=True)
PLAIN = issuers(issuer="https://login.example", issuer_aliases=("login.example",))


def check(rule: Issuers, iss: Any, tid: Any = None) -> str:
    return rule.check(unverified(token(access_claims(iss=iss, tid=tid))))


def of(tenant: str, template: str = TEMPLATE) -> str:
    return template.replace("{tenantid}", tenant)


def test_a_tenant_that_is_let_in_is_one_of_the_issuers() -> None:
    """By the one name that the provider has for it, however it was spelled."""
    assert check(SOME, of(ONE), ONE) == of(ONE)
    assert check(SOME, of(ONE, OLD), ONE) == of(ONE)
    assert check(ANY, of(TWO), TWO) == of(TWO)
    assert SOME.names == {of(ONE), of(ONE, OLD)}
    assert ANY.names == {TEMPLATE, OLD}


def test_a_provider_without_tenants_has_its_names() -> None:
    """Whatever a token says of tenants."""
    for iss in ("https://login.example", "login.example"):
        assert check(PLAIN, iss, ONE) == "https://login.example"
        assert PLAIN.knows(iss)
    with pytest.raises(UntrustedIssuerError):
        check(PLAIN, of(ONE), ONE)


REFUSED: dict[str, tuple[Any, Any]] = {
    "another tenant": (of(TWO), ONE),
    "another tenant inside": (of(ONE), TWO),
    "no tenant inside": (of(ONE), None),
    "a number inside": (of(ONE), 1),
    "the template itself": (TEMPLATE, "{tenantid}"),
    "the template and a tenant": (TEMPLATE, ONE),
    "nothing in its place": (of(""), ""),
    "nothing, and nothing inside": (of(""), None),
    "more of a path": (of(f"{ONE}/x"), f"{ONE}/x"),
    "another host": (of(ONE, "https://evil.example/{tenantid}/v2.0"), ONE),
    "in upper case": (of(ONE).upper(), ONE),
    "the host as tenant": ("https://login.example/login/v2.0", "login"),
    "no issuer": (None, ONE),
}


@pytest.mark.parametrize(("iss", "tid"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_fit_together_is_refused(iss: Any, tid: Any) -> None:
    """Whether some tenants are let in, or all."""
    for rule in (SOME, ANY):
        with pytest.raises(UntrustedIssuerError):
            check(rule, iss, tid)


def test_a_tenant_that_is_not_let_in_is_refused() -> None:
    """Anybody can make one."""
    with pytest.raises(UntrustedIssuerError):
        check(SOME, of(TWO), TWO)


def test_an_issuer_is_known_without_a_token() -> None:
    """As an answer names it (RFC 9207)."""
    known = {of(ONE): (True, True), of(TWO): (False, True), TEMPLATE: (False, True)}
    for issuer, (some, every) in known.items():
        assert (SOME.knows(issuer), ANY.knows(issuer)) == (some, every)
    for issuer in ("", of(""), of(f"{ONE}/x"), "https://evil.example/", f"{of(ONE)}x"):
        assert not ANY.knows(issuer)
    assert ANY.knows(of(TWO, "https://sts.example/{tenantid}/"))
    ending = issuers(
        issuer="https://login.example/{tenantid}",
        issuer_aliases=(),
        allow_any_tenant=True,
    )
    assert ending.knows("https://login.example/a-b")
    assert not ending.knows("https://login.example/")


def test_a_template_is_found_by_what_a_token_says() -> None:
    """So that a provider is found without going through all of them."""
    of_one = unverified(token(access_claims(iss=of(ONE), tid=ONE)))
    of_none = unverified(token(access_claims(iss=of(ONE))))

    assert template_of(of_one) == TEMPLATE
    assert template_of(of_none) == ""
    assert in_place(TEMPLATE, of_one) == of(ONE)
    assert in_place("https://login.example", of_one) == "https://login.example"
