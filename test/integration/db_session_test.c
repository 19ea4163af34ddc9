/* The blocking session's COPY against a real PostgreSQL: DATABASE_URL, migrated. Started by test_db.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "salesreg/db/connect.h"
#include "salesreg/store/import.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	const struct import_prospect *rows;
	int64_t count, at;
	enum db_copy_next end;
};

static enum db_copy_next next(struct import_prospect *row, void *data)
{
	struct file *f = data;
	if (f->at == f->count)
		return f->end;
	*row = f->rows[f->at++];
	return DB_COPY_ROW;
}

static bool copy(struct file *f, struct db_copied *copied)
{
	return import_prospects(&session, next, f, copied);
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
	const struct import_prospect rows[] = {
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
		struct import_prospect row;
		const char *sqlstate, *error;
	} bad[] = {
	    {{.id = "a", .telegram_id = "@again", .name = "A"}, "23505",
		"duplicate key value violates unique constraint \"test_prospects_pkey\": "
		"Key (id)=(a) already exists."},
	    {{.id = "c", .telegram_id = NULL, .name = "C"}, "23502",
		"null value in column \"telegram_id\" of relation \"test_prospects\" violates "},
	    {{.id = "c", .telegram_id = "@c", .name = "\xFF"}, "22021",
		"invalid byte sequence for encoding \"UTF8\": 0xff"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		const struct import_prospect rows[] = {
		    {.id = "a", .telegram_id = "@a", .name = "A"},
		    {.id = "b", .telegram_id = "@b", .name = "B"}, bad[i].row};
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
	const struct import_prospect rows[] = {{.id = "a", .telegram_id = "@a", .name = "A"},
	    {.id = "b", .telegram_id = "@b", .name = "B"}};
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
	const struct import_prospect rows[] = {{.id = "a", .telegram_id = "@a", .name = "A"},
	    {.id = "b", .telegram_id = "@b", .name = "B"}};
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

static enum db_copy_next next_of_many(struct import_prospect *row, void *data)
{
	struct many *m = data;
	if (m->at == m->count)
		return DB_COPY_END;
	(void)snprintf(m->id, sizeof m->id, "p%d", m->at++);
	memset(m->name, 'x', sizeof m->name - 1);
	*row = (struct import_prospect){.id = m->id,
	    .telegram_id = "@someone",
	    .name = m->name,
	    .notes = m->at == m->count ? m->too_long : NULL};
	return DB_COPY_ROW;
}

static void many_rows_arrive(void **state)
{
	(void)state;
	struct many m = {.count = 20000};
	struct db_copied copied;
	assert_true(import_prospects(&session, next_of_many, &m, &copied));
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
	bool good = import_prospects(&session, next_of_many, &m, &copied);
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
	const struct import_prospect rows[] = {{.id = "a", .telegram_id = "@a", .name = "A"}};
	struct file f = {.rows = rows, .count = 1, .end = DB_COPY_END};
	struct db_copied copied;
	assert_non_null(db_session_run_plain(&session, SQL_TX_BEGIN));
	assert_true(copy(&f, &copied));
	assert_string_equal(ask(COUNT), "0");
	assert_non_null(db_session_run_plain(&session, SQL_TX_COMMIT));
	assert_string_equal(ask(COUNT), "1");
	assert_as_before();
}

static enum db_copy_next lose(struct import_prospect *row, void *data)
{
	*row = (struct import_prospect){.id = "a", .telegram_id = "@a", .name = "A"};
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
	assert_false(import_prospects(&session, lose, &first, &copied));
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
