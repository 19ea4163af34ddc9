#include "salesreg/app/bot/bot_setup.h"
#include "salesreg/app/bot/delivery/telegram_message.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/json.h"
#include "salesreg/base/log.h"
#include "salesreg/domain/outbox/backoff.h"
#include <stdlib.h>
#include <string.h>

enum { QUICK_MS = 15000, WARM_MS = 240 * 1000, ARENA_MAXIMUM = 1024 * 1024 };
static const int64_t ASK_FIRST_US = 5 * 1000000, ASK_LONGEST_US = 30 * 1000000;
static const int64_t MENU_FIRST_US = 60 * 1000000, MENU_LONGEST_US = INT64_C(3600) * 1000000;

/* Two errands, one after the other: ASKING until getMe or getUpdates is answered, MENU until it is set. */
struct bot_setup {
	struct bot_setup_options options;
	struct telegram_call *asking, *setting;
	uv_timer_t ask, menu, warm;
	struct telegram_call *warming;
	uint64_t sends; /* calls other than getUpdates when last looked at */
	unsigned ask_failures, menu_failures;
	bool polled, menu_set, stopped;
	size_t locale;      /* the menu that is next; LOCALE_COUNT: everybody else's */
	struct arena arena; /* the body */
	const char *body;
	struct fault_log menu_fault;
	int closing;
};

static void again(uv_timer_t *timer, uv_timer_cb cb, int64_t pause_us)
{
	(void)uv_timer_start(timer, cb, (uint64_t)pause_us / 1000, 0);
}

/* Is the token good? ------------------------------------------------------------------------------*/

static void ask(struct bot_setup *s);

static void on_ask_again(uv_timer_t *timer)
{
	ask(timer->data);
}

static void on_me(const struct telegram_answer *answer, void *data)
{
	struct bot_setup *s = data;
	s->asking = NULL;
	if (answer->class == TELEGRAM_CANCELLED || s->stopped)
		return;
	if (answer->class == TELEGRAM_OK) {
		const char *name = json_string_value(json_object_get(answer->result, "username"));
		log_info("Telegram knows this bot as @%.64s", name ? name : "?");
		s->options.known(name ? name : "", s->options.data);
		return;
	}
	if (s->polled)
		return; /* it is good, whatever getMe says */
	if (answer->class == TELEGRAM_TOKEN && answer->error_code == 401) {
		s->options.token_refused(answer->description, s->options.data);
		return;
	}
	if (answer->http_status == 0)
		fault_log_warn(s->options.fault, "Telegram cannot be reached: %s; trying on",
		    answer->description);
	again(&s->ask, on_ask_again,
	    backoff_us(s->ask_failures++, ASK_FIRST_US, ASK_LONGEST_US, clock_random()));
}

static void ask(struct bot_setup *s)
{
	if (!s->polled && !s->stopped && !s->asking)
		s->asking =
		    telegram_call(s->options.telegram, "getMe", "{}", 2, QUICK_MS, on_me, s);
}

/* The menu ----------------------------------------------------------------------------------------*/

static void set_menu(struct bot_setup *s);

static void on_menu_again(uv_timer_t *timer)
{
	set_menu(timer->data);
}

static void on_menu_set(const struct telegram_answer *answer, void *data)
{
	struct bot_setup *s = data;
	s->setting = NULL;
	if (answer->class == TELEGRAM_CANCELLED || s->stopped)
		return;
	if (answer->class != TELEGRAM_OK) {
		if (answer->http_status != 0) /* else whoever polls says it */
			fault_log_warn(&s->menu_fault,
			    "the bot's menu could not be set: %s; trying again",
			    answer->description);
		again(&s->menu, on_menu_again,
		    backoff_us(s->menu_failures++, MENU_FIRST_US, MENU_LONGEST_US, clock_random()));
		return;
	}
	s->locale++;
	set_menu(s);
}

