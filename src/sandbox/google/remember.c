#include "salesreg/sandbox/google/remember.h"
#include "salesreg/base/json.h"
#include "salesreg/sandbox/google/accounts.h"
#include "salesreg/sandbox/google/calendar/events.h"
#include "salesreg/sandbox/google/grants.h"
#include <stdio.h>
#include <string.h>

static const int64_t SECOND_US = 1000000;
static const int64_t FOR_EVER = -1;
static const int64_t NUMBER_MOST = INT64_C(1) << 52;

/* --- writing --- */

static json_t *write_tokens(const struct google *g, const struct google_account *account)
{
	int64_t now_us = sandbox_now_us(g->sandbox);
	json_t *list = json_array();
	const struct google_token *token;
	TAILQ_FOREACH (token, &g->refresh, entry) {
		bool lasts = token->expires_us == INT64_MAX;
		int64_t left_s = lasts ? FOR_EVER : (token->expires_us - now_us) / SECOND_US;
		if (token->account == account && (lasts || left_s > 0))
			(void)json_array_append_new(
			    list, json_pack("{ss sI sI}", "value", token->value, "scopes",
				      (json_int_t)token->scopes, "left_s", (json_int_t)left_s));
	}
	return list;
}

static json_t *write_shares(const struct google_account *account)
{
	json_t *list = json_array();
	const struct google_share *share;
	TAILQ_FOREACH (share, &account->shares, entry)
		(void)json_array_append_new(
		    list, json_pack("{ss si sb sb}", "calendar", share->calendar->id, "role",
			      (int)share->role, "primary", (int)share->primary, "selected",
			      (int)share->selected));
	return list;
}

static json_t *write_account(const struct google *g, const struct google_account *account)
{
	return json_pack("{ss ss ss ss* sb sb sb sb sI so so}", "sub", account->sub, "email",
	    account->email, "name", account->name, "hd", account->hd, "unverified",
	    (int)account->unverified, "test_user", (int)account->test_user, "blocked",
	    (int)account->blocked, "disabled", (int)account->disabled, "granted",
	    (json_int_t)account->granted, "tokens", write_tokens(g, account), "shares",
	    write_shares(account));
}

static json_t *write_events(const struct google_calendar *calendar)
{
	json_t *list = json_array();
	const struct google_event *event;
	TAILQ_FOREACH (event, &calendar->events, entry)
		(void)json_array_append_new(
		    list, json_pack("{ss sO sb sI sI sI sI}", "id", event->id, "resource",
			      event->resource, "cancelled", (int)event->cancelled, "version",
			      (json_int_t)event->version, "created_s", (json_int_t)event->created_s,
			      "updated_s", (json_int_t)event->updated_s, "sequence",
			      (json_int_t)event->sequence));
	return list;
}

static json_t *write_calendar(const struct google_calendar *calendar)
{
	return json_pack("{ss ss ss sI sI so}", "id", calendar->id, "summary", calendar->summary,
	    "zone", calendar->zone, "version", (json_int_t)calendar->version, "synced_from",
	    (json_int_t)calendar->synced_from, "events", write_events(calendar));
}

json_t *google_remember(const struct google *g)
{
	json_t *accounts = json_array(), *calendars = json_array();
	const struct google_account *account;
	const struct google_calendar *calendar;
	TAILQ_FOREACH (account, &g->accounts, entry)
		(void)json_array_append_new(accounts, write_account(g, account));
	TAILQ_FOREACH (calendar, &g->calendars, entry)
		(void)json_array_append_new(calendars, write_calendar(calendar));
	return json_pack("{sI sI so so}", "next_sub", (json_int_t)g->next_sub, "next_id",
	    (json_int_t)g->next_id, "accounts", accounts, "calendars", calendars);
}

/* --- reading --- */

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	return text && *text ? text : NULL;
}

static int64_t number_of(const json_t *object, const char *name)
{
	int64_t n = json_get_i64(object, name, 0);
	return n > 0 && n < NUMBER_MOST ? n : 0;
}

