"""A database of one test: short ways to ask it."""
from types import SimpleNamespace

import psycopg2
import psycopg2.extras

from .waiting import PATIENCE_S, eventually


class Table:
    """
    A table of the schema salesreg: db.outbox.value("count(*)", "WHERE chat_id = %s", anna.id). `rest` is whatever follows the
    table's name in the statement; in an f-string a table is its name, for what joins several.
    """

    def __init__(self, database, name):
        self.database = database
        self.name = getattr(tables, name)

    def __str__(self):
        return self.name

    def _select(self, what, rest):
        return f"SELECT {what} FROM {self} {rest}"

    def rows(self, what, rest="", *args):
        return self.database.rows(self._select(what, rest), *args)

    def row(self, what, rest="", *args):
        return self.database.row(self._select(what, rest), *args)

    def value(self, what, rest="", *args):
        return self.database.value(self._select(what, rest), *args)

    def column(self, what, rest="", *args):
        return self.database.column(self._select(what, rest), *args)

    def eventually(self, what, rest="", *args, timeout=PATIENCE_S):
        return self.database.eventually(self._select(what, rest), *args, timeout=timeout)

    def insert(self, rest, *args):
        return self.database.execute(f"INSERT INTO {self} {rest}", *args)

    def update(self, rest, *args):
        return self.database.execute(f"UPDATE {self} SET {rest}", *args)

    def delete(self, rest="", *args):
        return self.database.execute(f"DELETE FROM {self} {rest}", *args)


# by the names that tests have for them; nowhere else in the tests are they to be written down
TABLES = ("answers", "audit", "assignment_lock", "assignment_rounds", "assignments", "bot_state", "calendar_accounts", "calendar_busy", "calendar_checks", "calendar_jobs", "business_chats", "business_connections", "business_messages", "calendars", "chat_commands", "chat_menus", "conversations",
          "days_off", "declined_prospects", "email_codes", "hidden_people", "file_imports", "home", "import_rows", "import_staging", "imports", "invites", "links", "merged_prospects", "missed_chats", "oauth_exchanges",
          "oauth_states", "opt_outs", "outbox", "outbox_history", "parked_updates", "prospect_changes", "prospect_details", "prospect_events", "prospect_identities", "qualifications",
          "relay_pairs", "rep_email", "rep_hours", "rep_rotation", "rep_schedule", "schema_migrations", "scripts", "stale_cards", "stats_requests", "broadcasts", "broadcast_recipients", "timers", "user_sessions")
# f"LOCK TABLE {tables.outbox}": for statements where there is no database, or another user's
tables = SimpleNamespace(**{name: f"salesreg.{name}" for name in TABLES})


class Database:
    def __init__(self, cluster, name):
        self.cluster = cluster
        self.name = name
        self._connection = None
        for table in TABLES:
            setattr(self, table, Table(self, table))

    @property
    def url(self):
        return self.cluster.url(self.name)

    def connect(self):
        """A connection of the caller's own, in autocommit."""
        return self.cluster.connect(self.name)

    def _cursor(self):
        if self._connection is None or self._connection.closed:
            self._connection = self.connect()
        return self._connection.cursor(cursor_factory=psycopg2.extras.DictCursor)

    def execute(self, sql, *args):
        """Runs it; returns how many rows it touched. %s stands for an argument."""
        try:
            with self._cursor() as cursor:
                cursor.execute(sql, args or None)
                return cursor.rowcount
        except (psycopg2.InterfaceError, psycopg2.OperationalError):
            self.close()
            raise

    def rows(self, sql, *args):
        try:
            with self._cursor() as cursor:
                cursor.execute(sql, args or None)
                return cursor.fetchall()
        except (psycopg2.InterfaceError, psycopg2.OperationalError):
            self.close()
            raise

    def row(self, sql, *args):
        rows = self.rows(sql, *args)
        assert len(rows) == 1, f"{len(rows)} rows, not one: {sql} {args}"
        return rows[0]

    def value(self, sql, *args):
        return self.row(sql, *args)[0]

    def column(self, sql, *args):
        return [row[0] for row in self.rows(sql, *args)]

    def eventually(self, sql, *args, timeout=PATIENCE_S):
        """Awaits that the single value of this query is true; returns it."""
        return eventually(lambda: self.value(sql, *args), timeout, what=f"{sql} {args}")

    def as_superuser(self, sql):
        """What no plain role may: faults made on purpose."""
        return self.cluster.execute(sql, self.name)

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    # what many tests ask

    def rep(self, telegram_id):
        return self.row("SELECT * FROM sales_representatives WHERE telegram_id = %s", telegram_id)

    def prospect(self, prospect_id):
        return self.row("SELECT * FROM test_prospects WHERE id = %s", prospect_id)

    def add_prospect(self, prospect_id, name=None, telegram=None, context=None, notes=None):
        self.execute("INSERT INTO test_prospects (id, telegram_id, name, context, notes) VALUES (%s, %s, %s, %s, %s)",
                     prospect_id, telegram or f"@someone_{prospect_id}".replace("-", "_"), name or f"Prospect {prospect_id}", context, notes)

    def add_reps(self, telegram_ids):
        """Active reps as if they had registered long ago, in one statement."""
        self.execute(
            "INSERT INTO sales_representatives (telegram_id, name, email, status)"
            " SELECT t, 'Rep ' || t, 'rep' || t || '@truerealestate.bali', 'active' FROM unnest(%s::bigint[]) t",
            list(telegram_ids))

    def no_prospects(self):
        """Without the three seed rows, for tests that count."""
        self.execute("DELETE FROM test_prospects")
