/*
 * What managers change of prospects. The tables say it, and whatever follows (the rep's message, the assignment's row, buttons that go)
 * is what outreach does of any change by another hand, also where it does not run just now.
 *
 * A change is a transaction of the caller's (store/audit.h): prospect_changes_lock(), the change, the audit's row.
 * Ownership: rows and their strings live in the arena given. Errors: false; the session says why.
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/db/conn.h"
#include "salesreg/db/session.h"
#include <stdbool.h>
#include <stdint.h>

/* As the tables have it; NULL: nothing. */
struct prospect_now {
	const char *id, *name, *status, *telegram, *email, *context, *notes;
	const char *rep, *rep_name, *rep_status;
};
/* is_there: false: it has been deleted. */
bool prospect_changes_lock(struct db_session *s, struct arena *a, const char *id, bool *is_there,
    struct prospect_now *now);

/* rep NULL: it waits, and goes to whose turn it is. */
bool prospect_changes_give(struct db_session *s, struct arena *a, const char *id, const char *rep);
/* event: what its history says; why may be NULL. */
bool prospect_changes_status(struct db_session *s, struct arena *a, const char *id,
    const char *status, const char *event, const char *why);
bool prospect_changes_note(struct db_session *s, struct arena *a, const char *id, const char *text);

/* NULL: as it is, or none; "": taken away. */
struct prospect_fields {
	const char *name, *telegram, *email, *context, *notes;
};
bool prospect_changes_edit(
    struct db_session *s, const char *id, const struct prospect_fields *fields);
/* Who has a contact of this kind and normal form, or this e-mail's key, already; each may be NULL. Takes the assignment lock. */
bool prospect_changes_alike(struct db_session *s, struct arena *a, const char *kind,
    const char *contact, const char *email_key, bool *any, struct prospect_now *found);
/* rep NULL: whose turn it is. *id: the one it has got. */
bool prospect_changes_add(struct db_session *s, struct arena *a,
    const struct prospect_fields *fields, const char *rep, const char **id);
/* Whether this role may delete prospects: workers need not. */
bool prospect_changes_may_delete(struct db_session *s, bool *may);
bool prospect_changes_remove(struct db_session *s, const char *id);

/*
 * Two prospects become one, within the caller's transaction and with both locked: `into` stays and gets what `from` has. *accounts: how
 * many of the two the bot has met; not both may be.
 */
bool prospect_merge_accounts(
    struct db_session *s, const char *from, const char *into, int64_t *accounts);
bool prospect_merge(struct db_session *s, const char *from, const char *into);

/*
 * Blanks a person everywhere: row, contacts, words, answers, notes, what was sent to them and about them. What is counted stays under *anew,
 * an id that says nothing. Kept is that they said STOP. In this order: prospect_forget_history() by itself, which takes long where much was
 * sent and may be repeated; then a transaction of prospect_forget_hold(), prospect_changes_lock() and prospect_forget().
 * messages: how many were blanked or not sent; added to. alike: ids of others who are the same person, or NULL.
 */
bool prospect_forget_history(struct db_session *s, const char *id, int64_t *messages);
bool prospect_forget_hold(struct db_session *s, const char *id);
/*
 * The same without anybody's word, of an archived one of whom nothing has been heard or changed for so many days: whose turn it is behind
 * `after` (""), and the transaction, which is undone as a whole if it is not so any more. For a plan each.
 */
size_t prospect_retention_due(
    struct db_plan *plan, struct arena *a, int64_t days, const char *after);
void prospect_retention_forget(struct db_plan *plan, struct arena *a, const char *id, int64_t days);
bool prospect_forget(struct db_session *s, struct arena *a, const char *id, const char **anew,
    const char **alike, int64_t *messages);
