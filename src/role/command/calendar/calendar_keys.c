/*
 * salesreg calendar rotate-keys: all stored tokens sealed with the first key, each in a transaction of its own.
 */
#include "calendar_private.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/seal.h"
#include "salesreg/db/conn.h"
#include "salesreg/role/cli/text.h"
#include "salesreg/store/calendar_jobs.h"
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	BATCH = 50,
	BATCH_BYTES = 32 * 1024 * 1024,
	TOKEN_BYTES_MOST = 8 * 1024,
	LOOK_US = 200 * 1000,
	NAMED_KEYS = 8,
};
/* A process that died is known by the end of its lease. */
static const int64_t PATIENCE_US = CALENDAR_JOB_LEASE_US + INT64_C(10000000);

struct rotation {
	struct command_database *d;
	struct seal_keys keys;
	struct arena arena;       /* of a batch */
	int64_t accounts, grants; /* sealed anew */
	/* of one pass over all */
	int64_t missing, broken, busy;
	char missing_keys[NAMED_KEYS][SEAL_ID_TEXT];
	size_t missing_key_count;
};

static void note_missing(struct rotation *r, const char *key)
{
	r->missing++;
	for (size_t i = 0; i < r->missing_key_count; i++)
		if (strcmp(r->missing_keys[i], key) == 0)
			return;
	if (r->missing_key_count < NAMED_KEYS)
		(void)snprintf(r->missing_keys[r->missing_key_count++], SEAL_ID_TEXT, "%s", key);
}

/* Sealed with the first key, or NULL. key: whose it was, "" if it was changed by somebody. */
static const char *reseal(struct rotation *r, const char *rep, const char *purpose, const char *hex,
    char key[SEAL_ID_TEXT])
{
	struct arena *a = &r->arena;
	size_t size = 0;
	key[0] = '\0';
	const char *sealed = db_hex_read(a, hex, &size);
	if (!sealed || size < SEAL_OVERHEAD || size > TOKEN_BYTES_MOST)
		return NULL;
	size_t plain_size = size - SEAL_OVERHEAD;
	unsigned char *plain = arena_alloc(a, plain_size + 1), *out = arena_alloc(a, size);
	if (seal_open(&r->keys, rep, purpose, (const unsigned char *)sealed, size, plain, key) !=
	    SEAL_OPENED)
		return NULL;
	seal_close(&r->keys, rep, purpose, plain, plain_size, out);
	sodium_memzero(plain, plain_size);
	return db_hex(a, (const char *)out, size);
}

static bool rotate(struct rotation *r, const struct calendar_sealed *row)
{
	char key[SEAL_ID_TEXT], ignored[SEAL_ID_TEXT];
	enum calendar_reseal became;
	const char *refresh =
	    row->refresh ? reseal(r, row->rep, "refresh", row->refresh, key) : NULL;
	if (row->refresh && !refresh) {
		if (*key)
			note_missing(r, key);
		else
			r->broken++;
		return true;
	}
	/* one that does not open is no loss: the refresh token gets another */
	const char *access =
	    row->access ? reseal(r, row->rep, "access", row->access, ignored) : NULL;
	if (!calendar_operators_reseal(
		&r->d->session, &r->arena, row, refresh, access, r->keys.keys[0].id_text, &became))
		return false;
	r->accounts += became == CALENDAR_RESEALED && !row->job;
	r->grants += became == CALENDAR_RESEALED && row->job;
	/* what was changed meanwhile is looked at again, as what was busy is */
	r->busy += became != CALENDAR_RESEALED && !row->job;
	return true;
}

/* Returns how many there were; below 0: the session says why it failed. */
static int batch(struct rotation *r, bool of_accounts, char after[64], int64_t *after_job)
{
	struct calendar_sealed *rows;
	size_t count;
	const char *first = r->keys.keys[0].id_text;
	arena_init_secret(&r->arena, BATCH_BYTES);
	bool good = of_accounts ? calendar_operators_tokens(&r->d->session, &r->arena, first,
				      *after ? after : NULL, BATCH, &rows, &count)
				: calendar_operators_revocations(&r->d->session, &r->arena, first,
				      *after_job, BATCH, &rows, &count);
	for (size_t i = 0; good && i < count; i++) {
		good = rotate(r, &rows[i]);
		*after_job = rows[i].job;
		(void)snprintf(after, 64, "%s", rows[i].rep);
	}
	arena_finish(&r->arena);
	return good ? (int)count : -1;
}

