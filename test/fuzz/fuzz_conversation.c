/*
 * Bytes → a person and what they do, event after event: whatever it is, the outcome must be
 * sendable, every effect must be allowed in its state, and only what the interest asked for may
 * matter.
 */
#include "fuzz.h"
#include "salesreg/base/fingerprint.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/conversation/conversation.h"

enum { ARENA_BYTES = 16 << 20, EVENTS = 12, PERSON = 500, ADMIN = 900 };

struct input {
	const uint8_t *bytes;
	size_t size;
};

static uint8_t next_byte(struct input *in)
{
	if (in->size == 0)
		return 0;
	in->size--;
	return *in->bytes++;
}

static bool next_bit(struct input *in)
{
	return next_byte(in) & 1;
}

/* What people do on purpose, so that the fuzzer need not guess it. */
static const char *const usual[] = {"да", "нет", "отмена", "мои клиенты", "статус", "сменить почту",
    "отключиться", "помощь", "зарегистрироваться", "/start", "Иван Петров", "ivan@a.example",
    "ivan@b.example", "Ivan+1@A.example", "reg:yes", "reg:no", "cancel", "menu:clients",
    "menu:status", "menu:email", "menu:unreg", "menu:help", "un:yes", "un:no", "a:5:c", "a:5:d",
    "a:6:c", "adm:ok:501", "adm:no:501", "adm:ok:900", "adm:no:500", "adm:menu", "adm:menu:e",
    "админ", "/broadcast", "adm:cast", "cast:go:8:0123456789abcdef0123456789abcdef",
    "cast:no:8:0123456789abcdef0123456789abcdef", "cast:stop:8:0123456789abcdef0123456789abcdef",
    "/stats", "adm:stats", "adm:days:30", "adm:days:31", "imp:7:y", "imp:7:g", "imp:7:n", "imp:8:y",
    "own words", "/pending", "adm:code:501", "adm:no:501:w", "adm:no:501:t", "adm:no:501:1",
    "adm:no:501:b", "adm:reps", "adm:reps:3", "r:501:i:0.", "r:501:p:0.1", "r:501:p1:0.",
    "r:501:p0:0.", "r:501:r:0.", "r:501:s:0.", "r:501:s1:0.", "r:501:a:0.", "r:501:c:0.",
    "r:501:c:0..7", "r:501:c1:0..7.0", "r:501:c1:0.", "123456", "12 34 56",
    "rABCDEFGHIJKLMNOPQRSTUVWX", "pABCDEFGHIJKLMNOPQRSTUV", "cABCDEFGHIJKLMNOPQRSTUV", "pros:yes",
    "pros:stop", "pros:resume", "ищу недвижимость", "стоп", "claim", "code:again", "часы",
    "menu:hours", "hours:six", "hours:zone", "zone:set:Asia/Dubai", "Дубай", "UTC+4", "пн-пт 10-19",
    "выходной завтра", "календарь", "menu:cal", "cal:off", "cal:off:yes", "cal:choose", "a:5:o",
    "a:5:b", "a:5:k", "a:5:n", "a:5:s", "готово", "срочно", "q:0123456789abcdef:0:t0",
    "q:0123456789abcdef:0:d1", "q:0123456789abcdef:1:c1", "q:0123456789abcdef:1:b",
    "q:0123456789abcdef:5:s", "q:0123456789abcdef:6:s", "q:0123456789abcdef:7:b",
    "q:0000000000000000:1:c1", "Вилла", "до 300 тыс", "в мае", "+7 999 123-45-67", "пропустить",
    "назад", "a:5:v", "a:5:x", "a:5:x1", "a:5:x0", "a:6:x5", "cal:pick:5", "cal:pick:7",
    "cal:pick:6", "cal:into", "cal:into:5", "cal:into:7", "cl:s", "cl:o8000000000000000.2",
    "cl:n1.ffffffffffffffff", "cl:c0.0", "menu:own", "menu:find", "cl:f1.2.иван", "a:5:i",
    "a:5:i:e", "a:5:h", "a:5:h:7", "a:5:w",
    /* of admins */
    "adm:find", "adm:waits", "pl:w0", "pl:q3", "/waits", "pl:1.иван", "pc:0000000000000007c",
    "pc:ffffffffffffffffc3.иван", "/find Ada", "найти"};
enum { USUAL = sizeof usual / sizeof usual[0] };

#define BOTH(text)                                                                                 \
	{                                                                                          \
		{                                                                                  \
			text, text                                                                 \
		}                                                                                  \
	}
static const struct script_option things[] = {
    {"villa", BOTH("Вилла"), 3}, {"flat", BOTH("Flat"), 2}};
static const struct script_condition is_villa = {0, 1}, is_flat = {1, 2};
static const struct script_question questions[] = {
    {.id = "what",
	.kind = QUESTION_SEVERAL,
	.text = BOTH("What?"),
	.title = BOTH("What"),
	.options = things,
	.option_count = 2},
    {.id = "one",
	.kind = QUESTION_CHOICE,
	.text = BOTH("Which?"),
	.title = BOTH("Which"),
	.options = things,
	.option_count = 2},
    {.id = "budget",
	.kind = QUESTION_NUMBER,
	.text = BOTH("How much?"),
	.title = BOTH("Budget"),
	.least = 1000,
	.most = 1000000,
	.currencies = {"USD", "EUR"},
	.currency_count = 2},
    {.id = "when",
	.kind = QUESTION_DATE,
	.text = BOTH("When?"),
	.title = BOTH("When"),
	.conditions = &is_villa,
	.condition_count = 1},
    {.id = "phone", .kind = QUESTION_CONTACT, .text = BOTH("Phone?"), .title = BOTH("Phone")},
    {.id = "email",
	.kind = QUESTION_EMAIL,
	.text = BOTH("E-mail?"),
	.title = BOTH("E-mail"),
	.required = true,
	.conditions = &is_flat,
	.condition_count = 1},
    {.id = "more", .kind = QUESTION_TEXT, .text = BOTH("More?"), .title = BOTH("More")},
};
enum { QUESTIONS = sizeof questions / sizeof *questions };
static const struct script script = {"0123456789abcdef", "{}", questions, QUESTIONS};
static const char *const said[QUESTIONS] = {
    "villa", "flat", "-300000 USD", "2027-05", "+79991234567", "a@b.example", "a text"};

/* A usual text, or bytes of the input made clean as the parser does. */
static const char *next_text(struct input *in, struct arena *a)
{
	uint8_t which = next_byte(in);
	if (which < USUAL)
		return usual[which];
	size_t n = next_byte(in);
	n = n > in->size ? in->size : n;
	const char *text = text_clean(a, (const char *)in->bytes, n);
	in->bytes += n;
	in->size -= n;
	if (which % 8 == 0) {
		/* as long as Telegram lets people write */
		size_t length = strlen(text), times = length ? 4096 / length : 0;
		char *longer = arena_alloc(a, length * times + 1), *at = longer;
		while (times-- > 0)
			at = stpcpy(at, text);
		return longer;
	}
	return text;
}