static void read_tokens(struct google *g, struct google_account *account, const json_t *list)
{
	size_t i;
	json_t *one;
	json_array_foreach (list, i, one) {
		const char *value = text_of(one, "value");
		int64_t left_s = json_get_i64(one, "left_s", 0);
		if (!value || strlen(value) >= GOOGLE_TOKEN_BYTES ||
		    (left_s != FOR_EVER && (left_s <= 0 || left_s > NUMBER_MOST / SECOND_US)))
			continue;
		struct google_token *token =
		    google_refresh_add(g, account, (uint32_t)number_of(one, "scopes"));
		(void)snprintf(token->value, sizeof token->value, "%s", value);
		token->expires_us = left_s == FOR_EVER
					? INT64_MAX
					: sandbox_now_us(g->sandbox) + left_s * SECOND_US;
	}
}

static void read_shares(struct google *g, struct google_account *account, const json_t *list)
{
	size_t i;
	json_t *one;
	json_array_foreach (list, i, one) {
		const char *id = text_of(one, "calendar");
		int64_t role = json_get_i64(one, "role", -1);
		if (!id || role < 0 || role >= GOOGLE_ROLE_COUNT)
			continue;
		bool primary = json_get_bool(one, "primary", false);
		struct google_share *share = google_share_find(account, primary ? "primary" : id);
		if (!share)
			share = google_share_add(g, account, id, (enum google_role)role);
		if (share)
			share->selected = json_get_bool(one, "selected", false);
	}
}

static void read_accounts(struct google *g, const json_t *list)
{
	size_t i;
	json_t *one;
	json_array_foreach (list, i, one) {
		const char *sub = text_of(one, "sub"), *email = text_of(one, "email");
		const char *name = text_of(one, "name");
		struct google_account *account =
		    sub && email && google_account_is_email(email) && !google_account_by_sub(g, sub)
			? google_account_add(g, sub, email)
			: NULL;
		if (!account)
			continue;
		if (name)
			set_string(&account->name, name);
		set_string(&account->hd, text_of(one, "hd"));
		account->unverified = json_get_bool(one, "unverified", false);
		account->test_user = json_get_bool(one, "test_user", false);
		account->blocked = json_get_bool(one, "blocked", false);
		account->disabled = json_get_bool(one, "disabled", false);
		account->granted = (uint32_t)number_of(one, "granted");
		read_tokens(g, account, json_get_array(one, "tokens"));
		read_shares(g, account, json_get_array(one, "shares"));
	}
}

static void read_events(struct google *g, struct google_calendar *calendar, const json_t *list)
{
	size_t i;
	json_t *one;
	json_array_foreach (list, i, one) {
		const char *id = text_of(one, "id"), *where;
		struct google_event *event = NULL;
		if (!id || google_event_find(calendar, id) ||
		    google_event_put(g, calendar, &event, id, json_get_object(one, "resource"),
			&where) != GOOGLE_REASON_COUNT)
			continue;
		event->cancelled = json_get_bool(one, "cancelled", false);
		event->version = number_of(one, "version");
		event->created_s = number_of(one, "created_s");
		event->updated_s = number_of(one, "updated_s");
		event->sequence = number_of(one, "sequence");
	}
}

static void read_calendars(struct google *g, const json_t *list)
{
	size_t i;
	json_t *one;
	json_array_foreach (list, i, one) {
		const char *id = text_of(one, "id"), *zone = text_of(one, "zone");
		const char *summary = text_of(one, "summary");
		struct google_calendar *calendar = id ? google_calendar_find(g, id) : NULL;
		if (!calendar)
			continue; /* in nobody's list */
		if (zone)
			(void)google_calendar_set_zone(calendar, zone);
		if (summary)
			set_string(&calendar->summary, summary);
		read_events(g, calendar, json_get_array(one, "events"));
		calendar->version = number_of(one, "version");
		calendar->synced_from = number_of(one, "synced_from");
	}
}

void google_recall(struct google *g, const json_t *kept)
{
	if (!json_is_object(kept))
		return;
	google_grants_finish(g);
	google_accounts_finish(g);
	g->account_count = 0;
	read_accounts(g, json_get_array(kept, "accounts"));
	read_calendars(g, json_get_array(kept, "calendars"));
	g->next_sub = number_of(kept, "next_sub");
	g->next_id = number_of(kept, "next_id");
}
