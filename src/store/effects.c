#include "salesreg/store/effects.h"
#include "rows.h"
#include "salesreg/domain/calendar/account.h"
#include "salesreg/domain/conversation/rep_change.h"
#include <string.h>

enum { COLUMNS_MOST = 8, VALUES_MOST = COLUMNS_MOST + 1 };

#define KIND(kind) (UINT64_C(1) << EFFECT_##kind)
#define OF(member, type) COL(effect_row, member, type)
#define OF_REP OF(effect.rep_id, TEXT)
#define OF_ASSIGNMENT OF(effect.assignment_id, I64)
#define OF_USER OF(user_id, I64)

static bool is_new(const struct effect_row *row)
{
	return !row->effect.rep_id;
}

static bool is_back(const struct effect_row *row)
{
	return row->effect.rep_id != NULL;
}

static bool is_unclaimed(const struct effect_row *row)
{
	return row->effect.unclaimed;
}

static bool is_send(const struct effect_row *row)
{
	return strcmp(row->effect.reason, BROADCAST_SEND) == 0;
}

static bool is_cancel(const struct effect_row *row)
{
	return strcmp(row->effect.reason, BROADCAST_CANCEL) == 0;
}

static bool is_stop(const struct effect_row *row)
{
	return strcmp(row->effect.reason, BROADCAST_STOP) == 0;
}

/* Not by the person, who has proven the address. */
static bool is_by_another(const struct effect_row *row)
{
	return row->user_id != row->effect.to;
}

static bool is_proven(const struct effect_row *row)
{
	return row->effect.proven;
}

static bool is_change(const struct effect_row *row, enum rep_change_kind kind)
{
	return strcmp(row->effect.change, rep_change_name(kind)) == 0;
}

static bool is_suspended(const struct effect_row *row)
{
	return is_change(row, REP_CHANGE_SUSPEND);
}

static bool is_reactivated(const struct effect_row *row)
{
	return is_change(row, REP_CHANGE_REACTIVATE);
}

static bool is_paused(const struct effect_row *row)
{
	return is_change(row, REP_CHANGE_PAUSE) || is_change(row, REP_CHANGE_RESUME);
}

static bool is_limited(const struct effect_row *row)
{
	return is_change(row, REP_CHANGE_SET_CAPACITY);
}

/*
 * Effect kind → statement and columns, in the order in which they run: who leaves makes room for who comes, an account that
 * moves is not told to be unreachable. A kind may stand in several rows.
 */
