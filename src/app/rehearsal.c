#include "salesreg/app/rehearsal.h"
#include "salesreg/app/qualification.h"
#include "salesreg/app/texts.h"
#include "salesreg/base/civil.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/config.h"
#include "salesreg/base/json.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/conversation/conversation.h"
#include <string.h>

enum { PERSON = 1, REP = 2, EVENTS_MOST = 500, MESSAGES_MOST = 2000, PROBLEM_BYTES = 4096 };

struct shown {
	const char *text;
	bool mine;
	const struct button *buttons;
	size_t count;
};
struct rehearsal {
	struct arena *a;
	struct conversation_rules rules;
	struct conversation_state state;
	struct shown *shown; /* a message's id is its place, from 1 */
	size_t count;
	const char *summary;
};

static const char *fail(struct arena *a, const char *why)
{
	return arena_concat(a, "{\"ok\":false,\"error\":", json_quote(a, why), "}", (char *)NULL);
}

static void show(struct rehearsal *r, struct shown message)
{
	if (r->count < MESSAGES_MOST)
		r->shown[r->count++] = message;
}

static void hear(struct rehearsal *r, const struct outcome *out)
{
	for (const struct message *m = out->messages.first; m; m = m->next) {
		if (m->chat_id != PERSON)
			continue;
		if (m->kind == MESSAGE_SEND) {
			show(r, (struct shown){m->text, false, m->buttons, m->button_count});
		} else if (m->message_id > 0 && (size_t)m->message_id <= r->count) {
			struct shown *old = &r->shown[m->message_id - 1];
			old->buttons = m->buttons;
			old->count = m->button_count;
		}
	}
	if (out->callback_answer && *out->callback_answer)
		show(r, (struct shown){out->callback_answer, false, NULL, 0});
	if (out->summary)
		r->summary = out->summary->text;
}

/* The message whose button it is, the newest. */
static void find_message(struct rehearsal *r, struct event *event)
{
	for (size_t i = r->count; i-- > 0;)
		for (size_t b = 0; b < r->shown[i].count; b++) {
			const struct button *found = &r->shown[i].buttons[b];
			if (!found->data || strcmp(found->data, event->text) != 0)
				continue;
			struct event_button *buttons =
			    ARENA_ARRAY(r->a, struct event_button, r->shown[i].count);
			for (size_t k = 0; k < r->shown[i].count; k++)
				buttons[k] =
				    (struct event_button){.text = r->shown[i].buttons[k].text,
					.data = r->shown[i].buttons[k].data,
					.row = k};
			event->buttons = buttons;
			event->button_count = r->shown[i].count;
			event->message_id = (int64_t)i + 1;
			show(r, (struct shown){found->text, true, NULL, 0});
			return;
		}
}

static void happen(struct rehearsal *r, struct event event)
{
	struct outcome out;
	event.user_id = event.chat_id = PERSON;
	event.first_name = "Anna";
	if (event.kind == EVENT_BUTTON) {
		event.callback_id = "dry run";
		find_message(r, &event);
	} else if (event.kind != EVENT_START) {
		show(r, (struct shown){
			    event.kind == EVENT_CONTACT ? event.phone : event.text, true, NULL, 0});
	}
	conversation_step(&r->state, &event, r->a, &out);
	hear(r, &out);
	r->state = out.next;
}

/* False: it is none. */
static bool read_event(struct arena *a, const json_t *value, struct event *event)
{
	const char *press = json_get_text(a, value, "press");
	const char *contact = json_get_text(a, value, "contact");
	*event = (struct event){.kind = EVENT_TEXT, .text = ""};
	if (json_is_string(value)) {
		event->text = text_clean(a, json_string_value(value), json_string_length(value));
	} else if (press) {
		event->kind = EVENT_BUTTON;
		event->text = press;
	} else if (contact) {
		event->kind = EVENT_CONTACT;
		event->phone = contact;
		event->contact_user_id = PERSON;
	} else {
		return false;
	}
	return true;
}

static const char *buttons_json(const struct shown *m, struct arena *a)
{
	const char *out = "";
	for (size_t i = 0; i < m->count; i++) {
		const struct button *b = &m->buttons[i];
		out = arena_concat(a, out,
		    i == 0       ? "["
		    : b->new_row ? "],["
				 : ",",
		    "{\"text\":", json_quote(a, b->text), b->data ? ",\"data\":" : "",
		    b->data ? json_quote(a, b->data) : "",
		    b->asks_contact ? ",\"contact\":true}" : "}", (char *)NULL);
	}
	return arena_concat(a, "[", out, m->count ? "]]" : "]", (char *)NULL);
}

