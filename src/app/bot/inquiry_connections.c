/* Reps' connected accounts. What has changed is decided and written as if the update had come that tells so. */
#include "inquiries_private.h"
#include "salesreg/app/bot/delivery/telegram_message.h"
#include "salesreg/base/log.h"
#include "salesreg/store/effects.h"
#include "salesreg/store/outbox.h"
#include "salesreg/telegram/update.h"
#include <string.h>

static void decide(struct db_plan *plan, struct arena *a, const struct conversation_rules *rules,
    const struct inquiry *inquiry)
{
	const struct business_row *row = inquiry->connection;
	const struct business_view was = {.enabled = true,
	    .can_reply = row->can_reply,
	    .can_read = row->can_read,
	    .rights = row->rights,
	    .rep_telegram_id = row->rep_telegram_id};
	struct conversation_state state = {.rules = rules,
	    .known = true,
	    .locale_chosen = true,
	    .locale = rules->default_locale,
	    .rep_status = REP_ACTIVE,
	    .rep_available = true,
	    .business = &was};
	(void)locale_parse(row->rep_locale, &state.locale);
	struct outcome *out = ARENA_NEW(a, struct outcome);
	conversation_step(&state, &inquiry->event, a, out);
	struct effect_row *rows = ARENA_ARRAY(a, struct effect_row, out->effect_count);
	for (size_t i = 0; i < out->effect_count; i++)
		rows[i] = (struct effect_row){.effect = out->effects[i],
		    .user_id = row->rep_telegram_id,
		    .status = rep_status_name(REP_ACTIVE)};
	effects_write(plan, a, rows, out->effect_count);
	outgoing_insert(plan, a, &out->messages);
}

/* Whether what Telegram says is not what was known; then the event says it. */
static void compare(struct inquiry *inquiry, const json_t *result, struct arena *a)
{
	struct event *event = &inquiry->event;
	telegram_connection_parse(result, a, event);
	const struct business_event *is = event->business;
	const struct business_row *row = inquiry->connection;
	bool same = !is || strcmp(is->connection, row->connection) != 0 ||
		    event->user_id != row->rep_telegram_id ||
		    (is->enabled && is->can_reply == row->can_reply &&
			is->can_read == row->can_read && strcmp(is->rights, row->rights) == 0);
	if (same) {
		event->business = NULL;
		return;
	}
	struct business_event *kept = ARENA_NEW(a, struct business_event);
	*kept = *is;
	kept->connection = row->connection; /* the answer is gone after this */
	kept->rights = arena_strdup(a, is->rights);
	event->business = kept;
	event->username = event->first_name = event->language_code = NULL;
}

static void ended(struct inquiry *inquiry, struct arena *a)
{
	struct business_event *event = ARENA_NEW(a, struct business_event);
	*event =
	    (struct business_event){.connection = inquiry->connection->connection, .rights = ""};
	inquiry->event = (struct event){.kind = EVENT_CONNECTION,
	    .user_id = inquiry->connection->rep_telegram_id,
	    .chat_id = inquiry->connection->rep_telegram_id,
	    .text = "",
	    .business = event};
}

void inquiry_connection_answered(
    struct inquiry *inquiry, const struct telegram_answer *answer, struct arena *a)
{
	if (answer->class == TELEGRAM_OK)
		compare(inquiry, answer->result, a);
	else if (strcasestr(answer->description, "business connection not found") ||
		 strcasestr(answer->description, "BUSINESS_CONNECTION"))
		ended(inquiry, a);
	else
		log_info("a connected account could not be asked for: %s", answer->description);
}

bool inquiry_connections_write(struct db_plan *plan, struct arena *a,
    const struct conversation_rules *rules, const struct inquiry *round, size_t count)
{
	const char **asked = ARENA_ARRAY(a, const char *, count);
	size_t answered = 0;
	/* one a round: a transaction has room for its statements, and who is connected seldom changes */
	bool decided = false;
	for (size_t i = 0; i < count; i++) {
		const struct inquiry *inquiry = &round[i];
		bool news = inquiry->connection && !inquiry->later && inquiry->event.business;
		if (!inquiry->connection || inquiry->later || (news && decided))
			continue;
		decided |= news;
		asked[answered++] = inquiry->connection->connection;
		if (news)
			decide(plan, a, rules, inquiry);
	}
	business_asked(plan, a, asked, answered);
	return answered > 0;
}
