#include "fold_private.h"
#include "salesreg/app/bot/delivery/telegram_message.h"
#include "salesreg/domain/contact/email.h"
#include <string.h>

/* What the rest of the batch must know of an effect: who and what is not as it was read. */
enum {
	TOUCHES_SELF = 1 << 0, /* whose event it was */
	TOUCHES_FROM = 1 << 1,
	TOUCHES_TO = 1 << 2,
	TOUCHES_SUBJECT = 1 << 3,
	TAKES_EMAIL = 1 << 4,
	MAILS = 1 << 5, /* so that what was counted is one less than it is now */
	CHANGES_ASSIGNMENTS = 1 << 6,
	CHANGES_APPLICATIONS = 1 << 7,
	NEEDS_LOCK = 1 << 8,
	SELF_LEAVES = 1 << 9, /* whose event it was loses all prospects */
	FROM_LEAVES = 1 << 10,
	SUBJECT_LEAVES = 1 << 11,
	ENDS_ADMIN = 1 << 12, /* whoever it is about may have been one by their row */
};
static const unsigned consequences[EFFECT_COUNT] = {
    [EFFECT_REGISTER] = TOUCHES_SELF | TAKES_EMAIL | CHANGES_APPLICATIONS,
    [EFFECT_CHANGE_EMAIL] = TOUCHES_SELF | TAKES_EMAIL,
    [EFFECT_UNREGISTER] =
	TOUCHES_SELF | SELF_LEAVES | CHANGES_ASSIGNMENTS | NEEDS_LOCK | ENDS_ADMIN,
    [EFFECT_CONTACTED] = TOUCHES_SELF | CHANGES_ASSIGNMENTS | NEEDS_LOCK,
    [EFFECT_UNDO] = TOUCHES_SELF | TOUCHES_TO | CHANGES_ASSIGNMENTS | NEEDS_LOCK,
    [EFFECT_DECLINE] = TOUCHES_SELF | CHANGES_ASSIGNMENTS | NEEDS_LOCK,
    [EFFECT_APPROVE] = TOUCHES_SUBJECT | CHANGES_APPLICATIONS,
    [EFFECT_REJECT] = TOUCHES_SUBJECT | CHANGES_APPLICATIONS,
    [EFFECT_CHANGE_REP] = TOUCHES_SUBJECT | SUBJECT_LEAVES | CHANGES_ASSIGNMENTS |
			  CHANGES_APPLICATIONS | NEEDS_LOCK | ENDS_ADMIN,
    [EFFECT_GIVE] = TOUCHES_SUBJECT | TOUCHES_FROM | TOUCHES_TO | CHANGES_ASSIGNMENTS | NEEDS_LOCK,
    [EFFECT_SET_STATUS] = TOUCHES_FROM | TOUCHES_TO | CHANGES_ASSIGNMENTS | NEEDS_LOCK,
    [EFFECT_MANAGER_NOTE] = 0,
    [EFFECT_UNREACHABLE] = TOUCHES_SELF,
    [EFFECT_MOVE] =
	TOUCHES_FROM | TOUCHES_TO | FROM_LEAVES | CHANGES_APPLICATIONS | NEEDS_LOCK | ENDS_ADMIN,
    [EFFECT_REFUSE_CLAIM] = TOUCHES_TO | CHANGES_APPLICATIONS,
    [EFFECT_SEND_CODE] = TOUCHES_SELF | MAILS | CHANGES_APPLICATIONS,
    [EFFECT_RESEND_CODE] = TOUCHES_TO | MAILS | CHANGES_APPLICATIONS,
    [EFFECT_WRONG_CODE] = TOUCHES_SELF,
    [EFFECT_CODE_DONE] = TOUCHES_SELF | CHANGES_APPLICATIONS,
    [EFFECT_EVICT] =
	TOUCHES_SELF | TOUCHES_FROM | FROM_LEAVES | CHANGES_ASSIGNMENTS | NEEDS_LOCK | ENDS_ADMIN,
    [EFFECT_MAKE_INVITE] = 0,
    [EFFECT_HOLD_INVITE] = TOUCHES_SELF,
    [EFFECT_USE_INVITE] = 0,
    [EFFECT_CALENDAR_LINK] = TOUCHES_SELF,
    [EFFECT_DISCONNECT_CALENDAR] = TOUCHES_SELF,
    [EFFECT_PICK_CALENDAR] = TOUCHES_SELF,
    [EFFECT_TARGET_CALENDAR] = TOUCHES_SELF,
    [EFFECT_FOLLOW_UP] = TOUCHES_SELF,
    [EFFECT_STATS] = 0,
    [EFFECT_DRAFT_BROADCAST] = TOUCHES_SELF,
    [EFFECT_MOVE_BROADCAST] = TOUCHES_SELF,
    [EFFECT_SEND_FILE] = TOUCHES_SELF,
    [EFFECT_IMPORT_FILE] = TOUCHES_SELF,
    [EFFECT_CANCEL_FILE] = TOUCHES_SELF,
    [EFFECT_HEARD] = 0,
    [EFFECT_NEW_PROSPECT] = TOUCHES_SELF,
    [EFFECT_MEET_PROSPECT] = TOUCHES_SELF,
    [EFFECT_SAID] = 0,
    [EFFECT_OWN_CLIENT] = TOUCHES_SELF | TOUCHES_FROM | CHANGES_ASSIGNMENTS | NEEDS_LOCK,
    [EFFECT_NOTE] = TOUCHES_SELF,
    [EFFECT_CHANGE_NOTE] = TOUCHES_SELF,
    [EFFECT_REOPEN] = TOUCHES_SELF,
    [EFFECT_LEAVE_PROSPECT] = TOUCHES_SELF,
    [EFFECT_FORWARDED] = 0,
    [EFFECT_BLOCK] = TOUCHES_SELF | TOUCHES_TO,
    [EFFECT_OWN] = TOUCHES_SELF | TOUCHES_TO | NEEDS_LOCK,
    [EFFECT_QUALIFY] = TOUCHES_SELF,
    [EFFECT_ANSWER] = 0,
    [EFFECT_ASK] = 0,
    [EFFECT_CLOSE] = TOUCHES_SELF | TOUCHES_TO | CHANGES_ASSIGNMENTS | NEEDS_LOCK,
    [EFFECT_CONNECT] = TOUCHES_SELF,
    [EFFECT_DISCONNECT] = TOUCHES_SELF,
    [EFFECT_HEARD_THERE] = TOUCHES_FROM | TOUCHES_TO,
    [EFFECT_TYPED_THERE] = TOUCHES_SELF | TOUCHES_FROM,
    [EFFECT_DELETED_THERE] = 0,
    [EFFECT_GREET_THERE] = 0,
    [EFFECT_STOP] = TOUCHES_SELF,
    [EFFECT_RESUME] = TOUCHES_SELF,
    [EFFECT_SET_HOURS] = TOUCHES_SELF,
    [EFFECT_SET_ZONE] = TOUCHES_SELF,
    [EFFECT_ADD_DAYS_OFF] = TOUCHES_SELF,
    [EFFECT_REMOVE_DAYS_OFF] = TOUCHES_SELF,
    [EFFECT_REACHABLE] = TOUCHES_SELF,
    [EFFECT_USERNAME] = TOUCHES_SELF,
};

