/*
 * People whom somebody shares: as a contact, or by choosing them from their own list, by a button of a reply keyboard.
 * Ownership: the arena. Units: Telegram's ids. Errors: a sentence for who asked; NULL: none.
 * Facts: Bot API, "KeyboardButtonRequestUsers", "UsersShared", "SharedUser": names and usernames come only if the button asks for them.
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/sandbox/model.h"
#include <jansson.h>

/* The members of a message with a contact: phone_number, first_name and contact_user_id of what was asked, or else the person's own. */
const char *people_contact(const struct user *user, const json_t *asked, struct arena *a);
/*
 * The members of a message that shares these (an array of objects with user_id, first_name, last_name, username; NULL: somebody who is made up)
 * by the newest button of the chat that asks for people.
 */
const char *people_shared(
    const struct chat *chat, const json_t *users, struct arena *a, const char **members);
