#include "salesreg/domain/assignment/notice.h"
#include "salesreg/domain/assignment/prospect_list.h"
#include <assert.h>

enum { CONTEXT_UNITS = 1200, NOTES_UNITS = 800, FEW_WORDS_UNITS = 150 };

static const char *header(const struct catalog *catalog, enum locale locale, enum text_id id,
    size_t count, struct arena *a)
{
	struct catalog_arg arg = {"count", arena_printf(a, "%zu", count)};
	return catalog_render(catalog, locale, id, &arg, 1, a);
}

static_assert((int)NOTICE_MAX_PROSPECTS == (int)PROSPECT_LIST_A_MESSAGE, "what notice.h says");

static struct prospect_item item_of(const struct notice_prospect *p)
{
	return (struct prospect_item){
	    .name = p->name,
	    .telegram = p->telegram,
	    .email = p->email,
	    .context = p->context,
	    .said = p->said,
	    .notes = p->notes,
	    .asks_for_person = p->asks_for_person,
	    .own = p->own,
	    .again = p->again,
	    .known = p->known,
	    .colleague = p->colleague,
	    .bot_writes = p->bot_writes,
	    .reach = p->reach,
	    .again_contacted = p->again_contacted,
	    .invite = p->invite,
	    .assignment_id = p->assignment_id,
	    .can_contact = !p->contacted,
	    .can_decline = true,
	};
}

static void build(const struct catalog *catalog, enum locale locale, enum text_id one,
    enum text_id many, int64_t chat_id, const struct notice_prospect *prospects, size_t count,
    struct arena *a, struct message_list *messages)
{
	struct prospect_item *items = ARENA_ARRAY(a, struct prospect_item, count);
	for (size_t i = 0; i < count; i++)
		items[i] = item_of(&prospects[i]);
	const struct prospect_list list = {
	    .catalog = catalog,
	    .locale = locale,
	    .chat_id = chat_id,
	    .priority = PRIORITY_NOTIFICATION,
	    .header = header(catalog, locale, count == 1 ? one : many, count, a),
	    .numbered = count > 1,
	    .context_units = CONTEXT_UNITS,
	    .notes_units = NOTES_UNITS,
	    .items = items,
	    .count = count,
	};
	struct message_list sent = {0};
	if (count > NOTICE_MAX_PROSPECTS)
		prospect_list_send_names(&list, a, &sent);
	else
		prospect_list_send(&list, a, &sent);
	/* where their own words stand on it, a reply may be meant for them: then the rep is asked */
	bool card = count == 1 && !prospects->said && !prospects->asks_for_person;
	struct relayed *about = ARENA_NEW(a, struct relayed);
	*about = (struct relayed){
	    .prospect = card ? prospects->prospect_id : NULL, .card = true, .notice = true};
	for (struct message *m = sent.first; m && about->prospect; m = m->next)
		m->relayed = about;
	message_list_join(messages, &sent);
}

void notice_build(const struct catalog *catalog, enum locale locale, int64_t chat_id,
    const struct notice_prospect *prospects, size_t count, struct arena *a,
    struct message_list *messages)
{
	build(catalog, locale, TEXT_NOTICE_ONE, TEXT_NOTICE_MANY, chat_id, prospects, count, a,
	    messages);
}

void notice_changed(const struct catalog *catalog, enum locale locale, int64_t chat_id,
    const struct notice_prospect *prospects, size_t count, struct arena *a,
    struct message_list *messages)
{
	build(catalog, locale, TEXT_CHANGED_ONE, TEXT_CHANGED_MANY, chat_id, prospects, count, a,
	    messages);
}

void notice_follow_up(const struct catalog *catalog, enum locale locale, int64_t chat_id,
    const struct notice_prospect *prospect, struct arena *a, struct message_list *messages)
{
	build(catalog, locale, TEXT_NOTICE_FOLLOW_UP, TEXT_NOTICE_FOLLOW_UP, chat_id, prospect, 1,
	    a, messages);
}

void notice_unreachable(const struct catalog *catalog, enum locale locale, int64_t chat_id,
    const struct notice_prospect *prospect, struct arena *a, struct message_list *messages)
{
	build(catalog, locale, TEXT_NOTICE_UNREACHABLE, TEXT_NOTICE_UNREACHABLE, chat_id, prospect,
	    1, a, messages);
}

void notice_nobody_left(const struct catalog *catalog, enum locale locale, int64_t chat_id,
    const struct notice_prospect *prospects, size_t count, struct arena *a,
    struct message_list *messages)
{
	struct prospect_item *items = ARENA_ARRAY(a, struct prospect_item, count);
	for (size_t i = 0; i < count; i++) {
		items[i] = item_of(&prospects[i]);
		/* nothing an admin could press, and "someone had it before" goes without saying */
		items[i].assignment_id = 0;
		items[i].again = false;
		items[i].known = NULL;
		items[i].invite = NULL;
		items[i].colleague = NULL;
		items[i].bot_writes = NULL;
	}
	const struct prospect_list list = {
	    .catalog = catalog,
	    .locale = locale,
	    .chat_id = chat_id,
	    .priority = PRIORITY_NOTIFICATION,
	    .header = header(catalog, locale, TEXT_NOBODY_LEFT, count, a),
	    .numbered = count > 1,
	    .context_units = FEW_WORDS_UNITS,
	    .notes_units = FEW_WORDS_UNITS,
	    .items = items,
	    .count = count,
	};
	prospect_list_send(&list, a, messages);
}
