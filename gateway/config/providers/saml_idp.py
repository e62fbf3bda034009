"""`[idp]`: where a SAML provider is, and what it signs with.

Reference: SAML Metadata 2.0.
"""

import re
from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    PlainValidator,
    ValidationInfo,
    model_validator,
)

from gateway.config.settings.addresses import parse_url
from gateway.config.settings.references import File, FileRef, parse_file
from gateway.config.settings.section import Called, Loose, Section, Text, flaw
from gateway.config.settings.values import Duration

_QUERY = re.compile(r"[A-Za-z0-9._~:@!$&'()*+,;=/?%-]*", re.ASCII)


def _check_address(text: str) -> str:
    path, _, query = text.partition("?")
    parse_url(path)
    if _QUERY.fullmatch(query) is None:
        raise flaw("E105", "this is no URL")
    return text


def _file(value: Any, info: ValidationInfo) -> FileRef:
    return value if isinstance(value, FileRef) else parse_file({"file": value}, info)


# Other than most addresses, those of providers may have a query: Google's `?idpid=`.
Address = Annotated[str, AfterValidator(_check_address), Called("URL")]
PathOfFile = Annotated[FileRef, PlainValidator(_file), Called("path")]


class MetadataSettings(Section):
    """Where the provider describes itself."""

    url: Address | None = Field(
        default=None, description="Where it is fetched from, now and then anew."
    )
    file: PathOfFile | None = Field(
        default=None, description="Or the file that holds it."
    )
    certificate: File | None = Field(
        default=None,
        description="Who has signed it, in PEM form. Without it, it is believed for where "
        "it comes from.",
    )
    refresh: Duration = Field(
        default=timedelta(hours=1),
        ge=timedelta(minutes=1),
        le=timedelta(days=1),
        description="Metadata older than this is fetched again.",
    )
    stale: Duration = Field(
        default=timedelta(days=3),
        ge=timedelta(0),
        le=timedelta(days=30),
        description="How long it serves while it cannot be fetched; no longer than it says "
        "itself. After a withdrawal of a certificate, it may be believed for this long.",
    )

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.url is None) == (self.file is None):
            raise flaw("E104", "metadata has either a `url` or a `file`")
        return self


class IdpSettings(Section):
    """The provider: its name, its addresses and its certificates."""

    entity_id: Text = Field(
        max_length=1024, description="Its entity id, byte for byte."
    )
    metadata: MetadataSettings | None = Field(
        default=None,
        description="Where it says everything else. Without it, `sso_url` and "
        "`certificates` do.",
    )
    sso_url: Address | None = Field(
        default=None, description="Where people sign in there."
    )
    sso_binding: Literal["redirect", "post"] = Field(
        default="redirect",
        description="How they get there. With metadata, `post` only where it has no other.",
    )
    logout_url: Address | None = Field(
        default=None,
        description="Where people sign out there, and where answers about that go to.",
    )
    logout_binding: Literal["redirect", "post"] = Field(
        default="redirect", description="How they get there."
    )
    certificates: Annotated[tuple[File, ...], Loose] = Field(
        default=(),
        max_length=8,
        description="With which it signs, in PEM form: the present one, and the next one.",
    )

    @model_validator(mode="after")
    def _described_once(self) -> Self:
        alone = self.sso_url is not None and bool(self.certificates)
        if self.metadata is None and not alone:
            raise flaw(
                "E104",
                "`metadata` is missing, or `sso_url` and `certificates`",
                hint='metadata = { url = "https://..." }',
            )
        if self.metadata is not None and (
            self.sso_url or self.logout_url or self.certificates
        ):
            raise flaw(
                "E106", "addresses and certificates stand here and in the metadata"
            )
        return self