static const char *next_name(struct input *in, struct arena *a)
{
	return next_bit(in) ? next_text(in, a) : NULL;
}

/* Each text is its key and placeholders, or the longest that catalog_check() lets pass. */
static const struct catalog *catalog_of(bool longest)
{
	static struct catalog catalogs[2];
	static bool made;
	static const size_t units[] = {
	    [TEXT_KIND_MESSAGE] = MESSAGE_TEXT_UNITS,
	    [TEXT_KIND_BUTTON] = TEXT_BUTTON_UNITS,
	    [TEXT_KIND_ANSWER] = TEXT_ANSWER_UNITS,
	    [TEXT_KIND_COMMAND] = TEXT_COMMAND_UNITS,
	};
	static char texts[2][TEXT_COUNT][MESSAGE_TEXT_UNITS + 1];
	if (made)
		return &catalogs[longest];
	made = true;
	for (unsigned i = 0; i < TEXT_COUNT; i++)
		for (size_t big = 0; big < 2; big++) {
			enum text_id id = (enum text_id)i;
			char *at = texts[big][i];
			for (const char *p = text_id_placeholders(id); *p;) {
				size_t n = strcspn(p, ",");
				*at++ = '{';
				memcpy(at, p, n);
				at += n;
				*at++ = '}';
				p += n + (p[n] == ',');
			}
			size_t room = units[text_id_kind(id)] - (size_t)(at - texts[big][i]);
			const char *key = text_id_key(id);
			if (big)
				memset(at, i % 3 ? 'x' : '\n', room);
			else
				strncpy(at, key, strlen(key) < room ? strlen(key) : room);
			if (big && room)
				*at = 'x';
			for (unsigned l = 0; l < LOCALE_COUNT; l++)
				catalogs[big].texts[l][id] = texts[big][i];
			require(catalog_check(id, texts[big][i]) == NULL);
		}
	return &catalogs[longest];
}

/* Everything a database could answer, whether it was asked or not. */
struct facts {
	bool email_taken;
	struct assignment_view assignment;
	struct broadcast_view broadcast;
	struct broadcast_audience audience;
	struct subject_view subject;
	struct rep_card rep_card;
	struct rep_line rep_lines[REPS_A_PAGE];
	struct rep_page reps;
	struct code_waiter waiter;
	struct client_line lines[CLIENTS_A_PAGE];
	struct client_page page;
	struct client_event events[CLIENT_EVENTS_A_PAGE];
	struct client_view client;
	struct managed_line managed_lines[MANAGED_A_PAGE];
	struct managed_waits managed_waits;
	struct rep_choice rep_choices[MANAGED_REPS_A_PAGE];
	struct managed_prospect managed_prospect;
	struct managed_view managed;
	struct chosen_view chosen;
	bool has_page, has_client;
	struct code_view code;
	struct invite_view invite, held;
	struct claim_view claim;
	struct hours_view hours;
	struct calendar_choice calendars[2];
	struct calendar_view calendar;
	struct prospect_view prospect;
	struct questionnaire questions;
	struct link_view opened;
	struct relay_view replied, partners[2];
	bool has_replied;
	size_t partner_count;
	struct business_view business;
	bool has_business;
	bool has_prospect, has_opened, has_code, has_invite, has_held, has_claim;
	int64_t code_wait_us;
	bool code_wait_wrong;
};

static const char *const words[] = {
    "unreached", "contacted", "in_conversation", "converted", "archived", "what", NULL};

static const char *const kinds_of_events[] = {
    "assigned", "contacted", "said", "archived", "what", "note", NULL};
enum { EVENT_KINDS = sizeof kinds_of_events / sizeof *kinds_of_events };

static const char *next_word(struct input *in)
{
	return words[next_byte(in) % (sizeof words / sizeof words[0])];
}

