#include "assigner_private.h"
#include "salesreg/app/bot/delivery/telegram_message.h"
#include "salesreg/app/qualification.h"
#include "salesreg/base/json.h"
#include "salesreg/domain/assignment/prospect_list.h"
#include "salesreg/domain/qualification/summary.h"
#include <string.h>

/* What a prospect answered before there was this rep goes to them in a message of its own, which the bot edits from then on. */

static void add(struct assigner *s, struct summary_new summary)
{
	ARENA_GROW(&s->arena, s->summaries, s->summary_count, 1, s->summary_room);
	s->summaries[s->summary_count++] = summary;
}

/* What was said before there was this rep is still in the prospect's chat, and what the card has no room for is copied from there. */
static void add_said(
    struct assigner *s, const struct waiting_row *row, const struct allocation_rep_row *rep)
{
	ARENA_GROW(&s->arena, s->said, s->said_count, 1, s->said_room);
	const struct catalog *catalog = s->options.rules->catalog;
	enum locale locale = assigner_locale_of(s, rep);
	const char *name = prospect_quoted_name(&s->arena, row->name);
	const struct catalog_arg args[] = {
	    {"name", *name ? name
			   : catalog_render(
				 catalog, locale, TEXT_PROSPECT_NAMELESS, NULL, 0, &s->arena)},
	    {"count", "{count}"}};
	struct message_list list = {0};
	struct message *head =
	    message_list_add(&list, &s->arena, rep->telegram_id, PRIORITY_NOTIFICATION,
		catalog_render(catalog, locale, TEXT_RELAY_SAID_BEFORE, args, 2, &s->arena));
	s->said[s->said_count++] = (struct heard_before){
	    row->prospect, rep->telegram_id, outgoing_payload(head, &s->arena)};
}

void assigner_show_answers(
    struct assigner *s, const struct waiting_row *row, const struct allocation_rep_row *rep)
{
	struct arena *a = &s->arena;
	if (row->said)
		add_said(s, row, rep);
	json_t *given = row->answers ? json_loads(row->answers, 0, NULL) : NULL;
	const char *json = json_text(a, json_get_object(given, "script"), NULL);
	const struct script *script = json ? qualification_stored(json, a) : NULL;
	if (script) {
		const char *answers = json_text(a, json_get_object(given, "answers"), NULL);
		struct message *message =
		    summary_message(&(struct summary){.catalog = s->options.rules->catalog,
					.locale = assigner_locale_of(s, rep),
					.chat_id = rep->telegram_id,
					.name = row->name,
					.script = script,
					.answers = qualification_answers(script, answers, a),
					.finished = json_get_bool(given, "finished", false),
					.assignment_id = row->assignment_id,
					.bot_leads = json_get_bool(given, "bot_leads", true)},
			a);
		add(s, (struct summary_new){
			   row->prospect, rep->telegram_id, outgoing_payload(message, a)});
	}
	json_decref(given);
}

void assigner_queue_answers(struct assigner *s)
{
	prospects_heard_before(&s->plan, &s->arena, s->said, s->said_count);
	summaries_put(&s->plan, &s->arena, s->summaries, s->summary_count);
	assigner_forget_answers(s);
}

void assigner_forget_answers(struct assigner *s)
{
	s->said = NULL;
	s->said_count = s->said_room = 0;
	s->summaries = NULL;
	s->summary_count = s->summary_room = 0;
}
