"""`[triggers.NAME]`: functions that the pools may call.

A pool names them (`triggers.functions`); what a name leads to is decided here, so that whoever
may change a pool cannot run a program, or send requests to places, of their own choice.
"""

from typing import Annotated, Self

from pydantic import Field, model_validator

from gateway.config.settings.references import FolderPath
from gateway.config.settings.section import Called, Section, flaw, matching
from gateway.config.settings.webhooks import WebhookSettings

PythonName = Annotated[
    str,
    matching(
        r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*:[A-Za-z_][A-Za-z0-9_]*",
        "a module and a function of it: `shop.triggers:lambda_handler`",
    ),
    Called("module:function"),
]


class TriggerFunction(Section):
    """A function: behind a webhook, or in Python."""

    webhook: WebhookSettings | None = Field(
        default=None, description="A program that answers signed requests."
    )
    python: PythonName | None = Field(
        default=None,
        description="A function that is called with event and context, as AWS Lambda calls "
        "a handler.",
    )
    folder: FolderPath | None = Field(
        default=None,
        description="Where the module is looked for, beside what is installed.",
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.webhook is None) == (self.python is None):
            raise flaw("E104", "a function is either `webhook` or `python`")
        if self.python is None and self.folder is not None:
            raise flaw("E106", "a webhook needs no folder", at=("folder",))
        return self