bool fold_changes_assignments(enum effect_kind kind)
{
	return consequences[kind] & CHANGES_ASSIGNMENTS;
}

static void touch(struct folding *f, int64_t user_id)
{
	if (user_id)
		fold_person_of(f, user_id)->touched = true;
}

void fold_apply_effect(struct folding *f, struct person *p, const struct effect *effect)
{
	struct fold_writes *w = f->writes;
	unsigned what = consequences[effect->kind];
	struct effect_row *row = &w->effects[w->effect_count++];
	*row = (struct effect_row){*effect, p->user_id, rep_status_name(effect->status)};
	if (!row->effect.rep_id)
		row->effect.rep_id = p->state.rep_id;
	p->touched |= (what & TOUCHES_SELF) != 0;
	p->heard |= effect->kind == EFFECT_HEARD;
	if (effect->kind == EFFECT_QUALIFY)
		w->begun[w->begun_count++] = (struct questions_new){p->user_id, effect->position};
	if (what & TOUCHES_FROM)
		touch(f, effect->from);
	if (what & TOUCHES_TO)
		touch(f, effect->to);
	p->left |= (what & SELF_LEAVES) != 0;
	if ((what & FROM_LEAVES) && effect->from)
		fold_person_of(f, effect->from)->left = true;
	if ((what & TOUCHES_SUBJECT) && p->state.subject)
		touch(f, p->state.subject->telegram_id);
	if ((what & SUBJECT_LEAVES) && p->state.subject)
		fold_person_of(f, p->state.subject->telegram_id)->left = true;
	if (what & TAKES_EMAIL)
		f->keys[f->key_count++] = effect->email_key;
	if (what & MAILS)
		f->mailed[f->mailed_count++] = email_mailbox(effect->email_key, f->a);
	if (effect->assignment_id)
		(void)map_put(&f->assignments, effect->assignment_id);
	if (effect->kind == EFFECT_UNDO && p->state.assignment && p->state.assignment->other_id)
		(void)map_put(&f->assignments, p->state.assignment->other_id);
	f->applications_changed |= (what & CHANGES_APPLICATIONS) != 0;
	f->admins_changed |= (what & ENDS_ADMIN) != 0;
	w->needs_lock |= (what & NEEDS_LOCK) != 0;
}

bool fold_business_changed(struct folding *f, const struct event *event)
{
	const struct fold_writes *w = f->writes;
	for (size_t i = 0; i < w->effect_count; i++)
		if (w->effects[i].effect.connection &&
		    strcmp(w->effects[i].effect.connection, event->business->connection) == 0)
			return true;
	struct map_slot *slot = map_find(&f->people, event->business->peer);
	return slot && ((const struct person *)slot->value.pointer)->touched;
}

