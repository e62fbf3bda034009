"""Changes that let somebody in who was kept out. Written before the search was."""

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
from tests.policy.files import provider

_FIRST = """
[roles]
mode = "first"
[[role]]
id = "blocked"
for = "authenticated"
when = "identity.tenant == 'old'"
[[role]]
id = "boss"
for = "authenticated"
when = "'bosses' in identity.groups"
"""

_FIRST_SWAPPED = """
[roles]
mode = "first"
[[role]]
id = "boss"
for = "authenticated"
when = "'bosses' in identity.groups"
[[role]]
id = "blocked"
for = "authenticated"
when = "identity.tenant == 'old'"
"""

_DEFAULT = """
[roles]
on_none = "default"
default = "reader"
[[role]]
id = "reader"
for = "authenticated"
when = "identity.tenant == 'acme'"
"""

_CEILING = """
[[role]]
id = "trial"
for = "guest"
when = "request.headers.exists(h, h == 'x-trial')"
"""

_BASE = Files(())

WIDENINGS: tuple[Pair, ...] = (
    # Roles.
    edit("dropped term of a role", SHOP, ("identity.email_verified && ", "")),
    edit(
        "dropped term of a role behind a var",
        SHOP,
        (" && identity.amr.exists(m, m == 'mfa')", ""),
    ),
    edit(
        "equality of a var negated",
        SHOP,
        ("identity.provider == 'corp' && any", "identity.provider != 'corp' && any"),
    ),
    edit("and becomes or in a var", SHOP, ("'corp' && any_of", "'corp' || any_of")),
    edit("one more group", SHOP, ("'gw-support'])", "'gw-support', 'gw-interns'])")),
    edit(
        "any_of a list of a list var",
        SHOP,
        (
            "any_of(identity.groups, ['gw-orders', 'gw-support'])",
            "identity.groups.exists(g, g.startsWith('gw-'))",
        ),
    ),
    edit(
        "exists becomes all, true of the empty list",
        SHOP,
        ("identity.amr.exists(m, m == 'mfa')", "identity.amr.all(m, m == 'mfa')"),
    ),
    edit(
        "role for programs by another scope too",
        SHOP,
        (
            "has_scope('orders.import')",
            "has_scope('orders.import') || has_scope('orders.read')",
        ),
    ),
    Pair(
        "order in first mode",
        Files((_FIRST + rule_of("true", more='roles = ["boss"]'),)),
        Files((_FIRST_SWAPPED + rule_of("true", more='roles = ["boss"]'),)),
    ),
    Pair(
        "first mode becomes all",
        Files((_FIRST + rule_of("true", more='roles = ["boss"]'),)),
        Files(
            (
                swapped(_FIRST, '"first"', '"all"')
                + rule_of("true", more='roles = ["boss"]'),
            )
        ),
    ),
    Pair(
        "a default role",
        Files(
            (
                swapped(
                    swapped(_DEFAULT, 'on_none = "default"\n', ""),
                    'default = "reader"\n',
                    "",
                )
                + rule_of("true"),
            )
        ),
        Files((_DEFAULT + rule_of("true"),)),
    ),
    # Rules: whom and where.
    edit(
        "role added to a rule",
        SHOP,
        ('roles = ["support"]\nrequire', 'roles = ["support", "customer"]\nrequire'),
    ),
    edit(
        "for widened to guests",
        SHOP,
        (
            '["orders-feed"]\nfor = ["authenticated"]\nroles = ["customer", "support"]',
            '["orders-feed"]\nfor = ["authenticated", "guest"]\nroles = ["customer", "support", "guest"]',
        ),
    ),
    edit(
        "for widened to programs",
        SHOP,
        (
            '["orders-feed"]\nfor = ["authenticated"]\nroles = ["customer", "support"]',
            '["orders-feed"]\nfor = ["authenticated", "service"]\nroles = ["customer", "support", "importer"]',
        ),
    ),
    edit(
        "a pattern that covers more routes",
        SHOP,
        (
            'routes = ["orders-feed"]\nfor = ["authenticated"]',
            'routes = ["orders-*"]\nfor = ["authenticated"]',
        ),
    ),
    Pair(
        "another route in a rule",
        Files((rule_of("identity.tenant == 'acme'", routes="bills-read"),)),
        Files(
            (
                rule_of("identity.tenant == 'acme'", routes="bills-read", more="")
                + rule_of("identity.tenant == 'acme'", name="more", routes="files"),
            )
        ),
    ),
    # Denies.
    edit(
        "deny rule narrowed by a term",
        SHOP,
        ("identity.disabled || 'suspended' in identity.labels", "identity.disabled"),
    ),
    edit(
        "deny rule only for some",
        SHOP,
        (
            'for = ["authenticated", "guest", "service"]',
            'for = ["authenticated", "guest"]',
        ),
    ),
    edit(
        "deny rule only on some routes",
        SHOP,
        (
            'routes = ["orders-*"]\nfor = ["authenticated", "guest", "service"]',
            'routes = ["orders-feed"]\nfor = ["authenticated", "guest", "service"]',
        ),
    ),
    edit(
        "deny rule in shadow",
        SHOP,
        (
            'effect = "deny"\nroutes = ["orders-*"]',
            'effect = "deny"\nmode = "shadow"\nroutes = ["orders-*"]',
        ),
    ),
    Pair(
        "deny rule of two terms removed",
        Files(
            (
                rule_of("identity.email_verified"),
                rule_of(
                    "identity.tenant == 'acme' && 'temp' in identity.labels && request.ip.startsWith('10.')",
                    name="no",
                    effect="deny",
                ),
            )
        ),
        Files(
            (
                rule_of("identity.email_verified"),
                rule_of(
                    "identity.tenant == 'acme' && 'temp' in identity.labels && request.ip.startsWith('10.') && request.tls == false",
                    name="no",
                    effect="deny",
                ),
            )
        ),
    ),
    Pair(
        "deny rule in a second file removed",
        Files(
            (
                rule_of("identity.email.endsWith('@corp.example')"),
                rule_of(
                    "identity.created > now - duration('24h')",
                    name="new",
                    effect="deny",
                ),
            )
        ),
        Files(
            (
                rule_of("identity.email.endsWith('@corp.example')"),
                rule_of(
                    "identity.created > now - duration('23h')",
                    name="new",
                    effect="deny",
                ),
            )
        ),
    ),
    edit(
        "deny by role asks for a role",
        SHOP,
        (
            "when = \"identity.disabled || 'suspended' in identity.labels\"",
            'roles = ["customer"]\nwhen = "identity.disabled || \'suspended\' in identity.labels"',
        ),
    ),
    # What a rule requires.
    edit(
        "no acr required",
        SHOP,
        ('{ acr = "mfa", auth_age = "15m" }', '{ auth_age = "15m" }'),
    ),
    edit("an older sign-in is enough", SHOP, ('auth_age = "15m"', 'auth_age = "16m"')),
    edit(
        "nothing required", SHOP, ('require = { acr = "mfa", auth_age = "15m" }\n', "")
    ),
    # Conditions, one shape each.
    edit("wider network", SHOP, ("198.51.100.0/25", "198.51.100.0/24")),
    edit(
        "one more network", SHOP, ('"192.0.2.0/24"', '"192.0.2.0/24", "2001:db8::/64"')
    ),
    Pair(
        "longer list of a const",
        Files(
            (
                '[const]\npartners = ["acme"]\n'
                + rule_of("identity.tenant in const.partners"),
            )
        ),
        Files(
            (
                '[const]\npartners = ["acme", "initech"]\n'
                + rule_of("identity.tenant in const.partners"),
            )
        ),
    ),
    condition(
        "claim guard removed",
        "has(claims.hd) && claims.hd == 'corp.example' && claim('level', 0) >= 3",
        "has(claims.hd) && claim('level', 0) >= 3",
    ),
    condition("integer boundary", "claim('level', 0) > 3", "claim('level', 0) >= 3"),
    condition(
        "default of a claim",
        "claim('dept', 'none') != 'none'",
        "claim('dept', 'some') != 'none'",
    ),
    condition(
        "has() default flipped",
        "has(claims.dept) ? claims.dept == 'it' : false",
        "has(claims.dept) ? claims.dept == 'it' : true",
    ),
    condition(
        "nested claim",
        "claim('realm.access', []).exists(r, r == 'admin')",
        "claim('realm.access', []).exists(r, r.startsWith('admin'))",
    ),
    condition(
        "startsWith shortened",
        "route.params.order_id.startsWith(identity.subject + '-')",
        "route.params.order_id.startsWith(identity.subject)",
    ),
    condition(
        "suffix without the dot",
        "identity.email_verified && identity.email.endsWith('.corp.example')",
        "identity.email_verified && identity.email.endsWith('corp.example')",
    ),
    condition(
        "domain becomes suffix",
        "email_domain(identity.email) == 'corp.example'",
        "identity.email.endsWith('corp.example')",
    ),
    condition(
        "case-insensitive compare",
        "identity.username == 'root'",
        "identity.username.lowerAscii() == 'root'",
    ),
    condition(
        "regex without its end",
        "identity.username.matches('^adm-[0-9]{3}$')",
        "identity.username.matches('^adm-[0-9]{3}')",
    ),
    condition(
        "a dot that is any character",
        "identity.tenant.matches(r'^a\\.b$')",
        "identity.tenant.matches(r'^a.b$')",
    ),
    condition(
        "a class with one more range",
        "identity.username.matches('^[a-f]+x?$')",
        "identity.username.matches('^[a-f0-9]+x?$')",
    ),
    condition(
        "glob of more levels",
        "glob(request.path, '/v1/files/*/public')",
        "glob(request.path, '/v1/files/**')",
        routes="files",
    ),
    condition(
        "path_under of less",
        "path_under(request.path, '/v1/files/shared/docs')",
        "path_under(request.path, '/v1/files/shared')",
        routes="files",
    ),
    condition(
        "timestamp moved",
        "now < timestamp('2026-12-24T00:00:00Z')",
        "now < timestamp('2026-12-25T00:00:00Z')",
    ),
    condition(
        "one hour more",
        "now.getHours() >= 8 && now.getHours() < 18",
        "now.getHours() >= 8 && now.getHours() <= 18",
    ),
    condition(
        "a fresh sign-in of longer ago",
        "fresh(identity.auth_time, duration('10m'))",
        "fresh(identity.auth_time, duration('1h'))",
    ),
    condition(
        "account age",
        "now - identity.created >= duration('72h')",
        "now - identity.created >= duration('71h')",
    ),
    condition(
        "ternary swapped",
        "identity.tenant == 'acme' ? identity.email_verified : false",
        "identity.tenant == 'acme' ? true : identity.email_verified",
    ),
    condition(
        "query list becomes membership",
        "has(request.query.scope) && request.query.scope == ['own']",
        "has(request.query.scope) && 'own' in request.query.scope",
    ),
    condition(
        "header all becomes exists",
        "'x-zone' in request.headers && request.headers['x-zone'].all(z, z == 'a')",
        "'x-zone' in request.headers && request.headers['x-zone'].exists(z, z == 'a')",
    ),
    condition(
        "size of a list",
        "size(identity.groups) == 2 && 'a' in identity.groups",
        "size(identity.groups) >= 2 && 'a' in identity.groups",
    ),
    condition(
        "exists_one becomes exists",
        "identity.groups.exists_one(g, g.startsWith('t-'))",
        "identity.groups.exists(g, g.startsWith('t-'))",
    ),
    condition(
        "all_of becomes any_of",
        "all_of(identity.scopes, ['read', 'files'])",
        "any_of(identity.scopes, ['read', 'files'])",
    ),
    condition(
        "or of two far terms",
        "(identity.tenant == 'a' && identity.acr == 'high') || (identity.tenant == 'b' && 'x' in identity.labels)",
        "(identity.tenant == 'a' || identity.acr == 'high') && (identity.tenant == 'b' || identity.tenant == 'a' || 'x' in identity.labels)",
    ),
    condition(
        "method left out",
        "request.method == 'GET' && identity.subject == route.params.owner",
        "identity.subject == route.params.owner",
        routes="files",
    ),
    condition(
        "owner compared with the wrong thing",
        "route.params.owner == identity.subject",
        "route.params.name == identity.subject",
        routes="files",
    ),
    condition(
        "part of a split",
        "identity.email.split('@')[1] == 'corp.example'",
        "identity.email.split('@')[0] == 'corp.example' || identity.email.split('@')[1] == 'corp.example'",
    ),
    condition(
        "number in the query",
        "has(request.query.limit) && int(request.query.limit[0]) <= 100",
        "has(request.query.limit) && int(request.query.limit[0]) <= 101",
    ),
    condition(
        "attribute of any value",
        "has(identity.attributes.floor) && identity.attributes.floor == 3",
        "has(identity.attributes.floor) && identity.attributes.floor >= 3",
    ),
    condition(
        "plain http allowed",
        "request.tls && identity.email_verified",
        "identity.email_verified",
    ),
    condition(
        "body size",
        "request.content_length < 1024",
        "request.content_length <= 1024",
        routes="files",
    ),
    condition(
        "five terms deep",
        "identity.tenant == 't' && identity.email_verified && 'a' in identity.groups && identity.acr == 'gold' && request.host == 'api.example.com' && size(identity.name) > 3",
        "identity.tenant == 't' && identity.email_verified && 'a' in identity.groups && identity.acr == 'gold' && request.host == 'api.example.com' && size(identity.name) > 2",
    ),
    condition(
        "unless both",
        "!(identity.tenant == 'x' || 'y' in identity.labels)",
        "!(identity.tenant == 'x' && 'y' in identity.labels)",
    ),
    condition(
        "not of a filter",
        "size(identity.groups.filter(g, g.endsWith('-admin'))) == 0",
        "size(identity.groups.filter(g, g.endsWith('-admin'))) <= 1",
    ),
    condition("trimmed", "identity.name == 'Ann'", "identity.name.trim() == 'Ann'"),
    # Settings around the policies.
    settings(
        "route pattern covers more",
        rule_of("identity.email_verified", routes="bills-read"),
        replace(_BASE, routes=ROUTES),
        replace(
            _BASE,
            routes=(READ, ADMIN, FEED, replace(BILLS, path="/v1/bills/**"), FILES),
        ),
    ),
    settings(
        "one more method",
        rule_of("identity.email_verified", routes="bills-read"),
        _BASE,
        replace(
            _BASE,
            routes=(
                READ,
                ADMIN,
                FEED,
                replace(BILLS, methods=frozenset({"GET", "POST"})),
                FILES,
            ),
        ),
    ),
    settings(
        "route for every host",
        rule_of("true", routes="orders-feed"),
        _BASE,
        replace(_BASE, routes=(READ, ADMIN, replace(FEED, host="*"), BILLS, FILES)),
    ),
    settings(
        "a new route below a pattern",
        rule_of("identity.email_verified", routes="orders-*"),
        _BASE,
        replace(
            _BASE,
            routes=(*ROUTES, replace(FEED, id="orders-all", path="/v1/everything")),
        ),
    ),
    settings(
        "guests enabled",
        rule_of("request.method == 'GET'", for_="guest"),
        replace(_BASE, guest=GuestSettings(enabled=False)),
        _BASE,
    ),
    Pair(
        "ceiling raised",
        Files(
            (rule_of("'paid' in roles", for_="guest"),),
            guest=GuestSettings(enabled=True, ceiling=("guest",)),
        ),
        Files(
            (
                rule_of("'paid' in roles", for_="guest")
                + swapped(_CEILING, '"trial"', '"paid"'),
            ),
            guest=GuestSettings(enabled=True, ceiling=("guest", "paid")),
        ),
    ),
    settings(
        "one more provider",
        rule_of("identity.email_verified"),
        _BASE,
        replace(_BASE, providers=(*PROVIDERS, provider("facebook"))),
    ),
    settings(
        "a tag that a rule reads",
        rule_of("'open' in route.tags"),
        _BASE,
        replace(
            _BASE,
            routes=(replace(READ, tags=("pii", "open")), ADMIN, FEED, BILLS, FILES),
        ),
    ),
)
