/*
 * What the emulator knows: bots, users, chats, messages. Everything else in this layer works on
 * these structs.
 * Ownership: the sandbox owns bots and users for its whole life; a bot owns its chats, a chat its
 * newest messages (older ones are freed beyond a maximum). Strings are malloc'ed and belong to the
 * struct that names them.
 * Units: *_us microseconds of sandbox_now_us() (monotonic plus what /sandbox/clock added), *_s
 * seconds since 1970.
 * Errors: out of memory aborts.
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/base/buf.h"
#include "salesreg/base/map.h"
#include "salesreg/http/guard.h"
#include "salesreg/http/server.h"
#include "salesreg/sandbox/faults.h"
#include "salesreg/sandbox/system.h"
#include "salesreg/sandbox/telegram/limits.h"
#include "salesreg/sandbox/telegram/method.h"
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <uv.h>

enum {
	SANDBOX_BOTS_MAX = 256,
	SANDBOX_MESSAGES_KEPT = 300,    /* of a chat */
	SANDBOX_MESSAGES_KEPT_LOAD = 4, /* of a chat of a simulated user */
	SANDBOX_CALLBACKS_MAX = 4096,   /* unanswered, of a bot; the oldest are forgotten beyond */
	SANDBOX_COMMAND_LISTS_MAX = 64,
};

struct business;
struct google;
struct keep;
struct stream;
struct bot;
struct sandbox;

struct user {
	int64_t id;
	char *first_name, *username, *language_code; /* the last two may be NULL */
	bool deactivated;
	bool private_forwards; /* hides the link to the profile from bots */
	bool no_voices;        /* takes no voice messages */
	int64_t message_stars; /* what a message costs who is no contact; 0: nothing */
};

struct message {
	TAILQ_ENTRY(message) entry;
	int64_t id, date_s, edited_s;
	const struct user *from; /* NULL: the bot, or nobody in a channel */
	char *text, *entities;   /* entities: JSON array or NULL */
	char *markup;            /* JSON object or NULL */
	char *extra;             /* further members, `"contact":{…}`, or NULL */
	int64_t reply_to;        /* a message of the chat, that may be gone; 0: none */
	bool from_bot;
	bool uncopyable; /* opens once, or destroys itself */
};
TAILQ_HEAD(message_list, message);

enum chat_kind { CHAT_PRIVATE, CHAT_GROUP, CHAT_SUPERGROUP, CHAT_CHANNEL };
const char *chat_kind_name(enum chat_kind kind);

struct chat {
	int64_t id;
	struct bot *bot;
	enum chat_kind kind;
	struct user *user; /* of a private chat */
	char *title, *username;
	bool started, blocked;
	int64_t migrated_to; /* 0: is still a group */
	int64_t last_message_id;
	struct message_list messages;
	unsigned message_count;
	struct limit_chat limit;
	void *simulated; /* by an extension; NULL: not. No transcript is kept then */
};

struct callback {
	TAILQ_ENTRY(callback) entry;
	int64_t id, expires_us;
	struct chat *chat;
};
TAILQ_HEAD(callback_list, callback);

struct command_list {
	char *scope, *language_code, *commands; /* JSON, text, JSON */
};

/* A request that is answered later (hold.h). */
struct hold {
	TAILQ_ENTRY(hold) entry;
	struct http_exchange *exchange;
	int64_t due_us;
	void *owner;
	void (*due)(struct sandbox *s, struct hold *hold); /* the time has come, or woken */
	void (*gone)(struct sandbox *s, struct hold *hold);
};
TAILQ_HEAD(hold_list, hold);

/* A request of the Bot API under way (call.h). */
struct call {
	struct sandbox *sandbox;
	struct bot *bot;
	struct http_exchange *exchange;
	const struct http_params *params;
	enum method method;
	struct fault_effect effect;
};

/* What a bot has not fetched yet (updates.h). */
struct update {
	int64_t id, expires_us;
	char *json; /* `"message":{…}`, what follows the update_id */
	size_t size;
	bool whole; /* json is all between the commas of the answer, its own number included */
};

struct updates {
	struct update *ring; /* capacity is a power of two */
	size_t head, count, capacity;
	int64_t next_id;
	uint32_t allowed; /* bit 1 << kind */
	/* as Client.cpp remembers them */
	int64_t previous_offset, previous_start_us;
	/* the held poll */
	bool held;
	struct hold hold;
	struct call call;
	int64_t offset;
	int limit;
};

