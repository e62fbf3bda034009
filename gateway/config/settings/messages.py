"""`[messages]`: how people are sent codes and notices, and for how long that is kept."""

from datetime import timedelta
from typing import Literal, Self

from pydantic import Field, model_validator

from gateway.config.settings.addresses import Host
from gateway.config.settings.authorities import Authorities
from gateway.config.settings.references import Secret
from gateway.config.settings.section import Section, Text, flaw
from gateway.config.settings.values import Duration, is_loopback
from gateway.config.settings.webhooks import WebhookSettings


class SmtpSettings(Section):
    """A mail server that takes e-mails."""

    host: Host = Field(description="Its name; with TLS, what its certificate proves.")
    port: int = Field(default=587, ge=1, le=65535, description="465 for implicit TLS.")
    tls: Literal["required", "optional", "implicit", "none"] = Field(
        default="required",
        description="`required`: STARTTLS, or nothing is sent. `implicit`: from the first "
        "byte. `optional` and `none` are logged at each start.",
    )
    username: Text | None = Field(default=None, description="Who the gateway is there.")
    password: Secret | None = Field(default=None, description="Of that user.")
    ca: Authorities | None = Field(
        default=None,
        description="Certificates, in PEM form, that sign the server's own. Without it, "
        "the system's.",
    )
    timeout: Duration = Field(
        default=timedelta(seconds=20),
        ge=timedelta(seconds=1),
        le=timedelta(seconds=60),
        description="For one whole e-mail.",
    )

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise flaw("E104", "`username` and `password` belong together")
        secure = self.tls in {"required", "implicit"} or is_loopback(self.host)
        if self.password is not None and not secure:
            raise flaw(
                "E106",
                f"with `{self.tls}`, the password could travel in the clear",
                at=("tls",),
            )
        return self


class EmailSettings(Section):
    """How e-mails are sent. Without `smtp` and `webhook`, they stay in the outbox."""

    from_: str = Field(
        default="",
        max_length=320,
        alias="from",
        description="Who e-mails are from: `Shop <no-reply@shop.example>`; a pool may have "
        "its own. Needed for `smtp`.",
    )
    smtp: SmtpSettings | None = Field(
        default=None, description="By way of a mail server."
    )
    webhook: WebhookSettings | None = Field(
        default=None, description="By way of a program that sends them."
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.smtp is not None and self.webhook is not None:
            raise flaw(
                "E106", "e-mails are sent by `smtp` or by `webhook`, not by both"
            )
        if self.smtp is not None and not self.from_:
            raise flaw("E104", "`smtp` needs `from`", at=("from",))
        return self


class SmsSettings(Section):
    """How text messages are sent. Without `webhook`, they stay in the outbox."""

    from_: str = Field(
        default="",
        max_length=320,
        alias="from",
        description="What the webhook is told of who they are from.",
    )
    webhook: WebhookSettings | None = Field(
        default=None, description="By way of a program that sends them."
    )


class MessagesSettings(Section):
    """How people are sent codes and notices."""

    email: EmailSettings = Field(
        default=EmailSettings(), description="How e-mails are sent."
    )
    sms: SmsSettings = Field(
        default=SmsSettings(), description="How text messages are sent."
    )
    keep_content: Duration = Field(
        default=timedelta(days=1),
        ge=timedelta(minutes=1),
        le=timedelta(days=30),
        description="How long what a message says is kept, sealed, where it is read in the "
        "outbox or could not be sent. Of others it goes when they are sent.",
    )
    keep_record: Duration = Field(
        default=timedelta(days=30),
        ge=timedelta(hours=1),
        le=timedelta(days=366),
        description="How long it is kept that there was a message, and what became of it.",
    )
