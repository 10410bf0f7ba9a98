"""Tables in which rows are only ever added: the database itself refuses UPDATE, DELETE and TRUNCATE.

Use `AppendOnly("credits_ledgerentry")` as a migration operation, after the table exists and after every later
migration that makes SQLite rebuild the table (a rebuilt table has lost its triggers; tests/integration check them).
"""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.operations.base import Operation

REFUSAL = "rows of this table are never changed or deleted"


def arm(connection: BaseDatabaseWrapper, table: str) -> None:
    """Make `table` refuse every change but INSERT, on SQLite and PostgreSQL alike."""
    disarm(connection, table)
    if connection.vendor == "sqlite":
        statements = [
            f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            for act in ("UPDATE", "DELETE")
        ]
    else:
        function = f"{table}_append_only"
        statements = [
            f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {function}()",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
            # ALWAYS: also in a session that calls itself a replica (session_replication_role).
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_change",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_truncate",
        ]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def disarm(connection: BaseDatabaseWrapper, table: str) -> None:
    """Take the refusal away again: for a migration backwards, and for tests that empty their tables."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_update")
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_delete")
        else:
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}")
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_truncate ON {table}")


class AppendOnly(Operation):
    """Migration operation: from here on the table refuses UPDATE, DELETE and TRUNCATE."""

    reversible = True
    reduces_to_sql = False

    def __init__(self, table: str) -> None:
        self.table = table

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models stay as they are: only the database changes."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        arm(schema_editor.connection, self.table)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        disarm(schema_editor.connection, self.table)

    def describe(self) -> str:
        return f"Make {self.table} append-only"
