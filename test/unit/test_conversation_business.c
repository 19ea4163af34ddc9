/* A rep's own account, to which the bot is connected: what counts there, and what the rep hears of it. */
#include "conversation_fixture.h"

enum { REP = 700, PEER = 42 };

static const struct business_view anna = {.enabled = true,
    .can_reply = true,
    .rights = "",
    .rep_telegram_id = REP,
    .rep_locale = LOCALE_EN,
    .prospect_id = "p1",
    .name = "Anna",
    .owner = OWNER_BOT,
    .version = 4,
    .assignment_id = 5};

static struct outcome happens(const struct conversation_state *state, enum event_kind kind,
    int64_t user, const struct business_event *business, const char *text)
{
	struct event event = {.kind = kind,
	    .user_id = user,
	    .chat_id = kind == EVENT_CONNECTION ? user : 0,
	    .text = text,
	    .business = business};
	struct outcome out;
	conversation_step(state, &event, &arena, &out);
	return out;
}

static const struct effect *effect_of(const struct outcome *out, enum effect_kind kind)
{
	for (size_t i = 0; i < out->effect_count; i++)
		if (out->effects[i].kind == kind)
			return &out->effects[i];
	return NULL;
}

static struct outcome writes(int64_t user, const struct business_view *view)
{
	static const struct business_event event = {
	    .connection = "bc", .rights = "", .at = 9, .peer = PEER, .message_id = 3};
	struct conversation_state state = state_of(REP_ABSENT, PHASE_NONE, LOCALE_RU);
	state.business = view;
	return happens(&state, EVENT_OWN_CHAT, user, &event, "");
}

static void a_rep_who_types_leads(void **state)
{
	(void)state;
	struct outcome out = writes(REP, &anna);
	const struct effect *own = effect_of(&out, EFFECT_OWN);
	assert_non_null(own);
	assert_string_equal(own->owner, "rep");
	assert_string_equal(own->prospect, "p1");
	assert_int_equal(own->version, 4);
	assert_non_null(effect_of(&out, EFFECT_TYPED_THERE));
	assert_int_equal(effect_of(&out, EFFECT_CONTACTED)->assignment_id, 5);
	assert_int_equal(out.messages.count, 1);
	assert_int_equal(out.messages.first->chat_id, REP);
	assert_int_equal(out.messages.first->button_count, 2);
	assert_false(out.session_changed);
}

static void the_draft_of_a_card_takes_nothing_over(void **state)
{
	(void)state;
	static const struct business_event event = {.connection = "bc",
	    .rights = "",
	    .at = 9,
	    .peer = PEER,
	    .message_id = 3,
	    .invites_to = "Our_Bot"};
	struct conversation_state s = state_of(REP_ABSENT, PHASE_NONE, LOCALE_RU);
	s.business = &anna;
	rules.bot_username = "our_bot";
	struct outcome out = happens(&s, EVENT_OWN_CHAT, REP, &event, "");
	assert_null(effect_of(&out, EFFECT_OWN));
	assert_non_null(effect_of(&out, EFFECT_TYPED_THERE));
	assert_non_null(effect_of(&out, EFFECT_CONTACTED));
	assert_int_equal(out.messages.count, 0);
	/* another bot's link is a word as any */
	rules.bot_username = "their_bot";
	out = happens(&s, EVENT_OWN_CHAT, REP, &event, "");
	rules.bot_username = NULL;
	assert_non_null(effect_of(&out, EFFECT_OWN));
}

static void a_rep_who_leads_already_hears_nothing(void **state)
{
	(void)state;
	struct business_view view = anna;
	view.owner = OWNER_REP;
	view.contacted = true;
	struct outcome out = writes(REP, &view);
	assert_int_equal(out.effect_count, 1);
	assert_int_equal(out.effects[0].kind, EFFECT_TYPED_THERE);
	assert_int_equal(out.messages.count, 0);
}

static void a_prospect_s_word_is_an_answer_and_said_once_a_day(void **state)
{
	(void)state;
	struct business_view view = anna;
	struct outcome out = writes(PEER, &view);
	const struct effect *heard = effect_of(&out, EFFECT_HEARD_THERE);
	assert_int_equal(out.effect_count, 1);
	assert_int_equal(heard->from, PEER);
	assert_int_equal(heard->at, 9);
	assert_int_equal(out.messages.count, 1);
	assert_string_equal(out.messages.first->relayed->prospect, "p1");
	view.open = true;
	out = writes(PEER, &view);
	assert_int_equal(out.effect_count, 1);
	assert_int_equal(out.messages.count, 0);
}

static const struct a_newcomer_whom_nobody_has_answered_is_greeted_row {
	enum conversation_owner owner;
	bool fresh, open, contacted, mute, off;
	bool greeted;
} a_newcomer_whom_nobody_has_answered_is_greeted_rows[] = {
    {OWNER_BOT, .fresh = true, .greeted = true},
    {OWNER_BOT, .fresh = false},
    {OWNER_REP, .fresh = true},
    {OWNER_NOBODY, .fresh = true},
    {OWNER_BOT, .fresh = true, .open = true},
    {OWNER_BOT, .fresh = true, .contacted = true},
    {OWNER_BOT, .fresh = true, .mute = true},
    {OWNER_BOT, .fresh = true, .off = true},
};