static void set_menu(struct bot_setup *s)
{
	if (s->stopped)
		return;
	if (s->locale > LOCALE_COUNT) {
		s->menu_set = true;
		fault_log_over(&s->menu_fault, "the bot's menu is set");
		return;
	}
	arena_reset(&s->arena);
	/* one menu a language, and one for everybody else */
	bool other = s->locale == LOCALE_COUNT;
	enum locale locale = other ? s->options.rules->default_locale : (enum locale)s->locale;
	s->body = outgoing_menu(s->options.rules->catalog, locale,
	    other ? NULL : locale_code(locale), 0, AUDIENCE_STRANGER, &s->arena);
	s->setting = telegram_call(s->options.telegram, "setMyCommands", s->body, strlen(s->body),
	    QUICK_MS, on_menu_set, s);
}

void bot_setup_on_elected(struct bot_setup *s)
{
	if (!s->stopped && !s->menu_set && !s->setting && !uv_is_active((uv_handle_t *)&s->menu))
		set_menu(s);
}

void bot_setup_polled(struct bot_setup *s)
{
	if (s->polled)
		return;
	s->polled = true;
	(void)uv_timer_stop(&s->ask);
	(void)uv_timer_stop(&s->menu); /* what it waits for may be over */
	bot_setup_on_elected(s);
}

/* A connection for the next answer --------------------------------------------------------------*/

/*
 * The poll keeps one connection busy. The other ones, which a reply would take, the server ends when
 * nothing comes for 500 s (TELEGRAM.md), and the reply would wait for a new handshake. So one of them
 * is used now and then when no reply uses it.
 */
static uint64_t sends(const struct telegram *tg)
{
	const struct telegram_stats *stats = telegram_stats(tg);
	uint64_t count = 0;
	for (size_t m = 0; m < TELEGRAM_METHODS; m++)
		for (size_t c = 0; m != TELEGRAM_METHOD_getUpdates && c < TELEGRAM_CLASSES; c++)
			count += stats->calls[m][c];
	return count;
}

static void on_warmed(const struct telegram_answer *answer, void *data)
{
	struct bot_setup *s = data;
	(void)answer; /* whoever polls says what is wrong */
	s->warming = NULL;
	s->sends = sends(s->options.telegram);
}

static void on_warm(uv_timer_t *timer)
{
	struct bot_setup *s = timer->data;
	uint64_t now = sends(s->options.telegram);
	if (now == s->sends && s->polled && !s->warming)
		s->warming =
		    telegram_call(s->options.telegram, "getMe", "{}", 2, QUICK_MS, on_warmed, s);
	s->sends = now;
}

static uint64_t warm_ms(void)
{
#ifdef SALESREG_TESTS
	const char *times = getenv("SALESREG_TEST_TIMES"),
		   *warm = times ? strstr(times, "warm=") : NULL;
	if (warm)
		return strtoull(warm + strlen("warm="), NULL, 10);
#endif
	return WARM_MS;
}

/* Life --------------------------------------------------------------------------------------------*/

struct bot_setup *bot_setup_create(uv_loop_t *loop, const struct bot_setup_options *options)
{
	struct bot_setup *s = calloc(1, sizeof *s);
	if (!s)
		abort();
	s->options = *options;
	arena_init(&s->arena, ARENA_MAXIMUM);
	(void)uv_timer_init(loop, &s->ask);
	(void)uv_timer_init(loop, &s->menu);
	(void)uv_timer_init(loop, &s->warm);
	s->ask.data = s->menu.data = s->warm.data = s;
	(void)uv_timer_start(&s->warm, on_warm, warm_ms(), warm_ms());
	ask(s);
	return s;
}

void bot_setup_stop(struct bot_setup *s)
{
	s->stopped = true;
	(void)uv_timer_stop(&s->ask);
	(void)uv_timer_stop(&s->menu);
	(void)uv_timer_stop(&s->warm);
	telegram_call_cancel(s->asking);
	telegram_call_cancel(s->setting);
	telegram_call_cancel(s->warming);
	s->asking = s->setting = s->warming = NULL;
}

static void on_closed(uv_handle_t *handle)
{
	struct bot_setup *s = handle->data;
	if (--s->closing == 0)
		free(s);
}

void bot_setup_destroy(struct bot_setup *s)
{
	if (!s)
		return;
	bot_setup_stop(s);
	arena_finish(&s->arena);
	s->closing = 3;
	uv_close((uv_handle_t *)&s->ask, on_closed);
	uv_close((uv_handle_t *)&s->menu, on_closed);
	uv_close((uv_handle_t *)&s->warm, on_closed);
}
