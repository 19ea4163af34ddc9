/*
 * Every text a person can see, by id and locale: what may stand in it, and putting values into it.
 * Ownership: a catalog borrows its texts from whoever loaded them, for as long as the catalog is
 * used; rendered texts live in the arena given; keys, names and complaints are static.
 * Units: UTF-16 units, as Telegram counts.
 * Errors: catalog_check() says in a sentence what is wrong; rendering cannot fail.
 * Source of the limits: Bot API, "sendMessage" (4096), "answerCallbackQuery" (200), "BotCommand"
 * (command 32, description 256); button labels have no documented limit, 64 is what still fits on a
 * phone.
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/domain/text/locale.h"
#include <stdbool.h>
#include <stddef.h>

enum text_kind { TEXT_KIND_MESSAGE, TEXT_KIND_BUTTON, TEXT_KIND_ANSWER, TEXT_KIND_COMMAND };
enum { TEXT_BUTTON_UNITS = 64, TEXT_ANSWER_UNITS = 200, TEXT_COMMAND_UNITS = 256 };

/* id, key in config/messages.json, placeholders (each must stand in the text, no others may),
 * kind */
#define TEXT_MAP(X)                                                                                \
	/* registering */                                                                          \
	X(OFFER, "offer", "", MESSAGE)                                                             \
	X(OFFER_AGAIN, "offer_again", "", MESSAGE)                                                 \
	X(OFFER_QUESTION, "offer_question", "", MESSAGE)                                           \
	X(OFFER_EXPECTED, "offer_expected", "", MESSAGE)                                           \
	X(OFFER_DECLINED, "offer_declined", "", MESSAGE)                                           \
	X(ASK_NAME, "ask_name", "", MESSAGE)                                                       \
	X(NAME_EXPECTED, "name_expected", "", MESSAGE)                                             \
	X(NAME_ONE_WORD, "name_one_word", "name", MESSAGE)                                         \
	X(NAME_NO_LETTERS, "name_no_letters", "", MESSAGE)                                         \
	X(NAME_TOO_LONG, "name_too_long", "", MESSAGE)                                             \
	X(NAME_ADDRESS, "name_address", "", MESSAGE)                                               \
	X(ASK_EMAIL, "ask_email", "name,domains", MESSAGE)                                         \
	X(EMAIL_QUESTION, "email_question", "domains", MESSAGE)                                    \
	X(EMAIL_MALFORMED, "email_malformed", "", MESSAGE)                                         \
	X(EMAIL_FOREIGN_LETTER, "email_foreign_letter", "letter,marked", MESSAGE)                  \
	X(EMAIL_TOO_LONG, "email_too_long", "", MESSAGE)                                           \
	X(EMAIL_WRONG_DOMAIN, "email_wrong_domain", "", MESSAGE)                                   \
	X(EMAIL_PAUSED, "email_paused", "minutes", MESSAGE)                                        \
	X(EMAIL_PAUSED_HOURS, "email_paused_hours", "hours", MESSAGE)                              \
	X(EMAIL_TAKEN, "email_taken", "email", MESSAGE)                                            \
	X(EMAIL_TAKEN_CLAIM, "email_taken_claim", "email", MESSAGE)                                \
	X(EMAIL_TAKEN_ALONE, "email_taken_alone", "email", MESSAGE)                                \
	X(CLAIM_SENT, "claim_sent", "email", MESSAGE)                                              \
	X(CLAIM_PENDING, "claim_pending", "email", MESSAGE)                                        \
	X(CLAIM_FREE, "claim_free", "email", MESSAGE)                                              \
	X(CLAIM_OVER, "claim_over", "email", MESSAGE)                                              \
	X(CLAIM_REFUSED, "claim_refused", "email,domains", MESSAGE)                                \
	X(CLAIM_GRANTED, "claim_granted", "name,email", MESSAGE)                                   \
	X(ACCOUNT_MOVED, "account_moved", "name", MESSAGE)                                         \
	X(ADMIN_CLAIM, "admin_claim", "email,name,telegram,holder,holder_telegram", MESSAGE)       \
	X(ADMIN_MOVED, "admin_moved", "name,email", MESSAGE)                                       \
	X(REGISTERED, "registered", "name,email", MESSAGE)                                         \
	X(REGISTERED_PENDING, "registered_pending", "name,email", MESSAGE)                         \
	X(COMPANY_DOMAIN, "company_domain", "", BUTTON)                                            \
	X(INVITE_NEEDED, "invite_needed", "", MESSAGE)                                             \
	X(INVITE_LINK, "invite_link", "link,days", MESSAGE)                                        \
	X(INVITE_WELCOME, "invite_welcome", "", MESSAGE)                                           \
	X(INVITE_UNKNOWN, "invite_unknown", "", MESSAGE)                                           \
	X(INVITE_ENDED, "invite_ended", "", MESSAGE)                                               \
	X(INVITE_USED, "invite_used", "", MESSAGE)                                                 \
	X(INVITE_TAKEN, "invite_taken", "", MESSAGE)                                               \
	X(INVITE_SPARED, "invite_spared", "", MESSAGE)                                             \
	X(INVITE_OTHER_EMAIL, "invite_other_email", "", MESSAGE)                                   \
	X(CODE_ASKED, "code_asked", "email,minutes", MESSAGE)                                      \
	X(CODE_QUESTION, "code_question", "email", MESSAGE)                                        \
	X(CODE_EXPECTED, "code_expected", "", MESSAGE)                                             \
	X(CODE_ON_ITS_WAY, "code_on_its_way", "email", MESSAGE)                                    \
	X(CODE_DELAYED, "code_delayed", "email", MESSAGE)                                          \
	X(CODE_SENT_LATE, "code_sent_late", "email,minutes", MESSAGE)                              \
	X(CODE_REFUSED, "code_refused", "email", MESSAGE)                                          \
	X(CODE_FAILED, "code_failed", "email", MESSAGE)                                            \
	X(CODE_WRONG, "code_wrong", "left", MESSAGE)                                               \
	X(CODE_USED_UP, "code_used_up", "email", MESSAGE)                                          \
	X(CODE_EXPIRED, "code_expired", "email", MESSAGE)                                          \
	X(CODE_TOO_MANY, "code_too_many", "minutes", MESSAGE)                                      \
	X(CODE_TOO_MANY_HOURS, "code_too_many_hours", "hours", MESSAGE)                            \
	X(CODE_TOO_MANY_WRONG, "code_too_many_wrong", "hours", MESSAGE)                            \
	X(CODE_GONE, "code_gone", "", MESSAGE)                                                     \
	X(ACCOUNT_LOST, "account_lost", "name,email", MESSAGE)                                     \
	X(ADMIN_EVICTED, "admin_evicted", "name,holder,email", MESSAGE)                            \
	X(EMAIL_OF_SUSPENDED, "email_of_suspended", "email,own", MESSAGE)                          \
	X(MAIL_SUBJECT, "mail_subject", "", BUTTON)                                                \
	X(MAIL_TEXT, "mail_text", "bot,code,minutes", MESSAGE)                                     \
	X(MAIL_SOME_BOT, "mail_some_bot", "", MESSAGE)                                             \
	X(MAIL_WRONG_CODES, "mail_wrong_codes", "count", MESSAGE)                                  \
	X(BUTTON_INVITE, "button_invite", "", BUTTON)                                              \
	X(ANSWER_INVITE_LATER, "answer_invite_later", "", ANSWER)                                  \
	X(BUTTON_CODE_AGAIN, "button_code_again", "", BUTTON)                                      \
	X(CANCELLED_REGISTRATION, "cancelled_registration", "", MESSAGE)                           \
	X(ASK_LANGUAGE, "ask_language", "", MESSAGE)                                               \
	X(LANGUAGE_SET, "language_set", "", MESSAGE)                                               \
	/* what the bot cannot read */                                                             \
	X(ONLY_TEXT, "only_text", "", MESSAGE)                                                     \
	X(EDITED, "edited", "", MESSAGE)                                                           \
	X(PARKED, "parked", "", MESSAGE)                                                           \
	/* reps */                                                                                 \
	X(MENU, "menu", "", MESSAGE)                                                               \
	X(WELCOME_BACK, "welcome_back", "name", MESSAGE)                                           \
	X(HELP_STRANGER, "help_stranger", "", MESSAGE)                                             \
	X(HELP_REP, "help_rep", "", MESSAGE)                                                       \
	X(PENDING, "pending", "name,email", MESSAGE)                                               \
	X(SUSPENDED, "suspended", "", MESSAGE)                                                     \
	X(STATUS, "status", "name,email,status,open,max", MESSAGE)                                 \
	X(NOTHING_TO_CANCEL, "nothing_to_cancel", "", MESSAGE)                                     \
	X(CANCELLED, "cancelled", "", MESSAGE)                                                     \
	X(CLIENTS_NONE, "clients_none", "", MESSAGE)                                               \
	X(CLIENTS_HEADER, "clients_header", "count", MESSAGE)                                      \
	X(ASK_NEW_EMAIL, "ask_new_email", "email,domains", MESSAGE)                                \
	X(EMAIL_CHANGED, "email_changed", "email", MESSAGE)                                        \
	X(EMAIL_SAME, "email_same", "email", MESSAGE)                                              \
	X(ASK_UNREGISTER, "ask_unregister", "open", MESSAGE)                                       \
	X(UNREGISTER_EXPECTED, "unregister_expected", "", MESSAGE)                                 \
	X(UNREGISTERED, "unregistered", "", MESSAGE)                                               \
	X(UNREGISTER_KEPT, "unregister_kept", "", MESSAGE)                                         \
	/* approval */                                                                             \
	X(ADMIN_NEW_REP, "admin_new_rep", "name,email,telegram", MESSAGE)                          \
	X(ADMIN_HELLO, "admin_hello", "", MESSAGE)                                                 \
	X(APPLICATIONS, "applications", "count", MESSAGE)                                          \
	X(APPLICATIONS_NONE, "applications_none", "", MESSAGE)                                     \
	X(APPLICATIONS_MORE, "applications_more", "count", MESSAGE)                                \
	X(REP_APPROVED, "rep_approved", "name", MESSAGE)                                           \
	X(REP_REJECTED, "rep_rejected", "name", MESSAGE)                                           \
	/* prospects */                                                                            \
	X(NOTICE_ONE, "notice_one", "", MESSAGE)                                                   \
	X(NOTICE_MANY, "notice_many", "count", MESSAGE)                                            \
	X(NOTICE_AGAIN, "notice_again", "", MESSAGE)                                               \
	X(NOTICE_KNOWN, "notice_known", "name", MESSAGE)                                           \
	X(NOTICE_COLLEAGUE, "notice_colleague", "rep", MESSAGE)                                    \
	X(NOTICE_AGAIN_CONTACTED, "notice_again_contacted", "", MESSAGE)                           \
	X(CHANGED_ONE, "changed_one", "", MESSAGE)                                                 \
	X(CHANGED_MANY, "changed_many", "count", MESSAGE)                                          \
	X(CLOSED, "closed", "name", MESSAGE)                                                       \
	X(LOST, "lost", "count,list", MESSAGE)                                                     \
	X(LOST_INACTIVE, "lost_inactive", "count,list", MESSAGE)                                   \
	X(LOST_BACK, "lost_back", "name", MESSAGE)                                                 \
	X(LOST_DELETED, "lost_deleted", "name", MESSAGE)                                           \
	X(LOST_UNNAMED, "lost_unnamed", "count", MESSAGE)                                          \
	X(LOST_MORE, "lost_more", "count", MESSAGE)                                                \
	X(TAKEN_BACK, "taken_back", "name", MESSAGE)                                               \
	X(NOBODY_LEFT, "nobody_left", "count", MESSAGE)                                            \
	X(REP_UNREACHABLE, "rep_unreachable", "name,minutes,count", MESSAGE)                       \
	X(PASSED_ON, "passed_on", "count,list", MESSAGE)                                           \
	X(PASSED_ON_TO, "passed_on_to", "name,rep", MESSAGE)                                       \
	X(PASSED_ON_NOBODY, "passed_on_nobody", "name", MESSAGE)                                   \
	X(LEGEND, "legend", "", MESSAGE)                                                           \
	X(PROSPECT_LINK, "prospect_link", "link", MESSAGE)                                         \
	X(PROSPECT_NUMBER, "prospect_number", "number", MESSAGE)                                   \
	X(PROSPECT_PHONE, "prospect_phone", "phone,link", MESSAGE)                                 \
	X(PROSPECT_NO_CONTACT, "prospect_no_contact", "", MESSAGE)                                 \
	X(PROSPECT_UNREACHABLE, "prospect_unreachable", "contact,reason", MESSAGE)                 \
	X(CONTACT_LOST_DIGITS, "contact_lost_digits", "", MESSAGE)                                 \
	X(CONTACT_NO_COUNTRY, "contact_no_country", "", MESSAGE)                                   \
	X(CONTACT_DIGITS, "contact_digits", "", MESSAGE)                                           \
	X(CONTACT_GROUP, "contact_group", "", MESSAGE)                                             \
	X(CONTACT_FOREIGN_LETTER, "contact_foreign_letter", "letter", MESSAGE)                     \
	X(CONTACT_SEVERAL, "contact_several", "", MESSAGE)                                         \
	X(CONTACT_BAD_NAME, "contact_bad_name", "", MESSAGE)                                       \
	X(CONTACT_BAD_EMAIL, "contact_bad_email", "", MESSAGE)                                     \
	X(CONTACT_UNKNOWN, "contact_unknown", "", MESSAGE)                                         \
	X(PROSPECT_EMAIL, "prospect_email", "email", MESSAGE)                                      \
	X(PROSPECT_CONTEXT, "prospect_context", "context", MESSAGE)                                \
	X(PROSPECT_NOTES, "prospect_notes", "notes", MESSAGE)                                      \
	X(PROSPECT_STATUS, "prospect_status", "status", MESSAGE)                                   \
	/* the database's words */                                                                 \
	X(PROSPECT_UNREACHED, "prospect_unreached", "", BUTTON)                                    \
	X(PROSPECT_CONTACTED, "prospect_contacted", "", BUTTON)                                    \
	X(PROSPECT_IN_CONVERSATION, "prospect_in_conversation", "", BUTTON)                        \
	X(PROSPECT_CONVERTED, "prospect_converted", "", BUTTON)                                    \
	X(PROSPECT_ARCHIVED, "prospect_archived", "", BUTTON)                                      \
	X(REP_IS_ABSENT, "rep_is_absent", "", BUTTON)                                              \
	X(REP_IS_PENDING, "rep_is_pending", "", BUTTON)                                            \
	X(REP_IS_ACTIVE, "rep_is_active", "", BUTTON)                                              \
	X(REP_IS_SUSPENDED, "rep_is_suspended", "", BUTTON)                                        \
	X(REP_IS_REMOVED, "rep_is_removed", "", BUTTON)                                            \
	X(REP_IS_DECLINED, "rep_is_declined", "", BUTTON)                                          \
	X(REP_IS_WITHDRAWN, "rep_is_withdrawn", "", BUTTON)                                        \
	/* buttons */                                                                              \
	X(BUTTON_YES, "button_yes", "", BUTTON)                                                    \
	X(BUTTON_NO, "button_no", "", BUTTON)                                                      \
	X(BUTTON_APPLICATIONS, "button_applications", "", BUTTON)                                  \
	X(BUTTON_CLAIM, "button_claim", "", BUTTON)                                                \
	X(BUTTON_SAME_PERSON, "button_same_person", "", BUTTON)                                    \
	X(BUTTON_OTHER_PERSON, "button_other_person", "", BUTTON)                                  \
	X(BUTTON_REGISTER, "button_register", "", BUTTON)                                          \
	X(BUTTON_RUSSIAN, "button_russian", "", BUTTON)                                            \
	X(BUTTON_ENGLISH, "button_english", "", BUTTON)                                            \
	X(BUTTON_WHOLE_NAME, "button_whole_name", "", BUTTON)                                      \
	X(BUTTON_CANCEL, "button_cancel", "", BUTTON)                                              \
	X(BUTTON_CLIENTS, "button_clients", "", BUTTON)                                            \
	X(BUTTON_STATUS, "button_status", "", BUTTON)                                              \
	X(BUTTON_CHANGE_EMAIL, "button_change_email", "", BUTTON)                                  \
	X(BUTTON_UNREGISTER, "button_unregister", "", BUTTON)                                      \
	X(BUTTON_HELP, "button_help", "", BUTTON)                                                  \
	X(BUTTON_UNREGISTER_YES, "button_unregister_yes", "", BUTTON)                              \
	X(BUTTON_UNREGISTER_NO, "button_unregister_no", "", BUTTON)                                \
	X(BUTTON_APPROVE, "button_approve", "", BUTTON)                                            \
	X(BUTTON_REJECT, "button_reject", "", BUTTON)                                              \
	X(BUTTON_CONTACTED, "button_contacted", "", BUTTON)                                        \
	X(BUTTON_DECLINE, "button_decline", "", BUTTON)                                            \
	X(BUTTON_UNDO, "button_undo", "name", BUTTON)                                              \
	X(BUTTON_CONTACTED_AGAIN, "button_contacted_again", "name", BUTTON)                        \
	X(BUTTON_DECLINE_AGAIN, "button_decline_again", "name", BUTTON)                            \
	X(BUTTON_WRITE, "button_write", "", BUTTON)                                                \
	X(BUTTON_WRITE_NAMED, "button_write_named", "number,name", BUTTON)                         \
	X(BUTTON_CONTACTED_NAMED, "button_contacted_named", "number,name", BUTTON)                 \
	X(BUTTON_DECLINE_NAMED, "button_decline_named", "number,name", BUTTON)                     \
	/* answers to a pressed button */                                                          \
	X(ANSWER_STALE, "answer_stale", "", ANSWER)                                                \
	X(ANSWER_ALREADY_REGISTERED, "answer_already_registered", "", ANSWER)                      \
	X(ANSWER_NOT_REGISTERED, "answer_not_registered", "", ANSWER)                              \
	X(ANSWER_PENDING, "answer_pending", "", ANSWER)                                            \
	X(ANSWER_SUSPENDED, "answer_suspended", "", ANSWER)                                        \
	X(ANSWER_WAITING_NAME, "answer_waiting_name", "", ANSWER)                                  \
	X(ANSWER_WAITING_EMAIL, "answer_waiting_email", "", ANSWER)                                \
	X(ANSWER_CONTACTED, "answer_contacted", "name", ANSWER)                                    \
	X(ANSWER_CONTACTED_ALREADY, "answer_contacted_already", "name", ANSWER)                    \
	X(ANSWER_DECLINED_LAST, "answer_declined_last", "name", ANSWER)                            \
	X(ANSWER_DECLINED_ALONE, "answer_declined_alone", "name", ANSWER)                          \
	X(ANSWER_UNDONE, "answer_undone", "name", ANSWER)                                          \
	X(ANSWER_UNDO_LATE, "answer_undo_late", "", ANSWER)                                        \
	X(ANSWER_DECLINED, "answer_declined", "name", ANSWER)                                      \
	X(ANSWER_PROSPECT_CLOSED, "answer_prospect_closed", "name", ANSWER)                        \
	X(ANSWER_PROSPECT_AGAIN, "answer_prospect_again", "name", ANSWER)                          \
	X(ANSWER_PROSPECT_DECLINED, "answer_prospect_declined", "name", ANSWER)                    \
	X(ANSWER_PROSPECT_TAKEN_BACK, "answer_prospect_taken_back", "name", ANSWER)                \
	X(ANSWER_PROSPECT_STALE, "answer_prospect_stale", "", ANSWER)                              \
	X(ANSWER_ADMIN_ONLY, "answer_admin_only", "", ANSWER)                                      \
	X(ANSWER_APPROVED, "answer_approved", "name", ANSWER)                                      \
	X(ANSWER_REJECTED, "answer_rejected", "name", ANSWER)                                      \
	X(ANSWER_MOVED, "answer_moved", "name", ANSWER)                                            \
	X(ANSWER_CLAIM_REFUSED, "answer_claim_refused", "", ANSWER)                                \
	X(ANSWER_CLAIM_OVER, "answer_claim_over", "", ANSWER)                                      \
	X(ANSWER_DECIDED_ALREADY, "answer_decided_already", "name,status", ANSWER)                 \
	X(ANSWER_APPLICATION_CHANGED, "answer_application_changed", "name", ANSWER)                \
	/* the bot's menu */                                                                       \
	X(COMMAND_START, "command_start", "", COMMAND)                                             \
	X(COMMAND_CLIENTS, "command_clients", "", COMMAND)                                         \
	X(COMMAND_STATUS, "command_status", "", COMMAND)                                           \
	X(COMMAND_EMAIL, "command_email", "", COMMAND)                                             \
	X(COMMAND_UNREGISTER, "command_unregister", "", COMMAND)                                   \
	X(COMMAND_LANGUAGE, "command_language", "", COMMAND)                                       \
	X(COMMAND_HELP, "command_help", "", COMMAND)                                               \
	X(COMMAND_CANCEL, "command_cancel", "", COMMAND)

