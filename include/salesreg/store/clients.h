/*
 * A rep's clients as the bot shows them: pages of the list, and cards.
 * Ownership: as in store/people.h. Units: Telegram's ids; microseconds since 1970. Errors: those of the run.
 * `place` is the caller's number for what it asks, and comes back in the rows that answer it.
 */
#pragma once
#include "salesreg/db/conn.h"
#include "salesreg/domain/conversation/client_view.h"

/* A page from a client on, or the card of one. */
struct client_ask {
	int64_t place, rep_telegram_id;
	bool begins; /* the page: at the beginning of the list, wherever `from` is */
	bool newer;  /* the page: of those before `from`, the next one first */
	struct client_place from;
	const char *phase; /* the page: only of who is in this one; NULL: of anybody */
	/* the card: by the first of these that there is; `at` else */
	int64_t assignment;
	const char *link; /* a hash, or Telegram's own; "": none */
	bool has_at;
	struct client_place at;
	int64_t before; /* of its history what is older than this event; 0: the newest */
};

struct client_line_row {
	int64_t place, rep_telegram_id;
	struct client_place at;
	int64_t assignment; /* 0: none goes on */
	const char *name, *telegram, *email, *status, *owner, *follow_up;
	const char *answered; /* clients_page with answers: numbers and addresses, each on a line */
	bool contacted;
};
size_t clients_page(struct db_plan *plan, struct arena *a, const struct client_ask *asks,
    size_t count, size_t limit, const char *zone, bool answers);
size_t clients_page_parse(const PGresult *result, struct arena *a, struct client_line_row **rows);

struct client_card_row {
	int64_t place;
	const char *prospect;
	int64_t made_us; /* when its row was; 0: not known */
	const char *name, *telegram, *email, *context, *notes, *status;
	int64_t assignment; /* 0: none goes on */
	bool contacted;
	const char *owner;
	bool blocked;
	const char *reach; /* NULL: the bot knows nothing of them */
	bool met;
	bool private_forwards, no_voices; /* see struct chat_settings */
	int64_t message_stars;
	const char *source, *campaign, *follow_up, *zone;
	const char *answers; /* JSON of salesreg.answers_given(); NULL: none */
	const char *events;  /* JSON: [[id, when, kind, detail, rep's name], …]; NULL: none */
};
/* Whom a rep has chosen from their own list. */
struct chosen_ask {
	int64_t rep_telegram_id, person;
	const char *username; /* in lower case; "": none */
};
struct chosen_row {
	int64_t rep_telegram_id, person;
	bool is_rep;
	const char *prospect; /* whom they are known as, or would be */
	bool known, met, mine, held, open, archived, converted;
	int64_t assignment; /* that goes on; 0: none */
	int64_t made_us;    /* when the row was; 0: not known */
	int64_t fresh;      /* an assignment's id that is nobody's */
};
size_t own_clients_read(
    struct db_plan *plan, struct arena *a, const struct chosen_ask *asks, size_t count);
size_t own_clients_parse(const PGresult *result, struct arena *a, struct chosen_row **rows);

/* limit: how many events of each; units: how many characters of each. */
size_t clients_card(struct db_plan *plan, struct arena *a, const struct client_ask *asks,
    size_t count, size_t limit, size_t units, const char *zone);
size_t clients_card_parse(const PGresult *result, struct arena *a, struct client_card_row **rows);
