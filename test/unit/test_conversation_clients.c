/*
 * A rep's clients: the list and its pages, the card, the history.
 */
#include "conversation_fixture.h"

#include "salesreg/domain/event/callback_data.h"

static const struct client_line lines[] = {
    {{20, 1}, 9, "Ada", "@ada_1", NULL, "contacted", false, OWNER_BOT, NULL, NULL},
    {{10, -2}, 8, "Ольга Ёлкина", "+7 916 123-45-67", "olga@example.org", "something\nnew", false,
	OWNER_BOT, NULL, "+66812345678\nolga@home.example"},
    {{10, -3}, 0, NULL, NULL, NULL, "unreached", false, OWNER_BOT, "28.11.2026 10:00", NULL},
    {{INT64_MIN, 4}, 5, "t.me/spam", "123456789", NULL, "in_conversation", true, OWNER_REP, NULL,
	NULL},
};

static struct conversation_interest interest_of(const struct event *event)
{
	struct conversation_interest interest;
	conversation_interest(event, &arena, &interest);
	return interest;
}

/* The buttons' data, rows parted by "/". */
static const char *data_of(const struct message *m)
{
	const char *all = "";
	for (size_t i = 0; i < m->button_count; i++)
		all = arena_printf(&arena, "%s%s%s", all,
		    i == 0                  ? ""
		    : m->buttons[i].new_row ? " / "
					    : " ",
		    m->buttons[i].data  ? m->buttons[i].data
		    : m->buttons[i].url ? "url"
					: "copy");
	return all;
}

static void the_list_is_one_message_with_a_button_for_each(void **state)
{
	(void)state;
	static const char *const ways[] = {"my clients", "menu:clients"};
	const struct client_page page = {.lines = lines, .count = 4, .older = true};
	for (size_t i = 0; i < 2; i++) {
		struct conversation_state s = state_of(REP_ACTIVE, PHASE_NONE, LOCALE_EN);
		s.clients = &page;
		s.open_clients = 12;
		struct event event = event_of(i ? EVENT_BUTTON : EVENT_TEXT, ways[i]);
		assert_true(interest_of(&event).wants_clients);
		struct outcome out = step(&s, &event);
		assert_int_equal(out.messages.count, 1);
		const struct message *m = out.messages.first;
		assert_int_equal(m->kind, MESSAGE_SEND);
		assert_string_equal(m->text,
		    "Your clients: 12\n\n"
		    "1. Ada — contacted before, not by you yet\n"
		    "2. Ольга Ёлкина — something new\n"
		    "3. No name — not contacted yet, ⏰ 28.11.2026 10:00\n"
		    "4. t.me/spam — 💬 you lead the conversation\n\n"
		    "Press a name to open the card: contact, answers, history and all that you "
		    "can do. A reply to a card is a note that only you and colleagues see.");
		assert_string_equal(data_of(m),
		    "a:9:i / a:8:i / cl:ca.fffffffffffffffd / a:5:i / cl:o8000000000000000.4 / "
		    "menu:find menu:own");
		assert_string_equal(m->buttons[0].text, "1. Ada");
	}
}

static void a_page_takes_the_place_of_the_one_before(void **state)
{
	(void)state;
	const struct client_page page = {.lines = lines, .count = 2, .newer = true, .older = true};
	struct conversation_state s = state_of(REP_ACTIVE, PHASE_NONE, LOCALE_EN);
	s.clients = &page;
	struct event event = event_of(EVENT_BUTTON, "cl:o8000000000000000.4");
	struct conversation_interest interest = interest_of(&event);
	assert_true(interest.wants_clients && !interest.wants_client);
	assert_int_equal(interest.clients_press.move, CLIENTS_OLDER);
	assert_true(interest.clients_press.place.at_us == INT64_MIN);
	assert_int_equal(interest.clients_press.place.hash, 4);
	struct outcome out = step(&s, &event);
	assert_int_equal(out.messages.count, 1);
	assert_int_equal(out.messages.first->kind, MESSAGE_EDIT_TEXT);
	assert_string_equal(data_of(out.messages.first),
	    "a:9:i / a:8:i / cl:n14.1 cl:oa.fffffffffffffffe / menu:find menu:own");
	/* whoever was there is somebody else's by now */
	s.clients = &(struct client_page){.count = 0};
	out = step(&s, &event);
	assert_true(says(out.messages.first->text, LOCALE_EN, TEXT_CLIENTS_PAGE_GONE));
	assert_string_equal(data_of(out.messages.first), "cl:s");
}

