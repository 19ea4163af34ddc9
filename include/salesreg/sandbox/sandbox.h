/*
 * An emulator of the Telegram Bot API with people to play: the server half for bots, a control half
 * for tests.
 *
 * Ownership: the sandbox owns all its state; options are copied. sandbox_destroy() frees in the
 * last close callback: run the loop once more.
 * Units: milliseconds and microseconds as named; the emulator's clock is the real one plus what
 * /sandbox/clock added.
 * Errors: sandbox_create() gives one line. Bot API errors are those of errors.h; control calls
 * answer 400 with {"ok":false,"error":"…"}, 404 for an unknown path.
 * Callbacks: none leave this module.
 * Facts: tdlib/telegram-bot-api (2026-05); https://core.telegram.org/bots/api (10.3).
 *
 * THE PAGE
 *   "/" is a chat page for a browser, see page.h. Control calls and the page refuse (403) what a foreign web page
 *   sends, see guard.h.
 *
 * BOT API
 *   GET or POST /bot<token>/<method>; parameters in the query, a form, multipart or JSON. Methods:
 *   call.h. Any token of the form digits:30 or more of [A-Za-z0-9_-] makes a bot, unless options
 *   list the allowed ones. The first token takes over the bot people may have written to already.
 *   Webhooks are remembered (409), never called.
 *
 * CONTROL API
 *   JSON both ways. Every answer has "ok". Where several bots are in use,
 *   acts take "bot": <bot id>.
 *
 *   GET /sandbox/health
 *     → {"ok":true, "version":"…"}
 *
 *   GET /sandbox/users
 *     → {"users":[…]}, at most 1,000
 *
 *   POST /sandbox/users
 *     {id?, first_name?, username?, language_code?, private_forwards?, no_voices?, message_stars?}
 *     → {"user":{…}}
 *     Known ids are updated. A user who has not written yet cannot be written to (403 can't
 *     initiate).
 *
 *   POST /sandbox/act
 *     one act: see ACTS
 *     → {"update_id":N|null, "message_id":N|null, "user":N}
 *     update_id is null when the bot does not want that kind of update (allowed_updates). Unknown
 *     users are made.
 *
 *   POST /sandbox/acts
 *     {acts:[…]}
 *     → {"results":[…]}
 *     All or, if the form of one is wrong, none; one poll gets them all. An act that cannot be done
 *     in the state it finds yields {"error":"…"} in its place.
 *
 *   GET /sandbox/transcript?user=U&after=SEQ&wait_ms=N&min=K&limit=L&bot=B
 *     → {"enough":bool, "events":[…], "last_seq":SEQ}
 *     At once if there are K (1) newer than SEQ (0), else when there are, or after N ms with what
 *     there is; at most L (1,000). `chat` is another word for user; without either: all chats.
 *     last_seq is the next `after`. Events: see EVENTS.
 *
 *   POST /sandbox/faults
 *     {kind, method?, chat?, skip?, times?, ms?, code?, description?, retry_after?}
 *     The first rule that matches strikes. Members: see FAULTS.
 *
 *   GET /sandbox/faults
 *     → {"faults":[…]}, those left, with "struck"
 *
 *   DELETE /sandbox/faults
 *     Forgets them.
 *
 *   POST /sandbox/limits
 *     {enabled?, overall?, chat?}
 *     Messages a second (0: no such limit); fills the overall bucket.
 *
 *   POST /sandbox/clock
 *     {advance_ms}
 *     Moves the emulator's clock: callbacks and updates expire, limits refill, held polls time out,
 *     with no sleeping.
 *
 *   POST /sandbox/reset_ids
 *     {next_update_id, bot?, drop_pending?}
 *     As after a week of silence; 409 while updates are pending.
 *
 *   POST /sandbox/webhook
 *     {url, bot?}
 *     As if setWebhook had been called elsewhere; "" removes it.
 *
 *   POST /sandbox/bot
 *     {can_join_groups?, can_read_all_group_messages?, bot?}
 *     What @BotFather was told of it, as getMe shows it; at first true and false.
 *
 *   /sandbox/google/…
 *     The emulated Google beside it: see google/google.h.
 *
 *   GET /sandbox/stats
 *     → {"methods":{"sendMessage":{"ok":N, "403":N, "reset":N}…},
 *        "floods":{overall, chat, group, fault},
 *        "updates":{added, sent, confirmed, filtered, dropped},
 *        "conflicts", "tokens_refused", "polls_lost", "sends", "sends_per_s_peak",
 *        "bots":[{id, username, pending, next_update_id, polling, webhook}],
 *        "users", "transcript_events", "cpu_us"}
 *
 * ACTS
 *   {user, type:"text", text, entities?}
 *     entities: instead of those that are found in the text.
 *   {user, type:"start", payload?}
 *     "/start payload": a deep link.
 *   {user, type:"button", text?, data?, message_id?}
 *     Presses the first button with exactly this text and/or with callback data beginning with
 *     data, in that message or else the newest that has one. With message_id and data, a button no
 *     longer there works too. Answers {"url"} or {"copied"} for buttons that make no update; a
 *     reply keyboard's button says its text.
 *   {user, type:"contact", phone_number?, first_name?, contact_user_id?}
 *     contact_user_id 0: none; left out: the user's.
 *   {user, type:"photo"|"sticker"|"voice", caption?}
 *   {user, type:"edit", text, message_id?}
 *     The user's own message, the newest if not said.
 *   {user, type:"delete", message_id}
 *     Anybody's message of the chat, on both sides; the bot is told nothing.
 *   {user, type:"block"}
 *   {user, type:"unblock"}
 *     my_chat_member; writing unblocks first.
 *   {user, type:"deactivate"}
 *   {user, chat, type:"group_text", text, title?, chat_username?}
 *     chat < 0; below -1000000000000 a supergroup.
 *   {chat, type:"channel_post", text, title?, chat_username?, user?}
 *   {user, chat, type:"migrate", new_chat?}
 *     A group becomes a supergroup; sends to the old id: 400.
 *   {user, type:"business_connect"…}
 *     What happens in the user's own account: see telegram/business/business.h.
 *   {type:"bytes", hex:"22…", whole?}
 *     An update of these bytes, JSON or not, after its update_id; whole: instead of it, too.
 *   {type:"raw", update:{…}}
 *     Verbatim; update_id given if missing, else ids go on from there.
 *
 * EVENTS of the transcript: {seq, time (us since 1970), bot, chat, kind, message_id?, …}
 *   kind                                    members
 *   bot_message, bot_edit                   text, entities?, reply_markup?
 *   bot_delete
 *   callback_answer                         callback_query_id, text, show_alert, url?
 *   business_message, business_edit         rep, from, by_bot, connection, text, reply_to?, photo, …; of the
 *                                           other one's own words: user_business_message
 *   user_message, user_edit, channel_post   user, update_id, text? or contact, photo, …
 *   user_button                             user, update_id, text, data (the last two only if the
 *                                           button is still there)
 *   user_block, user_unblock                user, update_id
 *   user_deactivate                         user, update_id
 *
 * FAULTS
 *   method       left out: all but getUpdates; "*": all
 *   chat         the chat_id of the call
 *   skip         let that many pass first
 *   times        1; -1: for ever
 *   ms           the answer comes so much later (any kind)
 *   kind
 *     "429" (retry_after), "400", "401", "403", "409", "500", …, or "error" with code
 *                      that error, no effect
 *     "400gateway"     400 Bad Request: Bad Gateway
 *     "502html"        a proxy's page
 *     "empty"          code, no body
 *     "reset_before"   the connection dies, no effect
 *     "reset_after"    effect, then the connection dies
 *     "truncated"      effect, half of the answer
 *     "slow"           effect, the answer after ms
 *     "hang"           no effect, no answer
 *     "huge"           effect, and bytes of white space inside the answer; "error" takes bytes, too
 */
