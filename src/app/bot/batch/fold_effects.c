#include "fold_private.h"
#include "salesreg/app/bot/delivery/telegram_message.h"
#include "salesreg/app/bot/invite.h"
#include "salesreg/domain/contact/email.h"
#include <string.h>

void fold_apply_effect(struct folding *f, struct person *p, const struct effect *effect)
{
	struct fold_writes *w = f->writes;
	switch (effect->kind) {
	case EFFECT_REGISTER:
		w->registrations[w->registration_count++] = (struct rep_change){
		    .rep = p->state.rep_id,
		    .telegram_id = p->user_id,
		    .username = effect->username,
		    .name = effect->name,
		    .email = effect->email,
		    .email_key = effect->email_key,
		    .status = rep_status_name(effect->status),
		};
		f->keys[f->key_count++] = effect->email_key;
		f->applications_changed = true;
		p->touched = true;
		break;
	case EFFECT_CHANGE_EMAIL:
		w->email_changes[w->email_change_count++] = (struct rep_change){
		    .rep = p->state.rep_id, .email = effect->email, .email_key = effect->email_key};
		f->keys[f->key_count++] = effect->email_key;
		p->touched = true;
		break;
	case EFFECT_UNREGISTER:
		w->leaving[w->leaving_count++] = p->state.rep_id;
		w->needs_lock = true;
		p->touched = true;
		break;
	case EFFECT_CONTACTED:
	case EFFECT_DECLINE:
		if (effect->kind == EFFECT_CONTACTED)
			w->contacted[w->contacted_count++] = effect->assignment_id;
		else
			w->declined[w->declined_count++] = effect->assignment_id;
		(void)map_put(&f->assignments, effect->assignment_id);
		w->needs_lock = true;
		p->touched = true;
		break;
	case EFFECT_UNDO:
		w->undone[w->undone_count++] = effect->assignment_id;
		(void)map_put(&f->assignments, effect->assignment_id);
		if (p->state.assignment && p->state.assignment->other_id)
			(void)map_put(&f->assignments, p->state.assignment->other_id);
		if (effect->to)
			fold_person_of(f, effect->to)->touched = true;
		w->needs_lock = true;
		p->touched = true;
		break;
	case EFFECT_APPROVE:
	case EFFECT_REJECT:
		w->decisions[w->decision_count++] = (struct rep_change){
		    .rep = effect->rep_id,
		    .status =
			rep_status_name(effect->kind == EFFECT_APPROVE ? REP_ACTIVE : REP_REMOVED),
		    .admin_id = p->user_id,
		};
		f->applications_changed = true;
		if (p->state.subject)
			fold_person_of(f, p->state.subject->telegram_id)->touched = true;
		break;
	case EFFECT_UNREACHABLE:
		w->unavailable[w->unavailable_count++] = p->state.rep_id;
		p->touched = true;
		break;
	case EFFECT_MOVE:
		w->moves[w->move_count++] =
		    (struct rep_move){effect->rep_id, effect->name, effect->from, effect->to};
		/* the new account has just been heard of, whatever the old one was */
		w->available[w->available_count++] = effect->rep_id;
		w->needs_lock = true;
		f->applications_changed = true;
		fold_person_of(f, effect->from)->touched = true;
		fold_person_of(f, effect->to)->touched = true;
		break;
	case EFFECT_REFUSE_CLAIM:
		w->refused[w->refused_count++] = effect->to;
		f->applications_changed = true;
		fold_person_of(f, effect->to)->touched = true;
		break;
	case EFFECT_SEND_CODE:
		w->code_requests[w->code_request_count++] =
		    (struct code_request){p->user_id, effect->email, effect->email_key};
		w->codes_over[w->code_over_count++] = p->user_id;
		/* what was counted is one less than it is now */
		f->mailed[f->mailed_count++] = email_mailbox(effect->email_key, f->a);
		p->touched = true;
		break;
	case EFFECT_WRONG_CODE:
		w->codes_wrong[w->code_wrong_count++] = effect->code_id;
		p->touched = true;
		break;
	case EFFECT_CODE_DONE:
		w->codes_over[w->code_over_count++] = p->user_id;
		p->touched = true;
		break;
	case EFFECT_EVICT:
		w->leaving[w->leaving_count++] = effect->rep_id;
		fold_person_of(f, effect->from)->touched = true;
		w->needs_lock = true;
		p->touched = true;
		break;
	case EFFECT_MAKE_INVITE:
		w->invitations[w->invitation_count++] = (struct invite_new){
		    .hash = effect->invite, .days = INVITE_DAYS, .admin = p->user_id};
		break;
	case EFFECT_HOLD_INVITE:
		w->holds[w->hold_count++] = (struct invite_change){effect->invite, p->user_id};
		p->touched = true;
		break;
	case EFFECT_USE_INVITE:
		w->uses[w->use_count++] = (struct invite_change){effect->invite, p->user_id};
		break;
	case EFFECT_HEARD:
		w->heard[w->heard_count++] = p->user_id;
		p->heard = true;
		break;
	case EFFECT_REACHABLE:
		w->available[w->available_count++] = p->state.rep_id;
		p->touched = true;
		break;
	case EFFECT_USERNAME:
		w->renames[w->rename_count++] =
		    (struct rep_change){.rep = p->state.rep_id, .username = effect->username};
		p->touched = true;
		break;
	}
}

