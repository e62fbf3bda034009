"""Pairs of policies that differ in one thing, and what they are compared with."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from gateway.config.configuration import ProviderFile
from gateway.config.settings.guest import GuestSettings
from gateway.model.route import Route
from tests.policy.files import GUESTS, provider, route

READ = route("orders-read", "/v1/orders/{order_id}", tags=("pii",))
ADMIN = route(
    "orders-admin", "/v1/admin/orders/**", methods=frozenset({"POST", "DELETE"})
)
FEED = route("orders-feed", "/v1/feed")
BILLS = route("bills-read", "/v1/bills", host="bills.example.com")
FILES = route(
    "files", "/v1/files/{owner}/{name}", methods=frozenset({"GET", "PUT", "DELETE"})
)
ROUTES = (READ, ADMIN, FEED, BILLS, FILES)

PROVIDERS = (
    provider("corp", export_claims=["hd", "dept", "level", "realm", "roles"]),
    provider("google"),
    provider("robots", for_="service"),
    provider("guest"),
)


@dataclass(frozen=True, slots=True)
class Files:
    """One side: the policies, and what else decides."""

    texts: tuple[str, ...]
    routes: Sequence[Route] = ROUTES
    guest: GuestSettings = GUESTS
    providers: Sequence[ProviderFile] = PROVIDERS
    decision_time: timedelta = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Pair:
    """What was, and what is proposed."""

    name: str
    old: Files = field(repr=False)
    new: Files = field(repr=False)


def swapped(text: str, old: str, new: str) -> str:
    """The text with one part of it changed; the part has to be there once."""
    assert text.count(old) == 1, (text.count(old), old)
    return text.replace(old, new)


def edit(name: str, text: str, *changes: tuple[str, str]) -> Pair:
    """A change of one file."""
    after = text
    for old, new in changes:
        after = swapped(after, old, new)
    return Pair(name, Files((text,)), Files((after,)))


def condition(name: str, old: str, new: str, *, head: str = "", **fields: str) -> Pair:
    """A change of the condition of one rule."""
    before, after = (rule_of(when, **fields) for when in (old, new))
    return Pair(name, Files((head + before,)), Files((head + after,)))


def rule_of(
    when: str,
    *,
    name: str = "only",
    effect: str = "allow",
    routes: str = "orders-read",
    for_: str = "authenticated",
    more: str = "",
) -> str:
    """One rule, its condition in a literal string."""
    assert "'''" not in when
    return f"""
[[rule]]
id = "{name}"
effect = "{effect}"
routes = ["{routes}"]
for = ["{for_}"]
when = '''{when}'''
{more}
"""


def settings(name: str, text: str, old: Files, new: Files) -> Pair:
    """The same policy, with other settings around it."""
    return Pair(name, replace(old, texts=(text,)), replace(new, texts=(text,)))


# Much like the demo: roles, a var, a const, denies, step-up, shadow, claims.
SHOP = """
[const]
offices = ["192.0.2.0/24", "198.51.100.0/25"]
partners = ["acme", "globex"]

[vars]
staff = "identity.provider == 'corp' && any_of(identity.groups, ['gw-orders', 'gw-support'])"
office = "in_cidr(request.ip, const.offices)"
own = "route.params.order_id.startsWith(identity.subject + '-')"

[[role]]
id = "support"
for = "authenticated"
when = "vars.staff && identity.amr.exists(m, m == 'mfa')"

[[role]]
id = "customer"
for = "authenticated"
when = "identity.email_verified && identity.provider in ['google', 'corp']"

[[role]]
id = "guest"
for = "guest"
when = "true"

[[role]]
id = "importer"
for = "service"
when = "has_scope('orders.import')"

[[rule]]
id = "no-suspended"
effect = "deny"
routes = ["orders-*"]
for = ["authenticated", "guest", "service"]
when = "identity.disabled || 'suspended' in identity.labels"
reason = "account suspended"

[[rule]]
id = "read-own"
effect = "allow"
routes = ["orders-read"]
for = ["authenticated"]
roles = ["customer", "support"]
when = "'support' in roles || vars.own"

[[rule]]
id = "member-feed"
effect = "allow"
routes = ["orders-feed"]
for = ["authenticated"]
roles = ["customer", "support"]
when = "true"

[[rule]]
id = "guest-feed"
effect = "allow"
routes = ["orders-feed"]
for = ["guest"]
when = "has(request.query.channel) && request.query.channel == ['public']"

[[rule]]
id = "admin-writes"
effect = "allow"
routes = ["orders-admin"]
for = ["authenticated"]
roles = ["support"]
require = { acr = "mfa", auth_age = "15m" }
when = "vars.office"

[[rule]]
id = "import"
effect = "allow"
routes = ["orders-admin"]
for = ["service"]
roles = ["importer"]
when = "request.method == 'POST' && request.content_type == 'application/json'"

[[rule]]
id = "no-weekends"
effect = "deny"
mode = "shadow"
routes = ["orders-admin"]
for = ["authenticated"]
when = "now.getDayOfWeek() in [0, 6]"

[[mint]]
routes = ["orders-*"]
[mint.claims]
roles = "roles.filter(r, r in ['customer', 'support'])"
tenant = "identity.tenant"
"""
