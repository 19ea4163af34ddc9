#include "salesreg/app/doctor/doctor.h"
#include "salesreg/base/text.h"
#include "salesreg/store/doctor.h"
#include "salesreg/store/outbox.h"

enum { LATE_S = 60, PENDING_S = 3600 };

static void note_crowded(struct doctor *d, const struct doctor_outbox *found)
{
	if (found->crowded == 0)
		return;
	struct arena *a = d->arena;
	doctor_find(d,
	    (struct finding){SEVERITY_NOTE, "outbox", "crowded",
		arena_printf(a, "%lld %s in %lld %s dropped in the last 24 hours",
		    (long long)found->crowded, text_plural(found->crowded, "answer", "answers"),
		    (long long)found->crowded_chats,
		    found->crowded_chats == 1 ? "chat was" : "chats were"),
		arena_printf(a,
		    "more than %d waited there, asked for faster than Telegram lets the bot "
		    "answer; the newest one is sent",
		    OUTBOX_ANSWERS_MOST),
		"nothing if it is somebody who plays; if it is many chats, look whether Telegram "
		"slows the bot down (`salesreg status`), and at chat_id in "
		"salesreg.outbox_history where error is crowded"});
}

static void look_at_outbox(struct doctor *d, struct db_session *s)
{
	static const char area[] = "outbox";
	struct arena *a = d->arena;
	struct doctor_outbox found;
	if (!doctor_outbox(s, a, LATE_S, &found)) {
		doctor_refused(d, s, area);
		return;
	}
	doctor_checked(d, area, "the outbox");
	bool runs = d->bot_leads == DOCTOR_YES;
	if (found.late > 0)
		doctor_find(d,
		    (struct finding){runs ? SEVERITY_WARNING : SEVERITY_SERIOUS, area, "late",
			arena_printf(a, "%lld %s, the oldest for %s", (long long)found.late,
			    text_plural(found.late, "message waits", "messages wait"),
			    doctor_span(d, found.oldest_ms)),
			runs ? "the bot runs and does not keep up: Telegram slows it down or "
			       "cannot be reached"
			     : "no bot delivers them",
			runs ? "look at `salesreg status`, `salesreg outbox list` and the bot's log"
			     : "start `salesreg bot` or `salesreg supervise`"});
	if (found.blocked_ms > 0)
		doctor_find(d,
		    (struct finding){SEVERITY_WARNING, area, "flood",
			arena_printf(a, "Telegram wants to be sent nothing for another %s",
			    doctor_span(d, found.blocked_ms)),
			"more was sent than its limits allow; the bot obeys, and nothing is lost",
			"lower TELEGRAM_RATE_LIMIT if this happens again, and see that no other "
			"program sends with this token"});
	if (found.put_off > 0)
		doctor_find(d, (struct finding){SEVERITY_WARNING, area, "put-off",
				   arena_printf(a, "%lld %s put off, the longest for another %s",
				       (long long)found.put_off,
				       text_plural(found.put_off, "message is", "messages are"),
				       doctor_span(d, found.longest_ms)),
				   "Telegram, or a proxy in its name, asked to wait so long before "
				   "these chats are written to again",
				   "if that cannot be meant, `salesreg outbox list` shows them and "
				   "`salesreg outbox retry ID` sends them now"});
	if (found.failed > 0)
		doctor_find(
		    d, (struct finding){SEVERITY_WARNING, area, "failed",
			   arena_printf(a, "%lld %s refused for good", (long long)found.failed,
			       text_plural(found.failed, "message was", "messages were")),
			   "Telegram will not take them as they are, and nobody got them",
			   "`salesreg outbox list --state failed` shows why; then `salesreg outbox "
			   "retry` or `drop`"});
	if (found.held > 0)
		doctor_find(d, (struct finding){SEVERITY_WARNING, area, "held",
				   arena_printf(a, "%lld %s held back", (long long)found.held,
				       text_plural(found.held, "message is", "messages are")),
				   "they were older than OUTBOX_HOLD_HOURS when a bot began to "
				   "lead, as after a "
				   "long stop or a restored dump, and may be out of date",
				   "`salesreg outbox list --state held` shows them; then `salesreg "
				   "outbox release "
				   "--held` or `drop --held`"});
	if (found.duplicates > 0)
		doctor_find(d,
		    (struct finding){SEVERITY_NOTE, area, "duplicates",
			arena_printf(a, "%lld %s may have arrived twice in the last 24 hours",
			    (long long)found.duplicates,
			    text_plural(found.duplicates, "message", "messages")),
			"an answer of Telegram's got lost, so they were sent again",
			"nothing if it was one outage; else look for what kills the bot or breaks "
			"its network"});
	note_crowded(d, &found);
}

