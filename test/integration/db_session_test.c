/* The blocking session's COPY against a real PostgreSQL: DATABASE_URL, migrated. Started by test_db.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "salesreg/db/connect.h"
#include "salesreg/db/session.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 6 };

static struct secret uri;
static struct db_session session;
/* Somebody else, who looks. */
static PGconn *other;

static int open_session(void **state)
{
	(void)state;
	PQclear(PQexec(other, "DELETE FROM test_prospects"));
	assert_true(db_session_open(&session, &uri, "salesreg session test"));
	return 0;
}

static int close_session(void **state)
{
	(void)state;
	db_session_close(&session);
	return 0;
}

static char *ask(const char *sql)
{
	static char answer[256];
	PGresult *result = PQexec(other, sql);
	if (PQresultStatus(result) != PGRES_TUPLES_OK && PQresultStatus(result) != PGRES_COMMAND_OK)
		fail_msg("%s: %s", sql, PQerrorMessage(other));
	(void)snprintf(
	    answer, sizeof answer, "%s", PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "");
	PQclear(result);
	return answer;
}
#define COUNT "SELECT count(*) FROM test_prospects"

/* Rows, then an end. */
struct file {
	const char *(*rows)[COLUMNS];
	int64_t count, at;
	enum db_copy_next end;
};

static enum db_copy_next next(const char **values, void *data)
{
	struct file *f = data;
	if (f->at == f->count)
		return f->end;
	memcpy(values, f->rows[f->at++], sizeof f->rows[0]);
	return DB_COPY_ROW;
}

static bool copy(struct file *f, struct db_copied *copied)
{
	return db_session_copy_in(&session, SQL_IMPORT_PROSPECTS_COPY, COLUMNS, next, f, copied);
}

/* The session is as before: usable, in no transaction, with its time for an answer. */
static void assert_as_before(void)
{
	const PGresult *answer = db_session_run_plain(&session, SQL_PING);
	assert_non_null(answer);
	assert_int_equal(PQtransactionStatus(session.pg), PQTRANS_IDLE);
	PGresult *setting = PQexec(session.pg, "SHOW statement_timeout");
	assert_string_equal(PQgetvalue(setting, 0, 0), "10s");
	PQclear(setting);
}

static void whatever_stands_in_a_value_arrives_as_it_is(void **state)
{
	(void)state;
	const char *rows[][COLUMNS] = {
	    {"a", "@alex", "Tab\there", "two\nlines\r\n", NULL, "\\N is no null, nor is \\."},
	    {"b", "@maria", "Мария 😀", "", "m@x.y", "\\"},
	};
	struct file f = {.rows = rows, .count = 2, .end = DB_COPY_END};
	struct db_copied copied;
	assert_true(copy(&f, &copied));
	assert_int_equal(copied.rows, 2);
	assert_int_equal(copied.line, 0);
	assert_string_equal(
	    ask(COUNT
		" WHERE id = 'a' AND name = E'Tab\\there' AND context = E'two\\nlines\\r\\n' AND"
		" email IS NULL AND notes = E'\\\\N is no null, nor is \\\\.'"),
	    "1");
	assert_string_equal(
	    ask(COUNT " WHERE id = 'b' AND name = 'Мария 😀' AND context = '' AND notes = E'\\\\'"),
	    "1");
	assert_as_before();
}

static void no_rows_are_none(void **state)
{
	(void)state;
	struct file f = {.end = DB_COPY_END};
	struct db_copied copied;
	assert_true(copy(&f, &copied));
	assert_int_equal(copied.rows, 0);
	assert_as_before();
}

