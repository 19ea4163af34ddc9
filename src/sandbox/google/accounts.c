#include "salesreg/sandbox/google/accounts.h"
#include "salesreg/sandbox/google/calendar/zone.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void *allocate(size_t size)
{
	void *p = calloc(1, size);
	if (!p)
		abort();
	return p;
}

struct google_account *google_account_by_sub(const struct google *g, const char *sub)
{
	struct google_account *account;
	TAILQ_FOREACH (account, &g->accounts, entry)
		if (strcmp(account->sub, sub) == 0)
			return account;
	return NULL;
}

struct google_account *google_account_find(const struct google *g, const char *name)
{
	struct google_account *account;
	TAILQ_FOREACH (account, &g->accounts, entry)
		if (strcasecmp(account->email, name) == 0 || strcmp(account->sub, name) == 0)
			return account;
	return NULL;
}

bool google_account_is_email(const char *email)
{
	const char *at = strchr(email, '@');
	size_t n = strlen(email);
	return n <= GOOGLE_NAME_MAX && at && at > email && at[1] && !strchr(at + 1, '@') &&
	       strcspn(email, " \t\r\n\"'<>()") == n;
}

const char *google_account_domain(const char *email)
{
	const char *at = strrchr(email, '@');
	if (!at || strcasecmp(at + 1, "gmail.com") == 0 ||
	    strcasecmp(at + 1, "googlemail.com") == 0)
		return NULL;
	return at + 1;
}

struct google_account *google_account_add(struct google *g, const char *sub, const char *email)
{
	if (g->account_count == GOOGLE_ACCOUNTS_MAX)
		return NULL;
	struct google_account *account = allocate(sizeof *account);
	char number[40];
	(void)snprintf(number, sizeof number, "1080000000000000%05lld", (long long)++g->next_sub);
	set_string(&account->sub, sub ? sub : number);
	set_string(&account->email, email);
	set_string(&account->name, email);
	account->name[strcspn(account->name, "@")] = '\0';
	set_string(&account->hd, google_account_domain(email));
	TAILQ_INIT(&account->shares);
	TAILQ_INSERT_TAIL(&g->accounts, account, entry);
	g->account_count++;
	struct google_share *primary = google_share_add(g, account, email, GOOGLE_ROLE_OWNER);
	if (primary) {
		primary->primary = primary->selected = true;
		set_string(&primary->calendar->summary, email);
	}
	return account;
}

/* --- calendars --- */

struct google_share *google_share_find(const struct google_account *account, const char *id)
{
	struct google_share *share;
	TAILQ_FOREACH (share, &account->shares, entry)
		if (strcasecmp(share->calendar->id, id) == 0 ||
		    (share->primary && strcmp(id, "primary") == 0))
			return share;
	return NULL;
}

struct google_calendar *google_calendar_find(const struct google *g, const char *id)
{
	struct google_calendar *calendar;
	TAILQ_FOREACH (calendar, &g->calendars, entry)
		if (strcasecmp(calendar->id, id) == 0)
			return calendar;
	return NULL;
}

bool google_calendar_set_zone(struct google_calendar *calendar, const char *zone)
{
	struct google_zone *clock = google_zone_load(zone);
	if (!clock)
		return false;
	google_zone_free(calendar->clock);
	calendar->clock = clock;
	set_string(&calendar->zone, zone);
	return true;
}

static struct google_calendar *calendar_add(struct google *g, const char *id)
{
	struct google_calendar *calendar = allocate(sizeof *calendar);
	set_string(&calendar->id, id);
	set_string(&calendar->summary, id);
	if (!google_calendar_set_zone(calendar, "Asia/Makassar"))
		set_string(&calendar->zone, "UTC"); /* there is no zone database here */
	TAILQ_INIT(&calendar->events);
	TAILQ_INSERT_TAIL(&g->calendars, calendar, entry);
	return calendar;
}

struct google_share *google_share_add(
    struct google *g, struct google_account *account, const char *id, enum google_role role)
{
	char made[80];
	size_t count = 0;
	struct google_share *share;
	TAILQ_FOREACH (share, &account->shares, entry)
		count++;
	if (count == GOOGLE_CALENDARS_OF_ACCOUNT_MAX)
		return NULL;
	if (!id)
		(void)snprintf(made, sizeof made, "c_%08llx@group.calendar.google.com",
		    (unsigned long long)++g->next_id);
	struct google_calendar *calendar = id ? google_calendar_find(g, id) : NULL;
	share = allocate(sizeof *share);
	share->calendar = calendar ? calendar : calendar_add(g, id ? id : made);
	share->role = role;
	TAILQ_INSERT_TAIL(&account->shares, share, entry);
	g->changes++;
	return share;
}

void google_share_remove(struct google_account *account, struct google_share *share)
{
	TAILQ_REMOVE(&account->shares, share, entry);
	free(share);
}

const char *google_role_name(enum google_role role)
{
	static const char *const names[GOOGLE_ROLE_COUNT] = {
#define X(name, text) [GOOGLE_ROLE_##name] = text,
	    GOOGLE_ROLE_MAP(X)
#undef X
	};
	return names[role];
}

static void account_destroy(struct google_account *account)
{
	for (struct google_share *share; (share = TAILQ_FIRST(&account->shares));) {
		TAILQ_REMOVE(&account->shares, share, entry);
		free(share);
	}
	free(account->sub);
	free(account->email);
	free(account->name);
	free(account->hd);
	free(account);
}

static void calendar_destroy(struct google_calendar *calendar)
{
	for (struct google_event *event; (event = TAILQ_FIRST(&calendar->events));) {
		TAILQ_REMOVE(&calendar->events, event, entry);
		json_decref(event->resource);
		free(event->id);
		free(event);
	}
	free(calendar->id);
	free(calendar->summary);
	free(calendar->zone);
	google_zone_free(calendar->clock);
	free(calendar);
}

void google_accounts_finish(struct google *g)
{
	for (struct google_account *account; (account = TAILQ_FIRST(&g->accounts));) {
		TAILQ_REMOVE(&g->accounts, account, entry);
		account_destroy(account);
	}
	for (struct google_calendar *calendar; (calendar = TAILQ_FIRST(&g->calendars));) {
		TAILQ_REMOVE(&g->calendars, calendar, entry);
		calendar_destroy(calendar);
	}
}