static void look_at_parked(struct doctor *d, struct db_session *s)
{
	int64_t parked, oldest_ms;
	if (!doctor_parked(s, &parked, &oldest_ms))
		doctor_refused(d, s, "parked updates");
	else if (parked > 0)
		doctor_find(
		    d, (struct finding){SEVERITY_WARNING, "parked", "parked",
			   arena_printf(d->arena, "%lld %s put aside, the oldest %s ago",
			       (long long)parked, text_plural(parked, "update was", "updates were"),
			       doctor_span(d, oldest_ms)),
			   "the bot could not handle what somebody wrote or pressed",
			   "`salesreg parked list` shows why; then `salesreg parked retry` or "
			   "`drop`"});
}

static void look_at_timers(struct doctor *d, struct db_session *s)
{
	int64_t given_up;
	const char *error, *statement;
	if (!doctor_timers(s, d->arena, &given_up, &error, &statement))
		doctor_refused(d, s, "timers");
	else if (given_up > 0)
		doctor_find(d,
		    (struct finding){SEVERITY_WARNING, "prospects", "timers",
			arena_printf(d->arena, "%lld %s given up, the last one for: %s",
			    (long long)given_up, text_plural(given_up, "timer was", "timers were"),
			    error ? error : "no reason that was kept"),
			"these prospects get no first word, no reminder, or their rep is not "
			"reminded of them",
			arena_printf(d->arena, "see to the reason, then: %s", statement)});
}

static void look_at_pending(struct doctor *d, struct db_session *s)
{
	int64_t pending, oldest_ms;
	if (!doctor_reps_pending(s, d->arena, PENDING_S, &pending, &oldest_ms))
		doctor_refused(d, s, "reps who wait for approval");
	else if (pending > 0)
		doctor_find(d,
		    (struct finding){SEVERITY_WARNING, "reps", "pending",
			arena_printf(d->arena, "%lld %s for an admin's approval, the oldest for %s",
			    (long long)pending, text_plural(pending, "person waits", "people wait"),
			    doctor_span(d, oldest_ms)),
			"no admin has decided; Telegram lets a bot write only to those who have "
			"written to it, so the request may have reached nobody",
			"see that everybody in ADMIN_TELEGRAM_IDS has written to the bot, and "
			"decide about who waits already in sales_representatives: status active "
			"or removed"});
}

static void look_at_claims(struct doctor *d, struct db_session *s)
{
	int64_t waiting, oldest_ms;
	if (!doctor_claims_waiting(s, d->arena, PENDING_S, &waiting, &oldest_ms))
		doctor_refused(d, s, "reps with a new account");
	else if (waiting > 0)
		doctor_find(d,
		    (struct finding){SEVERITY_WARNING, "reps", "claims",
			arena_printf(d->arena,
			    "%lld %s for an admin to confirm a new Telegram account, the oldest "
			    "for %s",
			    (long long)waiting, text_plural(waiting, "person waits", "people wait"),
			    doctor_span(d, oldest_ms)),
			"no admin has decided whether an e-mail of the registry is theirs; "
			"Telegram lets a bot write only to those who have written to it, so the "
			"question may have reached nobody",
			"see that everybody in ADMIN_TELEGRAM_IDS has written to the bot; "
			"/pending shows an admin who waits, with buttons"});
}

static void look_at_mails(struct doctor *d, struct db_session *s)
{
	enum { MAIL_S = 300 };
	int64_t waiting, oldest_ms;
	const char *error;
	if (!doctor_mails_waiting(s, d->arena, MAIL_S, &waiting, &oldest_ms, &error))
		doctor_refused(d, s, "mails with codes");
	else if (waiting > 0)
		doctor_find(d,
		    (struct finding){SEVERITY_WARNING, "reps", "mails",
			arena_printf(d->arena, "%lld %s for a code by mail, the oldest for %s%s%s",
			    (long long)waiting, text_plural(waiting, "person waits", "people wait"),
			    doctor_span(d, oldest_ms), error ? "; the last attempt: " : "",
			    error ? error : ""),
			"without it they cannot register, or change their e-mail",
			"see that `salesreg bot` runs with SMTP_URL, SMTP_FROM and SMTP_TLS that "
			"the "
			"mail server takes"});
}

