/*
 * What a batch's updates are about: the people and facts that are read before the fold.
 */
#include "fold_private.h"
#include "salesreg/app/link_token.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/contact/email.h"

static void add_clients(
    struct fold_interests *in, size_t place, int64_t rep, const struct conversation_interest *of)
{
	const struct client_press *press = &of->clients_press;
	const struct client_ask ask = {
	    .place = (int64_t)place,
	    .rep_telegram_id = rep,
	    .begins = press->move == CLIENTS_FIRST,
	    .newer = press->move == CLIENTS_NEWER,
	    .from = press->place,
	    .assignment = of->assignment_id,
	    .link = of->link ? of->link : "",
	    .has_at = press->move == CLIENTS_OPEN,
	    .at = press->place,
	    .before = of->events_before,
	};
	if (of->wants_search || (of->wants_clients && press->move == CLIENTS_FIND)) {
		in->client_searches[in->client_search_count] = ask;
		in->client_searches[in->client_search_count++].phase =
		    of->wants_search ? conversation_phase_name(PHASE_FIND) : NULL;
	} else if (of->wants_clients) {
		in->client_pages[in->client_page_count++] = ask;
	}
	if (of->wants_client && of->wants_history)
		in->client_histories[in->client_history_count++] = ask;
	else if (of->wants_client)
		in->client_cards[in->client_card_count++] = ask;
}

