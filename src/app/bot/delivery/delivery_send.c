#include "delivery_private.h"
#include "salesreg/base/buf.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/json.h"
#include "salesreg/base/log.h"
#include "salesreg/domain/outbox/backoff.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * One message, from its row to what became of it.
 *
 * Happy path: a row in state `sending` -> the call -> Telegram's message_id -> RESULT_SENT, which the next transaction writes.
 * Failures: a limit (429) or trouble of Telegram's: RESULT_LATER, after its pause. A chat that cannot be written to: RESULT_GONE,
 * tried again with growing pauses. No answer after the request had left: it may have arrived, and goes again marked as a
 * possible duplicate, UNKNOWN_MOST times. What Telegram takes only in another form goes again in that one. What Telegram refuses for good, or refuses while it takes others: RESULT_FAILED.
 */

enum {
	REFUSED_MOST =
	    20, /* one that Telegram cannot take, while it takes others, is left to a person: an hour or so */
	UNKNOWN_MOST = 6, /* a message whose answers keep getting lost is left to a person */
};
static const int64_t RETRY_FIRST_US = 500 * 1000, RETRY_LONGEST_US = 300 * 1000 * 1000LL;
/* Out of reach is not gone: Telegram says so in error, too (tdlib/telegram-bot-api#219). */
static const int64_t GONE_FIRST_US = 10 * 1000 * 1000;
/* A 429 names no scope. One chat refused: that chat. A third one within this time: everything. */
static const int64_t SAME_LIMIT_US = 1000 * 1000;
static const int64_t CHAT_BLOCK_MOST_US = 5 * 1000 * 1000;

static const char *known_method(const char *method)
{
	static const char *const known[] = {"sendMessage", "editMessageReplyMarkup",
	    "editMessageText", "copyMessage", "copyMessages", "editMessageCaption",
	    "setMessageReaction", "sendPhoto", "sendVideo", "sendAnimation", "sendAudio",
	    "sendVoice", "sendVideoNote", "sendSticker", "sendDocument"};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(known[i], method) == 0)
			return known[i];
	return NULL;
}

static void forget(struct sending *s)
{
	struct delivery *d = s->d;
	LIST_REMOVE(s, link);
	d->under_way_count--;
	struct map_slot *slot = map_find(&d->chats, s->chat);
	if (slot && slot->value.pointer == s)
		(void)map_remove(&d->chats, s->chat);
	free(s->rich);
	free(s);
}

static int64_t backoff(int attempts)
{
	return backoff_us(attempts > 0 ? (unsigned)attempts - 1 : 0, RETRY_FIRST_US,
	    RETRY_LONGEST_US, clock_random());
}

/* A third chat refused at about the same time: the limit is not the chat's. */
static bool is_overall_limit(struct delivery *d, int64_t chat, int64_t now)
{
	bool others = true;
	for (int i = 0; i < 2; i++)
		others &= d->limited_chats[i] != 0 && d->limited_chats[i] != chat &&
			  now - d->limited_at_us[i] < SAME_LIMIT_US;
	if (d->limited_chats[0] != chat) {
		d->limited_chats[1] = d->limited_chats[0];
		d->limited_at_us[1] = d->limited_at_us[0];
	}
	d->limited_chats[0] = chat;
	d->limited_at_us[0] = now;
	return others;
}

static void try_later(
    struct delivery *d, const struct sending *s, const struct telegram_answer *answer)
{
	int64_t now = clock_monotonic_us(), pause = backoff(s->attempts);
	d->stats.retried++;
	if (answer->retry_after_ms >= 0) {
		d->stats.limited++;
		pause = answer->retry_after_ms * 1000;
		bool overall = is_overall_limit(d, s->chat, now);
		if (overall) {
			rate_limit_block_all(&d->limits, now + pause);
			d->block_us = pause;
		} else {
			/* What waits stands before the chat's others in the database, too, and
			 * `salesreg outbox retry` may shorten it there. */
			rate_limit_block_chat(&d->limits, s->chat,
			    now + (pause < CHAT_BLOCK_MOST_US ? pause : CHAT_BLOCK_MOST_US));
		}
		fault_log_warn(&d->fault,
		    "Telegram asks to wait %lld ms before the next message %s",
		    (long long)answer->retry_after_ms, overall ? "to anyone" : "to this chat");
	} else {
		fault_log_warn(&d->fault, "message %lld was not taken (%s); next try in %lld ms",
		    (long long)s->id, answer->description, (long long)pause / 1000);
	}
	results_add(&d->results, RESULT_LATER,
	    (struct outbox_result){.id = s->id,
		.chat_id = s->chat,
		.birth_us = s->birth_us,
		.pause_us = pause,
		.error = answer->description});
}