static void look_at_reps(struct doctor *d, struct db_session *s)
{
	struct arena *a = d->arena;
	struct doctor_rep *reps;
	size_t count;
	int64_t total;
	if (!doctor_reps_without_email(s, a, &reps, &count, &total)) {
		doctor_refused(d, s, "reps");
		return;
	}
	doctor_checked(d, "reps", "the reps");
	for (size_t i = 0; i < count; i++) {
		const struct doctor_rep *rep = &reps[i];
		doctor_find(
		    d, (struct finding){SEVERITY_WARNING, "reps", "email-unproven",
			   rep->holder ? arena_printf(a, "%s (%s) has the e-mail of %s, %s",
					     rep->name, rep->which, rep->holder, rep->email)
				       : arena_printf(a, "%s (%s) has no e-mail that is its own",
					     rep->name, rep->which),
			   "an e-mail belongs to one rep; duplicates come from the old tables, and "
			   "the oldest keeps it",
			   "let the rep change the e-mail in the chat, or set the one that is too "
			   "many to removed"});
	}
	if (total > (int64_t)count)
		doctor_find(
		    d, (struct finding){SEVERITY_WARNING, "reps", "email-unproven",
			   arena_printf(a, "%lld more reps have an e-mail that is not theirs alone",
			       (long long)total - (long long)count),
			   "an e-mail belongs to one rep",
			   "fix these first; the next ones show then"});
}

/* For the look at Telegram, which is asked about each. */
static void look_at_admins(struct doctor *d, struct db_session *s)
{
	if (!doctor_admins(s, d->arena, d->admins, DOCTOR_ADMINS_MAX, &d->admin_count))
		doctor_refused(d, s, "admins");
}

static void look_at_prospects(struct doctor *d, struct db_session *s)
{
	static const char area[] = "prospects";
	static const char start[] = "start `salesreg outreach` or `salesreg supervise`";
	struct arena *a = d->arena;
	struct doctor_prospects found;
	bool gone = d->outreach_connected == DOCTOR_NO;
	if (!d->config.outreach_enabled)
		return; /* said with the configuration */
	if (!doctor_prospects(s, a, d->config.max_prospects_per_rep, LATE_S, &found)) {
		doctor_refused(d, s, area);
		return;
	}
	doctor_checked(d, area, "the prospects");
	const char *waiting =
	    arena_printf(a, "%lld %s for a rep, the oldest for %s", (long long)found.waiting,
		text_plural(found.waiting, "prospect waits", "prospects wait"),
		doctor_span(d, found.oldest_ms));
	if (found.waiting > 0 && found.reps_with_room > 0)
		doctor_find(
		    d, (struct finding){gone ? SEVERITY_SERIOUS : SEVERITY_WARNING, area,
			   "not-assigned", waiting,
			   arena_printf(a, "%lld %s room, and nobody assigns: %s",
			       (long long)found.reps_with_room,
			       text_plural(found.reps_with_room, "rep has", "reps have"),
			       gone ? "no outreach runs" : "outreach runs and does not get to it"),
			   gone ? start : "look at the log of `salesreg outreach`"});
	else if (gone)
		doctor_find(d, (struct finding){SEVERITY_WARNING, "processes", "no-outreach",
				   "no outreach is connected to this database",
				   "prospects are not assigned to reps", start});
	if (found.waiting > 0 && found.reps_with_room == 0)
		doctor_find(
		    d, (struct finding){SEVERITY_NOTE, area, "no-room", waiting, "no rep has room",
			   "raise MAX_PROSPECTS_PER_REP, or let more reps register"});
}

static void look_at_declined(struct doctor *d, struct db_session *s)
{
	struct arena *a = d->arena;
	int64_t declined, oldest_ms, told;
	if (!doctor_declined(s, &declined, &oldest_ms, &told))
		doctor_refused(d, s, "declined prospects");
	else if (declined > 0)
		doctor_find(
		    d, (struct finding){SEVERITY_WARNING, "prospects", "declined",
			   arena_printf(a, "%lld %s declined by every rep, the oldest %s ago",
			       (long long)declined,
			       text_plural(declined, "prospect was", "prospects were"),
			       doctor_span(d, oldest_ms)),
			   told == declined
			       ? "nobody is left to take them; the admins were told"
			       : "nobody is left to take them, and no admin was told: "
				 "ADMIN_TELEGRAM_IDS names nobody, or nobody who has pressed "
				 "Start",
			   "give them to a rep by hand (test_prospects.assigned_rep_id), "
			   "archive "
			   "them, or let another rep register"});
}

static void look_at_left_behind(struct doctor *d, struct db_session *s)
{
	struct arena *a = d->arena;
	int64_t prospects, reps;
	const char *statement;
	if (!doctor_left_behind(s, a, &prospects, &reps, &statement))
		doctor_refused(d, s, "prospects of an old system");
	else if (prospects > 0)
		doctor_find(
		    d, (struct finding){SEVERITY_WARNING, "prospects", "left-behind",
			   arena_printf(a, "%lld open %s with %lld %s suspended or removed",
			       (long long)prospects,
			       text_plural(prospects, "prospect is", "prospects are"),
			       (long long)reps, text_plural(reps, "rep who is", "reps who are")),
			   "what salesreg did not assign itself, an old system perhaps, it leaves "
			   "alone, so nobody looks after them",
			   arena_printf(a, "have them assigned anew: %s", statement)});
}

