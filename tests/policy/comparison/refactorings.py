"""Changes after which everybody may do what they could do before, and nothing more."""

from dataclasses import replace

from gateway.config.settings.guest import GuestSettings
from tests.policy.comparison.pairs import (
    ADMIN,
    BILLS,
    FEED,
    FILES,
    PROVIDERS,
    READ,
    ROUTES,
    SHOP,
    Files,
    Pair,
    condition,
    edit,
    rule_of,
    settings,
    swapped,
)

_BASE = Files(())
_DENY = rule_of("identity.disabled || 'x' in identity.labels", name="no", effect="deny")
_DENY_ONE = rule_of("identity.disabled", name="no-a", effect="deny")
_DENY_TWO = rule_of("'x' in identity.labels", name="no-b", effect="deny")
_A = rule_of("identity.tenant == 'a'", name="first")
_B = rule_of("'b' in identity.groups", name="second")
_ROLE_A = (
    "[[role]]\nid = 'a'\nfor = 'authenticated'\nwhen = \"'a' in identity.groups\"\n"
)
_ROLE_B = (
    "[[role]]\nid = 'b'\nfor = 'authenticated'\nwhen = \"'b' in identity.groups\"\n"
)
_ROLED = rule_of("true", more='roles = ["a", "b"]')


def _texts(name: str, old: tuple[str, ...] | str, new: tuple[str, ...] | str) -> Pair:
    before, after = ((t,) if isinstance(t, str) else t for t in (old, new))
    return Pair(name, Files(before), Files(after))