static void say_gone(struct delivery *d, const struct sending *s, const char *description)
{
	if (conversation_is_admin(d->options.rules, s->chat)) {
		char whose[24]; /* numbers are no reasons, and each admin is one */
		(void)snprintf(whose, sizeof whose, "%lld", (long long)s->chat);
		for (char *p = whose; *p; p++)
			*p = (char)(*p + ('a' - '0'));
		fault_log_warn_as(&d->admin_fault, whose,
		    "admin %lld cannot be written to (%s): let them press Start in a chat with the "
		    "bot; what they missed is shown to them then",
		    (long long)s->chat, description);
		(void)fault_log_end(&d->admin_fault);
		return;
	}
	log_info("message %lld: this chat cannot be written to any more (%s)", (long long)s->id,
	    description);
}

/* Since this one was last tried: then it is not Telegram that has trouble, but the message. */
static bool others_were_sent(const struct delivery *d, const struct sending *s)
{
	return d->sent_us != 0 && clock_monotonic_us() - d->sent_us < 2 * backoff(s->attempts);
}

/* At once, by way of its row: whoever leads the conversation by then may not want it any more (outbox_claim). */
static void send_again(struct delivery *d, const struct sending *s,
    const struct telegram_answer *answer, const char *payload)
{
	results_add(&d->results, RESULT_LATER,
	    (struct outbox_result){.id = s->id,
		.chat_id = s->chat,
		.birth_us = s->birth_us,
		.error = answer->description,
		.anew = payload == NULL,
		.payload = payload});
}

/* Telegram will not show a button that opens a chat by id, and took nothing: the same message without it. */
static bool goes_without_links(struct sending *s, const struct telegram_answer *answer)
{
	if (answer->class != TELEGRAM_BUG || !user_links_refused(answer->description))
		return false;
	char *payload = user_links_strip(&s->d->links, s->payload);
	if (!payload)
		return false;
	log_info("message %lld goes again without its link to a person: %s", (long long)s->id,
	    answer->description);
	send_again(s->d, s, answer, payload);
	free(payload);
	return true;
}

/* With a reply the server builds the copy anew, which may fail where the plain one does not (tdlib/telegram-bot-api#741). */
static bool goes_without_reply(struct sending *s, const struct telegram_answer *answer)
{
	static const char reply[] = ",\"reply_parameters\":{";
	char *from = answer->class == TELEGRAM_BUG && strcmp(s->method, "copyMessage") == 0
			 ? strstr(s->payload, reply)
			 : NULL;
	char *to = from ? strchr(from, '}') : NULL;
	if (!to)
		return false;
	log_info(
	    "message %lld goes again without its reply: %s", (long long)s->id, answer->description);
	memmove(from, to + 1, strlen(to + 1) + 1);
	send_again(s->d, s, answer, s->payload);
	return true;
}

/* What stands in the payload in both ways as a rich message alone, or without it; NULL: it is no such payload. */
static char *without(const char *payload, bool rich)
{
	static const char *const of_text[] = {"text", "entities", "link_preview_options"};
	if (!strstr(payload, ",\"rich_message\":{"))
		return NULL;
	json_t *document = json_loads(payload, 0, NULL);
	bool has = json_object_get(document, "rich_message") != NULL;
	if (rich)
		(void)json_object_del(document, "rich_message");
	for (size_t i = 0; !rich && i < sizeof of_text / sizeof *of_text; i++)
		(void)json_object_del(document, of_text[i]);
	char *text = has ? json_text_dup(document) : NULL;
	json_decref(document);
	return text;
}