static struct facts *next_facts(struct input *in, struct arena *a)
{
	struct facts *f = ARENA_NEW(a, struct facts);
	uint8_t flags = next_byte(in);
	f->email_taken = flags & 1;
	f->assignment = (struct assignment_view){
	    .id = flags & 2 ? 5 : 6,
	    .live = !(flags & 4),
	    .mine = !(flags & 8),
	    .contacted = flags & 64,
	    .prospect_name = next_name(in, a),
	    .prospect_telegram = next_name(in, a),
	    .prospect_status = next_word(in),
	    .prospect_id = "p1",
	    .owner = (enum conversation_owner)(flags >> 4 & 3) % 3,
	    .version = 7,
	    .prospect_account = flags & 128 ? 502 : 0,
	    .blocked = flags & 32,
	};
	f->broadcast = (struct broadcast_view){.id = 8,
	    .about =
		flags & 2 ? "0123456789abcdef0123456789abcdef" : "fedcba9876543210fedcba9876543210",
	    .state = (enum broadcast_state)(flags >> 1 & 3),
	    .ended = flags & 8};
	f->audience = (struct broadcast_audience){flags & 1 ? 37 : 0, flags & 4 ? 2 : 0};
	f->subject = (struct subject_view){
	    .rep_id = "11111111-1111-1111-1111-111111111111",
	    .name = next_name(in, a),
	    .email = "x@a.example",
	    .telegram_id = flags & 16 ? 501 : ADMIN,
	    .status = (enum rep_status)(next_byte(in) % (REP_REMOVED + 1)),
	    .proven = flags & 4,
	    .locale = flags & 32 ? LOCALE_EN : LOCALE_RU,
	};
	uint8_t desk = next_byte(in);
	f->rep_card = (struct rep_card){.username = desk & 1 ? "anna" : NULL,
	    .open = desk >> 4,
	    .capacity = desk & 2 ? desk : 0,
	    .paused = desk & 4,
	    .paused_until = desk & 8 ? "01.12.2026 10:00" : NULL,
	    .calendar = next_word(in),
	    .day_ahead = "01.12.2026 10:00",
	    .week_ahead = "07.12.2026 10:00",
	    .zone = "Asia/Makassar",
	    .changed_by = desk & 16 ? next_name(in, a) : NULL,
	    .available = desk & 32};
	for (size_t i = 0; i < REPS_A_PAGE; i++)
		f->rep_lines[i] =
		    (struct rep_line){.telegram_id = desk & 64 ? 501 + (int64_t)i : -1,
			.id = f->subject.rep_id,
			.name = f->subject.name,
			.status = desk & 128 ? "active" : f->rep_card.calendar,
			.open = desk,
			.paused = desk & 1,
			.available = desk & 2};
	f->waiter = (struct code_waiter){.telegram_id = 501,
	    .code_id = 3,
	    .name = desk & 1 ? f->subject.name : NULL,
	    .email = "x@a.example",
	    .email_key = "x@a.example",
	    .state = (enum code_state)(desk % (CODE_FAILED + 1))};
	f->reps = (struct rep_page){.lines = f->rep_lines,
	    .count = desk % (REPS_A_PAGE + 1),
	    .page = desk >> 6,
	    .total = REPS_A_PAGE * (desk >> 5) + 1};
	uint8_t proof = next_byte(in), links = next_byte(in);
	f->has_code = proof & 1;
	f->has_claim = proof & 2;
	f->has_invite = links & 1;
	f->has_held = links & 2;
	f->code_wait_us = proof & 4 ? 61 * 1000000LL : 0;
	f->code_wait_wrong = flags & 128;
	f->code = (struct code_view){
	    .id = 3,
	    .email = "New@a.example",
	    .email_key = "new@a.example",
	    .state = (enum code_state)(next_byte(in) % (CODE_FAILED + 1)),
	    .wrong = next_byte(in) % (CODE_TRIES + 1),
	    .guessed = proof & 128,
	    .mailed = proof & 8,
	    .expired = proof & 16,
	    .matches = proof & 32,
	    .rep_id = proof & 64 ? "33333333-3333-3333-3333-333333333333" : NULL,
	    .rep_name = "Holder Of It",
	    .rep_telegram_id = 501,
	    .rep_status =
		(enum rep_status)(REP_PENDING + next_byte(in) % (REP_REMOVED - REP_PENDING)),
	    .rep_locale = LOCALE_EN,
	};
	uint8_t chat = next_byte(in);
	/* a code that no mail has brought lately can only be right where the last one was sent */
	f->code.matches &= !f->code.expired || f->code.state == CODE_SENT;
	f->has_prospect = chat & 1;
	f->has_opened = chat & 2;
	f->prospect = (struct prospect_view){
	    .id = "p1",
	    .name = next_name(in, a),
	    .met = chat & 4,
	    .opted_out = chat & 8,
	    .described = chat & 16,
	    .rep_name = chat & 32 ? "Rep" : NULL,
	    .rep_telegram_id = chat & 32 ? 501 : 0,
	};
	uint8_t answered = next_byte(in);
	const char **answers = ARENA_ARRAY(a, const char *, QUESTIONS);
	for (size_t i = 0; i < QUESTIONS; i++)
		answers[i] = answered >> i & 1 ? said[i] : NULL;
	(void)script_prune(&script, answers, NULL);
	f->questions = (struct questionnaire){.script = &script,
	    .answers = answers,
	    .at = answered & 128 ? script_next(&script, answers) : next_byte(in) % (QUESTIONS + 1),
	    .today = 20783};
	f->prospect.open = chat & 16;
	uint8_t relay = next_byte(in);
	f->prospect.archived = !f->prospect.open && relay & 1;
	f->prospect.blocked = relay & 2;
	f->prospect.owner = (enum conversation_owner)(relay >> 2 & 3) % 3;
	f->prospect.version = 3;
	f->prospect.assignment_id = relay & 16 ? 9 : 0;
	f->has_replied = relay & 32;
	f->partner_count = relay >> 6 & 1 ? 2 : relay >> 7;
	uint8_t pair = next_byte(in);
	f->replied = (struct relay_view){.prospect_id = "p1",
	    .name = next_name(in, a),
	    .account = pair & 1   ? 502
		       : pair & 2 ? PERSON
				  : 0,
	    .owner = (enum conversation_owner)(pair >> 2 & 3) % 3,
	    .version = 5,
	    .assignment_id = 9,
	    .rep_telegram_id = pair & 16 ? PERSON : 501,
	    .other_chat = pair & 32 ? 502 : 501,
	    .other_message = 44,
	    .passed_on = pair & 64,
	    .caption = pair & 128};
	f->replied.card = !f->replied.passed_on && pair & 8;
	f->replied.note = !f->replied.passed_on && !f->replied.card && pair & 4;
	for (size_t i = 0; i < f->partner_count; i++)
		f->partners[i] = (struct relay_view){.prospect_id = i ? "p2" : "p1",
		    .name = next_name(in, a),
		    .account = 502,
		    .owner = OWNER_REP,
		    .version = 6,
		    .assignment_id = 9 + (int64_t)i,
		    .rep_telegram_id = PERSON,
		    .last = next_byte(in)};
	f->prospect.questions = next_bit(in) ? &f->questions : NULL;
	f->opened = (struct link_view){
	    .campaign = chat & 64 ? "Fair" : NULL,
	    .prospect = f->prospect,
	    .account = chat & 128          ? 0
		       : next_byte(in) & 1 ? PERSON
					   : 502,
	};
	f->invite = (struct invite_view){
	    .hash = "hash of the link",
	    .email_key = links & 4 ? "ivan@a.example" : NULL,
	    .holder = links & 8    ? PERSON
		      : links & 16 ? 501
				   : 0,
	    .ended = links & 32,
	    .used = links & 64,
	};
	f->held = (struct invite_view){
	    .hash = "hash of theirs",
	    .email_key = links & 128 ? "new@a.example" : NULL,
	    .holder = PERSON,
	    .ended = proof & 128,
	};
	f->claim = (struct claim_view){
	    .telegram_id = 501,
	    .name = next_name(in, a),
	    .email = "ivan@b.example",
	    .username = next_bit(in) ? "claimant" : NULL,
	    .asked = proof & 16,
	    .stands = proof & 8,
	    .locale = LOCALE_RU,
	    .rep_id = proof & 64 ? "33333333-3333-3333-3333-333333333333" : NULL,
	    .rep_name = "Holder Of It",
	    .rep_username = "holder",
	    .rep_telegram_id = 502,
	    .rep_status = f->code.rep_status,
	    .rep_locale = LOCALE_EN,
	};
	if (!f->claim.name)
		f->claim.name = ""; /* as the caller does */
	(void)hours_unpack(flags & 1 ? "1 600 780,1 840 1140,7 0 1440" : NULL, &f->hours.hours);
	f->hours.zone = "Asia/Makassar";
	f->hours.now = "14:05";
	f->hours.calendar_zone = flags & 4 ? "Asia/Dubai" : NULL;
	f->hours.company_zone = flags & 2 ? "WITA-8" : "Etc/GMT-4";
	f->hours.today = 20783; /* 2026-11-26 */
	f->hours.days_off[0] = f->hours.today + 1;
	f->hours.day_off_count = flags & 2 ? 1 : 0;
	f->calendars[0] = (struct calendar_choice){.id = 5,
	    .summary = "ivan@a.example",
	    .counts = flags & 1,
	    .writable = true,
	    .target = !(flags & 4)};
	f->calendars[1] = (struct calendar_choice){.id = 7,
	    .summary = f->subject.name ? f->subject.name : "",
	    .counts = true,
	    .writable = flags & 4,
	    .target = flags & 4};
	f->calendar = (struct calendar_view){
	    .state = (enum calendar_state)(links % (CALENDAR_DISCONNECTED + 1)),
	    .email = "ivan@a.example",
	    .unread = flags & 8,
	    .doubtful = flags & 16,
	    .today = flags & 32 ? "10:00–11:30" : "",
	    .tomorrow = "",
	    .slots = flags & 64 ? "10:00" : NULL,
	    .zone = f->hours.zone,
	    .choices = f->calendars,
	    .choice_count = flags & 128 ? 2 : 0,
	};
	f->has_business = proof & 1;
	f->business = (struct business_view){.enabled = links & 1,
	    .can_reply = links & 2,
	    .rights = links & 4 ? "can_edit_bio,can_x" : "",
	    .rep_telegram_id = links & 8 ? PERSON : 501,
	    .prospect_id = links & 16 ? "p1" : NULL,
	    .name = f->prospect.name ? f->prospect.name : "",
	    .owner = (enum conversation_owner)(links % 3),
	    .version = 3,
	    .assignment_id = links & 32 ? 5 : 0,
	    .contacted = links & 64,
	    .open = links & 128,
	    .fresh = proof & 128,
	    .ours = proof & 64};
	uint8_t clients = next_byte(in);
	f->has_page = clients & 1;
	f->has_client = clients & 2;
	f->page = (struct client_page){.lines = f->lines,
	    .count = next_byte(in) % (CLIENTS_A_PAGE + 1),
	    .newer = clients & 4,
	    .older = clients & 8};
	f->page.newer &= f->page.count > 0;
	f->page.older &= f->page.count > 0;
	for (size_t i = 0; i < f->page.count; i++)
		f->lines[i] = (struct client_line){.at = {INT64_MIN + (int64_t)i, -(int64_t)i},
		    .assignment_id = next_bit(in) ? INT64_MAX - (int64_t)i : 0,
		    .name = next_name(in, a),
		    .telegram = next_name(in, a),
		    .status = next_word(in),
		    .contacted = flags & 128,
		    .owner = (enum conversation_owner)(clients % 3),
		    .follow_up = clients & 16 ? "28.11.2026 10:00" : NULL};
	f->client = (struct client_view){.prospect_id = "p1",
	    .name = next_name(in, a),
	    .telegram = next_name(in, a),
	    .email = next_name(in, a),
	    .context = next_name(in, a),
	    .notes = next_name(in, a),
	    .status = next_word(in),
	    .assignment_id = clients & 32 ? 5 : 0,
	    .contacted = flags & 128,
	    .invite = clients & 64 ? "https://t.me/some_bot?start=pAAAAAAAAAAAAAAAAAAAAAA" : NULL,
	    .owner = (enum conversation_owner)(clients % 3),
	    .source = clients & 4 ? "campaign" : NULL,
	    .campaign = clients & 4 ? next_name(in, a) : NULL,
	    .follow_up = clients & 16 ? "28.11.2026 10:00" : NULL,
	    .zone = f->hours.zone,
	    .script = clients & 128 ? &script : NULL,
	    .answers = answers,
	    .events = f->events,
	    .event_count = next_byte(in) % (CLIENT_EVENTS_A_PAGE + 1),
	    .more_events = clients & 8};
	f->chosen = (struct chosen_view){.is = (enum chosen_is)(clients % (CHOSEN_COLLEAGUE + 1)),
	    .known = clients & 4,
	    .prospect_id = "p3",
	    .assignment_id = clients & 8 ? 0 : 11,
	    .invite = f->client.invite};
	for (size_t i = 0; i < f->client.event_count; i++)
		f->events[i] = (struct client_event){.id = INT64_MAX - (int64_t)i,
		    .at = "27.11.2026 09:00",
		    .kind = kinds_of_events[next_byte(in) % EVENT_KINDS],
		    .detail = next_name(in, a),
		    .who = next_name(in, a)};
	uint8_t managed = next_byte(in);
	f->managed = (struct managed_view){.lines = f->managed_lines,
	    .line_count = managed % (MANAGED_A_PAGE + 1),
	    .more = managed & 64,
	    .prospect = managed & 128 ? &f->managed_prospect : NULL,
	    .reps = f->rep_choices,
	    .rep_count = managed % (MANAGED_REPS_A_PAGE + 1),
	    .more_reps = managed & 32,
	    .waits = &f->managed_waits};
	f->managed_waits = (struct managed_waits){.count = {0, managed, managed * 100, managed & 7},
	    .oldest = {NULL, "01.11.2026 10:00", NULL, NULL},
	    .partial = managed & 16,
	    .unreachable = managed,
	    .unreachable_names = f->subject.name};
	for (size_t i = 0; i < f->managed.rep_count; i++)
		f->rep_choices[i] = (struct rep_choice){.telegram_id = 501 + (int64_t)i,
		    .id = i ? "the id of a colleague" : "the id of a rep",
		    .name = f->subject.name,
		    .open = INT64_MAX,
		    .capacity = managed & 8 ? INT64_MAX : 0,
		    .paused = managed & 4,
		    .unreachable = managed & 2};
	for (size_t i = 0; i < f->managed.line_count; i++)
		f->managed_lines[i] = (struct managed_line){.hash = -(int64_t)i,
		    .name = next_name(in, a),
		    .status = next_word(in),
		    .rep = managed & 1 ? next_name(in, a) : NULL};
	f->managed_prospect = (struct managed_prospect){.hash = 7,
	    .client = f->client,
	    .rep_id = managed & 16 ? "the id of a rep" : NULL,
	    .rep_name = managed & 16 ? next_name(in, a) : NULL,
	    .rep_status = managed & 16 ? "active" : NULL,
	    .rep_telegram_id = managed & 16 ? 501 : 0,
	    .account = managed & 32 ? 502 : 0,
	    .stopped = managed & 8,
	    .phone = managed & 4 ? next_name(in, a) : NULL,
	    .came = managed & 2 ? "27.11.2026 09:00" : NULL,
	    .contact = managed & 64 ? "27.11.2026 09:00" : NULL,
	    .changed_by = managed & 64 ? f->subject.name : NULL,
	    .days = INT64_MAX};
	return f;
}