REFACTORINGS: tuple[Pair, ...] = (
    # Order, names, places.
    _texts("rules in another order", _A + _B, _B + _A),
    _texts(
        "denies in another order",
        _A + _DENY_ONE + _DENY_TWO,
        _DENY_TWO + _DENY_ONE + _A,
    ),
    _texts("a rule in another file", _A + _B, (_A, _B)),
    _texts("a deny rule in another file", _A + _DENY, (_A, _DENY)),
    _texts("a rule renamed", _A, swapped(_A, '"first"', '"renamed"')),
    _texts(
        "another reason",
        _A + _DENY,
        _A + swapped(_DENY, 'id = "no"', 'id = "no"\nreason = "no way"'),
    ),
    _texts(
        "roles in another order", _ROLE_A + _ROLE_B + _ROLED, _ROLE_B + _ROLE_A + _ROLED
    ),
    _texts(
        "roles of a rule in another order",
        _ROLE_A + _ROLE_B + _ROLED,
        _ROLE_A + _ROLE_B + swapped(_ROLED, '["a", "b"]', '["b", "a"]'),
    ),
    _texts(
        "a var renamed",
        SHOP,
        SHOP.replace("vars.own", "vars.mine").replace("\nown = ", "\nmine = "),
    ),
    _texts(
        "a const renamed",
        SHOP,
        SHOP.replace("const.offices", "const.nets").replace(
            "\noffices = ", "\nnets = "
        ),
    ),
    edit(
        "a var written out",
        SHOP,
        (
            "\"'support' in roles || vars.own\"",
            "\"'support' in roles || route.params.order_id.startsWith(identity.subject + '-')\"",
        ),
    ),
    edit(
        "a const written out",
        SHOP,
        (
            "in_cidr(request.ip, const.offices)",
            "in_cidr(request.ip, ['192.0.2.0/24', '198.51.100.0/25'])",
        ),
    ),
    _texts(
        "a condition becomes a var",
        rule_of("identity.tenant == 'a' && identity.email_verified"),
        "[vars]\nmine = \"identity.tenant == 'a'\"\n"
        + rule_of("vars.mine && identity.email_verified"),
    ),
    _texts(
        "a literal becomes a const",
        rule_of("identity.tenant in ['a', 'b']"),
        "[const]\ntenants = ['a', 'b']\n" + rule_of("identity.tenant in const.tenants"),
    ),
    _texts(
        "a var that nobody reads",
        _A,
        "[vars]\nspare = \"identity.tenant == 'z'\"\n" + _A,
    ),
    edit(
        "owner and title",
        "[policy]\nid = 'orders'\nowner = 'a@example.com'\n" + _A,
        ("a@example.com", "b@example.com"),
    ),
    edit(
        "a scope that covers what is there",
        "[policy]\nid = 'orders'\n" + _A,
        ("id = 'orders'", "id = 'orders'\nscope = ['orders-*']"),
    ),
    # Splitting and joining.
    _texts(
        "an or becomes two rules",
        rule_of("identity.tenant == 'a' || 'b' in identity.groups"),
        _A + _B,
    ),
    _texts(
        "two rules become an or",
        _A + _B,
        rule_of("identity.tenant == 'a' || 'b' in identity.groups"),
    ),
    _texts("a deny of two terms becomes two", _A + _DENY, _A + _DENY_ONE + _DENY_TWO),
    _texts("two denies become one", _A + _DENY_ONE + _DENY_TWO, _A + _DENY),
    _texts(
        "one rule for each role",
        _ROLE_A + _ROLE_B + _ROLED,
        _ROLE_A
        + _ROLE_B
        + rule_of("true", name="one", more='roles = ["a"]')
        + rule_of("true", name="two", more='roles = ["b"]'),
    ),
    _texts(
        "one rule for each route",
        rule_of("identity.email_verified", routes='orders-read", "bills-read'),
        rule_of("identity.email_verified", name="r")
        + rule_of("identity.email_verified", name="b", routes="bills-read"),
    ),
    _texts(
        "a pattern written out",
        rule_of("identity.email_verified", routes="orders-*"),
        rule_of(
            "identity.email_verified",
            routes='orders-read", "orders-admin", "orders-feed',
        ),
    ),
    _texts(
        "a kind for each rule",
        rule_of("identity.acr == 'x'", for_='authenticated", "service'),
        rule_of("identity.acr == 'x'", name="p")
        + rule_of("identity.acr == 'x'", name="s", for_="service"),
    ),
    _texts(
        "a rule that another implies",
        _A,
        _A + rule_of("identity.tenant == 'a' && identity.email_verified", name="more"),
    ),
    _texts(
        "a rule that is never true",
        _A,
        _A + rule_of("identity.tenant == 'a' && identity.tenant == 'b'", name="never"),
    ),
    _texts(
        "a deny that another implies",
        _A + _DENY,
        _A
        + _DENY
        + rule_of(
            "identity.disabled && identity.acr == 'x'", name="more", effect="deny"
        ),
    ),
    _texts(
        "the role in the condition",
        _ROLE_A + _ROLE_B + rule_of("identity.email_verified", more='roles = ["a"]'),
        _ROLE_A + _ROLE_B + rule_of("identity.email_verified && 'a' in roles"),
    ),
    # Logic.
    condition(
        "terms commute",
        "identity.tenant == 'a' && identity.email_verified && 'x' in identity.groups",
        "'x' in identity.groups && identity.tenant == 'a' && identity.email_verified",
    ),
    condition("sides commute", "identity.tenant == 'a'", "'a' == identity.tenant"),
    condition(
        "de morgan, and",
        "!(identity.disabled && identity.acr == 'low')",
        "!identity.disabled || identity.acr != 'low'",
    ),
    condition(
        "de morgan, or",
        "!(identity.disabled || 'x' in identity.labels)",
        "!identity.disabled && !('x' in identity.labels)",
    ),
    condition("twice not", "identity.email_verified", "!!identity.email_verified"),
    condition(
        "distributed",
        "identity.acr == 'x' && (identity.tenant == 'a' || identity.tenant == 'b')",
        "(identity.acr == 'x' && identity.tenant == 'a') || (identity.acr == 'x' && identity.tenant == 'b')",
    ),
    condition(
        "an or becomes a list",
        "identity.tenant == 'a' || identity.tenant == 'b'",
        "identity.tenant in ['b', 'a']",
    ),
    condition(
        "exists becomes in",
        "identity.groups.exists(g, g == 'a')",
        "'a' in identity.groups",
    ),
    condition(
        "exists becomes any_of",
        "identity.groups.exists(g, g == 'a' || g == 'b')",
        "any_of(identity.groups, ['a', 'b'])",
    ),
    condition(
        "all of not becomes not exists",
        "identity.labels.all(l, l != 'x')",
        "!identity.labels.exists(l, l == 'x')",
    ),
    condition(
        "another name in a macro",
        "identity.groups.exists(g, g.startsWith('t-'))",
        "identity.groups.exists(group, group.startsWith('t-'))",
    ),
    condition(
        "a ternary becomes logic",
        "identity.tenant == 'a' ? identity.email_verified : identity.acr == 'x'",
        "(identity.tenant == 'a' && identity.email_verified) || (identity.tenant != 'a' && identity.acr == 'x')",
    ),
    condition(
        "compare with true",
        "identity.email_verified",
        "identity.email_verified == true",
    ),
    condition("the other way round", "claim('level', 0) > 3", "3 < claim('level', 0)"),
    condition("the next integer", "claim('level', 0) > 3", "claim('level', 0) >= 4"),
    condition(
        "another unit",
        "fresh(identity.auth_time, duration('10m'))",
        "fresh(identity.auth_time, duration('600s'))",
    ),
    condition(
        "another zone",
        "now < timestamp('2026-12-24T01:00:00+01:00')",
        "now < timestamp('2026-12-24T00:00:00Z')",
    ),
    condition(
        "a prefix becomes a regex",
        "identity.username.startsWith('adm-')",
        "identity.username.matches('^adm-')",
    ),
    condition(
        "a guard twice",
        "has(claims.dept) && claims.dept == 'it'",
        "has(claims.dept) && 'dept' in claims && claims.dept == 'it'",
    ),
    condition(
        "a guard becomes a default",
        "has(claims.dept) && claims.dept == 'it'",
        "'dept' in claims ? claims.dept == 'it' : false",
    ),
    condition(
        "size becomes compare", "size(identity.groups) > 0", "identity.groups != []"
    ),
    condition(
        "white space and comments",
        "identity.tenant == 'a'   &&\n  identity.email_verified",
        "identity.tenant == 'a' // the tenant\n&& identity.email_verified",
    ),
    condition("quotes", "identity.tenant == 'a'", 'identity.tenant == "a"'),
    condition(
        "networks joined",
        "in_cidr(request.ip, ['192.0.2.0/25', '192.0.2.128/25'])",
        "in_cidr(request.ip, ['192.0.2.0/24'])",
    ),
    condition(
        "an absorbed term",
        "identity.acr == 'x' || (identity.acr == 'x' && identity.email_verified)",
        "identity.acr == 'x'",
    ),
    edit(
        "a term that another implies",
        SHOP,
        (
            "'support' in roles || vars.own",
            "size(roles) > 1 || 'support' in roles || vars.own",
        ),
    ),
    # Settings.
    settings(
        "routes in another order",
        SHOP,
        _BASE,
        replace(_BASE, routes=tuple(reversed(ROUTES))),
    ),
    settings(
        "a route that no rule opens",
        SHOP,
        _BASE,
        replace(
            _BASE, routes=(*ROUTES, replace(BILLS, id="closed", path="/v1/closed"))
        ),
    ),
    settings(
        "providers in another order",
        SHOP,
        _BASE,
        replace(_BASE, providers=tuple(reversed(PROVIDERS))),
    ),
    settings(
        "a ceiling in another order",
        SHOP,
        _BASE,
        replace(_BASE, guest=GuestSettings(enabled=True, ceiling=("trial", "guest"))),
    ),
    settings(
        "a parameter renamed",
        rule_of("identity.email_verified", routes="files"),
        _BASE,
        replace(
            _BASE,
            routes=(
                READ,
                ADMIN,
                FEED,
                BILLS,
                replace(FILES, path="/v1/files/{who}/{name}"),
            ),
        ),
    ),
)
