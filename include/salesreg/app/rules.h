/*
 * The conversation's rules from the configuration: domains, approval, admins, texts.
 * Ownership: strings live in the arena and the texts given.
 * Errors: ERR_CONFIG, one line a problem in `problems`.
 */
#pragma once
#include "salesreg/app/texts.h"
#include "salesreg/base/config.h"
#include "salesreg/domain/conversation/conversation.h"
#include "salesreg/http/mail.h"

/* How mail is sent, borrowed from config; false: it is not. */
bool rules_mail(const struct config *config, struct mail_options *mail);
/* Adds a line for what is wrong with it, and none where mail is not sent; a part of rules_load(). */
void rules_check_mail(const struct config *config, struct arena *a, struct buf *problems);
MUST_CHECK enum err rules_load(struct conversation_rules *rules, const struct config *config,
    struct texts *texts, struct arena *a, struct buf *problems);