/* What is to be known of an answer that may be dropped for a newer one: not what admins are shown once. */
static int64_t answered_update(const struct telegram_update *update, const struct outcome *outcome)
{
	for (size_t i = 0; i < outcome->effect_count; i++)
		if (outcome->effects[i].kind == EFFECT_HEARD ||
		    outcome->effects[i].kind == EFFECT_MAKE_INVITE ||
		    outcome->effects[i].kind == EFFECT_CALENDAR_LINK)
			return 0;
	return update->has_id ? update->update_id : 0;
}

/* Of what is said to a prospect, so that it is not sent once somebody else leads the conversation. */
static int64_t version_of(const struct person *p, const struct message *m)
{
	const struct prospect_view *prospect = p->state.prospect;
	bool own = m->chat_id == p->user_id && prospect && prospect->met &&
		   (conversation_kinds(&p->state, p->user_id) & PERSON_PROSPECT);
	return !m->version && own ? prospect->version : m->version;
}

void fold_add_messages(struct folding *f, const struct person *p,
    const struct telegram_update *update, const struct outcome *outcome)
{
	const struct message_list *list = &outcome->messages;
	int64_t answered = answered_update(update, outcome);
	struct fold_writes *w = f->writes;
	ARENA_GROW(f->a, w->messages, w->message_count, list->count, f->message_room);
	ARENA_GROW(f->a, f->edits, f->edit_count, list->count, f->edit_room);
	for (const struct message *m = list->first; m; m = m->next) {
		if (m->album) {
			w->albums[w->album_count++] = (struct outbox_album){.chat_id = m->chat_id,
			    .from_chat = m->from_chat,
			    .message_id = m->message_id,
			    .album = m->album,
			    .relay = outgoing_relay(m, f->a),
			    .head = m->head ? outgoing_payload(m->head, f->a) : NULL,
			    .priority = (int)m->priority};
			continue;
		}
		bool first = !map_find(&f->chats, m->chat_id);
		if (first)
			(void)map_put(&f->chats, m->chat_id);
		w->messages[w->message_count++] = (struct outbox_new){
		    .chat_id = m->chat_id,
		    .method = outgoing_method(m),
		    .payload = outgoing_payload(m, f->a),
		    .priority = (int)m->priority,
		    .send_now = first && f->input->grants(m->chat_id, f->input->data),
		    .answers_to =
			m->chat_id == update->event.chat_id && m->priority == PRIORITY_REPLY
			    ? answered
			    : 0,
		    .version = version_of(p, m),
		    .relay = outgoing_relay(m, f->a),
		    .anew = m->anew != NULL,
		};
		if (m->kind == MESSAGE_EDIT_KEYBOARD || m->kind == MESSAGE_EDIT_TEXT)
			f->edits[f->edit_count++] = (struct outbox_edit){
			    m->chat_id, m->message_id, w->messages[w->message_count - 1].payload};
	}
}

void fold_add_summary(struct folding *f, const struct outcome *outcome)
{
	struct fold_writes *w = f->writes;
	if (outcome->summary)
		w->summaries[w->summary_count++] = (struct summary_new){
		    .prospect = outcome->summary_of,
		    .chat_id = outcome->summary->chat_id,
		    .payload = outgoing_payload(outcome->summary, f->a),
		};
}

void fold_finish_sessions(struct folding *f)
{
	struct fold_writes *w = f->writes;
	for (const struct map_slot *slot = NULL; (slot = map_next(&f->people, slot));) {
		const struct person *p = slot->value.pointer;
		if (p->session_dirty)
			w->sessions[w->session_count++] = (struct session_row){
			    .user_id = p->user_id,
			    .kind = person_kind_name(p->state.kind),
			    .phase = conversation_phase_name(p->state.phase),
			    .draft_name = p->state.draft_name,
			    .draft_client = p->state.draft_client,
			    .draft_seen = p->state.draft_seen,
			    .locale = locale_code(p->state.locale),
			    .locale_chosen = p->state.locale_chosen,
			    .claim_email = p->state.claim_email,
			    .claim_rep = p->state.claim_rep,
			    .claim_username = p->state.claim_username,
			    .wrong_emails = p->state.wrong_emails,
			    .pause_us = p->state.pause_us,
			    .looked_emails = p->state.looked_emails,
			};
	}
}

void fold_plan_writes(const struct fold_writes *w, struct db_plan *plan, struct arena *a)
{
	sessions_write(plan, a, w->sessions, w->session_count);
	effects_write(plan, a, w->effects, w->effect_count);
	if (w->link_count > 0)
		links_create(plan, a, w->links, w->link_count);
	timers_refused(plan, a, w->blockers, w->blocker_count);
	timers_heard(plan, a, w->heard, w->heard_count, w->reminder_us);
	questions_begin(plan, a, w->script, w->begun, w->begun_count);
}