void fold_interests(const struct conversation_rules *rules, const struct telegram_update *updates,
    size_t count, struct arena *a, struct fold_interests *in)
{
	*in = (struct fold_interests){
	    .of = ARENA_ARRAY(a, struct conversation_interest, count),
	    .users = ARENA_ARRAY(a, int64_t, count),
	    .assignments = ARENA_ARRAY(a, int64_t, count),
	    .subjects = ARENA_ARRAY(a, int64_t, count),
	    .broadcasts = ARENA_ARRAY(a, struct broadcast_ask, count),
	    .client_pages = ARENA_ARRAY(a, struct client_ask, count),
	    .rep_pages = ARENA_ARRAY(a, struct desk_ask, count),
	    .chosen = ARENA_ARRAY(a, struct chosen_ask, count),
	    .client_searches = ARENA_ARRAY(a, struct client_ask, count),
	    .client_cards = ARENA_ARRAY(a, struct client_ask, count),
	    .client_histories = ARENA_ARRAY(a, struct client_ask, count),
	    .file_chats = ARENA_ARRAY(a, int64_t, count),
	    .managed_searches = ARENA_ARRAY(a, struct prospect_search, count),
	    .managed_cards = ARENA_ARRAY(a, struct managed_card_ask, 2 * count),
	    .managed_waiting = ARENA_ARRAY(a, struct managed_waiting_ask, count),
	    .managed_reps = ARENA_ARRAY(a, struct managed_reps_ask, count),
	    .managed_held = ARENA_ARRAY(a, int64_t, count),
	    .hours_reps = ARENA_ARRAY(a, int64_t, count),
	    .zones = ARENA_ARRAY(a, const char *, count),
	    .pressed_chats = ARENA_ARRAY(a, int64_t, count),
	    .pressed_messages = ARENA_ARRAY(a, int64_t, count),
	    .pair_chats = ARENA_ARRAY(a, int64_t, count),
	    .pair_messages = ARENA_ARRAY(a, int64_t, count),
	    .writers = ARENA_ARRAY(a, int64_t, count),
	    .connections = ARENA_ARRAY(a, const char *, count),
	    .peers = ARENA_ARRAY(a, int64_t, count),
	    .own_messages = ARENA_ARRAY(a, int64_t, count),
	    .peer_usernames = ARENA_ARRAY(a, const char *, count),
	    .leavers = ARENA_ARRAY(a, int64_t, count),
	    .email_keys = ARENA_ARRAY(a, const char *, count),
	    .mailboxes = ARENA_ARRAY(a, const char *, count),
	    .admins = ARENA_ARRAY(a, int64_t, count),
	    .claimants = ARENA_ARRAY(a, int64_t, count),
	    .invites = ARENA_ARRAY(a, const char *, count),
	    .links = ARENA_ARRAY(a, const char *, count),
	    .usernames = ARENA_ARRAY(a, const char *, count),
	    .calendar_reps = ARENA_ARRAY(a, int64_t, count),
	};
	struct map seen;
	map_init(&seen);
	for (size_t i = 0; i < count; i++) {
		const struct event *event = &updates[i].event;
		if (event->kind == EVENT_IGNORED || updates[i].flooded)
			continue;
		if (event->business) {
			const struct business_event *b = event->business;
			size_t n = in->business_count++;
			in->connections[n] = b->connection;
			in->peers[n] = b->peer;
			in->own_messages[n] = b->message_id;
			in->peer_usernames[n] =
			    b->peer_username ? text_fold(a, b->peer_username) : "";
			conversation_interest(event, a, &in->of[i]);
			/* of people whose chats may be no business of ours nothing is looked up */
			if (event->kind != EVENT_CONNECTION)
				continue;
		}
		if (!map_find(&seen, event->user_id)) {
			(void)map_put(&seen, event->user_id);
			in->usernames[in->user_count] =
			    event->username ? text_fold(a, event->username) : "";
			in->users[in->user_count++] = event->user_id;
			if (conversation_is_admin(rules, event->user_id))
				in->admins[in->admin_count++] = event->user_id;
		}
		struct conversation_interest *of = &in->of[i];
		conversation_interest(event, a, of);
		if (of->email_key) {
			in->mailboxes[in->email_key_count] = email_mailbox(of->email_key, a);
			in->email_keys[in->email_key_count++] = of->email_key;
		}
		if (of->assignment_id)
			in->assignments[in->assignment_count++] = of->assignment_id;
		if (of->subject_telegram_id)
			in->subjects[in->subject_count++] = of->subject_telegram_id;
		in->wants_rep_cards |= of->wants_rep_card;
		if (of->wants_reps)
			in->rep_pages[in->rep_page_count++] =
			    (struct desk_ask){(int64_t)i, of->reps_page};
		if (of->broadcast_said || of->broadcast_id)
			in->broadcasts[in->broadcast_count++] = (struct broadcast_ask){
			    event->user_id, of->broadcast_said, of->broadcast_id};
		in->wants_audience |=
		    of->wants_audience && conversation_is_admin(rules, event->user_id);
		in->wants_applications |= of->wants_applications;
		in->tells_admins |= of->tells_admins && rules->admin_count > 0;
		if (of->claim_telegram_id)
			in->claimants[in->claimant_count++] = of->claim_telegram_id;
		if (of->invite && rules->by_invitation) {
			of->invite = link_token_hash(a, of->invite);
			in->invites[in->invite_count++] = of->invite;
		}
		if (of->link) {
			if (start_link(of->link) != START_BUSINESS)
				of->link = link_token_hash(a, of->link);
			in->links[in->link_count++] = of->link;
		}
		if (of->wants_calendar && rules->calendar_url)
			in->calendar_reps[in->calendar_rep_count++] = event->user_id;
		add_clients(in, i, event->user_id, of);
		fold_managed_interests(in, i, event, of, a);
		if (of->wants_file && conversation_is_admin(rules, event->user_id))
			in->file_chats[in->file_chat_count++] = event->user_id;
		if (of->chosen_id)
			in->chosen[in->chosen_count++] =
			    (struct chosen_ask){event->user_id, of->chosen_id, of->chosen_username};
		if (event->message_id) {
			in->pressed_chats[in->pressed_count] = event->chat_id;
			in->pressed_messages[in->pressed_count++] = event->message_id;
		}
		if (of->pair_message) {
			in->pair_chats[in->pair_count] = event->chat_id;
			in->pair_messages[in->pair_count++] = of->pair_message;
		}
		if (of->wants_partners)
			in->writers[in->writer_count++] = event->user_id;
		if (of->zone)
			in->zones[in->zone_count++] = of->zone;
		if (of->wants_hours || (of->wants_calendar && rules->calendar_url))
			in->hours_reps[in->hours_rep_count++] = event->user_id;
		if (!of->changes_assignments)
			continue;
		/* a "yes" matters only to someone who is being asked whether to leave; the rest is certain */
		if (of->assignment_id || of->subject_telegram_id || of->claim_telegram_id ||
		    of->chosen_id || of->managed.holds || event->kind == EVENT_BLOCKED ||
		    event->kind == EVENT_UNBLOCKED)
			in->lock_certainly = true;
		else
			in->leavers[in->leaver_count++] = event->user_id;
	}
	map_finish(&seen);
}
