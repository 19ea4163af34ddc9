/*
 * What the bot writes into callback data, and reading it back.
 * Buttons stay under messages for ever, so the words below are a format: add, never change.
 * Ownership: strings live in the arena or are static.
 * Errors: PRESS_UNKNOWN.
 * Source: 1–64 bytes (Bot API, "InlineKeyboardButton", callback_data).
 */
#pragma once
#include "salesreg/base/arena.h"
#include <stdbool.h>
#include <stdint.h>

#define PRESS_MAP(X)                                                                               \
	X(REGISTER_YES, "reg:yes")                                                                 \
	X(REGISTER_NO, "reg:no")                                                                   \
	X(PROPERTY, "pros:yes")                                                                    \
	X(PROSPECT_STOP, "pros:stop")                                                              \
	X(PROSPECT_RESUME, "pros:resume")                                                          \
	X(QUESTION, "q")                                                                           \
	X(CANCEL, "cancel")                                                                        \
	X(CLAIM, "reg:claim")                                                                      \
	X(INVITE, "adm:invite")                                                                    \
	X(REPS, "adm:reps")                                                                        \
	X(ADMIN_MENU, "adm:menu")                                                                  \
	X(CODE_AGAIN, "code:again")                                                                \
	X(APPLICATIONS, "adm:list")                                                                \
	X(BROADCAST, "adm:cast")                                                                   \
	X(STATS, "adm:stats")                                                                      \
	X(MANAGED_WAITS, "adm:waits")                                                              \
	X(MANAGED_FIND, "adm:find")                                                                \
	X(MANAGED_LIST, "pl")                                                                      \
	X(MANAGED, "pc")                                                                           \
	X(LANGUAGE, "lang")                                                                        \
	X(WHOLE_NAME, "name:whole")                                                                \
	X(MENU_CLIENTS, "menu:clients")                                                            \
	X(CLIENTS_FIND, "menu:find")                                                               \
	X(OWN_CLIENT, "menu:own")                                                                  \
	X(CLIENTS, "cl")                                                                           \
	X(MENU_STATUS, "menu:status")                                                              \
	X(MENU_EMAIL, "menu:email")                                                                \
	X(MENU_CALENDAR, "menu:cal")                                                               \
	X(CALENDAR_LINK, "cal:link")                                                               \
	X(CALENDAR_OFF, "cal:off")                                                                 \
	X(CALENDAR_OFF_YES, "cal:off:yes")                                                         \
	X(CALENDAR_KEEP, "cal:keep")                                                               \
	X(CALENDAR_CHOOSE, "cal:choose")                                                           \
	X(CALENDAR_UNDO, "cal:undo")                                                               \
	X(CALENDAR_TARGETS, "cal:into")                                                            \
	X(MENU_HOURS, "menu:hours")                                                                \
	X(HOURS_WORKDAYS, "hours:work")                                                            \
	X(HOURS_SIX_DAYS, "hours:six")                                                             \
	X(HOURS_DAILY, "hours:daily")                                                              \
	X(HOURS_ZONE, "hours:zone")                                                                \
	X(ZONE, "zone:set")                                                                        \
	X(MENU_UNREGISTER, "menu:unreg")                                                           \
	X(MENU_HELP, "menu:help")                                                                  \
	X(UNREGISTER_YES, "un:yes")                                                                \
	X(UNREGISTER_NO, "un:no")