static struct event next_event(struct input *in, struct arena *a)
{
	uint8_t flags = next_byte(in);
	struct event e = {
	    .kind = (enum event_kind)(next_byte(in) % (EVENT_IGNORED + 1)),
	    .user_id = flags & 1 ? ADMIN : PERSON,
	    .username = flags & 2   ? "ivan"
			: flags & 4 ? "petr"
				    : NULL,
	    .language_code = flags & 8    ? "ru"
			     : flags & 16 ? "en-GB"
			     : flags & 32 ? "zz"
					  : NULL,
	};
	e.chat_id = e.user_id;
	e.text = next_text(in, a);
	e.said_id = e.kind == EVENT_BUTTON ? 0 : 44;
	if (e.kind == EVENT_CONTACT) {
		e.phone = flags & 64 ? "79991234567" : e.text;
		e.contact_user_id = flags & 128 ? 0 : e.user_id;
	}
	if (e.kind == EVENT_PEOPLE) {
		e.chosen_id = 503;
		e.chosen_name = flags & 64 ? e.text : NULL;
		e.chosen_username = flags & 128 ? "Somebody" : NULL;
	}
	uint8_t place = next_byte(in);
	e.said_id = 40 + (place & 15);
	e.replies_to = place & 16 ? 33 : 0;
	e.replies_to_media = place & 32;
	e.album = e.kind == EVENT_MEDIA && place & 128 ? "album" : NULL;
	e.repeat = (enum event_repeat)(place >> 6 & 1);
	if (e.kind == EVENT_MEDIA || e.kind == EVENT_EDITED)
		e.caption = place & 64 ? e.text : NULL;
	static const struct event_file files[] = {
	    {.kind = "photo", .id = "p1"}, {.kind = "document", .id = "n1", .name = "x.csv"}};
	if (e.kind == EVENT_MEDIA)
		e.file = place & 8 ? &files[place & 1] : NULL;
	if (e.kind == EVENT_BUTTON)
		e.replied_file = place & 8 ? &files[place & 1] : NULL;
	bool own = e.kind == EVENT_OWN_CHAT || e.kind == EVENT_OWN_DELETED;
	if (own || e.kind == EVENT_CONNECTION) {
		struct business_event *b = ARENA_NEW(a, struct business_event);
		*b = (struct business_event){.connection = "bc1",
		    .at = 1,
		    .enabled = flags & 64,
		    .can_reply = flags & 2,
		    .can_read = flags & 4,
		    .rights = flags & 128 ? "can_edit_bio,can_do_all,,can_delete_x" : "",
		    .invites_to = flags & 16 ? "some_bot" : NULL,
		    .peer = own ? flags & 8 ? e.user_id : 77 : 0,
		    .message_id = 9};
		e.business = b;
		e.text = e.kind == EVENT_OWN_DELETED ? "9,10" : "";
		e.chat_id = own ? 0 : e.chat_id;
	}
	if (e.kind != EVENT_BUTTON)
		return e;
	e.callback_id = "cb";
	e.message_id = flags & 64 ? 33 : 0;
	e.button_count = next_byte(in) % 21;
	struct event_button *buttons = ARENA_ARRAY(a, struct event_button, e.button_count);
	for (size_t i = 0; i < e.button_count; i++) {
		const char *data = usual[next_byte(in) % USUAL];
		bool link = strlen(data) > 20;
		buttons[i] = (struct event_button){.text = "label",
		    .data = link ? NULL : data,
		    .url = link && i % 3 ? "https://a.example" : NULL,
		    .copy = link && i % 3 == 0 ? "a text" : NULL,
		    .row = i / 2};
	}
	e.buttons = buttons;
	return e;
}

