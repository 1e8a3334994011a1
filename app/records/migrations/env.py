"""How Alembic runs our revisions: on the connection and with the tables that `app.records.migrate`
hands over.
"""

from alembic import context

connection, metadata = (context.config.attributes[name] for name in ("connection", "metadata"))
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
