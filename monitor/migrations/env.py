"""Run by Alembic inside the transaction that ``monitor.db.migrate`` opened."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
