"""`[client]`: what the gateway is to a provider that people sign in at."""

from typing import Annotated

from pydantic import AfterValidator, Field

from gateway.config.settings.references import Secret
from gateway.config.settings.section import Loose, Section, Text, distinct, matching

# RFC 6749 section 3.3.
Scope = Annotated[
    str,
    matching(r"[!#-\[\]-~]{1,255}", "a scope, printable ASCII without spaces"),
]
Scopes = Annotated[
    tuple[Scope, ...], Loose, Field(max_length=100), AfterValidator(distinct)
]


class AppClient(Section):
    """An app that is registered with a provider."""

    id: Text = Field(description="The client id that the provider has given.")
    secret: Secret = Field(description="The client secret, as a reference.")
    scopes: Scopes = Field(default=(), description="What people are asked to allow.")