enum text_id {
#define X(id, key, placeholders, kind) TEXT_##id,
	TEXT_MAP(X)
#undef X
	    TEXT_COUNT
};

struct catalog {
	const char *texts[LOCALE_COUNT][TEXT_COUNT];
};

struct catalog_arg {
	const char *name, *value; /* value NULL counts as "" */
};

/* The bot's menu (setMyCommands): names without the slash, texts by locale. */
struct catalog_command {
	const char *name;
	enum text_id description;
};
enum { CATALOG_COMMAND_COUNT = 8 };
extern const struct catalog_command catalog_commands[CATALOG_COMMAND_COUNT];

const char *text_id_key(enum text_id id);
bool text_id_from_key(const char *key, enum text_id *id);
enum text_kind text_id_kind(enum text_id id);
/* "name,email", or "" for none. */
const char *text_id_placeholders(enum text_id id);

/* NULL if text will do for id, else a sentence that says what is wrong with it.
 * text may be NULL (not there). */
const char *catalog_check(enum text_id id, const char *text);
/* The text with each {name} replaced by its value; braces inside values mean nothing.
 * Never NULL. */
char *catalog_render(const struct catalog *catalog, enum locale locale, enum text_id id,
    const struct catalog_arg *args, size_t count, struct arena *a);
