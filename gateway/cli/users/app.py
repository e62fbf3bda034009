"""All of `gateway users`."""

from gateway.cli.users import groups, transfer
from gateway.cli.users.accounts import app

app.command("import")(transfer.import_)
app.command()(transfer.export)
app.add_typer(groups.app, name="groups")

__all__ = ["app"]