/* The card of the very application that is there; without, it is an old one. */
static void complete_card(struct event *e, const struct subject_view *subject, struct arena *a)
{
	const char *const parts[] = {subject->name, subject->email};
	const char *const code[] = {"x@a.example", "3"};
	if (e->kind == EVENT_BUTTON && e->message_id && strcmp(e->text, "adm:code:501") == 0)
		e->text = arena_printf(a, "%s:%s", e->text, fingerprint(a, code, 2));
	else if (e->kind == EVENT_BUTTON && e->message_id && strncmp(e->text, "adm:", 4) == 0)
		e->text = arena_printf(a, "%s:%s", e->text, fingerprint(a, parts, 2));
}

static void set_facts(struct conversation_state *s, const struct facts *f)
{
	s->email_taken = f->email_taken;
	s->assignment = &f->assignment;
	s->subject = &f->subject;
	s->broadcast = &f->broadcast;
	s->audience = f->audience;
	s->rep_card = &f->rep_card;
	s->reps = &f->reps;
	s->code_waiters = &f->waiter;
	s->code_waiter_count = s->code_waiter_total = 1;
	s->business = f->has_business ? &f->business : NULL;
	s->clients = f->has_page ? &f->page : NULL;
	s->client = f->has_client ? &f->client : NULL;
	s->chosen = &f->chosen;
	s->code = f->has_code ? &f->code : NULL;
	s->code_wait_us = f->code_wait_us;
	s->file =
	    (struct file_view){7, "x.csv", (enum file_state)(f->has_opened + 2 * f->has_replied)};
	s->code_wait_wrong = f->code_wait_wrong;
	/* who was one stays one, as far as a row of the table says it */
	if (f->has_prospect || !s->prospect)
		s->prospect = f->has_prospect ? &f->prospect : NULL;
	s->opened = f->has_opened ? &f->opened : NULL;
	s->replied = f->has_replied ? &f->replied : NULL;
	s->partners = f->partners;
	s->partner_count = f->partner_count;
	s->invite = f->has_invite ? &f->invite : NULL;
	s->held = f->has_held ? &f->held : NULL;
	s->managed = &f->managed;
	s->claim = f->has_claim ? &f->claim : NULL;
	s->hours = &f->hours;
	s->calendar = f->calendar;
	s->calendar_link = (struct fresh_link){"https://a.example/oauth/start?s=x", "its hash", 0};
	s->link = (struct fresh_link){"https://t.me/x?start=rABC", "hash of a fresh one", 7};
}

/* What the event itself says, as the database knows it. */
static void set_zone(struct conversation_state *s, const struct conversation_interest *interest)
{
	static struct zone_view zone;
	zone = (struct zone_view){interest->zone, "09:30"};
	s->zone = interest->zone ? &zone : NULL;
}

static void forget_what_was_not_asked(
    struct conversation_state *s, const struct conversation_interest *interest, struct arena *a)
{
	if (!interest->code && s->code) {
		struct code_view *code = ARENA_NEW(a, struct code_view);
		*code = *s->code;
		code->matches = false;
		s->code = code;
	}
	if (!interest->invite)
		s->invite = NULL;
	if (!interest->link)
		s->opened = NULL;
	if (!interest->pair_message)
		s->replied = NULL;
	if (!interest->wants_partners)
		s->partner_count = 0;
	if (!interest->wants_link)
		s->link = (struct fresh_link){0};
	if (!s->claim || interest->claim_telegram_id != s->claim->telegram_id)
		s->claim = NULL;
	if (!interest->wants_hours)
		s->hours = NULL;
	if (!interest->wants_business)
		s->business = NULL;
	if (!interest->email_key)
		s->email_taken = false;
	if (interest->assignment_id != s->assignment->id)
		s->assignment = NULL;
	if (interest->subject_telegram_id != s->subject->telegram_id)
		s->subject = NULL;
	if (interest->broadcast_id != 8 && interest->broadcast_said != 8)
		s->broadcast = NULL;
	if (!interest->wants_audience || s->phase != PHASE_BROADCAST)
		s->audience = (struct broadcast_audience){0};
	if (!s->subject || !interest->wants_rep_card)
		s->rep_card = NULL;
	if (!interest->wants_reps)
		s->reps = NULL;
	if (!interest->wants_applications)
		s->code_waiter_count = 0;
	if (!interest->wants_calendar) {
		s->calendar = (struct calendar_view){0};
		s->calendar_link = (struct fresh_link){0};
	}
	if (!interest->wants_clients && !interest->wants_search)
		s->clients = NULL;
	if (!interest->wants_client)
		s->client = NULL;
	if (!interest->chosen_id)
		s->chosen = NULL;
	if (interest->managed.want == MANAGED_NOTHING)
		s->managed = NULL;
}

