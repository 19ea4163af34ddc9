/*
 * Doctor: looks at the configuration, the database, Telegram and what the tables tell, and says what is wrong: each
 * finding with what it is, why it matters and how to fix it. Every look is made whatever the others found; what could
 * not be looked at is said, too. Nothing is changed, nothing of Telegram's queue is confirmed, no secret is in any text.
 * Ownership: texts live in the arena given, or are static. Units: milliseconds, bytes.
 * Errors: they are findings. Callbacks: none; blocks, for a minute at the worst.
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/base/config.h"
#include "salesreg/db/session.h"
#include "salesreg/domain/config/config_checks.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DOCTOR_FINDINGS_MAX = 200, DOCTOR_FACTS_MAX = 16, DOCTOR_ADMINS_MAX = 64 };

struct finding {
	enum severity severity;
	const char *area; /* "configuration", "database"… */
	const char *code; /* what kind of finding, for programs */
	const char *what, *why, *fix;
};
struct doctor_fact {
	const char *area, *text;
};

enum doctor_answer { DOCTOR_UNKNOWN, DOCTOR_NO, DOCTOR_YES };

struct doctor {
	struct arena *arena;
	bool no_poll;    /* asked not to look for another poller */
	bool bot_needed; /* the process this is for talks to Telegram */
	struct finding findings[DOCTOR_FINDINGS_MAX]; /* more are left out */
	size_t count;
	struct doctor_fact checked[DOCTOR_FACTS_MAX], skipped[DOCTOR_FACTS_MAX];
	size_t checked_count, skipped_count;
	bool incomplete; /* some look could not be made, for another reason than a finding says */
	bool schema_broken; /* said, so what the tables refuse because of it is not said again */

	/* found on the way, for the looks that come after */
	struct config config;       /* where a variable is wrong, its member is 0 or NULL */
	bool may_connect, may_call; /* the configuration is good enough for it */
	int64_t bot_id;             /* 0: no token */
	bool standby;               /* the server is one */
	enum doctor_answer bot_leads, outreach_connected;
	int64_t admins[DOCTOR_ADMINS_MAX]; /* by their rows, besides the configuration */
	size_t admin_count;
};

void doctor_find(struct doctor *d, struct finding finding);
void doctor_checked(struct doctor *d, const char *area, const char *text);
/* A look that could not be made: then "nothing is wrong" is not said. */
void doctor_skipped(struct doctor *d, const char *area, const char *why);
/* A look that is not for here, or that a finding explains. */
void doctor_left_out(struct doctor *d, const char *area, const char *why);
/* The server refused a look, as the session says. */
void doctor_refused(struct doctor *d, const struct db_session *session, const char *look);
/* "3 days", "4 h", "5 min", "6 s". */
const char *doctor_span(struct doctor *d, int64_t ms);
/* The file system of path; what: what lies there, as in "the run directory". Nothing if it cannot be looked at. */
void doctor_disk(struct doctor *d, const char *path, const char *what, const char *why);
size_t doctor_count(const struct doctor *d, enum severity severity);

/* In this order: each uses what the ones before have found out. */
void doctor_configuration(struct doctor *d);
void doctor_database(struct doctor *d);
void doctor_telegram(struct doctor *d);
/* The mail server, if there is one; nothing is mailed. */
void doctor_mail(struct doctor *d);
/* Where the calendar is on: its variables, and whether Google accepts the client. */
void doctor_google(struct doctor *d);
/* A part of doctor_configuration(): what lets others in who have no business here. */
void doctor_dangers(struct doctor *d);
/* Parts of doctor_database(). */
void doctor_no_access(struct doctor *d, const struct db_session *session);
bool doctor_is_about_schema(const char *sqlstate);
void doctor_schema(struct doctor *d, struct db_session *session);
/* Owners, rights, row-level security. migrating: the rights that a migration needs, not those of a worker. */
void doctor_guard(struct doctor *d, struct db_session *session);
void doctor_rights_missing(struct doctor *d, struct db_session *session, bool migrating);
/* What the tables tell. */
void doctor_tables(struct doctor *d, struct db_session *session);
/* … who has reached a limit on codes by mail, or guesses them. */
void doctor_codes(struct doctor *d, struct db_session *session);
/* … how reps' calendars are, where the calendar is on. */
void doctor_calendar(struct doctor *d, struct db_session *session);
/* … and what people are like. */
void doctor_people(struct doctor *d, struct db_session *session);
void doctor_finish(struct doctor *d);