/* What is to be known of an answer that may be dropped for a newer one: not what admins are shown once. */
static int64_t answered_update(const struct telegram_update *update, const struct outcome *outcome)
{
	for (size_t i = 0; i < outcome->effect_count; i++)
		if (outcome->effects[i].kind == EFFECT_HEARD ||
		    outcome->effects[i].kind == EFFECT_MAKE_INVITE)
			return 0;
	return update->has_id ? update->update_id : 0;
}

void fold_add_messages(
    struct folding *f, const struct telegram_update *update, const struct outcome *outcome)
{
	const struct message_list *list = &outcome->messages;
	int64_t answered = answered_update(update, outcome);
	struct fold_writes *w = f->writes;
	if (w->message_count + list->count > f->message_room) {
		size_t room = (w->message_count + list->count) * 2 + 16;
		struct outbox_new *grown = ARENA_ARRAY(f->a, struct outbox_new, room);
		if (w->message_count)
			memcpy(grown, w->messages, w->message_count * sizeof *grown);
		w->messages = grown;
		f->message_room = room;
	}
	for (const struct message *m = list->first; m; m = m->next) {
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
		};
	}
}

void fold_finish_sessions(struct folding *f)
{
	struct fold_writes *w = f->writes;
	for (const struct map_slot *slot = NULL; (slot = map_next(&f->people, slot));) {
		const struct person *p = slot->value.pointer;
		if (p->session_dirty)
			w->sessions[w->session_count++] = (struct session_row){
			    .user_id = p->user_id,
			    .phase = conversation_phase_name(p->state.phase),
			    .draft_name = p->state.draft_name,
			    .locale = locale_code(p->state.locale),
			    .locale_chosen = p->state.locale_chosen,
			    .draft_email = p->state.draft_email,
			    .draft_rep = p->state.draft_rep,
			    .draft_username = p->state.draft_username,
			    .wrong_emails = p->state.wrong_emails,
			    .pause_us = p->state.pause_us,
			    .looked_emails = p->state.looked_emails,
			};
	}
}

void fold_plan_writes(const struct fold_writes *w, struct db_plan *plan, struct arena *a)
{
	sessions_write(plan, a, w->sessions, w->session_count);
	reps_leave(plan, a, w->leaving, w->leaving_count);
	reps_register(plan, a, w->registrations, w->registration_count);
	reps_change_email(plan, a, w->email_changes, w->email_change_count);
	reps_decide(plan, a, w->decisions, w->decision_count);
	reps_rename(plan, a, w->renames, w->rename_count);
	assignments_contacted(plan, a, w->contacted, w->contacted_count);
	assignments_decline(plan, a, w->declined, w->declined_count);
	reps_unavailable(plan, a, w->unavailable, w->unavailable_count, "blocked the bot");
	reps_available(plan, a, w->available, w->available_count);
	assignments_undo(plan, a, w->undone, w->undone_count);
	admins_heard(plan, a, w->heard, w->heard_count);
	claims_refuse(plan, a, w->refused, w->refused_count);
	invites_create(plan, a, w->invitations, w->invitation_count);
	invites_hold(plan, a, w->holds, w->hold_count);
	invites_use(plan, a, w->uses, w->use_count);
	reps_move(plan, a, w->moves, w->move_count);
	codes_write(plan, a, w->codes_over, w->code_over_count, w->code_requests,
	    w->code_request_count, w->codes_wrong, w->code_wrong_count);
}
