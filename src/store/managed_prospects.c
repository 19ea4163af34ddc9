#include "salesreg/store/managed_prospects.h"
#include "rows.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/contact/contact.h"
#include "salesreg/domain/contact/email.h"
#include <string.h>

enum { BEGINNING_LEAST = 2, ACCOUNT_DIGITS_MOST = 18 };

/* The shortest word of it, in characters. */
static size_t shortest(const char *words)
{
	size_t least = SIZE_MAX;
	while (*words) {
		size_t n = strcspn(words, " "), characters = 0;
		for (size_t i = 0; i < n; i++)
			characters += ((unsigned char)words[i] & 0xC0) != 0x80;
		least = n > 0 && characters < least ? characters : least;
		words += n;
		words += strspn(words, " ");
	}
	return least;
}

struct prospect_search prospect_search(
    const char *words, int64_t account, const char *phone, struct arena *a)
{
	struct contact contact;
	struct prospect_search search = {.words = text_tidy(a, words),
	    .account = account,
	    .kind = "",
	    .value = "",
	    .email = email_key(words, a),
	    .pattern = rows_like(a, text_tidy(a, words)),
	    .begins = shortest(text_tidy(a, words)) >= BEGINNING_LEAST};
	if (!search.email)
		search.email = "";
	if (contact_parse(phone ? phone : words, a, &contact) == CONTACT_NO_PROBLEM) {
		search.kind = contact_kind_name(contact.kind);
		search.value = contact.value;
	}
	size_t digits = strspn(search.words, "0123456789");
	if (!account && digits > 0 && digits <= ACCOUNT_DIGITS_MOST && !search.words[digits])
		for (const char *s = search.words; *s; s++)
			search.account = search.account * 10 + (*s - '0');
	return search;
}

void prospects_found_values(struct arena *a, const struct prospect_search *searches, size_t count,
    int64_t limit, const char *values[PROSPECTS_FOUND_PARAMETERS])
{
	const char *const all[PROSPECTS_FOUND_PARAMETERS] = {I64_COLUMN(a, searches, count, place),
	    TEXT_COLUMN(a, searches, count, words), I64_COLUMN(a, searches, count, account),
	    TEXT_COLUMN(a, searches, count, kind), TEXT_COLUMN(a, searches, count, value),
	    TEXT_COLUMN(a, searches, count, email), TEXT_COLUMN(a, searches, count, pattern),
	    BOOL_COLUMN(a, searches, count, begins), I64_COLUMN(a, searches, count, asker),
	    TEXT_COLUMN(a, searches, count, phase), I64_COLUMN(a, searches, count, passed),
	    db_i64(a, limit)};
	memcpy(values, all, sizeof all);
}

size_t prospects_found(struct db_plan *plan, struct arena *a,
    const struct prospect_search *searches, size_t count, int64_t limit)
{
	const char *values[PROSPECTS_FOUND_PARAMETERS];
	prospects_found_values(a, searches, count, limit, values);
	return db_plan_append(plan, SQL_PROSPECTS_FOUND, values, PROSPECTS_FOUND_PARAMETERS);
}

size_t prospects_found_parse(const PGresult *result, struct arena *a, struct found_row **rows)
{
	static const struct column columns[] = {COL(found_row, place, I64),
	    COL(found_row, hash, I64), COL(found_row, listed.id, TEXT),
	    COL(found_row, listed.name, TEXT), COL(found_row, listed.telegram, TEXT),
	    COL(found_row, listed.email, TEXT), COL(found_row, listed.status, TEXT),
	    COL(found_row, listed.rep, TEXT), COL(found_row, listed.source, TEXT),
	    COL(found_row, listed.campaign, TEXT), COL(found_row, listed.owner, TEXT),
	    COL(found_row, listed.created_us, I64), COL(found_row, listed.last_contact_us, I64)};
	return ROWS_PARSE(result, a, columns, rows);
}

void managed_hold(struct db_plan *plan, struct arena *a, const int64_t *hashes, size_t count)
{
	(void)db_plan_add(plan, SQL_MANAGED_HOLD, db_i64_array(a, hashes, count));
}

size_t managed_reps(struct db_plan *plan, struct arena *a, const struct managed_reps_ask *asks,
    size_t count, int64_t limit)
{
	return db_plan_add(plan, SQL_MANAGED_REPS, I64_COLUMN(a, asks, count, place),
	    I64_COLUMN(a, asks, count, passed), db_i64(a, limit));
}

