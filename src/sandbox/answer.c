#include "salesreg/sandbox/answer.h"
#include <stdlib.h>

void answer_send(struct sandbox *s, struct http_exchange *x, unsigned status)
{
	if (s->out.failed)
		http_exchange_answer(x, 500, "text/plain", "answer too large\n", 17, NULL);
	else
		http_exchange_answer(
		    x, status, "application/json", buf_text(&s->out), s->out.size, NULL);
}

void answer_fail(struct sandbox *s, struct http_exchange *x, unsigned status, const char *error)
{
	buf_clear(&s->out);
	buf_adds(&s->out, "{\"ok\":false,\"error\":");
	write_string(&s->out, error);
	buf_addc(&s->out, '}');
	answer_send(s, x, status);
}

int64_t answer_query_i64(const struct http_exchange *x, const char *name, int64_t fallback)
{
	const char *text = http_exchange_query(x, name);
	char *end;
	if (!text || !*text)
		return fallback;
	long long value = strtoll(text, &end, 10);
	return *end ? fallback : value;
}
