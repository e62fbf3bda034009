"""What stands around the providers in a file of `providers/`."""

from typing import Annotated, Any, Literal

from pydantic import Field

from gateway.config.settings.section import Loose, Section


class ProvidersHead(Section):
    """A file with several providers, or the `schema` of one with a single provider."""

    schema_version: Literal[1] = Field(
        default=1, alias="schema", description="Version of the file's meaning."
    )
    provider: Annotated[tuple[dict[str, Any], ...], Loose] = Field(
        default=(), description="One table for each provider, if there are several."
    )
