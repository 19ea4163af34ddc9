#include "salesreg/app/oauth/news.h"
#include "salesreg/app/bot/delivery/telegram_message.h"
#include "salesreg/domain/event/callback_data.h"
#include "salesreg/domain/text/quote.h"
#include "salesreg/google/oauth.h"
#include "salesreg/store/outbox.h"
#include <string.h>

enum { EMAIL_UNITS = 254, DOMAINS_BYTES = 300, CALENDAR_UNITS = 60 };

static const struct {
	const char *sentence;
	enum text_id text;
} outcomes[] = {
#define X(name, sentence, text) {sentence, text},
    OAUTH_OUTCOME_MAP(X)
#undef X
};

const char *oauth_outcome_sentence(enum oauth_outcome outcome)
{
	return outcomes[outcome].sentence;
}

static const char *boxes(
    struct arena *a, const struct conversation_rules *rules, enum locale locale, unsigned missing)
{
	static const struct {
		unsigned bit;
		enum text_id text;
	} all[] = {{GOOGLE_MISSES_EVENTS, TEXT_CALENDAR_BOX_EVENTS},
	    {GOOGLE_MISSES_FREEBUSY, TEXT_CALENDAR_BOX_FREEBUSY},
	    {GOOGLE_MISSES_LIST, TEXT_CALENDAR_BOX_LIST}};
	const char *list = "";
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (missing & all[i].bit)
			list = arena_printf(a, "%s%s%s", list, *list ? "; " : "",
			    catalog_render(rules->catalog, locale, all[i].text, NULL, 0, a));
	return list;
}

static const char *domains(struct arena *a, const struct conversation_rules *rules)
{
	const char *list = "";
	for (size_t i = 0; i < rules->domain_count && strlen(list) < DOMAINS_BYTES; i++)
		list = arena_printf(a, "%s%s@%s", list, *list ? ", " : "", rules->domains[i]);
	return list;
}

static void add_button(struct message *message, struct arena *a,
    const struct conversation_rules *rules, enum locale locale, enum text_id label,
    enum press_kind press)
{
	struct button *button = ARENA_NEW(a, struct button);
	*button = (struct button){.text = catalog_render(rules->catalog, locale, label, NULL, 0, a),
	    .data = press_data(a, press, 0),
	    .new_row = true};
	message_set_buttons(message, button, 1);
}

void oauth_news_plan(struct db_plan *plan, struct arena *a, const struct conversation_rules *rules,
    const struct oauth_news *news)
{
	const struct catalog_arg known[] = {
	    {"email", news->email ? quote_email(a, news->email, EMAIL_UNITS) : ""},
	    {"expected", news->expected ? quote_email(a, news->expected, EMAIL_UNITS) : ""},
	    {"domains", domains(a, rules)},
	    {"boxes", boxes(a, rules, news->locale, news->missing)},
	    {"calendar", news->calendar ? quote_piece(a, news->calendar, CALENDAR_UNITS) : ""},
	};
	enum text_id text = outcomes[news->outcome].text;
	struct message_list list = {0};
	struct message *message = message_list_add(&list, a, news->person, PRIORITY_NOTIFICATION,
	    catalog_render(
		rules->catalog, news->locale, text, known, sizeof known / sizeof *known, a));
	if (news->outcome == OAUTH_CONNECTED)
		add_button(message, a, rules, news->locale, TEXT_BUTTON_CALENDAR_UNDO,
		    PRESS_CALENDAR_UNDO);
	if (news->outcome == OAUTH_DIED || news->outcome == OAUTH_DIED_IN_TESTING ||
	    news->outcome == OAUTH_ENDED_BETWEEN)
		add_button(message, a, rules, news->locale, TEXT_BUTTON_CALENDAR_AGAIN,
		    PRESS_CALENDAR_LINK);
	outgoing_insert(plan, a, &list);
}

static void plan_for_admins(struct db_plan *plan, struct arena *a,
    const struct conversation_rules *rules, enum text_id text, const struct catalog_arg args[2])
{
	struct message_list list = {0};
	for (size_t i = 0; i < rules->admin_count; i++)
		(void)message_list_add(&list, a, rules->admin_ids[i], PRIORITY_NOTIFICATION,
		    catalog_render(rules->catalog, rules->default_locale, text, args, 2, a));
	if (list.count > 0)
		outgoing_insert(plan, a, &list);
}

void oauth_news_plan_admins(struct db_plan *plan, struct arena *a,
    const struct conversation_rules *rules, const char *error, const char *redirect_uri)
{
	plan_for_admins(plan, a, rules, TEXT_CALENDAR_ADMIN_CLIENT,
	    (const struct catalog_arg[]){{"error", error}, {"uri", redirect_uri}});
}

void oauth_news_plan_deaths(struct db_plan *plan, struct arena *a,
    const struct conversation_rules *rules, int64_t dead, int64_t had)
{
	plan_for_admins(plan, a, rules, TEXT_CALENDAR_ADMIN_DEATHS,
	    (const struct catalog_arg[]){{"dead", arena_printf(a, "%lld", (long long)dead)},
		{"all", arena_printf(a, "%lld", (long long)had)}});
}