/* Those that carry an id: "a:<assignment id>:c", "adm:ok:<telegram id>:<about>". The last: whether they carry an <about>. */
#define PRESS_WITH_ID_MAP(X)                                                                       \
	X(CONTACTED, "a:", ":c", false)                                                            \
	X(DECLINE, "a:", ":d", false)                                                              \
	X(UNDO, "a:", ":u", false)                                                                 \
	X(FOLLOW_UP, "a:", ":f", false)                                                            \
	X(FOLLOW_TOMORROW, "a:", ":f1", false)                                                     \
	X(FOLLOW_WEEK, "a:", ":f7", false)                                                         \
	X(TAKE_OVER, "a:", ":o", false)                                                            \
	X(GIVE_BACK, "a:", ":b", false)                                                            \
	X(CONVERTED, "a:", ":v", false)                                                            \
	X(ARCHIVE, "a:", ":x", false)                                                              \
	X(ARCHIVE_NO_INTEREST, "a:", ":x1", false)                                                 \
	X(ARCHIVE_WRONG_PERSON, "a:", ":x2", false)                                                \
	X(ARCHIVE_NO_BUDGET, "a:", ":x3", false)                                                   \
	X(ARCHIVE_BOUGHT_ELSEWHERE, "a:", ":x4", false)                                            \
	X(ARCHIVE_NO_ANSWER, "a:", ":x5", false)                                                   \
	X(ARCHIVE_KEEP, "a:", ":x0", false)                                                        \
	X(CLIENT, "a:", ":i", false)                                                               \
	X(CLIENT_HISTORY, "a:", ":h", false)                                                       \
	X(CLIENT_ANSWERS, "a:", ":w", false)                                                       \
	X(BLOCK, "a:", ":k", false)                                                                \
	X(UNBLOCK, "a:", ":n", false)                                                              \
	X(SEND_TO, "a:", ":s", false)                                                              \
	X(REP, "r:", ":i", false)                                                                  \
	X(REP_PAUSE, "r:", ":p", false)                                                            \
	X(REP_PAUSE_DAY, "r:", ":p1", false)                                                       \
	X(REP_PAUSE_WEEK, "r:", ":p7", false)                                                      \
	X(REP_PAUSE_OPEN, "r:", ":p0", false)                                                      \
	X(REP_RESUME, "r:", ":r", false)                                                           \
	X(REP_SUSPEND, "r:", ":s", false)                                                          \
	X(REP_SUSPEND_YES, "r:", ":s1", false)                                                     \
	X(REP_REACTIVATE, "r:", ":a", false)                                                       \
	X(REP_CAPACITY, "r:", ":c", false)                                                         \
	X(REP_CAPACITY_SET, "r:", ":c1", false)                                                    \
	X(APPROVE, "adm:ok:", "", true)                                                            \
	X(REJECT, "adm:no:", "", true)                                                             \
	X(CODE_RESEND, "adm:code:", "", true)                                                      \
	X(REJECT_PLAIN, "adm:no:", ":0", true)                                                     \
	X(REJECT_NOT_OURS, "adm:no:", ":1", true)                                                  \
	X(REJECT_WRONG_DATA, "adm:no:", ":2", true)                                                \
	X(REJECT_TWICE, "adm:no:", ":3", true)                                                     \
	X(REJECT_WRITE, "adm:no:", ":w", true)                                                     \
	X(REJECT_WRITTEN, "adm:no:", ":t", true)                                                   \
	X(REJECT_KEEP, "adm:no:", ":b", true)                                                      \
	X(SAME_PERSON, "adm:same:", "", true)                                                      \
	X(OTHER_PERSON, "adm:other:", "", true)                                                    \
	X(BROADCAST_SEND, "cast:go:", "", true)                                                    \
	X(BROADCAST_CANCEL, "cast:no:", "", true)                                                  \
	X(BROADCAST_STOP, "cast:stop:", "", true)                                                  \
	X(IMPORT_ALL, "imp:", ":y", false)                                                         \
	X(IMPORT_GOOD, "imp:", ":g", false)                                                        \
	X(IMPORT_NO, "imp:", ":n", false)                                                          \
	X(STATS_TABLE, "adm:table:", "", false)                                                    \
	X(STATS_DAYS, "adm:days:", "", false)                                                      \
	X(CALENDAR_PICK, "cal:pick:", "", false)                                                   \
	X(CALENDAR_TARGET, "cal:into:", "", false)

enum press_kind {
#define X(name, data) PRESS_##name,
	PRESS_MAP(X)
#undef X
#define X(name, before, after, about) PRESS_##name,
	    PRESS_WITH_ID_MAP(X)
#undef X
		PRESS_UNKNOWN,
};
/* WHOLE_NAME and CLAIM carry an <about>, too: "name:whole:<about>"; LANGUAGE carries one of ours or another, "lang:ru",
 * and ZONE a zone: "zone:set:Asia/Dubai", QUESTION what a button under a question does: "q:<version>:3:c1" (qualification/script.h), CLIENTS which
 * page of the list: "cl:<move><place>" (conversation/client_view.h), CLIENT "e" if the card takes the place of the message that was
 * pressed (so do ADMIN_MENU and MANAGED_WAITS), and CLIENT_HISTORY the event before which it goes on: "a:5:h:77";
 * REPS which page: "adm:reps:2", and the reps' kinds what conversation/rep_view.h has;
 * MANAGED_LIST and MANAGED what conversation/managed_view.h has. */

struct press {
	enum press_kind kind;
	int64_t id; /* of the kinds that carry one, above 0 */
	/*
	 * Fingerprint of what was shown above the button: what is decided now must have the same.
	 * NULL: the kind has none, or the button is older than fingerprints. Of LANGUAGE: its code; of ZONE: its name; of
	 * QUESTION and the clients' kinds: see above.
	 * Points into the data.
	 */
	const char *about;
};

/* data may be NULL. */
struct press press_parse(const char *data);
/* id is ignored by the kinds that carry none. */
const char *press_data(struct arena *a, enum press_kind kind, int64_t id);
/* Whether it carries a fingerprint. */
bool press_shows_something(enum press_kind kind);
/* The same for the kinds that carry a fingerprint. */
const char *press_data_about(struct arena *a, enum press_kind kind, int64_t id, const char *about);
/* Whether a button is about this, and not about something older. */
bool press_is_about(const struct press *press, const char *about);