static void a_newcomer_whom_nobody_has_answered_is_greeted(void **state)
{
	const struct a_newcomer_whom_nobody_has_answered_is_greeted_row *row = *state;
	static const struct script script = {.version = "x"};
	struct business_view view = anna;
	view.fresh = row->fresh;
	view.open = row->open;
	view.contacted = row->contacted;
	view.can_reply = !row->mute;
	view.owner = row->owner;
	rules.script = &script;
	rules.outreach.most_a_day = row->off ? 0 : 3;
	struct outcome out = writes(PEER, &view);
	rules.script = NULL;
	rules.outreach.most_a_day = 0;
	assert_int_equal(effect_of(&out, EFFECT_GREET_THERE) != NULL, row->greeted);
	if (row->greeted)
		assert_true(says(out.messages.first->text, LOCALE_EN, TEXT_BUSINESS_HEARD_FIRST));
	/* nor where the rep writes */
	out = writes(REP, &view);
	assert_null(effect_of(&out, EFFECT_GREET_THERE));
}

static void what_is_nobody_s_business_changes_nothing(void **state)
{
	(void)state;
	struct business_view nobody = anna, ended = anna, ours = anna;
	nobody.prospect_id = NULL;
	ended.enabled = false;
	ours.ours = true;
	enum { VIEWS = 4 };
	const struct business_view *const views[VIEWS] = {NULL, &nobody, &ended, &ours};
	for (size_t i = 0; i < VIEWS; i++)
		for (int64_t user = PEER; user <= REP; user += REP - PEER) {
			struct outcome out = writes(user, views[i]);
			assert_int_equal(out.effect_count, 0);
			assert_int_equal(out.messages.count, 0);
			assert_false(out.session_changed);
		}
	/* somebody who is neither of the two */
	assert_int_equal(writes(43, &anna).effect_count, 0);
}

static struct outcome connects(
    enum rep_status status, const struct business_view *was, bool enabled, const char *rights)
{
	struct business_event *event = ARENA_NEW(&arena, struct business_event);
	*event = (struct business_event){
	    .connection = "bc", .enabled = enabled, .can_reply = true, .rights = rights};
	struct conversation_state s = state_of(status, PHASE_NONE, LOCALE_EN);
	s.business = was;
	return happens(&s, EVENT_CONNECTION, REP, event, "");
}

static void a_connection_is_a_rep_s(void **state)
{
	(void)state;
	assert_int_equal(connects(REP_ACTIVE, NULL, true, "").effects[0].kind, EFFECT_CONNECT);
	assert_int_equal(connects(REP_ABSENT, NULL, true, "").effect_count, 0);
	assert_int_equal(connects(REP_REMOVED, NULL, true, "").effect_count, 0);
	assert_int_equal(connects(REP_ABSENT, NULL, true, "").messages.count, 1);
}

static void what_is_known_already_is_not_said_again(void **state)
{
	(void)state;
	struct outcome out = connects(REP_ACTIVE, &anna, true, "");
	assert_int_equal(out.effect_count, 0);
	assert_int_equal(out.messages.count, 0);
	out = connects(REP_ACTIVE, &anna, true, "can_edit_bio,can_edit_name");
	assert_int_equal(out.effects[0].kind, EFFECT_CONNECT);
	assert_non_null(strstr(out.messages.first->text, "changing the profile"));
}

static void an_end_is_said_once(void **state)
{
	(void)state;
	struct business_view ended = anna;
	ended.enabled = false;
	assert_int_equal(connects(REP_ACTIVE, &anna, false, "").effects[0].kind, EFFECT_DISCONNECT);
	assert_int_equal(connects(REP_ACTIVE, &ended, false, "").messages.count, 0);
	assert_int_equal(connects(REP_ACTIVE, NULL, false, "").messages.count, 0);
	/* whoever is no rep any more has it ended, too */
	assert_int_equal(connects(REP_REMOVED, &anna, false, "").effect_count, 1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup(name, each)
	const struct row_test tests[] = {
	    {T(a_rep_who_types_leads), ONCE},
	    {T(the_draft_of_a_card_takes_nothing_over), ONCE},
	    {T(a_rep_who_leads_already_hears_nothing), ONCE},
	    {T(a_prospect_s_word_is_an_answer_and_said_once_a_day), ONCE},
	    {T(a_newcomer_whom_nobody_has_answered_is_greeted),
		ROWS_BY_NUMBER(a_newcomer_whom_nobody_has_answered_is_greeted_rows)},
	    {T(what_is_nobody_s_business_changes_nothing), ONCE},
	    {T(a_connection_is_a_rep_s), ONCE},
	    {T(what_is_known_already_is_not_said_again), ONCE},
	    {T(an_end_is_said_once), ONCE},
	};
	return RUN_ROW_TESTS(tests, begin, end);
}
