/* What came of a visit: it is stored and told, in one transaction. */
#include "salesreg/base/clock.h"
#include "salesreg/base/log.h"
#include "site_private.h"
#include <assert.h>

enum { AGAIN_MS = 1000 };
/* A revocation ends with its call to Google (google/oauth.h), which takes 20 s at most. */
static const int64_t STORE_US = 60 * 1000000LL, ORDER_US = 30 * 1000000LL;

static void store(struct visit *v);
static void order(struct visit *v);

static void on_pause(uv_timer_t *timer)
{
	struct visit *v = timer->data;
	if (v->is_ordering)
		order(v);
	else
		store(v);
}

static void wait_a_moment(struct visit *v)
{
	visit_set_state(v, VISIT_PAUSING);
	(void)uv_timer_start(&v->pause, on_pause, AGAIN_MS, 0);
}

static void store_later(struct visit *v)
{
	if (clock_monotonic_us() >= v->store_until_us) {
		log_error("calendar: request %s, rep %s: given up, it could not be stored for too "
			  "long; the rep is told to try again",
		    v->request, v->link_row.rep);
		visit_redirect(v, OAUTH_PAGE_FAILED);
		return;
	}
	wait_a_moment(v);
}

/*
 * A grant of the same account is being given back just now, as somebody has disconnected it: at Google that ends the new grant, too, if
 * it is done after ours was given. What was not sent is forgotten; what is being sent is waited for, and then Google is asked whether
 * our token is good.
 */
static void on_verified(const struct google_answer *answer, void *data)
{
	struct visit *v = data;
	assert(v->state == VISIT_VERIFYING);
	if (answer->class == GOOGLE_DEAD) {
		v->connects = false;
		visit_conclude(v, OAUTH_ENDED_BETWEEN);
		return;
	}
	/* anything else says nothing of the token: it is kept, and the looks at the calendars see what it is good for */
	if (answer->class == GOOGLE_OK) {
		v->connection.access_token = visit_seal(v, "access", answer->access_token);
		v->connection.expires_in_s = answer->expires_in_s;
		if (answer->refresh_token)
			v->connection.refresh_token =
			    visit_seal(v, "refresh", answer->refresh_token);
	}
	store(v);
}

static void on_ordered(const struct db_reply *reply, void *data)
{
	struct visit *v = data;
	assert(v->state == VISIT_ORDERING);
	if (reply->err != ERR_OK || calendar_revocation_is_sent(reply->results[0])) {
		wait_a_moment(v);
		return;
	}
	v->is_ordering = false;
	if (!v->refresh) {
		store(v);
		return;
	}
	visit_set_state(v, VISIT_VERIFYING);
	google_refresh(v->site->options.google, v->refresh, on_verified, v);
}

static void order(struct visit *v)
{
	if (!v->is_ordering)
		log_info("calendar: request %s, rep %s: the account's old grant is being given "
			 "back; waiting for that",
		    v->request, v->link_row.rep);
	if (!v->order_until_us)
		v->order_until_us = clock_monotonic_us() + ORDER_US;
	v->is_ordering = true;
	visit_set_state(v, VISIT_ORDERING);
	v->plan.count = 0;
	/* whoever was sending it must have died */
	bool all = clock_monotonic_us() >= v->order_until_us;
	calendar_revocations_drop(&v->plan, v->connection.sub, all);
	visit_run(v, on_ordered);
}

/* Storing was refused: by what somebody else did, or since it is done already and the answer was lost. */
static void on_looked(const struct db_reply *reply, void *data)
{
	struct visit *v = data;
	assert(v->state == VISIT_LOOKING);
	struct oauth_outcome_row row = {0};
	if (reply->err == ERR_OK)
		row = oauth_outcome_parse(reply->results[0]);
	if (v->connects && row.is_ours) {
		v->site->stats.connected++;
		visit_redirect(v, OAUTH_PAGE_CONNECTED);
	} else if (reply->err == ERR_OK && !row.is_active) {
		log_info("calendar: request %s: %s is no active rep any more", v->request,
		    v->link_row.rep);
		visit_answer(v, OAUTH_PAGE_REP_GONE);
	} else if (v->connects && reply->err == ERR_OK && row.is_open &&
		   !v->connection.refresh_token && !row.has_token) {
		v->connects = false;
		visit_conclude(v, OAUTH_NOT_LASTING);
	} else if (reply->err == ERR_OK && v->link_row.exchange && !row.is_open) {
		log_warn("calendar: request %s, rep %s: not stored: another process has told of it "
			 "as interrupted",
		    v->request, v->link_row.rep);
		visit_redirect(v, OAUTH_PAGE_FAILED);
	} else if (v->connects && reply->err == ERR_OK && !v->has_ordered) {
		/* once: another conflict has another reason, and each round asks Google */
		v->has_ordered = true;
		order(v);
	} else {
		store_later(v);
	}
}

static void on_stored(const struct db_reply *reply, void *data)
{
	struct visit *v = data;
	assert(v->state == VISIT_STORING);
	struct site *s = v->site;
	if (reply->err == ERR_OK) {
		fault_log_over(&s->database_fault, "calendar: outcomes can be stored again");
		bool connected = v->news.outcome == OAUTH_CONNECTED;
		if (v->tells_admins)
			s->admins_told_us = clock_monotonic_us();
		s->stats.connected += connected;
		s->stats.failed += !connected;
		visit_redirect(v, connected ? OAUTH_PAGE_CONNECTED : OAUTH_PAGE_FAILED);
		return;
	}
	if (reply->err == ERR_CONFLICT) {
		visit_set_state(v, VISIT_LOOKING);
		v->plan.count = 0;
		(void)oauth_outcome(&v->plan, &v->arena, v->link_row.exchange, v->link_row.rep,
		    v->connection.access_token, v->link_row.person);
		visit_run(v, on_looked);
		return;
	}
	fault_log_warn(
	    &s->database_fault, "calendar: an outcome cannot be stored yet: %s", reply->message);
	store_later(v);
}

static void store(struct visit *v)
{
	struct site *s = v->site;
	struct arena *a = &v->arena;
	visit_set_state(v, VISIT_STORING);
	v->plan.count = 0;
	if (v->link_row.exchange)
		oauth_exchange_end(&v->plan, a, v->link_row.exchange);
	if (v->connects)
		calendar_connect(&v->plan, a, &v->connection);
	oauth_news_plan(&v->plan, a, s->options.rules, &v->news);
	if (v->tells_admins)
		oauth_news_plan_admins(&v->plan, a, s->options.rules, v->client_error,
		    s->options.client->redirect_uri);
	visit_run(v, on_stored);
}

void visit_keep(struct visit *v)
{
	v->store_until_us = clock_monotonic_us() + STORE_US;
	store(v);
}
