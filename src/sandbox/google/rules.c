#include "salesreg/sandbox/google/rules.h"
#include "salesreg/base/json.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum group { GROUP_OAUTH, GROUP_TOKEN, GROUP_CALENDAR };
static const int64_t DELAY_MAX_MS = 600000;

static const struct {
	const char *name;
	enum group group;
} endpoints[GOOGLE_ENDPOINT_COUNT] = {
#define X(name, text, group) [GOOGLE_ON_##name] = {text, GROUP_##group},
    GOOGLE_ENDPOINT_MAP(X)
#undef X
};

static const char *const kinds[GOOGLE_STRIKE_COUNT] = {
#define X(name, text) [GOOGLE_STRIKE_##name] = text,
    GOOGLE_STRIKE_MAP(X)
#undef X
};

static const char *const refusals[GOOGLE_REFUSAL_COUNT] = {
#define X(name, error, status, description) [GOOGLE_##name] = error,
    GOOGLE_REFUSAL_MAP(X)
#undef X
};

static const struct {
	const char *reason;
	unsigned status;
} reasons[GOOGLE_REASON_COUNT] = {
#define X(name, reason, status, domain, message, info) [GOOGLE_REASON_##name] = {reason, status},
    GOOGLE_REASON_MAP(X)
#undef X
};

struct google_rule {
	TAILQ_ENTRY(google_rule) entry;
	uint32_t endpoints; /* bits 1 << endpoint */
	char on[32], kind[40], account[GOOGLE_NAME_MAX + 1];
	int64_t skip, times, struck;
	/* what the kind means at an OAuth endpoint, and at the Calendar API; NONE: it cannot be there */
	struct google_strike oauth, calendar;
};

const char *google_endpoint_name(enum google_endpoint endpoint)
{
	return endpoints[endpoint].name;
}

static uint32_t endpoints_of(const char *on)
{
	uint32_t set = 0;
	for (int i = 0; i < GOOGLE_ENDPOINT_COUNT; i++) {
		enum group group = endpoints[i].group;
		bool in = strcmp(on, "*") == 0 || strcmp(on, endpoints[i].name) == 0 ||
			  (strcmp(on, "token") == 0 && group == GROUP_TOKEN) ||
			  (strcmp(on, "oauth") == 0 && group != GROUP_CALENDAR) ||
			  (strcmp(on, "calendar") == 0 && group == GROUP_CALENDAR);
		if (in)
			set |= UINT32_C(1) << i;
	}
	return set;
}

static void refuse(struct google_rule *rule, enum google_refusal refusal)
{
	rule->oauth.kind = GOOGLE_STRIKE_REFUSAL;
	rule->oauth.refusal = refusal;
}

static void fail(struct google_rule *rule, enum google_reason reason, unsigned status)
{
	rule->calendar.kind = GOOGLE_STRIKE_REASON;
	rule->calendar.reason = reason;
	rule->calendar.status = status;
}

static bool read_kind(struct google_rule *rule, const char *kind)
{
	if (strcmp(kind, "429") == 0) {
		refuse(rule, GOOGLE_RATE_LIMIT_EXCEEDED);
		fail(rule, GOOGLE_REASON_RATE_LIMIT, 429);
		return true;
	}
	if (strcmp(kind, "500") == 0 || strcmp(kind, "503") == 0) {
		bool internal = kind[2] == '0';
		refuse(rule, internal ? GOOGLE_INTERNAL_FAILURE : GOOGLE_TEMPORARILY_UNAVAILABLE);
		fail(rule, GOOGLE_REASON_BACKEND, internal ? 500 : 503);
		return true;
	}
	for (int i = GOOGLE_STRIKE_NONE + 1; i < GOOGLE_STRIKE_REFUSAL; i++)
		if (strcmp(kinds[i], kind) == 0)
			rule->oauth.kind = rule->calendar.kind = (enum google_strike_kind)i;
	for (int i = 0; i < GOOGLE_REFUSAL_COUNT; i++)
		if (strcmp(refusals[i], kind) == 0)
			refuse(rule, (enum google_refusal)i);
	for (int i = GOOGLE_REASON_COUNT; i-- > 0;) /* the first of two equal reasons wins */
		if (strcmp(reasons[i].reason, kind) == 0)
			fail(rule, (enum google_reason)i, 0);
	return rule->oauth.kind || rule->calendar.kind;
}