static const struct what_a_button_says_of_places_is_read_back_row {
	const char *data;
	bool reads;
} what_a_button_says_of_places_is_read_back_rows[] = {
    {"s", true},
    {"o0.0", true},
    {"n7fffffffffffffff.ffffffffffffffff", true},
    {"c8000000000000001.8000000000000000", true},
    {"f8000000000000001.8000000000000000.ольга: 1.2", true},
    {"f0.0", false},
    {"f0.0.", false},
    {"o0.0.x", false},
    {"", false},
    {"s1", false},
    {"x0.0", false},
    {"o0", false},
    {"o.0", false},
    {"o0.", false},
    {"o0.0 ", false},
    {"oA.0", false},
    {"o10000000000000000.0", false},
    /* no clock of a database could read these */
    {"o7ffffffffffffffe.0", false},
    {"o8000000000000002.0", false},
    {NULL, false},
};

static void what_a_button_says_of_places_is_read_back(void **state)
{
	const struct what_a_button_says_of_places_is_read_back_row *row = *state;
	struct client_press press;
	assert_int_equal(client_press_read(row->data, &press), row->reads);
	if (row->reads)
		assert_string_equal(client_press_write(press, &arena), row->data);
}

static const struct who_fits_a_word_row {
	const char *word;
	bool ada, olga, number;
} who_fits_a_word_rows[] = {
    {"АДА", false, false, false},
    {"ada", true, false, false},
    {"@ADA_1", true, false, false},
    {"елкина оль", false, true, false},
    {"ЁЛКИНА", false, true, false},
    {"Ольга Иванова", false, false, false},
    {"OLGA@", false, true, false},
    {"8 (916) 123-45-67", false, true, false},
    {"+7916", false, true, false},
    {"345", false, true, true},
    {"123456789", false, false, true},
    {"66 812 345 678", false, true, false},
    {"home.example", false, true, false},
    {"%", false, false, false},
    {"_", true, false, false},
    {"a\\", false, false, false},
    {"спам", false, false, false},
};

static void who_fits_a_word(void **state)
{
	const struct who_fits_a_word_row *row = *state;
	const char *word = client_word(row->word, &arena);
	assert_true(*word && strlen(word) <= CLIENT_WORD_BYTES);
	assert_int_equal(client_matches(&lines[0], word, &arena), row->ada);
	assert_int_equal(client_matches(&lines[1], word, &arena), row->olga);
	assert_int_equal(client_matches(&lines[3], word, &arena), row->number);
}

static void a_word_finds_clients_and_wrong_ones_are_asked_for_again(void **state)
{
	(void)state;
	const struct client_page page = {.lines = lines, .count = 4};
	struct conversation_state s = state_of(REP_ACTIVE, PHASE_NONE, LOCALE_EN);
	struct event event = event_of(EVENT_BUTTON, "menu:find");
	struct outcome out = step(&s, &event);
	assert_int_equal(out.next.phase, PHASE_FIND);
	s.phase = PHASE_FIND;
	s.kind = PERSON_REP;
	s.clients = &page;
	event = event_of(EVENT_TEXT, "nobody at all");
	assert_true(interest_of(&event).wants_search);
	out = step(&s, &event);
	assert_true(says(out.messages.first->text, LOCALE_EN, TEXT_CLIENTS_NOT_FOUND));
	assert_int_equal(out.next.phase, PHASE_FIND);
	event = event_of(EVENT_TEXT, "\xE2\x80\x8B");
	out = step(&s, &event);
	assert_true(says(out.messages.first->text, LOCALE_EN, TEXT_CLIENTS_FIND));
	event = event_of(EVENT_TEXT, "ёлкина");
	out = step(&s, &event);
	assert_true(says(out.messages.first->text, LOCALE_EN, TEXT_CLIENTS_FOUND));
	assert_string_equal(data_of(out.messages.first), "a:8:i / menu:find");
	assert_int_equal(out.next.phase, PHASE_NONE);
	/* as if there were many more */
	s.clients = &(struct client_page){.lines = lines, .count = 4, .older = true};
	event = event_of(EVENT_TEXT, "Константин Константинопольский");
	out = step(&s, &event);
	assert_true(says(out.messages.first->text, LOCALE_EN, TEXT_CLIENTS_NOT_FOUND_YET));
	assert_string_equal(
	    data_of(out.messages.first), "cl:f8000000000000000.4.константин ко / menu:find");
	event = event_of(EVENT_BUTTON, out.messages.first->buttons[0].data);
	assert_int_equal(interest_of(&event).clients_press.move, CLIENTS_FIND);
	s.clients = &(struct client_page){.count = 0};
	out = step(&s, &event);
	assert_int_equal(out.messages.first->kind, MESSAGE_EDIT_TEXT);
	assert_true(says(out.messages.first->text, LOCALE_EN, TEXT_CLIENTS_PAGE_GONE));
}

