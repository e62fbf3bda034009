"""Sets of policy files, as large as they are asked for, and realistic in what they say.

Each rule has a condition of its own, in one of ten shapes of two or three terms (75
characters on average), a role, a route and a reason. Files have `[vars]`, `[const]`, roles and minted
claims; and, where tests are wanted, one test that each rule decides and one that it does not.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CONFIG = """\
schema = 1
[server]
public_url = "http://127.0.0.1:8080"
[storage]
url = "sqlite:state/gateway.db"
encrypt_with = { file = "state/store.key" }
[tokens.profiles.api]
[log.decisions]
sink = "none"
[upstreams.services]
targets = ["http://127.0.0.1:8090"]
audience = "https://services.example"
"""
PROVIDER = """\
kind = "oidc"
id = "corp"
owner = "identity@example.com"
issuer = "https://corp.example"
audiences = ["gateway"]
export_claims = ["department"]
"""


@dataclass(frozen=True)
class Shape:
    """A kind of condition, and who it is true for.

    Attributes:
        when: The condition.
        identity: The fields that make it true.
        path: The last segment that makes it true.
    """

    when: str
    identity: str = ""
    path: str = "item"


SHAPES = (
    Shape("'team-{n}' in identity.groups && request.method == 'GET'"),
    Shape(
        "identity.provider == 'corp' && identity.tenant == 'tenant-{n}' && identity.email_verified",
        'tenant = "tenant-{n}", email_verified = true',
    ),
    Shape(
        "vars.staff && route.params.item.startsWith('item-{n}-') && !identity.disabled",
        'phone = "staff"',
        "item-{n}-1",
    ),
    Shape("identity.groups.exists(g, g.endsWith('-{n}')) && !identity.disabled"),
    Shape(
        "request.method in ['GET', 'HEAD'] && 'mfa' in identity.amr && identity.acr == 'level-{n}'",
        'amr = ["mfa"], acr = "level-{n}"',
    ),
    Shape(
        "'channel' in request.query && request.query.channel == ['channel-{n}']",
        path="item?channel=channel-{n}",
    ),
    Shape(
        "claim('department', '') == 'department-{n}' && identity.email_verified",
        'claims = { department = "department-{n}" }, email_verified = true',
    ),
    Shape(
        "identity.username == 'user-{n}' || identity.name == 'name-{n}' || vars.nobody",
        'username = "user-{n}"',
    ),
    Shape(
        "(identity.phone_verified || identity.email_verified) && identity.subject == 'subject-{n}'",
        'phone_verified = true, subject = "subject-{n}"',
    ),
)
# One rule of ten denies.
DENIAL = Shape(
    "identity.disabled || 'blocked-{n}' in identity.labels", 'labels = ["blocked-{n}"]'
)
ROLES_A_FILE = 5


@dataclass(frozen=True)
class Plan:
    """How large a set is.

    Attributes:
        rules: All rules.
        files: Over which they are spread.
        routes: Over which they are spread.
        tests: Whether each rule has two.
    """

    rules: int
    files: int
    routes: int
    tests: bool = False


def write(root: Path, plan: Plan) -> Path:
    """Write a set of files below a folder, and return its `config.toml`."""
    for name in ("policies", "providers", "state"):
        (root / name).mkdir(parents=True)
    key = root / "state" / "store.key"
    key.write_bytes(base64.b64encode(bytes(range(32))) + b"\n")
    key.chmod(0o600)
    (root / "providers" / "corp.toml").write_text(PROVIDER)
    config = root / "config.toml"
    config.write_text("\n".join([CONFIG, *_routes(plan)]))
    for number in range(plan.files):
        text = "\n".join(_file(plan, number))
        (root / "policies" / f"service{number}.toml").write_text(text)
    return config


def _routes(plan: Plan) -> Iterator[str]:
    for number in range(plan.files):
        for route in range(plan.routes // plan.files):
            yield (
                f'[[routes]]\nid = "service{number}-r{route}"\n'
                f'path = "/service{number}/r{route}/{{item}}"\n'
                'methods = ["GET", "POST"]\nupstream = "services"\n'
            )


def _file(plan: Plan, number: int) -> Iterator[str]:
    yield f"""\
[policy]
id = "service{number}"
title = "Service {number}"
owner = "team-{number}@example.com"
scope = ["service{number}-*"]

[const]
nobody = ["none-{number}"]

[vars]
staff = "identity.provider == 'corp' && identity.phone == 'staff'"
nobody = "identity.name in const.nobody"

[fixture.ana]
provider = "corp"
groups = ["role-{number}-0"]
"""
    for role in range(ROLES_A_FILE):
        yield (
            f'[[role]]\nid = "service{number}-role{role}"\nfor = "authenticated"\n'
            f"when = \"'role-{number}-{role}' in identity.groups\"\n"
        )
    routes = plan.routes // plan.files
    for position, each in enumerate(range(number, plan.rules, plan.files)):
        yield from _rule(number, each, position, position % routes, tests=plan.tests)
    yield (
        f'[[mint]]\nroutes = ["service{number}-*"]\n[mint.claims]\n'
        'roles = "roles"\ntenant = "identity.tenant"\n'
    )


def _rule(
    file: int, number: int, position: int, route: int, *, tests: bool
) -> Iterator[str]:
    denies = position % 10 == 0
    shape = DENIAL if denies else SHAPES[number % len(SHAPES)]
    role = position % ROLES_A_FILE
    yield "\n".join(
        [
            f'[[rule]]\nid = "rule-{position}"',
            f'effect = "{"deny" if denies else "allow"}"',
            f'routes = ["service{file}-r{route}"]\nfor = ["authenticated"]',
            "" if denies else f'roles = ["service{file}-role{role}"]',
            f'when = "{shape.when.replace("{n}", str(number))}"',
            f'reason = "rule {position} of service {file}"\n',
        ]
    )
    if tests:
        fields = shape.identity.replace("{n}", str(number))
        groups = f'groups = ["role-{file}-{role}", "team-{number}"]'
        path = f"/service{file}/r{route}/"
        allow = "false" if denies else "true"
        yield f"""\
[[test]]
name = "rule {position} decides"
identity = {{ fixture = "ana", {groups}{", " if fields else ""}{fields} }}
request = {{ path = "{path}{shape.path.replace("{n}", str(number))}" }}
expect = {{ allow = {allow}, rule = "rule-{position}" }}

[[test]]
name = "rule {position} does not decide"
identity = "ana"
request = {{ path = "{path}item" }}
expect = {{ allow = false, reason = "no_allow" }}
"""