static void look_at_reach(struct doctor *d, struct db_session *s)
{
	struct arena *a = d->arena;
	int64_t unreachable, longest_ms, active;
	if (!doctor_unreachable(s, &unreachable, &longest_ms, &active)) {
		doctor_refused(d, s, "reps out of reach");
		return;
	}
	/* salesreg.is_given_up() */
	bool most =
	    (unreachable >= 3 && 2 * unreachable > active) || (unreachable == 2 && active == 2);
	if (unreachable > 0)
		doctor_find(d,
		    (struct finding){most ? SEVERITY_SERIOUS : SEVERITY_NOTE, "reps",
			"out-of-reach",
			arena_printf(a, "Telegram does not reach %lld of %lld %s, one for %s",
			    (long long)unreachable, (long long)active,
			    text_plural(active, "active rep", "active reps"),
			    doctor_span(d, longest_ms)),
			most ? "that is about the bot rather than about them: no prospects are "
			       "moved, "
			       "and no new ones assigned to them"
			     : "they get no new prospects; what they have goes to others after "
			       "UNREACHABLE_GRACE_MINUTES",
			most
			    ? "see in @BotFather whether the bot is restricted, or the token is of "
			      "another bot; ask one of them to write to it"
			    : "ask them to unblock the bot and write to it"});
}

/* Of another program, or a slip of the hand. */
static void look_at_statuses(struct doctor *d, struct db_session *s)
{
	struct arena *a = d->arena;
	struct doctor_status *found;
	size_t count;
	if (!doctor_statuses(s, a, &found, &count))
		doctor_refused(d, s, "statuses");
	for (size_t i = 0; i < count; i++) {
		const struct doctor_status *f = &found[i];
		if (f->of_reps)
			doctor_find(d,
			    (struct finding){SEVERITY_WARNING, "reps", "rep-status",
				arena_printf(a,
				    "the status of %lld %s is %s, which means nothing to "
				    "salesreg",
				    (long long)f->count, text_plural(f->count, "rep", "reps"),
				    f->status),
				arena_printf(a,
				    "they count as not at work: they get no prospects, and what "
				    "salesreg assigned them goes to others (%lld open ones are "
				    "with "
				    "them now)",
				    (long long)f->open_prospects),
				"set the status in sales_representatives to active, suspended or "
				"removed"});
		else
			doctor_find(
			    d, (struct finding){SEVERITY_WARNING, "prospects", "prospect-status",
				   arena_printf(a,
				       "the status of %lld %s is %s, which means nothing to "
				       "salesreg",
				       (long long)f->count,
				       text_plural(f->count, "prospect", "prospects"), f->status),
				   "they count as closed: nobody is assigned to them",
				   "set the status in test_prospects to unreached, contacted, "
				   "in_conversation, converted or archived"});
	}
}

/* Reps' own accounts, to which they have connected the bot. */
static void look_at_business(struct doctor *d, struct db_session *s)
{
	struct doctor_business b;
	if (!doctor_business(s, d->arena, &b))
		return;
	if (b.connected > 0)
		doctor_checked(d, "reps",
		    arena_printf(d->arena, "the bot connected to the own accounts of %lld %s",
			(long long)b.connected, text_plural(b.connected, "rep", "reps")));
	if (b.mute > 0)
		doctor_find(d, (struct finding){SEVERITY_NOTE, "reps", "business-mute",
				   arena_printf(d->arena,
				       "%lld %s connected the bot without the right to reply: %s",
				       (long long)b.mute,
				       text_plural(b.mute, "rep has", "reps have"), b.mute_names),
				   "what they write to prospects goes by the bot",
				   "let them switch on \"Reply to messages\" in Chat Automation"});
	if (b.excessive > 0)
		doctor_find(
		    d, (struct finding){SEVERITY_WARNING, "reps", "business-rights",
			   arena_printf(d->arena,
			       "%lld %s given the bot more rights than it needs: %s",
			       (long long)b.excessive,
			       text_plural(b.excessive, "rep has", "reps have"), b.excessive_names),
			   "whoever has the bot's token has these rights in their accounts, too",
			   "let them take back all but replying and reading in Chat Automation"});
}

void doctor_tables(struct doctor *d, struct db_session *s)
{
	look_at_declined(d, s);
	look_at_left_behind(d, s);
	look_at_outbox(d, s);
	look_at_parked(d, s);
	look_at_pending(d, s);
	look_at_claims(d, s);
	look_at_mails(d, s);
	doctor_codes(d, s);
	look_at_reps(d, s);
	look_at_admins(d, s);
	look_at_prospects(d, s);
	look_at_reach(d, s);
	look_at_timers(d, s);
	look_at_business(d, s);
	look_at_statuses(d, s);
	doctor_calendar(d, s);
	doctor_people(d, s);
}
