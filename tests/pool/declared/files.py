"""Files that declare pools."""

from pathlib import Path

from gateway.config.configuration import ProviderFile
from gateway.config.document import Document
from gateway.config.providers.pool.provider import PoolProvider
from gateway.config.settings.door import Door
from gateway.config.validation import Reader

POOL_ID = "us-east-1_Ab3dE6gH9"
HEAD = f"kind = 'pool'\nid = 'people'\nowner = 'x'\npool_id = '{POOL_ID}'\n"
JWKS = '{"keys": [{"kty": "EC", "crv": "P-256", "x": "x", "y": "y"}]}'

EVERYTHING = """\
name = "People"
recovery = ["phone"]
proven_before_change = ["email"]
tags = { team = "identity" }
protected = false
[attributes.standard.email]
required = true
mutable = false
[attributes.custom.score]
type = "number"
least = 0.1
most = 10
[attributes.custom.plan]
developer = true
[sign_in]
aliases = ["email", "preferred_username"]
case_sensitive = true
first_factors = ["password", "passkey"]
[sign_up]
open = false
verified = ["phone"]
by_link = true
unconfirmed_lifetime = "30d"
[password]
min_length = 12
symbol = false
history = 5
min_strength = 3
temporary_lifetime = "1d"
[mfa]
mode = "optional"
kinds = ["totp"]
[devices]
remembering = "always"
spares_second_factor = true
[passkeys]
relying_party_id = "example.com"
origins = ["https://app.example.com"]
user_verification = "required"
[triggers]
functions = { post_confirmation = "welcome" }
rules.pre_sign_up = [{ expect = "true", message = "no" }]
claims_version = 2
[messages]
sender = "People <people@example.com>"
language = "de"
templates.invitation.de = { subject = "Willkommen", text = "{{ code }}" }
[[client]]
id = "app"
name = "App"
authentication = "private_key_jwt"
jwks = { file = "app.jwks" }
flows = ["choice"]
grants = ["authorization_code", "device_code"]
scopes = ["openid", "orders/read", "elsewhere/write"]
redirect_uris = ["https://app.example.com/callback"]
logout_uris = ["https://app.example.com/"]
providers = ["google"]
lifetimes = { access = "5m", refresh = "1d" }
rotation = { enabled = false }
revocable = false
hides_users = false
readable = ["email"]
writable = ["email", "custom:score"]
proof = "required"
profile = "oidc"
consent = true
[client.branding]
logo_uri = "/logo.svg"
colours = { accent = "#c04" }
texts.de = { title = "Hallo" }
policy_uri = "https://example.com/privacy"
[[client]]
id = "machine"
authentication = "basic"
secret = { env = "SECRET" }
grants = ["client_credentials"]
scopes = ["orders/read"]
[[resource_server]]
identifier = "orders"
scopes = [{ name = "read", description = "Read orders" }]
[[group]]
name = "staff"
description = "Who works here"
precedence = 1
role = "arn:aws:iam::123456789012:role/staff"
"""


def provider_file(
    text: str = "",
    *,
    name: str = "people.toml",
    head: str = HEAD,
    root: Path = Path(),
    secret: str = "s" * 24,
) -> ProviderFile:
    """Return a file that declares a pool.

    Args:
        text: What stands behind the head.
        name: Of the file.
        head: Kind, id and so on.
        root: Where the files lie that it refers to.
        secret: What `{ env = "SECRET" }` leads to.
    """
    document = Document(path=Path(name), name=name, raw=(head + text).encode())
    door = Door(root=root, environ={"SECRET": secret})
    reader = Reader(document, door)
    provider = reader.read(PoolProvider, document.data)
    assert provider is not None, [fault.as_line() for fault in reader.faults]
    return ProviderFile(document, (), provider)


def pool_file(text: str = "", *, root: Path = Path()) -> PoolProvider:
    """Return what such a file says."""
    settings = provider_file(text, root=root).settings
    assert isinstance(settings, PoolProvider)
    return settings