struct bot {
	struct bot *next;
	struct sandbox *sandbox;
	char *token; /* NULL: the first bot, until a token claims it */
	int64_t id;
	char *username;
	struct map chats;
	int64_t last_message_id; /* private chats and groups share one counter, as in Telegram */
	struct updates updates;
	char *webhook_url;
	struct callback_list callbacks;
	struct map callbacks_by_id;
	unsigned callback_count;
	bool joins_no_groups, reads_groups;
	bool takes_no_business;    /* nobody can connect it to their account */
	struct business *business; /* telegram/business/business.h; the newest first */
	struct command_list commands[SANDBOX_COMMAND_LISTS_MAX];
	size_t command_list_count;
};

/* What happened in the chats (transcript.h). */
struct event {
	TAILQ_ENTRY(event) entry;
	int64_t seq, bot, chat;
	size_t size;
	char json[]; /* members after seq, without braces */
};
TAILQ_HEAD(event_list, event);
struct waiter;
TAILQ_HEAD(waiter_list, waiter);

struct transcript {
	struct event_list events;
	struct waiter_list waiters;
	size_t count, bytes;
	int64_t last_seq;
};

/* Counters (stats.h). */
/* results that are no status */
enum { RESULT_RESET = 1, RESULT_HANG = 2, RESULT_HTML = 3, RESULT_EMPTY = 4, STATS_CODES = 16 };
enum { STATS_SLICES = 20 }; /* of a second */

struct stats {
	struct {
		int code;
		int64_t count;
	} results[METHOD_COUNT][STATS_CODES];
	int64_t floods[LIMIT_KIND_COUNT], flood_faults;
	int64_t updates_added, updates_filtered, updates_dropped, updates_confirmed, updates_sent;
	int64_t conflicts, tokens_refused, polls_lost;
	/* sends in the second that ends now, and the most there ever were */
	int64_t slice[STATS_SLICES], slice_number[STATS_SLICES];
	int64_t sends, sends_per_s_peak;
};

struct sandbox {
	uv_loop_t *loop;
	struct http_server *server;
	uv_timer_t timer;
	bool closing;
	char *username;
	char **tokens; /* the only ones accepted, NULL-terminated; NULL: any */
	char **hosts;  /* further names of this host, NULL-terminated; or NULL */
	struct http_guard guard;
	struct sandbox_system system;
	struct adding *adding; /* a prospect, for the page (prospect.c); or NULL */
	struct stream *stream;
	int64_t clock_offset_us;
	uint64_t random;
	struct map users;
	int64_t next_user_id;
	struct bot *first_bot, *last_bot;
	size_t bot_count;
	struct hold_list holds;
	struct transcript transcript;
	struct fault_list faults;
	struct limits limits;
	struct stats stats;
	struct google *google;
	struct sandbox_file *files; /* the newest first (telegram/file/file.h) */
	void *extension_data;
	struct keep *keep; /* NULL: nothing is kept from run to run */
	struct buf out;    /* the answer being written */
	struct buf json;   /* the update or event being written */
};

int64_t sandbox_now_us(const struct sandbox *s);
int64_t sandbox_now_s(const struct sandbox *s);
uint64_t sandbox_random(struct sandbox *s);

/* The bot of a token, made at its first use;
 * NULL if the token is malformed or not among the allowed. */
struct bot *bot_of_token(struct sandbox *s, const char *token, size_t size, bool *malformed);
/* 0: the first one. */
struct bot *bot_of_id(struct sandbox *s, int64_t id);

struct user *user_find(struct sandbox *s, int64_t id);
/* Finds or makes; NULL arguments leave what is known; id 0: a new one. */
struct user *user_put(struct sandbox *s, int64_t id, const char *first_name, const char *username,
    const char *language_code);

struct chat *chat_find(const struct bot *bot, int64_t id);
/* Finds or makes the chat of a user, or a group or channel by its id. */
struct chat *chat_put_private(struct bot *bot, struct user *user);
struct chat *chat_put_shared(struct bot *bot, int64_t id, bool channel, const char *title);

/* A new message, the newest of its chat; strings are copied and may be NULL.
 * The oldest may be freed. */
struct message *message_add(struct chat *chat, const struct user *from, bool from_bot,
    const char *text, const char *entities, const char *markup, const char *extra);
struct message *message_find(const struct chat *chat, int64_t id);
void message_remove(struct chat *chat, struct message *message);
int64_t message_next_id(struct chat *chat);

/* A copy of s in *field, which is freed first; NULL stays NULL. */
void set_string(char **field, const char *s);

/* Bot, users and chats as JSON objects. */
void write_string(struct buf *out, const char *s);
void write_user(struct buf *out, const struct user *user);
void write_bot(struct buf *out, const struct bot *bot);
void write_chat(struct buf *out, const struct chat *chat);
void write_message(struct buf *out, const struct chat *chat, const struct message *message);

void sandbox_state_finish(struct sandbox *s);
