#include "fold_private.h"
#include "salesreg/domain/contact/email.h"
#include <string.h>

/* Which updates lean on what the batch has changed already, and go into the next transaction, which reads afresh. */

const struct code_row *fold_code_row_of(const struct fold_input *input, int64_t user_id)
{
	for (size_t i = 0; i < input->code_count; i++)
		if (input->codes[i].user_id == user_id)
			return &input->codes[i];
	return NULL;
}

static bool key_taken_here(const struct folding *f, const char *key)
{
	for (size_t i = 0; i < f->key_count; i++)
		if (strcmp(f->keys[i], key) == 0)
			return true;
	return false;
}

static bool mailed_here(const struct folding *f, const char *key)
{
	const char *mailbox = email_mailbox(key, f->a);
	for (size_t i = 0; i < f->mailed_count; i++)
		if (strcmp(f->mailed[i], mailbox) == 0)
			return true;
	return false;
}

const char *fold_key_to_mail(
    const struct folding *f, const struct person *p, const struct conversation_interest *interest)
{
	if (interest->email_key)
		return interest->email_key;
	if (interest->claim_telegram_id == p->user_id && p->state.claim_email)
		return email_key(p->state.claim_email, f->a);
	const struct code_row *row = fold_code_row_of(f->input, p->user_id);
	return row ? row->email_key : NULL;
}

/* Whether how many mails a mailbox has had is not what was counted. */
static bool count_is_stale(
    const struct folding *f, const struct person *p, const struct conversation_interest *interest)
{
	const char *key = f->mailed_count > 0 ? fold_key_to_mail(f, p, interest) : NULL;
	return key && mailed_here(f, key);
}

/* Whether the address of the code this person is asked for may not be whose it was. */
static bool code_moved_here(struct folding *f, const struct person *p)
{
	const struct code_row *row = fold_code_row_of(f->input, p->user_id);
	if (!row)
		return false;
	struct map_slot *holder =
	    row->holder ? map_find(&f->people, row->holder_telegram_id) : NULL;
	return key_taken_here(f, row->email_key) ||
	       (holder && ((const struct person *)holder->value.pointer)->touched) ||
	       effects_count(f->writes->effects, f->writes->effect_count, EFFECT_MOVE) > 0;
}

static bool invite_held_here(const struct folding *f, const char *hash)
{
	const struct fold_writes *w = f->writes;
	for (size_t i = 0; i < w->effect_count; i++)
		if (w->effects[i].effect.kind == EFFECT_HOLD_INVITE &&
		    strcmp(w->effects[i].effect.invite, hash) == 0)
			return true;
	return false;
}

/* Whether what anybody does with prospects has been changed in this batch. */
static bool assignments_changed_here(const struct folding *f)
{
	const struct fold_writes *w = f->writes;
	for (size_t i = 0; i < w->effect_count; i++)
		if (fold_changes_assignments(w->effects[i].effect.kind))
			return true;
	return false;
}

/* Whether whose prospect this is, or what became of the assignment, has been changed in this batch. */
static bool prospect_changed_here(struct folding *f, const struct prospect_view *view)
{
	if (!view)
		return false;
	const struct map_slot *rep =
	    view->rep_telegram_id ? map_find(&f->people, view->rep_telegram_id) : NULL;
	return (view->assignment_id && map_find(&f->assignments, view->assignment_id)) ||
	       (rep && ((const struct person *)rep->value.pointer)->left);
}

bool fold_depends(struct folding *f, const struct person *p, const struct event *event,
    const struct conversation_interest *interest)
{
	if (interest->wants_business && fold_business_changed(f, event))
		return true;
	/* whether nobody else is an admin was read before */
	if (f->admins_changed && p->state.rep_is_admin)
		return true;
	if (interest->chosen_id) {
		struct map_slot *slot = map_find(&f->people, interest->chosen_id);
		if (slot && ((const struct person *)slot->value.pointer)->touched)
			return true;
	}
	/* whose clients were not read, as they were not asked for a word when the rest was */
	if (interest->wants_search && p->session_dirty && p->state.phase == PHASE_FIND)
		return true;
	if (interest->wants_audience && p->session_dirty && p->state.phase == PHASE_BROADCAST)
		return true;
	if (p->touched || (interest->wants_applications && f->applications_changed) ||
	    prospect_changed_here(f, p->state.prospect))
		return true;
	/* the same of admins; and a card is read as it will be */
	if (interest->managed.want != MANAGED_NOTHING &&
	    ((p->session_dirty &&
		 (p->state.phase == PHASE_MANAGED_FIND || p->state.phase == PHASE_MANAGED_NOTE)) ||
		(interest->managed.want != MANAGED_SEARCH && assignments_changed_here(f))))
		return true;
	/* taking back depends on what anybody did with the prospect */
	if (interest->takes_back && assignments_changed_here(f))
		return true;
	if (interest->assignment_id && map_find(&f->assignments, interest->assignment_id))
		return true;
	if (interest->email_key && key_taken_here(f, interest->email_key))
		return true;
	if (count_is_stale(f, p, interest))
		return true;
	if (interest->code && code_moved_here(f, p))
		return true;
	if (interest->invite && invite_held_here(f, interest->invite))
		return true;
	if (interest->claim_telegram_id) {
		/* what is claimed was read before this batch */
		struct map_slot *slot = map_find(&f->people, interest->claim_telegram_id);
		const struct person *claimant = slot ? slot->value.pointer : NULL;
		if (claimant && (claimant->touched || claimant->session_dirty))
			return true;
	}
	if (interest->subject_telegram_id) {
		struct map_slot *subject = map_find(&f->people, interest->subject_telegram_id);
		return subject && ((struct person *)subject->value.pointer)->touched;
	}
	return false;
}