static void check_messages(const struct outcome *out)
{
	size_t count = 0;
	for (const struct message *m = out->messages.first; m; m = m->next, count++) {
		require(m->chat_id == PERSON || m->chat_id == 501 || m->chat_id == 502 ||
			m->chat_id == ADMIN);
		if (m->kind == MESSAGE_SEND) {
			size_t units = text_utf16_units(m->text);
			require(units >= 1 && units <= MESSAGE_TEXT_UNITS);
			require(text_is_clean(m->text, strlen(m->text)));
		} else if (m->kind == MESSAGE_FILE) {
			require(m->file_kind && m->file_id && m->connection && !m->button_count);
		} else {
			require(m->message_id != 0);
		}
		require(m->button_count <= MESSAGE_MAX_BUTTONS);
		for (size_t i = 0; i < m->button_count; i++) {
			const struct button *b = &m->buttons[i];
			require(b->text && text_utf16_units(b->text) <= TEXT_BUTTON_UNITS);
			require((b->data != NULL) + (b->url != NULL) + (b->copy != NULL) ==
				(m->keyboard == KEYBOARD_INLINE));
			require(!b->data || (strlen(b->data) >= 1 &&
						strlen(b->data) <= MESSAGE_CALLBACK_BYTES));
		}
	}
	require(count == out->messages.count);
}

/* Either it was typed and is nobody's, with no pause and no proof asked for; or the code was right. */
static void check_right_email(const struct effect *e, const struct conversation_state *s,
    const struct conversation_interest *interest)
{
	if (interest->email_key) {
		require(strcmp(e->email_key, interest->email_key) == 0);
		require(!s->email_taken && s->pause_us == 0 && !s->rules->proves_email);
		return;
	}
	require(s->code && s->code->matches && interest->code);
	require(strcmp(e->email_key, s->code->email_key) == 0);
	require(s->code->wrong < CODE_TRIES && !s->code->expired);
}

static void check_hours(const struct effect *e)
{
	struct hours hours;
	int32_t days[HOURS_DAYS_OFF_MOST];
	if (e->kind == EFFECT_SET_HOURS)
		require(hours_unpack(e->hours, &hours) && hours.count > 0);
	else
		require(days_unpack(e->days_off, days, HOURS_DAYS_OFF_MOST) > 0);
}

