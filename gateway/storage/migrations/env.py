"""What Alembic runs to apply the steps: over the connection that it was handed.

`gateway.storage.migrator` opens the connection and holds a lock, so that two
processes that start at once migrate once.
"""

from alembic import context

from gateway.storage.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA
)
with context.begin_transaction():
    context.run_migrations()