static const struct assignment_view mine = {
    .id = 5, .live = true, .mine = true, .prospect_name = "Alex", .prospect_status = "unreached"};
static const struct client_event events[] = {
    {77, "27.11.2026 09:05", "said", "A villa\nby the sea", NULL, NULL},
    {76, "27.11.2026 09:00", "archived", "no budget", "Anna", NULL},
    {75, "26.11.2026 09:00", "archived", "something else", "Anna", NULL},
    {74, "25.11.2026 09:00", "assigned", NULL, "Boris", NULL},
    {73, "24.11.2026 09:00", "from the future", NULL, NULL, NULL},
};
static const struct client_view alex = {.prospect_id = "p1",
    .name = "Alex",
    .telegram = "@alex_1",
    .email = "alex@example.org",
    .context = "wants a villa",
    .notes = "call after 6",
    .status = "unreached",
    .assignment_id = 5,
    .invite = "https://t.me/some_bot?start=pAAAA",
    .source = "campaign",
    .campaign = "Instagram June",
    .follow_up = "28.11.2026 10:00",
    .zone = "Asia/Makassar",
    .events = events,
    .event_count = 5,
    .more_events = true};

static struct outcome press(const char *data, const struct client_view *client)
{
	struct conversation_state s = state_of(REP_ACTIVE, PHASE_NONE, LOCALE_EN);
	s.assignment = &mine;
	s.client = client;
	struct event event = event_of(EVENT_BUTTON, data);
	struct conversation_interest interest = interest_of(&event);
	assert_int_equal(interest.assignment_id, 5);
	assert_true(interest.wants_client);
	return step(&s, &event);
}

static void the_card_says_all_that_is_known_and_offers_all_that_can_be_done(void **state)
{
	(void)state;
	struct outcome out = press("a:5:i", &alex);
	assert_int_equal(out.messages.count, 1);
	const struct message *m = out.messages.first;
	assert_int_equal(m->kind, MESSAGE_SEND);
	assert_string_equal(m->text,
	    "Your client:\n\nAlex\nWrite to: https://t.me/alex_1\nE-mail: alex@example.org\n"
	    "Status: not contacted yet\nAbout:\nwants a villa\nNotes:\ncall after 6\n"
	    "Source: the campaign Instagram June\n"
	    "⏰ I remind you on 28.11.2026 10:00 (Asia/Makassar)\n"
	    "History:\n27.11.2026 09:05 the client writes to the bot:\nA villa\nby the sea\n"
	    "27.11.2026 09:00 Anna: 🗂 archived — No budget\n"
	    "26.11.2026 09:00 Anna: 🗂 archived — something else\n"
	    "25.11.2026 09:00 assigned to Boris");
	assert_string_equal(
	    data_of(m), "url copy / a:5:c a:5:d a:5:f / a:5:o / a:5:v a:5:x / a:5:h");
	out = press("a:5:i:e", &alex);
	assert_int_equal(out.messages.first->kind, MESSAGE_EDIT_TEXT);
	assert_int_equal(out.messages.first->message_id, 33);
}

static void a_card_of_somebody_else_s_client_is_not_shown(void **state)
{
	(void)state;
	struct conversation_state s = state_of(REP_ACTIVE, PHASE_NONE, LOCALE_EN);
	const struct assignment_view other = {
	    .id = 5, .live = true, .prospect_name = "Alex", .prospect_status = "unreached"};
	s.assignment = &other;
	s.client = &alex;
	static const char *const buttons[] = {"a:5:i", "a:5:h", "a:5:w"};
	for (size_t i = 0; i < 3; i++) {
		struct event event = event_of(EVENT_BUTTON, buttons[i]);
		struct outcome out = step(&s, &event);
		assert_int_equal(out.messages.count, 0);
		assert_true(says(out.callback_answer, LOCALE_EN, TEXT_ANSWER_PROSPECT_STALE));
	}
	s.assignment = &mine;
	s.client = NULL; /* given away while it was read */
	struct event event = event_of(EVENT_BUTTON, "a:5:i");
	struct outcome out = step(&s, &event);
	assert_true(says(out.callback_answer, LOCALE_EN, TEXT_ANSWER_PROSPECT_STALE));
}