static void check_effect(const struct effect *e, const struct conversation_state *s,
    const struct event *event, const struct conversation_interest *interest)
{
	bool stranger = s->rep_status == REP_ABSENT || s->rep_status == REP_REMOVED;
	switch (e->kind) {
	case EFFECT_REGISTER:
		require(stranger && event->kind == EVENT_TEXT);
		require(
		    s->phase == PHASE_EMAIL || s->phase == PHASE_CLAIM || s->phase == PHASE_CODE);
		require(e->name && e->email);
		check_right_email(e, s, interest);
		return;
	case EFFECT_CHANGE_EMAIL:
		require(s->rep_status == REP_ACTIVE);
		/* a code is taken wherever the person has gone meanwhile */
		require(s->phase == PHASE_CHANGE_EMAIL || s->phase == PHASE_CODE ||
			(s->code && s->code->matches));
		check_right_email(e, s, interest);
		return;
	case EFFECT_UNREGISTER:
		require(s->rep_status == REP_ACTIVE || s->rep_status == REP_PENDING);
		require(s->phase == PHASE_CONFIRM_UNREGISTER && interest->changes_assignments);
		return;
	case EFFECT_CONTACTED:
		if (event->kind == EVENT_OWN_CHAT) {
			require(e->assignment_id == s->business->assignment_id);
			return;
		}
		/* fall through */
	case EFFECT_DECLINE:
		require(s->rep_status == REP_ACTIVE && s->assignment && s->assignment->live);
		require(s->assignment->mine && e->assignment_id == s->assignment->id);
		require(interest->changes_assignments);
		return;
	case EFFECT_UNDO:
		require(s->rep_status == REP_ACTIVE && s->assignment && s->assignment->undoable);
		require(s->assignment->mine && e->assignment_id == s->assignment->id);
		require(interest->changes_assignments && interest->takes_back);
		return;
	case EFFECT_APPROVE:
	case EFFECT_REJECT:
		require(event->user_id == ADMIN && s->subject && e->rep_id == s->subject->rep_id);
		require(s->subject->status == REP_PENDING && interest->changes_assignments);
		require(e->kind == EFFECT_REJECT || s->subject->proven || !s->rules->proves_email);
		return;
	case EFFECT_CHANGE_REP:
		require(event->user_id == ADMIN && s->subject && s->rep_card);
		require(e->rep_id == s->subject->rep_id && e->by && *e->by);
		require(s->subject->status != REP_REMOVED && s->subject->status != REP_ABSENT);
		require(interest->changes_assignments && interest->wants_rep_card);
		require(e->amount >= -1 && e->usual > 0);
		return;
	case EFFECT_GIVE:
	case EFFECT_SET_STATUS:
		require(event->user_id == ADMIN && s->managed && s->managed->prospect);
		require(interest->managed.holds && interest->changes_assignments);
		require(e->prospect == s->managed->prospect->client.prospect_id && e->by && *e->by);
		require(e->was == (e->kind == EFFECT_GIVE ? s->managed->prospect->rep_id
							  : s->managed->prospect->client.status));
		require(e->kind == EFFECT_SET_STATUS
			    ? e->closed && e->reason
			    : !e->to_rep || s->subject->status == REP_ACTIVE);
		return;
	case EFFECT_MANAGER_NOTE:
		require(event->user_id == ADMIN && s->managed && s->managed->prospect);
		require(strcmp(e->prospect, s->draft_client) == 0 && e->said && *e->said && e->by);
		return;
	case EFFECT_UNREACHABLE:
		require(!stranger && s->rep_available && event->kind == EVENT_BLOCKED);
		return;
	case EFFECT_REACHABLE:
		require(!stranger && !s->rep_available && event->kind != EVENT_BLOCKED);
		return;
	case EFFECT_USERNAME:
		require(!stranger);
		return;
	case EFFECT_SEND_CODE:
		require(e->email && e->email_key && s->rules->proves_email && s->code_wait_us == 0);
		return;
	case EFFECT_RESEND_CODE:
		require(event->user_id == ADMIN && s->code_waiter_count > 0);
		require(e->to == s->code_waiters[0].telegram_id && e->email && e->email_key);
		require(interest->wants_applications && e->by && *e->by);
		return;
	case EFFECT_WRONG_CODE:
		require(s->code && !s->code->matches && interest->code);
		return;
	case EFFECT_CODE_DONE:
		require(s->code);
		return;
	case EFFECT_EVICT:
		require(s->code && s->code->matches && s->rep_status == REP_ACTIVE);
		return;
	case EFFECT_MAKE_INVITE:
		require(event->user_id == ADMIN && interest->wants_link && e->invite);
		return;
	case EFFECT_HOLD_INVITE:
	case EFFECT_USE_INVITE:
		require(stranger && e->invite);
		return;
	case EFFECT_SET_HOURS:
	case EFFECT_ADD_DAYS_OFF:
	case EFFECT_REMOVE_DAYS_OFF:
		require(s->rep_status == REP_ACTIVE && s->phase == PHASE_HOURS &&
			interest->wants_hours);
		check_hours(e);
		return;
	case EFFECT_SET_ZONE:
		require(s->rep_status == REP_ACTIVE && s->zone && e->zone == s->zone->name);
		require(s->phase == PHASE_ZONE || s->phase == PHASE_HOURS);
		return;
	case EFFECT_CALENDAR_LINK:
		require(s->rep_status == REP_ACTIVE && interest->wants_calendar);
		return;
	case EFFECT_DISCONNECT_CALENDAR:
		/* a suspended rep's calendar is still read, and a pending one's may be */
		require(!stranger && interest->wants_calendar);
		return;
	case EFFECT_PICK_CALENDAR:
		require(!stranger && s->rep_status != REP_SUSPENDED && interest->wants_calendar);
		require(e->calendar_id == s->calendar.choices[0].id ||
			e->calendar_id == s->calendar.choices[1].id);
		return;
	case EFFECT_NEW_PROSPECT:
		require(s->rep_status == REP_ABSENT || s->rep_status == REP_REMOVED);
		require(!s->prospect && e->name && *e->name && e->source);
		return;
	case EFFECT_MEET_PROSPECT:
		require(stranger && e->prospect);
		/* a closed prospect may become another one, by a link that nobody has opened */
		require(s->prospect ? !s->prospect->met || (!s->prospect->open && s->opened)
				    : s->opened && !s->opened->campaign);
		require(
		    s->prospect || s->opened->account == 0 || s->opened->account == event->user_id);
		return;
	case EFFECT_SAID:
		require(s->prospect && e->said && !s->prospect->blocked);
		require(event->kind == EVENT_TEXT || event->kind == EVENT_MEDIA ||
			event->kind == EVENT_CONTACT || event->kind == EVENT_EDITED);
		return;
	case EFFECT_QUALIFY:
		require(s->rules->script && e->position);
		require(!s->prospect || !s->prospect->questions);
		return;
	case EFFECT_ANSWER:
		require(s->rules->script && s->prospect && s->prospect->questions);
		require(e->question && e->value && e->shown && e->voided && e->score >= 0);
		return;
	case EFFECT_ASK:
		require(s->rules->script && s->prospect && s->prospect->questions && e->position);
		return;
	case EFFECT_CLOSE:
		require(s->rep_status == REP_ACTIVE && s->assignment && s->assignment->live);
		require(s->assignment->mine && e->assignment_id == s->assignment->id);
		require(interest->changes_assignments && e->closed);
		return;
	case EFFECT_OWN:
		require(e->prospect && e->owner && e->version > 0);
		if (event->kind == EVENT_OWN_CHAT) {
			require(event->user_id == s->business->rep_telegram_id);
			return;
		}
		if (!s->prospect || s->rep_status == REP_ACTIVE)
			require(s->rep_status == REP_ACTIVE &&
				((s->assignment && s->assignment->mine && s->assignment->live) ||
				    (s->replied && !s->replied->card && !s->replied->note &&
					s->replied->rep_telegram_id == event->user_id)));
		return;
	case EFFECT_BLOCK:
		require(s->rep_status == REP_ACTIVE && s->assignment && s->assignment->mine);
		require(e->prospect && interest->changes_assignments);
		return;
	case EFFECT_OWN_CLIENT:
		require(s->rep_status == REP_ACTIVE && event->kind == EVENT_PEOPLE && s->chosen);
		require(s->chosen->is == CHOSEN_NOBODYS && interest->changes_assignments);
		require(e->prospect && e->name && e->from == event->chosen_id);
		return;
	case EFFECT_NOTE:
	case EFFECT_CHANGE_NOTE:
		require(s->rep_status == REP_ACTIVE && s->replied && e->said);
		require(s->replied->rep_telegram_id == event->user_id);
		require(e->kind == EFFECT_NOTE ? s->replied->card && event->replies_to != 0
					       : s->replied->note);
		require(e->message_id == event->said_id);
		return;
	case EFFECT_REOPEN:
		require(e->prospect && ((s->prospect && s->prospect->archived) ||
					   (s->opened && s->opened->prospect.archived)));
		return;
	case EFFECT_LEAVE_PROSPECT:
		require(s->prospect && s->prospect->met && !s->prospect->open && s->opened &&
			s->opened->account == 0);
		return;
	case EFFECT_FORWARDED:
		require(s->opened && !s->opened->campaign && !s->opened->forwarded);
		return;
	case EFFECT_CONNECT:
		require(!stranger && event->kind == EVENT_CONNECTION && e->connection && e->rights);
		return;
	case EFFECT_DISCONNECT:
		require(event->kind == EVENT_CONNECTION && s->business && s->business->enabled);
		return;
	case EFFECT_HEARD_THERE:
	case EFFECT_TYPED_THERE:
	case EFFECT_DELETED_THERE:
		require(s->business && s->business->enabled && s->business->prospect_id);
		require(e->connection && e->prospect && e->from == event->business->peer);
		require((e->kind == EFFECT_HEARD_THERE) ==
			(event->kind == EVENT_OWN_CHAT && event->user_id == e->from));
		return;
	case EFFECT_GREET_THERE: /* whom nobody of ours has written to, and a bot that may */
		require(s->business->fresh && s->business->can_reply && !s->business->contacted);
		require(s->business->owner == OWNER_BOT && s->rules->script);
		require(e->prospect && e->version == s->business->version);
		require(event->user_id == event->business->peer);
		return;
	case EFFECT_STOP:
	case EFFECT_RESUME:
		require(s->prospect || s->opened);
		return;
	case EFFECT_TARGET_CALENDAR:
		require(s->rep_status == REP_ACTIVE && interest->wants_calendar);
		for (size_t i = 0; i < s->calendar.choice_count; i++)
			if (s->calendar.choices[i].id == e->calendar_id)
				require(s->calendar.choices[i].writable &&
					!s->calendar.choices[i].target);
		return;
	case EFFECT_FOLLOW_UP:
		require(e->assignment_id > 0 && e->zone && e->day >= 0 && e->minute >= 0 &&
			e->minute < 24 * 60);
		return;
	case EFFECT_DRAFT_BROADCAST:
		require(event->user_id == ADMIN && s->phase == PHASE_BROADCAST);
		require(event->kind == EVENT_TEXT && s->audience.reached > 0);
		require(strlen(e->said) == strlen(event->text) && e->name && e->reason);
		return;
	case EFFECT_MOVE_BROADCAST:
		require(
		    event->user_id == ADMIN && s->broadcast && e->broadcast == s->broadcast->id);
		require(
		    s->broadcast->state ==
		    (strcmp(e->reason, BROADCAST_STOP) == 0 ? BROADCAST_SENDING : BROADCAST_DRAFT));
		return;
	case EFFECT_SEND_FILE:
		require(
		    event->user_id == ADMIN && event->kind == EVENT_MEDIA && *e->said && *e->name);
		require(e->message_id == event->said_id);
		return;
	case EFFECT_IMPORT_FILE:
	case EFFECT_CANCEL_FILE:
		require(event->user_id == ADMIN && s->file.state == FILE_SHOWN &&
			s->file.message_id == e->message_id);
		require((e->kind == EFFECT_IMPORT_FILE) == (e->reason != NULL));
		return;
	case EFFECT_STATS:
		require(event->user_id == ADMIN);
		require(e->days == 7 || e->days == 30 || e->days == 90);
		return;
	case EFFECT_HEARD:
		require(event->user_id == ADMIN && s->missed);
		return;
	case EFFECT_MOVE:
		if (s->code && s->code->matches) {
			require(stranger && s->phase == PHASE_CODE && s->rules->proves_email);
			require(e->to == event->user_id && e->rep_id == s->code->rep_id);
			return;
		}
		require(event->user_id == ADMIN && s->claim && s->claim->asked);
		require(interest->changes_assignments && !s->rules->proves_email);
		return;
	case EFFECT_REFUSE_CLAIM:
		require(event->user_id == ADMIN && s->claim && s->claim->asked);
		require(interest->changes_assignments);
		return;
	}
	abort();
}