size_t managed_reps_parse(const PGresult *result, struct arena *a, struct managed_rep_row **rows)
{
	static const struct column columns[] = {COL(managed_rep_row, place, I64),
	    COL(managed_rep_row, rep.telegram_id, I64), COL(managed_rep_row, rep.id, TEXT),
	    COL(managed_rep_row, rep.name, TEXT), COL(managed_rep_row, rep.open, I64),
	    COL(managed_rep_row, rep.capacity, I64), COL(managed_rep_row, rep.paused, BOOL),
	    COL(managed_rep_row, rep.unreachable, BOOL)};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t managed_waits(struct db_plan *plan, struct arena *a, int64_t most, const char *zone)
{
	return db_plan_add(plan, SQL_MANAGED_WAITS, db_i64(a, most), zone);
}

size_t managed_waits_parse(const PGresult *result, struct arena *a, struct managed_waits_row **rows)
{
	static const struct column columns[] = {COL(managed_waits_row, list, TEXT),
	    COL(managed_waits_row, count, I64), COL(managed_waits_row, late, I64),
	    COL(managed_waits_row, oldest, TEXT), COL(managed_waits_row, failed, I64),
	    COL(managed_waits_row, unreachable, I64),
	    COL(managed_waits_row, unreachable_names, TEXT), COL(managed_waits_row, partial, BOOL)};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t managed_waiting(struct db_plan *plan, struct arena *a,
    const struct managed_waiting_ask *asks, size_t count, int64_t limit, int64_t most,
    const char *zone)
{
	return db_plan_add(plan, SQL_MANAGED_WAITING, I64_COLUMN(a, asks, count, place),
	    TEXT_COLUMN(a, asks, count, list), I64_COLUMN(a, asks, count, passed), db_i64(a, limit),
	    db_i64(a, most), zone);
}

size_t managed_waiting_parse(
    const PGresult *result, struct arena *a, struct managed_waiting_row **rows)
{
	static const struct column columns[] = {COL(managed_waiting_row, place, I64),
	    COL(managed_waiting_row, line.hash, I64), COL(managed_waiting_row, line.name, TEXT),
	    COL(managed_waiting_row, line.status, TEXT), COL(managed_waiting_row, line.rep, TEXT),
	    COL(managed_waiting_row, line.since, TEXT)};
	return ROWS_PARSE(result, a, columns, rows);
}

/* NULLs where there is none. */
static const char *hashes(struct arena *a, const struct managed_card_ask *asks, size_t count)
{
	char *out = arena_strdup(a, "{");
	for (size_t i = 0; i < count; i++)
		out = arena_concat(a, out, i ? "," : "",
		    asks[i].has_hash ? db_i64(a, asks[i].hash) : "NULL", (char *)NULL);
	return arena_concat(a, out, "}", (char *)NULL);
}

size_t managed_card(struct db_plan *plan, struct arena *a, const struct managed_card_ask *asks,
    size_t count, size_t units, const char *zone)
{
	return db_plan_add(plan, SQL_MANAGED_CARD, I64_COLUMN(a, asks, count, place),
	    hashes(a, asks, count), I64_COLUMN(a, asks, count, asker),
	    TEXT_COLUMN(a, asks, count, phase), I64_COLUMN(a, asks, count, before),
	    I64_COLUMN(a, asks, count, events), db_i64(a, (int64_t)units), zone);
}

size_t managed_card_parse(const PGresult *result, struct arena *a, struct managed_card_row **rows)
{
	static const struct column columns[] = {COL(managed_card_row, place, I64),
	    COL(managed_card_row, hash, I64), COL(managed_card_row, prospect, TEXT),
	    COL(managed_card_row, name, TEXT), COL(managed_card_row, telegram, TEXT),
	    COL(managed_card_row, email, TEXT), COL(managed_card_row, context, TEXT),
	    COL(managed_card_row, notes, TEXT), COL(managed_card_row, status, TEXT),
	    COL(managed_card_row, rep, TEXT), COL(managed_card_row, rep_name, TEXT),
	    COL(managed_card_row, rep_status, TEXT), COL(managed_card_row, rep_telegram_id, I64),
	    COL(managed_card_row, assignment, I64), COL(managed_card_row, owner, TEXT),
	    COL(managed_card_row, reach, TEXT), COL(managed_card_row, account, I64),
	    COL(managed_card_row, stopped, BOOL), COL(managed_card_row, blocked, BOOL),
	    COL(managed_card_row, source, TEXT), COL(managed_card_row, campaign, TEXT),
	    COL(managed_card_row, phone, TEXT), COL(managed_card_row, came, TEXT),
	    COL(managed_card_row, contact, TEXT), COL(managed_card_row, answers, TEXT),
	    COL(managed_card_row, events, TEXT), COL(managed_card_row, days, I64),
	    COL(managed_card_row, changed_by, TEXT), COL(managed_card_row, changed_at, TEXT)};
	return ROWS_PARSE(result, a, columns, rows);
}