static const struct write {
	uint64_t kinds;
	enum sql_statement statement;
	struct column columns[COLUMNS_MOST];
	const char *constant;                       /* a parameter behind the columns; NULL: none */
	bool (*fits)(const struct effect_row *row); /* NULL: all of the kinds */
} writes[] = {
    {KIND(UNREGISTER) | KIND(EVICT), SQL_REPS_LEAVE, {OF_REP}, NULL, NULL},
    {KIND(UNREGISTER) | KIND(EVICT), SQL_ASSIGNMENTS_RELEASE, {OF_REP}, "unregistered", NULL},
    {KIND(REGISTER), SQL_REPS_REGISTER,
	{OF_USER, OF(effect.username, TEXT), OF(effect.name, TEXT), OF(effect.email, TEXT),
	    OF(effect.email_key, TEXT), OF(status, TEXT)},
	NULL, is_new},
    {KIND(REGISTER), SQL_REPS_REJOIN,
	{OF_REP, OF(effect.username, TEXT), OF(effect.name, TEXT), OF(effect.email, TEXT),
	    OF(effect.email_key, TEXT), OF(status, TEXT)},
	NULL, is_back},
    {KIND(CHANGE_EMAIL), SQL_REPS_EMAIL,
	{OF_REP, OF(effect.email, TEXT), OF(effect.email_key, TEXT)}, NULL, NULL},
    {KIND(APPROVE) | KIND(REJECT), SQL_REPS_DECIDE, {OF_REP, OF(status, TEXT), OF_USER}, NULL,
	NULL},
    {KIND(APPROVE) | KIND(REJECT), SQL_AUDIT_DECIDED,
	{OF_REP, OF(status, TEXT), OF_USER, OF(effect.by, TEXT), OF(effect.reason, TEXT)}, NULL,
	NULL},
    {KIND(CHANGE_REP), SQL_AUDIT_REP_CHANGED,
	{OF_REP, OF(effect.change, TEXT), OF(status, TEXT), OF(effect.amount, I64),
	    OF(effect.usual, I64), OF_USER, OF(effect.by, TEXT)},
	NULL, NULL},
    {KIND(CHANGE_REP), SQL_REPS_SET_STATUS, {OF_REP}, "suspended", is_suspended},
    {KIND(CHANGE_REP), SQL_ASSIGNMENTS_RELEASE, {OF_REP}, "suspended", is_suspended},
    {KIND(CHANGE_REP), SQL_REPS_SET_STATUS, {OF_REP}, "active", is_reactivated},
    {KIND(CHANGE_REP), SQL_REPS_PAUSE, {OF_REP, OF(effect.amount, I64)}, NULL, is_paused},
    {KIND(CHANGE_REP), SQL_REPS_SET_CAPACITY, {OF_REP, OF(effect.amount, I64)}, NULL, is_limited},
    {KIND(GIVE), SQL_AUDIT_PROSPECTS_GIVEN,
	{OF(effect.prospect, TEXT), OF(effect.was, TEXT), OF(effect.to_rep, TEXT), OF_USER,
	    OF(effect.by, TEXT)},
	NULL, NULL},
    {KIND(GIVE), SQL_PROSPECT_CHANGES_GIVE, {OF(effect.prospect, TEXT), OF(effect.to_rep, TEXT)},
	NULL, NULL},
    {KIND(SET_STATUS), SQL_AUDIT_PROSPECTS_STATUS,
	{OF(effect.prospect, TEXT), OF(effect.was, TEXT), OF(effect.closed, TEXT), OF_USER,
	    OF(effect.by, TEXT)},
	NULL, NULL},
    {KIND(SET_STATUS), SQL_PROSPECT_CHANGES_STATUS,
	{OF(effect.prospect, TEXT), OF(effect.closed, TEXT), OF(effect.reason, TEXT),
	    OF(effect.said, TEXT)},
	NULL, NULL},
    {KIND(MANAGER_NOTE), SQL_AUDIT_PROSPECTS_NOTED,
	{OF(effect.prospect, TEXT), OF(effect.said, TEXT), OF_USER, OF(effect.by, TEXT)}, NULL,
	NULL},
    {KIND(MANAGER_NOTE), SQL_PROSPECT_CHANGES_NOTE,
	{OF(effect.prospect, TEXT), OF(effect.said, TEXT)}, NULL, NULL},
    {KIND(USERNAME), SQL_REPS_USERNAME, {OF_REP, OF(effect.username, TEXT)}, NULL, NULL},
    {KIND(CONTACTED), SQL_ASSIGNMENTS_CONTACTED, {OF_ASSIGNMENT}, NULL, NULL},
    {KIND(DECLINE), SQL_ASSIGNMENTS_DECLINE, {OF_ASSIGNMENT}, NULL, NULL},
    {KIND(UNREACHABLE), SQL_REPS_UNAVAILABLE, {OF_REP}, "blocked the bot", NULL},
    {KIND(REACHABLE) | KIND(MOVE), SQL_REPS_AVAILABLE, {OF_REP}, NULL, NULL},
    {KIND(UNDO), SQL_ASSIGNMENTS_UNDO_OTHERS, {OF_ASSIGNMENT}, NULL, NULL},
    {KIND(UNDO), SQL_ASSIGNMENTS_UNDO, {OF_ASSIGNMENT}, NULL, NULL},
    {KIND(CALENDAR_LINK), SQL_OAUTH_STATES_CREATE, {OF(effect.invite, TEXT), OF_REP, OF_USER}, NULL,
	NULL},
    {KIND(DISCONNECT_CALENDAR) | KIND(UNREGISTER) | KIND(EVICT), SQL_CALENDAR_DISCONNECT, {OF_REP},
	NULL, NULL},
    {KIND(SET_HOURS), SQL_HOURS_CLEAR, {OF_REP}, NULL, NULL},
    {KIND(SET_HOURS), SQL_HOURS_ADD, {OF_REP, OF(effect.hours, TEXT)}, NULL, NULL},
    {KIND(SET_ZONE), SQL_ZONE_SET, {OF_REP, OF(effect.zone, TEXT)}, NULL, NULL},
    {KIND(REMOVE_DAYS_OFF), SQL_DAYS_OFF_REMOVE, {OF_REP, OF(effect.days_off, TEXT)}, NULL, NULL},
    {KIND(ADD_DAYS_OFF), SQL_DAYS_OFF_ADD, {OF_REP, OF(effect.days_off, TEXT)}, NULL, NULL},
    {KIND(PICK_CALENDAR), SQL_CALENDAR_PICK, {OF(effect.calendar_id, I64), OF_REP}, "50", NULL},
    {KIND(TARGET_CALENDAR), SQL_CALENDAR_TARGET, {OF(effect.calendar_id, I64), OF_REP}, NULL, NULL},
    {KIND(FOLLOW_UP), SQL_TIMERS_FOLLOW_UP,
	{OF_ASSIGNMENT, OF_REP, OF(effect.zone, TEXT), OF(effect.day, I64), OF(effect.minute, I64)},
	NULL, NULL},
    {KIND(NEW_PROSPECT), SQL_PROSPECTS_CREATE,
	{OF_USER, OF(effect.username, TEXT), OF(effect.name, TEXT), OF(effect.source, TEXT),
	    OF(effect.campaign, TEXT)},
	NULL, NULL},
    {KIND(LEAVE_PROSPECT), SQL_PROSPECTS_LEAVE, {OF_USER}, NULL, NULL},
    {KIND(MEET_PROSPECT), SQL_PROSPECTS_MEET, {OF(effect.prospect, TEXT), OF_USER}, NULL, NULL},
    {KIND(SAID), SQL_PROSPECTS_UNCLAIMED, {OF(effect.prospect, TEXT)}, NULL, is_unclaimed},
    {KIND(SAID), SQL_PROSPECTS_SAID,
	{OF(effect.prospect, TEXT), OF(effect.said, TEXT), OF_USER, OF(effect.message_id, I64),
	    OF(effect.attached, BOOL)},
	NULL, NULL},
    {KIND(OWN), SQL_CONVERSATIONS_OWN,
	{OF(effect.prospect, TEXT), OF(effect.owner, TEXT), OF(effect.version, I64)}, NULL, NULL},
    {KIND(ANSWER), SQL_PROSPECTS_UNCLAIMED, {OF(effect.prospect, TEXT)}, NULL, is_unclaimed},
    {KIND(ANSWER), SQL_ANSWERS_WRITE,
	{OF_USER, OF(effect.question, TEXT), OF(effect.value, TEXT), OF(effect.shown, TEXT),
	    OF(effect.voided, TEXT)},
	NULL, NULL},
    {KIND(ANSWER) | KIND(ASK), SQL_QUESTIONS_MOVED,
	{OF_USER, OF(effect.position, TEXT), OF(effect.score, I64)}, NULL, NULL},
    {KIND(CLOSE), SQL_ASSIGNMENTS_CLOSE,
	{OF_ASSIGNMENT, OF(effect.closed, TEXT), OF(effect.reason, TEXT)}, NULL, NULL},
    {KIND(OWN_CLIENT), SQL_OWN_CLIENTS_END, {OF(effect.prospect, TEXT)}, NULL, NULL},
    {KIND(OWN_CLIENT), SQL_OWN_CLIENTS_ADD,
	{OF(effect.prospect, TEXT), OF(effect.known, BOOL), OF(effect.from, I64),
	    OF(effect.username, TEXT), OF(effect.name, TEXT), OF_REP, OF_ASSIGNMENT},
	NULL, NULL},
    {KIND(OWN_CLIENT), SQL_OWN_CLIENTS_TOLD, {OF(effect.prospect, TEXT)}, NULL, NULL},
    {KIND(NOTE), SQL_NOTES_ADD,
	{OF(effect.prospect, TEXT), OF_REP, OF(effect.said, TEXT), OF_USER,
	    OF(effect.message_id, I64)},
	NULL, NULL},
    {KIND(CHANGE_NOTE), SQL_NOTES_CHANGE,
	{OF_USER, OF(effect.message_id, I64), OF(effect.said, TEXT)}, NULL, NULL},
    {KIND(REOPEN), SQL_PROSPECTS_REOPEN, {OF(effect.prospect, TEXT)}, NULL, NULL},
    {KIND(FORWARDED), SQL_PROSPECTS_FORWARDED, {OF(effect.prospect, TEXT)}, NULL, NULL},
    {KIND(REGISTER), SQL_PROSPECTS_JOINED, {OF_USER}, NULL, NULL},
    {KIND(BLOCK), SQL_CONVERSATIONS_BLOCK, {OF(effect.prospect, TEXT), OF(effect.blocked, BOOL)},
	NULL, NULL},
    {KIND(DISCONNECT), SQL_BUSINESS_END, {OF(effect.connection, TEXT)}, NULL, NULL},
    {KIND(CONNECT), SQL_BUSINESS_REPLACE, {OF_USER, OF(effect.connection, TEXT)}, NULL, NULL},
    {KIND(CONNECT), SQL_BUSINESS_CONNECT,
	{OF_USER, OF(effect.connection, TEXT), OF(effect.can_reply, BOOL),
	    OF(effect.can_read, BOOL), OF(effect.rights, TEXT), OF(effect.at, I64)},
	NULL, NULL},
    {KIND(HEARD_THERE), SQL_BUSINESS_HEARD,
	{OF(effect.connection, TEXT), OF(effect.from, I64), OF(effect.prospect, TEXT),
	    OF(effect.at, I64)},
	NULL, NULL},
    {KIND(GREET_THERE), SQL_BUSINESS_GREET, {OF(effect.prospect, TEXT), OF(effect.version, I64)},
	NULL, NULL},
    {KIND(TYPED_THERE), SQL_BUSINESS_OWN,
	{OF(effect.connection, TEXT), OF(effect.from, I64), OF(effect.prospect, TEXT),
	    OF(effect.at, I64)},
	NULL, NULL},
    {KIND(DELETED_THERE), SQL_BUSINESS_DELETED,
	{OF(effect.connection, TEXT), OF(effect.from, I64), OF(effect.said, TEXT)}, NULL, NULL},
    {KIND(STOP), SQL_OPT_OUTS_ADD, {OF_USER}, NULL, NULL},
    {KIND(RESUME), SQL_OPT_OUTS_REMOVE, {OF_USER}, NULL, NULL},
    {KIND(DRAFT_BROADCAST), SQL_BROADCASTS_DRAFT,
	{OF_USER, OF(effect.message_id, I64), OF(effect.said, TEXT), OF(effect.value, TEXT),
	    OF(effect.name, TEXT), OF(effect.reason, TEXT)},
	NULL, NULL},
    {KIND(MOVE_BROADCAST), SQL_BROADCASTS_CANCEL, {OF(effect.broadcast, I64)}, NULL, is_cancel},
    {KIND(MOVE_BROADCAST), SQL_BROADCASTS_SEND,
	{OF(effect.broadcast, I64), OF(effect.message_id, I64), OF_USER}, NULL, is_send},
    {KIND(MOVE_BROADCAST), SQL_BROADCASTS_STOP, {OF(effect.broadcast, I64), OF_USER}, NULL,
	is_stop},
    {KIND(STATS), SQL_STATS_ASK,
	{OF_USER, OF(effect.message_id, I64), OF(effect.days, I64), OF(effect.as_table, BOOL)},
	NULL, NULL},
    {KIND(SEND_FILE), SQL_FILE_IMPORTS_SENT,
	{OF_USER, OF(effect.message_id, I64), OF(effect.said, TEXT), OF(effect.name, TEXT),
	    OF(effect.at, I64)},
	NULL, NULL},
    {KIND(IMPORT_FILE), SQL_FILE_IMPORTS_WANTED,
	{OF_USER, OF(effect.message_id, I64), OF(effect.reason, TEXT)}, NULL, NULL},
    {KIND(CANCEL_FILE), SQL_FILE_IMPORTS_CANCELLED, {OF_USER, OF(effect.message_id, I64)}, NULL,
	NULL},
    {KIND(HEARD), SQL_ADMINS_HEARD, {OF_USER}, NULL, NULL},
    {KIND(REFUSE_CLAIM), SQL_CLAIMS_REFUSE, {OF(effect.to, I64)}, NULL, NULL},
    {KIND(REFUSE_CLAIM), SQL_AUDIT_REFUSED, {OF(effect.to, I64), OF_USER}, NULL, NULL},
    {KIND(MAKE_INVITE), SQL_AUDIT_INVITED, {OF(effect.email_key, TEXT), OF_USER}, NULL, NULL},
    {KIND(MAKE_INVITE), SQL_INVITES_CREATE,
	{OF(effect.invite, TEXT), OF(effect.email_key, TEXT), OF(effect.days, I64), OF_USER}, NULL,
	NULL},
    {KIND(HOLD_INVITE), SQL_INVITES_HOLD, {OF(effect.invite, TEXT), OF_USER}, NULL, NULL},
    {KIND(USE_INVITE), SQL_INVITES_USE, {OF(effect.invite, TEXT), OF_USER}, NULL, NULL},
    {KIND(MOVE), SQL_REPS_MAKE_WAY, {OF(effect.to, I64)}, NULL, NULL},
    {KIND(MOVE), SQL_REPS_MOVE,
	{OF_REP, OF(effect.from, I64), OF(effect.to, I64), OF(effect.name, TEXT)}, NULL, NULL},
    {KIND(MOVE), SQL_AUDIT_MOVED, {OF_REP, OF(effect.from, I64), OF(effect.to, I64), OF_USER}, NULL,
	is_by_another},
    {KIND(MOVE), SQL_REPS_MADE_WAY, {OF(effect.from, I64), OF(effect.to, I64)}, NULL, NULL},
    {KIND(REGISTER) | KIND(CHANGE_EMAIL) | KIND(MOVE), SQL_REP_EMAILS_PROVEN,
	{OF(effect.email_key, TEXT)}, NULL, is_proven},
    {KIND(WRONG_CODE), SQL_CODES_WRONG, {OF(effect.code_id, I64)}, NULL, NULL},
    {KIND(CODE_DONE) | KIND(SEND_CODE), SQL_CODES_OVER, {OF_USER}, NULL, NULL},
    {KIND(RESEND_CODE), SQL_CODES_OVER, {OF(effect.to, I64)}, NULL, NULL},
    {KIND(RESEND_CODE), SQL_CODES_REQUEST,
	{OF(effect.to, I64), OF(effect.email, TEXT), OF(effect.email_key, TEXT)}, NULL, NULL},
    {KIND(RESEND_CODE), SQL_AUDIT_CODE_RESENT,
	{OF(effect.to, I64), OF(effect.email, TEXT), OF_USER, OF(effect.by, TEXT)}, NULL, NULL},
    {KIND(SEND_CODE), SQL_CODES_REQUEST,
	{OF_USER, OF(effect.email, TEXT), OF(effect.email_key, TEXT)}, NULL, NULL},
};