/* Can the kind be at each endpoint of the rule? */
static bool fits(const struct google_rule *rule)
{
	for (int i = 0; i < GOOGLE_ENDPOINT_COUNT; i++) {
		const struct google_strike *strike =
		    endpoints[i].group == GROUP_CALENDAR ? &rule->calendar : &rule->oauth;
		if ((rule->endpoints & UINT32_C(1) << i) && strike->kind == GOOGLE_STRIKE_NONE)
			return false;
	}
	return true;
}

const char *google_rule_add(struct google *g, const json_t *spec)
{
	const char *on = json_string_value(json_object_get(spec, "on"));
	const char *kind = json_string_value(json_object_get(spec, "kind"));
	const char *account = json_string_value(json_object_get(spec, "account"));
	int64_t delay_ms = json_get_i64(spec, "ms", 0);
	if (!on || !kind)
		return "on and kind are needed";
	struct google_rule rule = {.skip = json_get_i64(spec, "skip", 0),
	    .times = json_get_i64(spec, "times", 1),
	    .endpoints = endpoints_of(on)};
	if (!rule.endpoints || strlen(on) >= sizeof rule.on)
		return "on is no endpoint";
	if (strlen(kind) >= sizeof rule.kind || !read_kind(&rule, kind))
		return "unknown kind";
	if (!fits(&rule))
		return "that endpoint never answers so";
	if (account && strlen(account) > GOOGLE_NAME_MAX)
		return "account is too long";
	if (delay_ms < 0 || delay_ms > DELAY_MAX_MS)
		return "ms must be 0 to 600000";
	rule.oauth.delay_ms = rule.calendar.delay_ms = delay_ms;
	(void)snprintf(rule.on, sizeof rule.on, "%s", on);
	(void)snprintf(rule.kind, sizeof rule.kind, "%s", kind);
	(void)snprintf(rule.account, sizeof rule.account, "%s", account ? account : "");
	size_t count = 0;
	const struct google_rule *other;
	TAILQ_FOREACH (other, &g->rules, entry)
		count++;
	struct google_rule *added = count < GOOGLE_RULES_MAX ? malloc(sizeof *added) : NULL;
	if (!added)
		return "too many faults";
	*added = rule;
	TAILQ_INSERT_TAIL(&g->rules, added, entry);
	return NULL;
}

void google_rules_clear(struct google *g)
{
	for (struct google_rule *rule; (rule = TAILQ_FIRST(&g->rules));) {
		TAILQ_REMOVE(&g->rules, rule, entry);
		free(rule);
	}
}

void google_rules_write(const struct google *g, struct buf *out)
{
	const struct google_rule *rule;
	buf_addc(out, '[');
	TAILQ_FOREACH (rule, &g->rules, entry) {
		buf_addf(out, "%s{\"on\":\"%s\",\"kind\":\"%s\",\"account\":",
		    rule == TAILQ_FIRST(&g->rules) ? "" : ",", rule->on, rule->kind);
		write_string(out, rule->account);
		buf_addf(out, ",\"skip\":%lld,\"times\":%lld,\"struck\":%lld}",
		    (long long)rule->skip, (long long)rule->times, (long long)rule->struck);
	}
	buf_addc(out, ']');
}

struct google_strike google_rule_take(
    struct google *g, enum google_endpoint endpoint, const struct google_account *account)
{
	struct google_rule *rule;
	TAILQ_FOREACH (rule, &g->rules, entry) {
		if (!(rule->endpoints & UINT32_C(1) << endpoint))
			continue;
		if (rule->account[0] &&
		    !(account && strcasecmp(rule->account, account->email) == 0))
			continue;
		if (rule->skip > 0) {
			rule->skip--;
			continue;
		}
		struct google_strike strike =
		    endpoints[endpoint].group == GROUP_CALENDAR ? rule->calendar : rule->oauth;
		rule->struck++;
		if (rule->times > 0 && --rule->times == 0) {
			TAILQ_REMOVE(&g->rules, rule, entry);
			free(rule);
		}
		return strike;
	}
	return (struct google_strike){.kind = GOOGLE_STRIKE_NONE};
}