static const char *result(const struct rehearsal *r)
{
	const struct questionnaire *q = r->state.prospect ? r->state.prospect->questions : NULL;
	const char *out = "";
	for (size_t i = 0; i < r->count; i++)
		out = arena_concat(r->a, out, i ? "," : "",
		    "{\"mine\":", r->shown[i].mine ? "true" : "false",
		    ",\"text\":", json_quote(r->a, r->shown[i].text),
		    ",\"buttons\":", buttons_json(&r->shown[i], r->a), "}", (char *)NULL);
	return arena_concat(r->a, "{\"ok\":true,\"messages\":[", out,
	    "],\"summary\":", r->summary ? json_quote(r->a, r->summary) : "null",
	    ",\"score\":", arena_printf(r->a, "%d", q ? script_score(q->script, q->answers) : 0),
	    ",\"finished\":", q && q->at == q->script->count ? "true" : "false", "}", (char *)NULL);
}

static void take_script(const struct config_given *given, void *data)
{
	struct rehearsal *r = data;
	if (strcmp(given->name, "QUALIFICATION") == 0)
		r->summary = arena_strdup(r->a, given->value);
}

/* What is wrong with it; NULL: it is loaded. */
static const char *load(struct rehearsal *r, struct texts *texts)
{
	struct buf problems;
	buf_init(&problems, PROBLEM_BYTES);
	config_each_given(take_script, r);
	const char *text = r->summary;
	r->summary = NULL;
	bool good = texts_load(texts, NULL, &problems) == ERR_OK &&
		    qualification_load(text, r->a, &r->rules.script, &problems) == ERR_OK;
	const char *said = arena_strdup(r->a, buf_text(&problems));
	buf_finish(&problems);
	if (!good)
		return arena_strndup(r->a, said, strcspn(said, "\n"));
	r->rules.catalog = &texts->catalog;
	return r->rules.script ? NULL : "QUALIFICATION=off: nothing is asked";
}

static void begin(struct rehearsal *r, enum locale locale)
{
	struct prospect_view *view = ARENA_NEW(r->a, struct prospect_view);
	*view = (struct prospect_view){.id = "dry run",
	    .name = "Anna",
	    .met = true,
	    .open = true,
	    .version = 1,
	    .rep_name = "Boris",
	    .rep_telegram_id = REP,
	    .rep_locale = locale};
	r->state = (struct conversation_state){.rules = &r->rules,
	    .known = true,
	    .kind = PERSON_UNKNOWN,
	    .locale = locale,
	    .locale_chosen = true,
	    .rep_available = true,
	    .prospect = view};
	happen(r, (struct event){.kind = EVENT_START, .text = ""});
	if (!r->state.prospect->questions)
		return;
	/* the step knows no clock; days of UTC are near enough here */
	struct prospect_view *today = ARENA_NEW(r->a, struct prospect_view);
	struct questionnaire *q = ARENA_NEW(r->a, struct questionnaire);
	*today = *r->state.prospect;
	*q = *today->questions;
	q->today = (int32_t)(clock_wall_us() / 1000000 / CIVIL_DAY_SECONDS);
	today->questions = q;
	r->state.prospect = today;
}

const char *rehearsal_run(const char *body, struct arena *a)
{
	struct texts texts = {0};
	struct rehearsal r = {.a = a, .shown = ARENA_ARRAY(a, struct shown, MESSAGES_MOST)};
	enum locale locale = LOCALE_RU;
	json_t *request = json_loads(body, 0, NULL), *value;
	const json_t *events = json_get_array(request, "events");
	const char *wrong = request ? load(&r, &texts) : "the body must be a JSON object";
	if (!wrong && json_array_size(events) > EVENTS_MOST)
		wrong = "that is too long for a dry run: begin anew";
	if (!wrong) {
		(void)locale_parse(json_get_text(a, request, "locale"), &locale);
		r.rules.default_locale = locale;
		begin(&r, locale);
	}
	size_t i;
	struct event event;
	json_array_foreach ((json_t *)(uintptr_t)events, i, value) {
		if (wrong)
			break;
		if (read_event(a, value, &event))
			happen(&r, event);
		else
			wrong = "an event is a text, {\"press\": …} or {\"contact\": …}";
	}
	const char *out = wrong ? fail(a, wrong) : result(&r);
	json_decref(request);
	texts_finish(&texts);
	return out;
}