#pragma once
#include "salesreg/base/err.h"
#include "salesreg/sandbox/system.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct sandbox;

struct sandbox_options {
	const char *listen; /* "127.0.0.1:8081"; port 0: any free one */
	/* The only ones accepted, NULL-terminated; NULL: any well-formed. */
	const char *const *tokens;
	/* Names besides addresses and localhost that lead here; NULL-terminated; may be NULL. */
	const char *const *hosts;
	/* HTTPS: a certificate is made for it, and the authority to be trusted is written to this file
	 * (PEM); NULL: plain HTTP. */
	const char *tls;
	/* The redirect URIs of Google's client, NULL-terminated; NULL: any on this machine. */
	const char *const *redirects;
	unsigned idle_s; /* kept-alive connections are closed after that; 0: 500, as Telegram's */
	struct sandbox_system system; /* ask NULL: the page shows chats only */
	const char *username;         /* of the bots; NULL: salesreg_sandbox_bot */
	const char *keep; /* a file to remember people and chats in (keep.h); NULL: none */
	bool limits;      /* Telegram's sending limits are enforced from the start */
	bool seeded;      /* seed makes ids repeatable */
	uint64_t seed;
};

MUST_CHECK enum err sandbox_create(struct sandbox **out, uv_loop_t *loop,
    const struct sandbox_options *options, char *message, size_t message_size);
/* NULL is fine. */
void sandbox_destroy(struct sandbox *sandbox);
uint16_t sandbox_port(const struct sandbox *sandbox);