/* A server that is older than rich messages says that there is no text, a newer one what is wrong with it. */
static bool goes_plain(struct sending *s, const struct telegram_answer *answer)
{
	char *plain = s->rich && answer->class == TELEGRAM_BUG ? without(s->payload, true) : NULL;
	if (!plain)
		return false;
	log_info(
	    "message %lld goes again as a plain text: %s", (long long)s->id, answer->description);
	send_again(s->d, s, answer, plain);
	free(plain);
	return true;
}

/* What the edit says is seen nowhere: its chat's person has deleted the message. */
static bool goes_anew(const struct sending *s, const struct telegram_answer *answer)
{
	if (!answer->edits_nothing || !s->anew)
		return false;
	log_info("message %lld goes again as a new one, as what it edits is gone: %s",
	    (long long)s->id, answer->description);
	send_again(s->d, s, answer, NULL);
	return true;
}

/* "{1,2}": what an album became, the parts that could be copied; NULL: the answer is no list. */
static char *copied_ids(const struct telegram_answer *answer)
{
	if (!json_is_array(answer->result))
		return NULL;
	struct buf ids;
	buf_init(&ids, 1 << 16);
	buf_addc(&ids, '{');
	for (size_t i = 0; i < json_array_size(answer->result); i++) {
		if (i)
			buf_addc(&ids, ',');
		buf_add_i64(&ids, json_get_i64(json_array_get(answer->result, i), "message_id", 0));
	}
	buf_addc(&ids, '}');
	char *text = strdup(buf_text(&ids));
	buf_finish(&ids);
	return text;
}

/* In a chat of a rep's own account: what Telegram does not take there may go another way, and says nothing of the bot's chats. */
static bool is_as_rep(const struct sending *s)
{
	static const char begins[] = "{\"business_connection_id\":";
	return strncmp(s->payload, begins, sizeof begins - 1) == 0;
}

static void on_sent(const struct telegram_answer *answer, void *data)
{
	struct sending *s = data;
	struct delivery *d = s->d;
	assert(d->under_way_count > 0 && s->call);
	struct outbox_result result = {.attempts = s->attempts,
	    .id = s->id,
	    .chat_id = s->chat,
	    .birth_us = s->birth_us,
	    .message_id = answer->message_id,
	    .error = answer->description};
	log_context(s->chat, 0);
	switch (answer->class) {
	case TELEGRAM_OK:
		if (goes_anew(s, answer))
			break;
		d->stats.sent++;
		fault_log_over(&d->fault, "messages are delivered again");
		d->sent_us = clock_monotonic_us();
		result.error = NULL;
		char *ids = copied_ids(answer);
		result.message_ids = ids;
		results_add(&d->results, RESULT_SENT, result);
		free(ids);
		break;
	case TELEGRAM_RETRY:
	case TELEGRAM_CONFLICT:
		if (s->attempts >= REFUSED_MOST && answer->retry_after_ms < 0 &&
		    others_were_sent(d, s)) {
			d->stats.failed++;
			log_error("message %lld was not taken in %d tries (%s), while others were; "
				  "see `salesreg outbox list`",
			    (long long)s->id, s->attempts, answer->description);
			results_add(&d->results, RESULT_FAILED, result);
			break;
		}
		try_later(d, s, answer);
		break;
	case TELEGRAM_TOKEN:
		rate_limit_block_all(&d->limits, clock_monotonic_us() + 5 * 1000 * 1000);
		try_later(d, s, answer);
		break;
	case TELEGRAM_GONE:
		if (is_as_rep(s)) {
			d->stats.refused_as_rep++;
			log_info("message %lld could not be sent as a rep: %s", (long long)s->id,
			    answer->description);
			results_add(&d->results, RESULT_FAILED, result);
			break;
		}
		d->stats.gone++;
		say_gone(d, s, answer->description);
		result.pause_us = backoff_us(s->attempts > 0 ? (unsigned)s->attempts - 1 : 0,
		    GONE_FIRST_US, RETRY_LONGEST_US, clock_random());
		results_add(&d->results, RESULT_GONE, result);
		break;
	case TELEGRAM_UNKNOWN:
		d->stats.unknown++;
		if (s->attempts < UNKNOWN_MOST) {
			d->stats.possible_duplicates++;
			result.maybe_delivered = true;
			result.pause_us = backoff(s->attempts);
			fault_log_warn(&d->fault,
			    "message %lld: no answer (%s); it may have arrived and goes "
			    "again, marked as a possible "
			    "duplicate",
			    (long long)s->id, answer->description);
			results_add(&d->results, RESULT_LATER, result);
			break;
		}
		d->stats.failed++;
		log_error("message %lld: no answer after %d tries; see `salesreg outbox list`",
		    (long long)s->id, s->attempts);
		results_add(&d->results, RESULT_FAILED, result);
		break;
	case TELEGRAM_BUG:
		if (goes_plain(s, answer) || goes_without_links(s, answer) ||
		    goes_without_reply(s, answer))
			break;
		if (is_as_rep(s)) {
			d->stats.refused_as_rep++;
			log_info("message %lld could not be sent as a rep: %s", (long long)s->id,
			    answer->description);
			results_add(&d->results, RESULT_FAILED, result);
			break;
		}
		d->stats.failed++;
		log_error(
		    "message %lld was refused for good: %s", (long long)s->id, answer->description);
		results_add(&d->results, RESULT_FAILED, result);
		break;
	case TELEGRAM_CANCELLED:
		break;
	}
	log_context(0, 0);
	bool was_full = delivery_is_full(d);
	forget(s);
	d->want_claim |= d->backlog;
	delivery_flush_and_claim(d);
	if (was_full && !delivery_is_full(d) && d->options.on_capacity)
		d->options.on_capacity(d->options.data);
	delivery_check_drained(d);
}

