"""`config.toml` as a whole."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from gateway.config.settings.addresses import is_url
from gateway.config.settings.exchanges import Exchanges
from gateway.config.settings.guest import GuestSettings
from gateway.config.settings.keys import KeysSettings
from gateway.config.settings.leaked_passwords import LeakedPasswordsSettings
from gateway.config.settings.log import LogSettings
from gateway.config.settings.messages import MessagesSettings
from gateway.config.settings.routes import RouteSettings
from gateway.config.settings.section import Id, Loose, Section
from gateway.config.settings.server import ServerSettings
from gateway.config.settings.storage import StorageSettings
from gateway.config.settings.tokens import TokensSettings
from gateway.config.settings.triggers import TriggerFunction
from gateway.config.settings.upstreams import Upstream


class Config(Section):
    """The settings of one gateway."""

    # `BaseModel.schema` exists, so the attribute needs a name of its own.
    schema_version: Literal[1] = Field(
        alias="schema",
        description="Version of the files' meaning. A released meaning never changes.",
    )
    server: ServerSettings = Field(description="Addresses and limits of the gateway.")
    storage: StorageSettings = Field(description="Where identities are kept.")
    keys: KeysSettings = Field(
        default=KeysSettings(), description="The ring of signing keys."
    )
    tokens: TokensSettings = Field(
        default=TokensSettings(), description="What the gateway mints."
    )
    guest: GuestSettings = Field(
        default=GuestSettings(),
        description="What somebody without an account may have.",
    )
    triggers: Mapping[Id, TriggerFunction] = Field(
        default={},
        description="Functions that the pools may call at the fixed points of their work, "
        "by name.",
    )
    messages: MessagesSettings = Field(
        default=MessagesSettings(), description="How people are sent codes and notices."
    )
    leaked_passwords: LeakedPasswordsSettings = Field(
        default=LeakedPasswordsSettings(),
        description="Who is asked whether a password is known from a leak, for pools with "
        "`[password.leaked]`. Nobody hears the password, or its whole hash.",
    )
    log: LogSettings = Field(default=LogSettings(), description="What is recorded.")
    upstreams: Mapping[Id, Upstream] = Field(
        default={}, description="The services behind the gateway, by name."
    )
    routes: Annotated[tuple[RouteSettings, ...], Loose] = Field(
        default=(), description="Which requests lead to which upstream."
    )
    exchanges: Exchanges = Field(
        default=(), description="Which tokens are handed out for which others."
    )

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, value: Any) -> Any:
        """Fill in what depends on another section, or on where the file stands."""
        if not isinstance(value, dict):
            return value
        # A default that is a table would not be read, and its paths not be found.
        value = {"keys": {}} | value
        match value:
            case {"server": {"public_url": str(public_url)}}:
                tokens = value.get("tokens", {})
                # One that is no URL is a fault where it stands, and not here again.
                if isinstance(tokens, dict) and is_url(public_url):
                    return value | {"tokens": {"issuer": public_url} | tokens}
        return value
