"""How Alembic runs our revisions: on the connection that `app.records.migrate` hands over."""

from alembic import context

from app.records import account_tables, applicant_tables, credential_tables  # noqa: F401  (put their tables on the shared metadata)
from app.records.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()