void delivery_send(struct delivery *d, const struct outbox_row *row)
{
	const char *known = known_method(row->method);
	if (!d->leading)
		return; /* the row stays `sending` for the next leader */
	if (!known) {
		log_error("message %lld has the method %.40s, which is not one this bot sends",
		    (long long)row->id, row->method);
		results_add(&d->results, RESULT_FAILED,
		    (struct outbox_result){.id = row->id,
			.chat_id = row->chat_id,
			.birth_us = row->birth_us,
			.error = "not a method this bot sends"});
		d->want_claim = true; /* what waits behind it */
		d->stats.failed++;
		return;
	}
	if (row->possible_duplicate)
		log_info(
		    "message %lld is sent again; it may already have arrived", (long long)row->id);
	char *stripped = user_links_strip_hidden(&d->links, row->payload);
	const char *payload = stripped ? stripped : row->payload;
	size_t size = strlen(payload);
	struct sending *s = malloc(sizeof *s + size + 1);
	if (!s)
		abort();
	*s = (struct sending){.d = d,
	    .id = row->id,
	    .chat = row->chat_id,
	    .birth_us = row->birth_us,
	    .attempts = row->attempts,
	    .anew = row->anew,
	    .method = known,
	    .size = size};
	memcpy(s->payload, payload, size + 1);
	free(stripped);
	LIST_INSERT_HEAD(&d->under_way, s, link);
	d->under_way_count++;
	map_put(&d->chats, s->chat)->value.pointer = s;
	s->rich = without(s->payload, false);
	const char *body = s->rich ? s->rich : s->payload;
	s->call = telegram_call(d->options.telegram, known, body, strlen(body), 0, on_sent, s);
}

size_t delivery_cancel_all(struct delivery *d)
{
	size_t maybe = 0;
	for (struct sending *s = LIST_FIRST(&d->under_way), *next; s; s = next) {
		next = LIST_NEXT(s, link);
		if (telegram_call_maybe_delivered(s->call))
			maybe++;
		else
			results_add(&d->results, RESULT_LATER,
			    (struct outbox_result){
				.id = s->id, .chat_id = s->chat, .birth_us = s->birth_us});
		telegram_call_cancel(s->call);
		forget(s);
	}
	delivery_cancel_beside(d);
	return maybe;
}
