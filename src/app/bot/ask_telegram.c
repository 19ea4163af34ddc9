#include "salesreg/app/bot/ask_telegram.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct asking {
	uv_loop_t loop;
	enum telegram_class class;
	json_t *result;
	char *description;
};

static void on_answer(const struct telegram_answer *answer, void *data)
{
	struct asking *q = data;
	q->class = answer->class;
	q->result = answer->class == TELEGRAM_OK ? json_incref(answer->result) : NULL;
	(void)snprintf(q->description, TELEGRAM_DESCRIPTION_BYTES, "%s", answer->description);
	uv_stop(&q->loop);
}

enum telegram_class ask_telegram(const struct config *config, const char *method, const char *body,
    int64_t timeout_ms, json_t **result, char description[TELEGRAM_DESCRIPTION_BYTES])
{
	struct asking q = {.class = TELEGRAM_UNKNOWN, .description = description};
	description[0] = '\0';
	if (uv_loop_init(&q.loop) != 0)
		abort();
	struct telegram *telegram =
	    telegram_create(&q.loop, config->telegram_api_base, &config->bot_token, NULL);
	if (!telegram)
		abort();
	(void)telegram_call(telegram, method, body, strlen(body), timeout_ms, on_answer, &q);
	(void)uv_run(&q.loop, UV_RUN_DEFAULT);
	telegram_destroy(telegram, NULL, NULL);
	(void)uv_run(&q.loop, UV_RUN_DEFAULT);
	(void)uv_loop_close(&q.loop);
	*result = q.result;
	return q.class;
}