_Static_assert(CALENDAR_COUNTING_MOST == 50, "as the row of PICK_CALENDAR says");
_Static_assert(EFFECT_COUNT <= 64, "a kind is a bit");
/* a batch in which everything happens: besides these BEGIN, lock, sessions, messages, what is thinned, offset, timers, COMMIT and more */
_Static_assert(sizeof writes / sizeof *writes + 16 <= DB_MAX_STEPS, "a transaction has room");

static void plan_write(struct db_plan *plan, struct arena *a, const struct write *write,
    const struct effect_row *rows, size_t count)
{
	const char *values[VALUES_MOST];
	size_t n = 0;
	while (n < COLUMNS_MOST && write->columns[n].name) {
		const struct column *column = &write->columns[n];
		values[n++] =
		    rows_column(a, rows, count, sizeof *rows, column->type, column->offset);
	}
	if (write->constant)
		values[n++] = write->constant;
	(void)db_plan_append(plan, write->statement, values, n);
}

void effects_write(
    struct db_plan *plan, struct arena *a, const struct effect_row *rows, size_t count)
{
	struct effect_row *mine = ARENA_ARRAY(a, struct effect_row, count);
	for (size_t w = 0; count > 0 && w < sizeof writes / sizeof *writes; w++) {
		const struct write *write = &writes[w];
		size_t n = 0;
		for (size_t i = 0; i < count; i++)
			if ((write->kinds >> rows[i].effect.kind & 1) &&
			    (!write->fits || write->fits(&rows[i])))
				mine[n++] = rows[i];
		if (n > 0)
			plan_write(plan, a, write, mine, n);
	}
}

size_t effects_count(const struct effect_row *rows, size_t count, enum effect_kind kind)
{
	size_t n = 0;
	for (size_t i = 0; i < count; i++)
		n += rows[i].effect.kind == kind;
	return n;
}
