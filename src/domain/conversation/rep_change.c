#include "salesreg/domain/conversation/rep_change.h"
#include "conversation_private.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/assignment/prospect_list.h"
#include "salesreg/domain/text/quote.h"
#include "salesreg/domain/text/shorten.h"

enum { EMAIL_UNITS = 254 };

#define WHEN(status) (1U << REP_##status)

static const struct {
	const char *name;
	unsigned from; /* statuses */
	enum rep_status to;
	bool keeps; /* the status */
	enum text_id told;
} changes[REP_CHANGE_COUNT] = {
    [REP_CHANGE_APPROVE] = {.name = "approve",
	.from = WHEN(PENDING),
	.to = REP_ACTIVE,
	.told = TEXT_REP_APPROVED},
    [REP_CHANGE_REJECT] = {.name = "reject",
	.from = WHEN(PENDING),
	.to = REP_REMOVED,
	.told = TEXT_REP_REJECTED},
    [REP_CHANGE_SUSPEND] = {.name = "suspend",
	.from = WHEN(PENDING) | WHEN(ACTIVE),
	.to = REP_SUSPENDED,
	.told = TEXT_REP_SUSPENDED_NOW},
    [REP_CHANGE_REACTIVATE] = {.name = "reactivate",
	.from = WHEN(SUSPENDED),
	.to = REP_ACTIVE,
	.told = TEXT_REP_REACTIVATED},
    [REP_CHANGE_REMOVE] = {.name = "remove",
	.from = WHEN(PENDING) | WHEN(ACTIVE) | WHEN(SUSPENDED),
	.to = REP_REMOVED,
	.told = TEXT_REP_REMOVED_NOW},
    [REP_CHANGE_SET_NAME] = {.name = "set-name",
	.from = WHEN(PENDING) | WHEN(ACTIVE) | WHEN(SUSPENDED),
	.keeps = true,
	.told = TEXT_REP_NAME_SET},
    [REP_CHANGE_SET_EMAIL] = {.name = "set-email",
	.from = WHEN(PENDING) | WHEN(ACTIVE) | WHEN(SUSPENDED),
	.keeps = true,
	.told = TEXT_REP_EMAIL_SET},
    [REP_CHANGE_SET_CAPACITY] = {.name = "set-capacity",
	.from = WHEN(PENDING) | WHEN(ACTIVE) | WHEN(SUSPENDED),
	.keeps = true,
	.told = TEXT_REP_CAPACITY_SET},
    /* only who is at work has an admin's rights, so nobody else is given them; who loses them is told otherwise */
    [REP_CHANGE_SET_ADMIN] = {.name = "set-admin",
	.from = WHEN(ACTIVE),
	.keeps = true,
	.told = TEXT_REP_ADMIN_RIGHTS},
    [REP_CHANGE_PAUSE] = {.name = "pause",
	.from = WHEN(ACTIVE),
	.keeps = true,
	.told = TEXT_REP_PAUSED},
    [REP_CHANGE_RESUME] = {.name = "resume",
	.from = WHEN(ACTIVE),
	.keeps = true,
	.told = TEXT_REP_RESUMED},
};

const char *rep_change_name(enum rep_change_kind kind)
{
	return changes[kind].name;
}

bool rep_change_fits(enum rep_change_kind kind, enum rep_status status)
{
	return changes[kind].from >> status & 1;
}

enum rep_status rep_change_status(enum rep_change_kind kind, enum rep_status status)
{
	return changes[kind].keeps ? status : changes[kind].to;
}

enum text_id rep_change_told(enum rep_change_kind kind)
{
	return changes[kind].told;
}

struct application_verdict application_decide(
    const struct conversation_rules *rules, bool approved, bool proven)
{
	bool unproven = approved && rules->proves_email && !proven;
	bool uninvited = unproven && rules->by_invitation;
	return (struct application_verdict){
	    .approved = approved && !unproven,
	    .unproven = unproven,
	    .uninvited = uninvited,
	    .told = uninvited  ? TEXT_REP_PROVE_BY_INVITE
		    : unproven ? TEXT_REP_PROVE_FIRST
		    : approved ? TEXT_REP_APPROVED
			       : TEXT_REP_REJECTED,
	};
}

const char *reject_why_text(const struct conversation_rules *rules, enum locale locale,
    struct reject_why why, struct arena *a)
{
	static const enum text_id texts[] = {
	    [REJECT_IS_NOT_OURS] = TEXT_REJECT_NOT_OURS,
	    [REJECT_IS_WRONG_DATA] = TEXT_REJECT_WRONG_DATA,
	    [REJECT_IS_TWICE] = TEXT_REJECT_TWICE,
	};
	const char *typed = why.typed ? text_tidy(a, why.typed) : "";
	if (*typed)
		return shorten(a, typed, REJECT_REASON_UNITS);
	return why.reason == REJECT_NO_REASON
		   ? NULL
		   : catalog_render(rules->catalog, locale, texts[why.reason], NULL, 0, a);
}

