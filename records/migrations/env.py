"""Alembic runs this: on the connection it was given, or on the one of the settings."""

import importlib
import pkgutil

import sqlalchemy as sa
from alembic import context

import records
from records import database, settings

for _module in pkgutil.iter_modules(records.__path__):
    if not _module.ispkg:
        importlib.import_module(f"records.{_module.name}")


def _as_stored(kind, column_type, autogenerate_context):  # type: ignore[no-untyped-def]
    """Migrations name what the database stores, not our classes, which may be gone one day."""
    if kind == "type" and isinstance(column_type, database.UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(column_type, sa.Enum):
        return f"sa.String({column_type.length})"
    return False


connection = context.config.attributes.get("connection")
if connection is None:
    connection = database.connect(settings.Settings.from_environment().database_url).connect()
context.configure(
    connection=connection,
    target_metadata=database.Record.metadata,
    render_as_batch=True,
    render_item=_as_stored,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
