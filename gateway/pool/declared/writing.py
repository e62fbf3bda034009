"""The way back: what a pool or a client is told, as one would write it in a file.

For showing them, and for changing a part of them in the words of the files.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

from gateway.config.settings.references import FileRef
from gateway.model.client import POOL_ALONE, Branding, Client
from gateway.pool.attributes.schema import (
    CUSTOM,
    DEVELOPER,
    STANDARD,
    Schema,
)
from gateway.pool.settings import MessageSettings, PoolSettings, TriggerSettings


def pool_table(settings: PoolSettings) -> dict[str, Any]:
    """Return the table of a pool, without what makes it a provider."""
    sign_in, sign_up, passkeys = settings.sign_in, settings.sign_up, settings.passkeys
    password = settings.password
    return {
        "name": settings.name,
        "attributes": _attributes(settings.schema),
        "sign_in": {
            "addresses": _names(sign_in.addresses),
            "aliases": _names(sign_in.aliases),
            "case_sensitive": sign_in.case_sensitive,
            "first_factors": _names(sign_in.first_factors),
        },
        "sign_up": {
            "open": sign_up.is_open,
            "verified": _names(sign_up.verified),
            "by_link": sign_up.by_link,
            "unconfirmed_lifetime": sign_up.unconfirmed_lifetime,
        },
        "password": {name: getattr(password, name) for name in password.__slots__},
        "mfa": {"mode": _name(settings.mfa.mode), "kinds": _names(settings.mfa.kinds)},
        "devices": {
            "remembering": _name(settings.devices.remembering),
            "spares_second_factor": settings.devices.spares_second_factor,
        },
        # In the order in which they are tried.
        "recovery": [_name(each) for each in settings.recovery],
        "proven_before_change": _names(settings.proven_before_change),
        "passkeys": {
            "relying_party_id": passkeys.relying_party_id,
            "origins": list(passkeys.origins),
            "user_verification": _name(passkeys.user_verification),
        },
        "triggers": _triggers(settings.triggers),
        "messages": _messages(settings.messages),
        "tags": dict(settings.tags),
        "protected": settings.is_protected,
    }


def client_table(client: Client) -> dict[str, Any]:
    """Return the table of a client, without its secret.

    Its public keys are a file that is read already, and would be called by its id.
    """
    lifetimes, rotation = client.lifetimes, client.rotation
    jwks = Path(f"{client.id}.jwks")
    return {
        "id": client.id,
        "name": client.name,
        "authentication": _name(client.authentication),
        "jwks": FileRef(jwks, client.jwks.encode()) if client.jwks else None,
        "flows": _names(client.flows),
        "grants": _names(client.grants),
        "scopes": list(client.scopes),
        "redirect_uris": list(client.redirect_uris),
        "logout_uris": list(client.logout_uris),
        "providers": _providers(client.providers),
        "lifetimes": {name: getattr(lifetimes, name) for name in lifetimes.__slots__},
        "rotation": {"enabled": rotation.enabled, "grace": rotation.grace},
        "revocable": client.revocable,
        "hides_users": client.hides_users,
        "readable": None if client.readable is None else sorted(client.readable),
        "writable": None if client.writable is None else sorted(client.writable),
        "proof": _name(client.proof),
        "profile": _name(client.profile),
        "consent": client.consent,
        "branding": _branding(client.branding),
    }


def _providers(names: Sequence[str] | None) -> list[str]:
    # In a file, nothing said means all of them.
    return [] if names is None else list(names) or [POOL_ALONE]


def _attributes(schema: Schema) -> dict[str, Any]:
    standard, custom = {}, {}
    for name, attribute in schema.attributes.items():
        told = {
            "required": attribute.required,
            "mutable": attribute.mutable,
            "least": _number(attribute.least),
            "most": _number(attribute.most),
        }
        if name not in STANDARD:
            short = name.removeprefix(DEVELOPER).removeprefix(CUSTOM)
            custom[short] = {
                **told,
                "type": _name(attribute.type),
                "developer": name.startswith(DEVELOPER),
            }
        elif attribute != STANDARD[name]:
            standard[name] = told
    return {"standard": standard, "custom": custom}


def _triggers(settings: TriggerSettings) -> dict[str, Any]:
    return {
        "functions": {_name(kind): name for kind, name in settings.functions.items()},
        "rules": {
            _name(kind): [
                {"expect": rule.expect, "message": rule.message} for rule in rules
            ]
            for kind, rules in settings.rules.items()
        },
        "claims_version": settings.claims_version,
    }


def _messages(settings: MessageSettings) -> dict[str, Any]:
    return {
        "sender": settings.sender,
        "language": settings.language,
        "notices": settings.notices,
        "templates": {
            _name(kind): {
                language: {name: getattr(each, name) for name in each.__slots__}
                for language, each in texts.items()
            }
            for kind, texts in settings.templates.items()
        },
    }


def _branding(branding: Branding) -> dict[str, Any]:
    return {
        "logo_uri": branding.logo_uri,
        "colours": dict(branding.colours),
        "texts": {language: dict(said) for language, said in branding.texts.items()},
        "policy_uri": branding.policy_uri,
        "terms_uri": branding.terms_uri,
        "name_first": branding.name_first,
    }


def _name(member: Enum) -> str:
    return member.name.lower()


def _names(members: Iterable[Enum]) -> list[str]:
    return sorted(map(_name, members))


def _number(bound: Decimal | None) -> float | None:
    return None if bound is None else float(bound)