static void the_longest_client_is_a_message_all_the_same(void **state)
{
	(void)state;
	char *text = arena_alloc(&arena, 2001);
	memset(text, 'w', 2000);
	text[2000] = '\0';
	struct client_event long_events[CLIENT_EVENTS_A_PAGE];
	for (size_t i = 0; i < CLIENT_EVENTS_A_PAGE; i++)
		long_events[i] = (struct client_event){
		    77 - (int64_t)i, "27.11.2026 09:05", "said", text, text, NULL};
	struct client_view big = alex;
	big.name = big.email = big.context = big.notes = big.telegram = big.campaign = text;
	big.events = long_events;
	big.event_count = CLIENT_EVENTS_A_PAGE;
	struct outcome out = press("a:5:i", &big);
	assert_int_equal(out.messages.count, 1);
	out = press("a:5:h", &big);
	assert_int_equal(out.messages.count, 1);
	/* so few fit that others follow from the first that does not on */
	assert_string_equal(data_of(out.messages.first), "a:5:h:77");
}

static void the_history_is_read_page_by_page(void **state)
{
	(void)state;
	struct outcome out = press("a:5:h", &alex);
	assert_int_equal(out.messages.first->kind, MESSAGE_SEND);
	assert_true(says(out.messages.first->text, LOCALE_EN, TEXT_HISTORY_HEADER));
	assert_non_null(strstr(out.messages.first->text, "24.11.2026 09:00 from the future"));
	assert_string_equal(data_of(out.messages.first), "a:5:h:73");
	struct event event = event_of(EVENT_BUTTON, "a:5:h:73");
	struct conversation_interest interest = interest_of(&event);
	assert_true(interest.wants_history);
	assert_int_equal(interest.events_before, 73);
	struct client_view rest = alex;
	rest.more_events = false;
	out = press("a:5:h:73", &rest);
	assert_int_equal(out.messages.first->kind, MESSAGE_EDIT_TEXT);
	assert_string_equal(data_of(out.messages.first), "a:5:h:0");
}

static void keeping_a_client_brings_the_card_back(void **state)
{
	(void)state;
	static const struct event_button card[] = {
	    {.text = "x", .data = "a:5:x", .row = 0}, {.text = "h", .data = "a:5:h", .row = 1}};
	struct conversation_state s = state_of(REP_ACTIVE, PHASE_NONE, LOCALE_EN);
	s.assignment = &mine;
	struct event event = event_of(EVENT_BUTTON, "a:5:x");
	event.buttons = card;
	event.button_count = 2;
	struct outcome out = step(&s, &event);
	const struct message *m = out.messages.first;
	assert_string_equal(m->buttons[m->button_count - 1].data, "a:5:i:e");
	event.button_count = 1; /* no card, but the message about answers */
	out = step(&s, &event);
	m = out.messages.first;
	assert_string_equal(m->buttons[m->button_count - 1].data, "a:5:x0");
}

int main(void)
{
	const struct row_test tests[] = {
	    {cmocka_unit_test(the_list_is_one_message_with_a_button_for_each), ONCE},
	    {cmocka_unit_test(a_page_takes_the_place_of_the_one_before), ONCE},
	    {cmocka_unit_test(what_a_button_says_of_places_is_read_back),
		ROWS(what_a_button_says_of_places_is_read_back_rows, data)},
	    {cmocka_unit_test(who_fits_a_word), ROWS(who_fits_a_word_rows, word)},
	    {cmocka_unit_test(a_word_finds_clients_and_wrong_ones_are_asked_for_again), ONCE},
	    {cmocka_unit_test(the_card_says_all_that_is_known_and_offers_all_that_can_be_done),
		ONCE},
	    {cmocka_unit_test(a_card_of_somebody_else_s_client_is_not_shown), ONCE},
	    {cmocka_unit_test(the_longest_client_is_a_message_all_the_same), ONCE},
	    {cmocka_unit_test(the_history_is_read_page_by_page), ONCE},
	    {cmocka_unit_test(keeping_a_client_brings_the_card_back), ONCE},
	};
	return RUN_ROW_TESTS(tests, begin, end);
}