static void check_outcome(const struct outcome *out, const struct conversation_state *s,
    const struct event *event, const struct conversation_interest *interest)
{
	require(out->effect_count <= OUTCOME_MAX_EFFECTS);
	require((out->callback_answer != NULL) == (event->kind == EVENT_BUTTON));
	require(
	    !out->callback_answer || text_utf16_units(out->callback_answer) <= TEXT_ANSWER_UNITS);
	/* nobody waits in vain: a message is answered by one, a button by one or by its answer */
	bool silent = event->kind == EVENT_BLOCKED || event->kind == EVENT_UNBLOCKED ||
		      event->kind == EVENT_IGNORED;
	bool answered = out->messages.count > 0 || (out->callback_answer && *out->callback_answer);
	/* but for whom the rep has blocked; what is passed on needs no answer, nor what was said to somebody else */
	answered |=
	    event->repeat != EVENT_NEW || out->passes_on || (s->prospect && s->prospect->blocked);
	/* figures come when they are counted */
	for (size_t i = 0; i < out->effect_count; i++)
		answered |= out->effects[i].kind == EFFECT_STATS;
	require(event->business || (silent ? out->messages.count == 0 : answered));
	require(out->next.phase != PHASE_EMAIL || out->next.draft_name ||
		event->kind == EVENT_IGNORED || event->business);
	require(out->next.wrong_emails >= 0 && out->next.wrong_emails <= s->wrong_emails + 1);
	require(out->next.pause_us == s->pause_us || s->pause_us == 0);
	check_messages(out);
	for (size_t i = 0; i < out->effect_count; i++)
		check_effect(&out->effects[i], s, event, interest);
}

/* What a campaign's link leads to is a campaign. */
static void set_campaign(struct conversation_state *s, const struct event *event, struct arena *a)
{
	if (!s->opened || event->kind != EVENT_START || start_link(event->text) != START_CAMPAIGN)
		return;
	struct link_view *link = ARENA_NEW(a, struct link_view);
	*link = *s->opened;
	link->campaign = "Instagram";
	s->opened = link;
}

static void require_same(const struct outcome *a, const struct outcome *b)
{
	require(a->next.phase == b->next.phase && a->next.rep_status == b->next.rep_status);
	require(a->effect_count == b->effect_count && a->messages.count == b->messages.count);
	require(!a->callback_answer || strcmp(a->callback_answer, b->callback_answer) == 0);
	const struct message *n = b->messages.first;
	for (const struct message *m = a->messages.first; m; m = m->next, n = n->next)
		require(m->kind != MESSAGE_SEND || strcmp(m->text, n->text) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const char *const domains[] = {"a.example", "b.example"};
	static const int64_t admins[] = {ADMIN};
	struct input in = {bytes, size};
	struct arena arena;
	arena_init(&arena, ARENA_BYTES);
	uint8_t flags = next_byte(&in), more = next_byte(&in);
	const struct conversation_rules rules = {
	    .catalog = catalog_of(flags & 1),
	    .domains = domains,
	    .domain_count = 2,
	    .approval_by_admin = flags & 2,
	    .calendar_url = more & 16 ? "https://a.example/oauth/start?s=" : NULL,
	    .bot_username = more & 1 ? "some_bot" : NULL,
	    .by_invitation = more & 2,
	    .proves_email = more & 4,
	    .domains_are_told = more & 8,
	    .admin_ids = admins,
	    .admin_count = 1,
	    .default_locale = flags & 4 ? LOCALE_EN : LOCALE_RU,
	    .max_prospects = 5,
	    .script = more & 32 ? &script : NULL,
	    .outreach.most_a_day = more & 16 ? 3 : 0,
	};
	struct conversation_state s = {
	    .rules = &rules,
	    .known = flags & 8,
	    .rep_available = flags & 16,
	    .kind = (enum person_kind)(1 << next_byte(&in) % 4),
	    .phase = (enum conversation_phase)(next_byte(&in) % (PHASE_CONFIRM_UNREGISTER + 1)),
	    .rep_status = (enum rep_status)(next_byte(&in) % (REP_REMOVED + 1)),
	    .draft_name = flags & 32 ? "Draft Name" : NULL,
	    .wrong_emails = next_byte(&in) % 32,
	    .rep_username = flags & 64 ? "ivan" : NULL,
	};
	if (s.rep_status != REP_ABSENT) {
		s.rep_id = "22222222-2222-2222-2222-222222222222";
		s.rep_name = next_name(&in, &arena);
		s.rep_email = flags & 128 ? "Old@a.example" : "none";
	}
	for (size_t i = 0; i < EVENTS && in.size > 0; i++) {
		struct event event = next_event(&in, &arena);
		const struct facts *facts = next_facts(&in, &arena);
		complete_card(&event, &facts->subject, &arena);
		struct conversation_interest interest;
		conversation_interest(&event, &arena, &interest);
		set_facts(&s, facts);
		set_zone(&s, &interest);
		set_campaign(&s, &event, &arena);
		struct outcome with_all, out;
		conversation_step(&s, &event, &arena, &with_all);
		forget_what_was_not_asked(&s, &interest, &arena);
		conversation_step(&s, &event, &arena, &out);
		require_same(&with_all, &out);
		check_outcome(&out, &s, &event, &interest);
		s = out.next;
	}
	arena_finish(&arena);
	return 0;
}
