"""More widenings, written after the search could tell the first ones.

At first, four of them were missed.
"""

from dataclasses import replace

from tests.policy.comparison.pairs import (
    PROVIDERS,
    SHOP,
    Files,
    Pair,
    condition,
    edit,
    rule_of,
    settings,
)
from tests.policy.files import provider

_TWO = """
[vars]
trusted = "in_cidr(request.ip, ['10.0.0.0/8']) && request.tls"
strong = "identity.acr in ['gold', 'silver'] || vars.trusted"
senior = "now - identity.created > duration('720h') && vars.strong"
"""
_DENY = rule_of(
    "'banned' in identity.labels && !('pardoned' in identity.labels)",
    name="no",
    effect="deny",
)
_BASE = Files(())

HELD_OUT: tuple[Pair, ...] = (
    edit(
        "a list in a var of a var",
        _TWO + rule_of("vars.senior"),
        ("['gold', 'silver']", "['gold', 'silver', 'bronze']"),
    ),
    edit(
        "an age in a var",
        _TWO + rule_of("vars.senior"),
        ("duration('720h')", "duration('72h')"),
    ),
    edit(
        "a network in a var of a var",
        _TWO + rule_of("vars.senior"),
        ("10.0.0.0/8", "8.0.0.0/5"),
    ),
    Pair(
        "a pardon for everybody",
        Files((rule_of("identity.email_verified") + _DENY,)),
        Files(
            (
                rule_of("identity.email_verified")
                + _DENY.replace(
                    "!('pardoned' in identity.labels)",
                    "!identity.email.endsWith('.example')",
                ),
            )
        ),
    ),
    Pair(
        "a deny that needs both",
        Files((rule_of("identity.email_verified") + _DENY,)),
        Files(
            (
                rule_of("identity.email_verified")
                + _DENY.replace("&& !(", "&& identity.disabled && !("),
            )
        ),
    ),
    condition(
        "two claims compared",
        "has(claims.dept) && has(claims.realm) && claims.dept == claims.realm",
        "has(claims.dept) && has(claims.realm) && (claims.dept == claims.realm || claims.dept == 'all')",
    ),
    condition(
        "list of claims",
        "claim('roles', []).exists(r, r == 'admin' || r == 'owner')",
        "claim('roles', []).exists(r, r == 'admin' || r == 'owner' || r.endsWith('-owner'))",
    ),
    condition(
        "nested macro",
        "identity.groups.exists(g, ['a', 'b'].exists(p, g.startsWith(p + '-')))",
        "identity.groups.exists(g, ['a', 'b', 'c'].exists(p, g.startsWith(p + '-')))",
    ),
    condition(
        "prefix of the local part",
        "identity.email_verified && identity.email.split('@')[0].startsWith('svc-')",
        "identity.email_verified && identity.email.split('@')[0].startsWith('svc')",
    ),
    condition(
        "substring",
        "size(identity.username) > 4 && identity.username.substring(0, 4) == 'adm-'",
        "size(identity.username) > 3 && identity.username.substring(0, 3) == 'adm'",
    ),
    condition(
        "modulo",
        "claim('level', 0) % 2 == 0 && claim('level', 0) > 9",
        "claim('level', 0) % 2 == 0 && claim('level', 0) > 7",
    ),
    condition(
        "sum of two claims",
        "claim('level', 0) + claim('dept', 0) >= 10",
        "claim('level', 0) + claim('dept', 0) >= 9",
    ),
    condition(
        "weekday and hour",
        "now.getDayOfWeek() in [1, 2, 3, 4, 5] && now.getHours('Europe/Berlin') >= 8",
        "now.getDayOfWeek() in [1, 2, 3, 4, 5, 6] && now.getHours('Europe/Berlin') >= 8",
    ),
    condition(
        "a date in the query",
        "has(request.query.from) && timestamp(request.query.from[0]) > now - duration('24h')",
        "has(request.query.from) && timestamp(request.query.from[0]) > now - duration('48h')",
    ),
    condition(
        "regex alternation",
        "identity.name.matches('^(red|green)-[a-z]+$')",
        "identity.name.matches('^(red|green|blue)-[a-z]+$')",
    ),
    condition(
        "regex unanchored in the middle",
        "identity.tenant.matches('^t-[0-9]+-prod$')",
        "identity.tenant.matches('^t-[0-9]+-.*prod$')",
    ),
    condition(
        "quantifier one longer",
        "identity.tenant.matches('^[a-z]{3,5}$')",
        "identity.tenant.matches('^[a-z]{3,6}$')",
    ),
    condition(
        "header twice",
        "has(request.headers.x) && size(request.headers.x) == 1 && request.headers.x[0] == 'on'",
        "has(request.headers.x) && request.headers.x[0] == 'on'",
    ),
    condition(
        "glob of a segment",
        "glob(request.path, '/v1/files/*/report-?')",
        "glob(request.path, '/v1/files/*/report-*')",
        routes="files",
    ),
    condition(
        "segment by number",
        "request.segments[2] == identity.subject",
        "request.segments[2] == identity.subject || request.segments[3] == identity.subject",
        routes="files",
    ),
    condition(
        "three flags, two enough",
        "identity.email_verified && identity.phone_verified && 'mfa' in identity.amr",
        "(identity.email_verified && identity.phone_verified) || (identity.phone_verified && 'mfa' in identity.amr) || (identity.email_verified && 'mfa' in identity.amr)",
    ),
    condition(
        "exactly one becomes at most two",
        "identity.amr.filter(a, a in ['pwd', 'otp', 'hwk']).size() >= 2",
        "identity.amr.filter(a, a in ['pwd', 'otp', 'hwk', 'sms']).size() >= 2",
    ),
    condition(
        "implication lost",
        "!identity.linked.exists(l, l == 'google') || identity.email_verified",
        "!identity.linked.exists(l, l == 'google') || identity.email_verified || identity.phone_verified",
    ),
    condition(
        "linked and provider",
        "identity.provider == 'google' && 'corp' in identity.linked && identity.tenant != ''",
        "(identity.provider == 'google' || 'corp' in identity.linked) && identity.tenant != ''",
    ),
    condition(
        "string of a number",
        "string(claim('level', 0)) == request.query.level[0]",
        "string(claim('level', 0)) == request.query.level[0] || request.query.level[0] == '*'",
    ),
    condition(
        "map of attributes",
        "has(identity.attributes.unit) && identity.attributes.unit in ['hr', 'it']",
        "has(identity.attributes.unit) && identity.attributes.unit in ['hr', 'it', 'ops']",
    ),
    condition(
        "dyn compared with text",
        "has(claims.level) && claims.level == 'high'",
        "has(claims.level) && claims.level != 'low'",
    ),
    condition(
        "ternary inside of compare",
        "(request.method == 'GET' ? 'reader' : 'writer') in identity.groups",
        "(request.method in ['GET', 'PUT'] ? 'reader' : 'writer') in identity.groups",
        routes="files",
    ),
    condition(
        "a far conjunction of six",
        "identity.tenant == 'a' && identity.acr == 'b' && identity.name == 'c' && identity.username == 'd' && 'e' in identity.labels && has_scope('f')",
        "identity.tenant == 'a' && identity.acr == 'b' && identity.name == 'c' && identity.username == 'd' && ('e' in identity.labels || 'g' in identity.groups) && has_scope('f')",
    ),
    edit(
        "step-up for one of two rules",
        SHOP
        + rule_of(
            "vars.office && identity.acr == 'gold'",
            name="gold",
            routes="orders-admin",
            more='roles = ["support"]\nrequire = { auth_age = "5m" }',
        ),
        ('auth_age = "5m"', 'auth_age = "50m"'),
    ),
    edit(
        "deny by method",
        rule_of("identity.email_verified", routes="files")
        + rule_of(
            "request.method == 'DELETE' && identity.subject != route.params.owner",
            name="no",
            effect="deny",
            routes="files",
        ),
        (
            "identity.subject != route.params.owner",
            "identity.subject == route.params.owner",
        ),
    ),
    settings(
        "a provider that is for programs",
        rule_of("identity.email_verified", for_="service"),
        _BASE,
        replace(
            _BASE,
            providers=(
                *PROVIDERS[:1],
                provider("google", for_="service"),
                *PROVIDERS[2:],
            ),
        ),
    ),
)
