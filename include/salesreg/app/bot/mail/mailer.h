/*
 * Mails the codes that are asked for (table email_codes): takes what is due, makes the code, stores its hash, sends, and writes
 * what came of it, with a word to the person where there is something to say.
 *
 * A row waits until its mail is accepted: a bot that dies between the two mails it again, so at least once. Only the leader
 * mails. What the server puts off is tried again with growing pauses.
 *
 * Ownership: everything in the options is borrowed and outlives the mailer. Units: milliseconds, microseconds.
 * Errors: waited out, and said in the log. Callbacks: `leads` only, from the loop.
 */
#pragma once
#include "salesreg/app/bot/mail/email_code.h"
#include "salesreg/db/pool.h"
#include "salesreg/domain/conversation/conversation.h"
#include "salesreg/http/mail.h"

struct mailer;
struct mailer_options {
	struct db_pool *leader;
	const struct conversation_rules *rules;
	struct mail_options mail;
	const struct email_code_key *key;
	bool (*leads)(void *data);
	void *data;
};
struct mailer *mailer_create(uv_loop_t *loop, const struct mailer_options *options);
/* Something may be due. NULL is accepted, here and below. */
void mailer_wake(struct mailer *m);
/* Why no mail goes out for now; NULL: as far as is known it does. */
const char *mailer_trouble(const struct mailer *m);
/* What is under way is sent again by the next leader. */
void mailer_destroy(struct mailer *m);