static void a_bad_row_is_named_and_nothing_stays(void **state)
{
	(void)state;
	static const struct {
		const char *row[COLUMNS];
		const char *sqlstate, *error;
	} bad[] = {
	    {{"a", "@again", "A"}, "23505",
		"duplicate key value violates unique constraint \"test_prospects_pkey\": "
		"Key (id)=(a) already exists."},
	    {{"c", NULL, "C"}, "23502",
		"null value in column \"telegram_id\" of relation \"test_prospects\" violates "},
	    {{"c", "@c", "\xFF"}, "22021", "invalid byte sequence for encoding \"UTF8\": 0xff"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		const char *rows[3][COLUMNS] = {{"a", "@a", "A"}, {"b", "@b", "B"}};
		memcpy(rows[2], bad[i].row, sizeof rows[2]);
		struct file f = {.rows = rows, .count = 3, .end = DB_COPY_END};
		struct db_copied copied;
		assert_false(copy(&f, &copied));
		assert_int_equal(copied.line, 3);
		assert_string_equal(session.sqlstate, bad[i].sqlstate);
		assert_memory_equal(session.error, bad[i].error, strlen(bad[i].error));
		assert_string_equal(ask(COUNT), "0");
		assert_as_before();
	}
}

static void a_trigger_that_refuses_says_why(void **state)
{
	(void)state;
	(void)ask("CREATE FUNCTION no_b() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id = "
		  "'b' THEN"
		  " RAISE 'not this one'; END IF; RETURN NEW; END $$;"
		  " CREATE TRIGGER no_b BEFORE INSERT ON test_prospects FOR EACH ROW EXECUTE "
		  "FUNCTION no_b()");
	const char *rows[][COLUMNS] = {{"a", "@a", "A"}, {"b", "@b", "B"}};
	struct file f = {.rows = rows, .count = 2, .end = DB_COPY_END};
	struct db_copied copied;
	bool good = copy(&f, &copied);
	(void)ask("DROP FUNCTION no_b() CASCADE");
	assert_false(good);
	assert_string_equal(session.error, "not this one");
	assert_int_equal(copied.line, 2);
	assert_as_before();
}

static void who_cancels_leaves_nothing_behind(void **state)
{
	(void)state;
	const char *rows[][COLUMNS] = {{"a", "@a", "A"}, {"b", "@b", "B"}};
	struct file f = {.rows = rows, .count = 2, .end = DB_COPY_CANCEL};
	struct db_copied copied;
	assert_false(copy(&f, &copied));
	assert_string_equal(session.sqlstate, "57014");
	assert_int_equal(copied.line, 3);
	assert_string_equal(ask(COUNT), "0");
	assert_as_before();
}

/* More than goes at once, and more than the sockets hold. */
struct many {
	int at, count;
	char id[16], name[201];
	char *too_long; /* the last one's notes, or NULL */
};

static enum db_copy_next next_of_many(const char **values, void *data)
{
	struct many *m = data;
	if (m->at == m->count)
		return DB_COPY_END;
	(void)snprintf(m->id, sizeof m->id, "p%d", m->at++);
	memset(m->name, 'x', sizeof m->name - 1);
	values[0] = m->id;
	values[1] = "@someone";
	values[2] = m->name;
	values[5] = m->at == m->count ? m->too_long : NULL;
	return DB_COPY_ROW;
}

static void many_rows_arrive(void **state)
{
	(void)state;
	struct many m = {.count = 20000};
	struct db_copied copied;
	assert_true(db_session_copy_in(
	    &session, SQL_IMPORT_PROSPECTS_COPY, COLUMNS, next_of_many, &m, &copied));
	assert_int_equal(copied.rows, 20000);
	assert_string_equal(ask(COUNT), "20000");
	assert_as_before();
}

static void a_row_that_is_too_long_undoes_all(void **state)
{
	(void)state;
	struct many m = {.count = 2000, .too_long = malloc(DB_COPY_ROW_BYTES + 1)};
	memset(m.too_long, 'y', DB_COPY_ROW_BYTES);
	m.too_long[DB_COPY_ROW_BYTES] = '\0';
	struct db_copied copied;
	bool good = db_session_copy_in(
	    &session, SQL_IMPORT_PROSPECTS_COPY, COLUMNS, next_of_many, &m, &copied);
	free(m.too_long);
	assert_false(good);
	assert_int_equal(copied.line, 2000);
	assert_non_null(strstr(session.error, "a row is too long"));
	assert_string_equal(ask(COUNT), "0");
	assert_as_before();
}

static void it_is_part_of_the_callers_transaction(void **state)
{
	(void)state;
	const char *rows[][COLUMNS] = {{"a", "@a", "A"}};
	struct file f = {.rows = rows, .count = 1, .end = DB_COPY_END};
	struct db_copied copied;
	assert_non_null(db_session_run_plain(&session, SQL_TX_BEGIN));
	assert_true(copy(&f, &copied));
	assert_string_equal(ask(COUNT), "0");
	assert_non_null(db_session_run_plain(&session, SQL_TX_COMMIT));
	assert_string_equal(ask(COUNT), "1");
	assert_as_before();
}

static enum db_copy_next lose(const char **values, void *data)
{
	static const char *const row[COLUMNS] = {"a", "@a", "A"};
	memcpy(values, row, sizeof row);
	if (!*(bool *)data)
		return DB_COPY_END;
	*(bool *)data = false;
	(void)ask("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE "
		  "application_name = "
		  "'salesreg session test'");
	return DB_COPY_ROW;
}

static void a_connection_that_breaks_is_an_error(void **state)
{
	(void)state;
	bool first = true;
	struct db_copied copied;
	assert_false(db_session_copy_in(
	    &session, SQL_IMPORT_PROSPECTS_COPY, COLUMNS, lose, &first, &copied));
	assert_true(session.error[0] != '\0');
	assert_string_equal(ask(COUNT), "0");
}

int main(void)
{
	const char *url = getenv("DATABASE_URL");
	if (!url || secret_set(&uri, url) != ERR_OK) {
		(void)fprintf(stderr, "DATABASE_URL is not set; test_db.py sets it\n");
		return EXIT_FAILURE;
	}
	struct db_failure failure;
	other = db_connect_blocking(url, "salesreg other", 0, &failure);
#define T(name) cmocka_unit_test_setup_teardown(name, open_session, close_session)
	const struct CMUnitTest tests[] = {
	    T(whatever_stands_in_a_value_arrives_as_it_is),
	    T(no_rows_are_none),
	    T(a_bad_row_is_named_and_nothing_stays),
	    T(a_trigger_that_refuses_says_why),
	    T(who_cancels_leaves_nothing_behind),
	    T(many_rows_arrive),
	    T(a_row_that_is_too_long_undoes_all),
	    T(it_is_part_of_the_callers_transaction),
	    T(a_connection_that_breaks_is_an_error),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	PQfinish(other);
	secret_finish(&uri);
	return failed;
}
