#include "salesreg/sandbox/faults.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *name;
	bool takes_effect;
} kinds[FAULT_KIND_COUNT] = {
#define X(name, text, effect) [FAULT_##name] = {text, effect},
    FAULT_KIND_MAP(X)
#undef X
};

/* What the server would say with that code, when the rule does not. */
static const char *default_description(int code)
{
	switch (code) {
	case 400:
		return "Bad Request: chat not found";
	case 401:
		return "Unauthorized";
	case 403:
		return "Forbidden: bot was blocked by the user";
	case 404:
		return "Not Found";
	case 409:
		return "Conflict: terminated by other getUpdates request; make sure that only one "
		       "bot instance is running";
	case 500:
		return "Internal Server Error: restart";
	default:
		return "Error";
	}
}

static int64_t number(const json_t *spec, const char *name, int64_t fallback)
{
	const json_t *value = json_object_get(spec, name);
	return json_is_integer(value) ? json_integer_value(value) : fallback;
}

/* "429", "500", "403"…, the names of FAULT_KIND_MAP, and "400gateway". */
static const char *read_kind(struct fault *f, const char *kind)
{
	char *end;
	long code = strtol(kind, &end, 10);
	if (strcmp(kind, "400gateway") == 0) {
		f->kind = FAULT_ERROR;
		f->code = 400;
		(void)snprintf(f->description, sizeof f->description, "Bad Request: Bad Gateway");
		return NULL;
	}
	if (*kind && !*end) {
		f->kind = FAULT_ERROR;
		f->code = (int)code;
	} else {
		int k = FAULT_ERROR;
		while (k < FAULT_KIND_COUNT && strcmp(kinds[k].name, kind) != 0)
			k++;
		if (k == FAULT_KIND_COUNT)
			return "unknown kind";
		f->kind = (enum fault_kind)k;
	}
	bool needs_code = f->kind == FAULT_ERROR || f->kind == FAULT_EMPTY;
	if (needs_code && (f->code < 400 || f->code > 599))
		return "code must be 400 to 599";
	return NULL;
}

const char *fault_add(struct fault_list *list, const json_t *spec)
{
	struct fault f = {.times = number(spec, "times", 1),
	    .skip = number(spec, "skip", 0),
	    .chat = number(spec, "chat", 0),
	    .code = (int)number(spec, "code", 500),
	    .retry_after_s = (int)number(spec, "retry_after", 0),
	    .delay_ms = number(spec, "ms", 0),
	    .padding = number(spec, "bytes", 0)};
	const char *kind = json_string_value(json_object_get(spec, "kind"));
	const char *method = json_string_value(json_object_get(spec, "method"));
	const char *description = json_string_value(json_object_get(spec, "description"));
	const char *wrong = kind ? read_kind(&f, kind) : "kind is missing";
	if (wrong)
		return wrong;
	if (method && (strlen(method) >= sizeof f.method || strpbrk(method, "\"\\")))
		return "method is no name of a method";
	if (f.delay_ms < 0 || f.delay_ms > 600000)
		return "ms must be 0 to 600000";
	if (f.padding < 0 || f.padding > FAULT_PADDING_MAX)
		return "bytes must be 0 to 16777216";
	if (f.code == 429 && f.retry_after_s <= 0)
		f.retry_after_s = 1;
	if (f.code != 429)
		f.retry_after_s = 0;
	(void)snprintf(f.method, sizeof f.method, "%s", method ? method : "");
	if (description)
		(void)snprintf(f.description, sizeof f.description, "%s", description);
	else if (f.description[0] == '\0' && f.code == 429)
		(void)snprintf(f.description, sizeof f.description,
		    "Too Many Requests: retry after %d", f.retry_after_s);
	else if (f.description[0] == '\0')
		(void)snprintf(
		    f.description, sizeof f.description, "%s", default_description(f.code));
	size_t count = 0;
	const struct fault *other;
	TAILQ_FOREACH (other, list, entry)
		count++;
	struct fault *added = count < FAULTS_MAX ? malloc(sizeof *added) : NULL;
	if (!added)
		return "too many faults";
	*added = f;
	TAILQ_INSERT_TAIL(list, added, entry);
	return NULL;
}

void faults_clear(struct fault_list *list)
{
	struct fault *f;
	while ((f = TAILQ_FIRST(list))) {
		TAILQ_REMOVE(list, f, entry);
		free(f);
	}
}

void faults_write(const struct fault_list *list, struct buf *out)
{
	const struct fault *f;
	buf_addc(out, '[');
	TAILQ_FOREACH (f, list, entry)
		buf_addf(out,
		    "%s{\"method\":\"%.39s\",\"chat\":%lld,\"kind\":\"%s\",\"code\":%d,"
		    "\"skip\":%lld,\"times\":%lld,\"struck\":%lld}",
		    f == TAILQ_FIRST(list) ? "" : ",", f->method, (long long)f->chat,
		    kinds[f->kind].name, f->code, (long long)f->skip, (long long)f->times,
		    (long long)f->struck);
	buf_addc(out, ']');
}

static bool matches(const struct fault *f, const char *method, int64_t chat)
{
	if (f->chat != 0 && f->chat != chat)
		return false;
	if (f->method[0] == '\0')
		return strcmp(method, "getUpdates") != 0;
	return strcmp(f->method, "*") == 0 || strcasecmp(f->method, method) == 0;
}

bool fault_take(struct fault_list *list, const char *method, int64_t chat, struct fault *out)
{
	struct fault *f;
	TAILQ_FOREACH (f, list, entry) {
		if (!matches(f, method, chat))
			continue;
		if (f->skip > 0) {
			f->skip--;
			continue;
		}
		f->struck++;
		*out = *f;
		if (f->times > 0 && --f->times == 0) {
			TAILQ_REMOVE(list, f, entry);
			free(f);
		}
		return true;
	}
	return false;
}