static bool pass(struct rotation *r)
{
	r->missing = r->broken = r->busy = 0;
	r->missing_key_count = 0;
	for (int of_accounts = 1; of_accounts >= 0; of_accounts--) {
		char after[64] = "";
		int64_t after_job = 0;
		int count;
		do
			count = batch(r, of_accounts, after, &after_job);
		while (count == BATCH);
		if (count < 0)
			return false;
	}
	return true;
}

/* The keys themselves stand nowhere. */
static bool write_down(struct rotation *r)
{
	struct arena arena, *a = &arena;
	if (r->accounts + r->grants == 0)
		return true;
	arena_init(a, BATCH_BYTES);
	const struct audit_entry entry = {.action = "rotate-keys",
	    .after =
		audit_json(a, json_pack("{ss sI sI}", "key", r->keys.keys[0].id_text, "accounts",
				  (json_int_t)r->accounts, "grants", (json_int_t)r->grants))};
	bool written = audit_begin(&r->d->session) &&
		       audit_by_operator(r->d, a, "calendar rotate-keys", &entry) &&
		       audit_commit(&r->d->session);
	arena_finish(a);
	return written;
}

static int tell(struct rotation *r)
{
	const char *first = r->keys.keys[0].id_text;
	if (!write_down(r))
		return command_database_failed(r->d, "calendar");
	if (r->accounts + r->grants > 0)
		(void)printf(
		    "The tokens of %lld account%s and of %lld grant%s to be given back are "
		    "sealed with the key %s now.\n",
		    (long long)r->accounts, r->accounts == 1 ? "" : "s", (long long)r->grants,
		    r->grants == 1 ? "" : "s", first);
	else if (r->missing + r->broken + r->busy == 0)
		(void)printf("All tokens are sealed with the key %s already.\n", first);
	(void)fflush(stdout);
	if (r->missing > 0) {
		(void)fprintf(stderr,
		    "salesreg calendar: of %lld the key is not in TOKEN_ENCRYPTION_KEY (",
		    (long long)r->missing);
		for (size_t i = 0; i < r->missing_key_count; i++)
			(void)fprintf(stderr, "%s%s", i ? ", " : "", r->missing_keys[i]);
		(void)fputs(
		    "): they stay as they are; add it behind the first and repeat this, or have "
		    "those reps connect again\n",
		    stderr);
	}
	if (r->broken > 0)
		(void)fprintf(stderr,
		    "salesreg calendar: %lld cannot be opened: somebody changed them in the "
		    "database; "
		    "those reps have to connect again\n",
		    (long long)r->broken);
	if (r->busy > 0)
		(void)fprintf(stderr,
		    "salesreg calendar: the calendars of %lld rep%s were being read all the time; "
		    "repeat this\n",
		    (long long)r->busy, r->busy == 1 ? "" : "s");
	return r->missing + r->broken + r->busy > 0 ? EXIT_CODE_FAILED : EXIT_CODE_OK;
}

static int rotate_keys(struct rotation *r)
{
	int64_t until = clock_monotonic_us() + PATIENCE_US;
	bool said = false;
	for (;;) {
		if (!pass(r))
			return command_database_failed(r->d, "calendar");
		if (r->busy == 0 || clock_monotonic_us() >= until)
			return tell(r);
		if (!said)
			(void)fprintf(stderr,
			    "salesreg calendar: waits until the calendars of %lld rep%s are read\n",
			    (long long)r->busy, r->busy == 1 ? "" : "s");
		said = true;
		(void)usleep(LOOK_US);
	}
}

int calendar_run_rotate_keys(struct cli *c)
{
	(void)c;
	struct command_database d = {0};
	struct rotation r = {.d = &d};
	int code = command_database_open(&d, "calendar");
	if (code == EXIT_CODE_OK && !secret_is_set(&d.config.token_encryption_key)) {
		(void)fputs(
		    "TOKEN_ENCRYPTION_KEY is not set: set it to the list that `salesreg oauth` "
		    "has, the new key first\n",
		    stderr);
		code = EXIT_CODE_CONFIG;
	} else if (code == EXIT_CODE_OK &&
		   seal_keys_parse(&r.keys, secret_reveal(&d.config.token_encryption_key)) !=
		       ERR_OK) {
		(void)fputs("TOKEN_ENCRYPTION_KEY is not usable; it must be: 32 bytes, base64, as "
			    "`openssl rand -base64 32` makes them\n",
		    stderr);
		code = EXIT_CODE_CONFIG;
	}
	if (code == EXIT_CODE_OK)
		code = rotate_keys(&r);
	seal_keys_finish(&r.keys);
	command_database_close(&d);
	return code;
}
