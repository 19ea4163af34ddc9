#include "salesreg/store/clients.h"
#include "rows.h"

/* NULLs where there is no place. */
static const char *numbers(
    struct arena *a, const struct client_ask *asks, size_t count, bool page, bool hash)
{
	char *out = arena_strdup(a, "{");
	for (size_t i = 0; i < count; i++) {
		const struct client_ask *ask = &asks[i];
		const struct client_place *place = page ? &ask->from : &ask->at;
		bool none = page ? ask->begins : !ask->has_at;
		out = arena_concat(a, out, i ? "," : "",
		    none   ? "NULL"
		    : hash ? db_i64(a, place->hash)
			   : db_i64(a, place->at_us),
		    (char *)NULL);
	}
	return arena_concat(a, out, "}", (char *)NULL);
}

size_t clients_page(struct db_plan *plan, struct arena *a, const struct client_ask *asks,
    size_t count, size_t limit, const char *zone, bool answers)
{
	return db_plan_add(plan, SQL_CLIENTS_PAGE, I64_COLUMN(a, asks, count, place),
	    I64_COLUMN(a, asks, count, rep_telegram_id), numbers(a, asks, count, true, false),
	    numbers(a, asks, count, true, true), BOOL_COLUMN(a, asks, count, newer),
	    db_i64(a, (int64_t)limit), zone, TEXT_COLUMN(a, asks, count, phase),
	    answers ? "true" : "false");
}

size_t clients_page_parse(const PGresult *result, struct arena *a, struct client_line_row **rows)
{
	static const struct column columns[] = {COL(client_line_row, place, I64),
	    COL(client_line_row, rep_telegram_id, I64), COL(client_line_row, at.at_us, I64),
	    COL(client_line_row, at.hash, I64), COL(client_line_row, assignment, I64),
	    COL(client_line_row, name, TEXT), COL(client_line_row, telegram, TEXT),
	    COL(client_line_row, email, TEXT), COL(client_line_row, status, TEXT),
	    COL(client_line_row, contacted, BOOL), COL(client_line_row, owner, TEXT),
	    COL(client_line_row, follow_up, TEXT), COL(client_line_row, answered, TEXT)};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t clients_card(struct db_plan *plan, struct arena *a, const struct client_ask *asks,
    size_t count, size_t limit, size_t units, const char *zone)
{
	return db_plan_add(plan, SQL_CLIENTS_CARD, I64_COLUMN(a, asks, count, place),
	    I64_COLUMN(a, asks, count, rep_telegram_id), I64_COLUMN(a, asks, count, assignment),
	    TEXT_COLUMN(a, asks, count, link), numbers(a, asks, count, false, false),
	    numbers(a, asks, count, false, true), I64_COLUMN(a, asks, count, before),
	    db_i64(a, (int64_t)limit), db_i64(a, (int64_t)units), zone);
}

size_t clients_card_parse(const PGresult *result, struct arena *a, struct client_card_row **rows)
{
	static const struct column columns[] = {COL(client_card_row, place, I64),
	    COL(client_card_row, prospect, TEXT), COL(client_card_row, made_us, I64),
	    COL(client_card_row, name, TEXT), COL(client_card_row, telegram, TEXT),
	    COL(client_card_row, email, TEXT), COL(client_card_row, context, TEXT),
	    COL(client_card_row, notes, TEXT), COL(client_card_row, status, TEXT),
	    COL(client_card_row, assignment, I64), COL(client_card_row, contacted, BOOL),
	    COL(client_card_row, owner, TEXT), COL(client_card_row, blocked, BOOL),
	    COL(client_card_row, reach, TEXT), COL(client_card_row, met, BOOL),
	    COL(client_card_row, private_forwards, BOOL), COL(client_card_row, no_voices, BOOL),
	    COL(client_card_row, message_stars, I64), COL(client_card_row, source, TEXT),
	    COL(client_card_row, campaign, TEXT), COL(client_card_row, follow_up, TEXT),
	    COL(client_card_row, zone, TEXT), COL(client_card_row, answers, TEXT),
	    COL(client_card_row, events, TEXT)};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t own_clients_read(
    struct db_plan *plan, struct arena *a, const struct chosen_ask *asks, size_t count)
{
	return db_plan_add(plan, SQL_OWN_CLIENTS_READ, I64_COLUMN(a, asks, count, rep_telegram_id),
	    I64_COLUMN(a, asks, count, person), TEXT_COLUMN(a, asks, count, username));
}

size_t own_clients_parse(const PGresult *result, struct arena *a, struct chosen_row **rows)
{
	static const struct column columns[] = {COL(chosen_row, rep_telegram_id, I64),
	    COL(chosen_row, person, I64), COL(chosen_row, is_rep, BOOL),
	    COL(chosen_row, prospect, TEXT), COL(chosen_row, known, BOOL),
	    COL(chosen_row, met, BOOL), COL(chosen_row, mine, BOOL), COL(chosen_row, held, BOOL),
	    COL(chosen_row, open, BOOL), COL(chosen_row, archived, BOOL),
	    COL(chosen_row, converted, BOOL), COL(chosen_row, assignment, I64),
	    COL(chosen_row, made_us, I64), COL(chosen_row, fresh, I64)};
	return ROWS_PARSE(result, a, columns, rows);
}