const struct application_news *application_news(const struct conversation_rules *rules,
    const struct subject_view *subject, struct application_verdict verdict, const char *who,
    struct reject_why why, struct arena *a)
{
	struct application_news *news = ARENA_NEW(a, struct application_news);
	*news = (struct application_news){.rep_id = subject->rep_id,
	    .button = press_data(a, PRESS_APPROVE, subject->telegram_id)};
	for (unsigned l = 0; l < LOCALE_COUNT; l++) {
		const char *reason = verdict.unproven || verdict.approved
					 ? NULL
					 : reject_why_text(rules, (enum locale)l, why, a);
		const struct catalog_arg args[] = {{"who", who}, {"reason", reason}};
		enum text_id text = verdict.approved   ? TEXT_DECIDED_APPROVED
				    : verdict.unproven ? TEXT_DECIDED_UNPROVEN
				    : reason           ? TEXT_DECIDED_REJECTED_WHY
						       : TEXT_DECIDED_REJECTED;
		news->lines[l] =
		    catalog_render(rules->catalog, (enum locale)l, text, args, reason ? 2 : 1, a);
	}
	return news;
}

const struct application_news *application_withdrawn(const struct conversation_rules *rules,
    const char *rep_id, int64_t telegram_id, struct arena *a)
{
	struct application_news *news = ARENA_NEW(a, struct application_news);
	*news = (struct application_news){
	    .rep_id = rep_id, .button = press_data(a, PRESS_APPROVE, telegram_id)};
	for (unsigned l = 0; l < LOCALE_COUNT; l++)
		news->lines[l] = rules->catalog->texts[l][TEXT_DECIDED_WITHDRAWN];
	return news;
}

void application_tell(const struct conversation_rules *rules, const struct subject_view *subject,
    struct application_verdict verdict, struct reject_why why, struct arena *a,
    struct message_list *messages)
{
	const char *reason = verdict.told == TEXT_REP_REJECTED
				 ? reject_why_text(rules, subject->locale, why, a)
				 : NULL;
	rep_change_tell(rules, subject, reason ? TEXT_REP_REJECTED_WHY : verdict.told,
	    reason ? quote_block(a, reason, REJECT_REASON_UNITS) : NULL, a, messages);
}

static void add_buttons(const struct conversation_rules *rules, enum locale locale, struct arena *a,
    struct message *message, const struct turn_button *buttons, size_t count)
{
	struct button *out = ARENA_ARRAY(a, struct button, count);
	for (size_t i = 0; i < count; i++)
		out[i] = (struct button){
		    .text = catalog_render(rules->catalog, locale, buttons[i].label, NULL, 0, a),
		    .data = press_data(a, buttons[i].press, 0),
		    .new_row = buttons[i].new_row,
		};
	message_set_buttons(message, out, count);
}

void rep_menu_buttons(const struct conversation_rules *rules, enum locale locale, struct arena *a,
    struct message *message)
{
	static const struct turn_button menu[] = {
	    {TEXT_BUTTON_CALENDAR, PRESS_MENU_CALENDAR, true},
	    {TEXT_BUTTON_CLIENTS, PRESS_MENU_CLIENTS, true},
	    {TEXT_BUTTON_STATUS, PRESS_MENU_STATUS, false},
	    {TEXT_BUTTON_HOURS, PRESS_MENU_HOURS, true},
	    {TEXT_BUTTON_CHANGE_EMAIL, PRESS_MENU_EMAIL, false},
	    {TEXT_BUTTON_HELP, PRESS_MENU_HELP, true},
	    {TEXT_BUTTON_UNREGISTER, PRESS_MENU_UNREGISTER, false},
	};
	size_t first = rules->calendar_url ? 0 : 1;
	add_buttons(rules, locale, a, message, menu + first, sizeof menu / sizeof menu[0] - first);
}

void rep_change_tell(const struct conversation_rules *rules, const struct subject_view *subject,
    enum text_id told, const char *detail, struct arena *a, struct message_list *messages)
{
	static const struct turn_button again[] = {
	    {TEXT_BUTTON_REGISTER, PRESS_REGISTER_YES, false},
	};
	const struct catalog_arg args[] = {{"name", prospect_quoted_name(a, subject->name)},
	    {"email", quote_email(a, subject->email, EMAIL_UNITS)},
	    {"detail", detail ? detail : ""}};
	if (told == TEXT_REP_REACTIVATED && subject->is_admin)
		told = TEXT_REP_REACTIVATED_ADMIN;
	struct message *message =
	    message_list_add(messages, a, subject->telegram_id, PRIORITY_NOTIFICATION,
		catalog_render(rules->catalog, subject->locale, told, args, 3, a));
	if (told == TEXT_REP_APPROVED || told == TEXT_REP_ADDED || told == TEXT_REP_REACTIVATED ||
	    told == TEXT_REP_REACTIVATED_ADMIN)
		rep_menu_buttons(rules, subject->locale, a, message);
	else if (told == TEXT_REP_PROVE_FIRST)
		add_buttons(rules, subject->locale, a, message, again, 1);
}
