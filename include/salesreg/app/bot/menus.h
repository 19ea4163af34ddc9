/*
 * The menus of commands of single chats: those of reps and admins, and of who has chosen a language. A row is the wish, written with
 * what happened in the chat, or when it is seen that somebody else has made a rep or an admin of somebody, or the contrary; the leader tells Telegram beside the messages, which wait for no menu, tries again with growing pauses, and takes the row away
 * when it was taken, or refused for good.
 * Ownership: the caller's until menus_destroy(); the options are borrowed and outlive it. Units: microseconds.
 * Errors: said in the log. Callbacks: none of its own.
 */
#pragma once
#include "salesreg/db/pool.h"
#include "salesreg/domain/conversation/conversation.h"
#include "salesreg/store/menus.h"
#include "salesreg/telegram/api.h"

struct menus;
struct menus *menus_create(
    struct db_pool *leader, struct telegram *telegram, const struct conversation_rules *rules);
/* The menu of a chat. language: what is stored of it, locale: ours. */
struct menu_row menus_wish(const struct catalog *catalog, int64_t chat_id, unsigned audience,
    const char *language, enum locale locale, struct arena *a);
/* Who is a rep or an admin may have changed by another hand. */
void menus_look_at_people(struct menus *m);
/* Leadership won: what was left is looked at. */
void menus_on_elected(struct menus *m);
/* Lost: what is under way is given up; the rows stay. */
void menus_step_down(struct menus *m);
/* A transaction has written wishes. */
void menus_wake(struct menus *m);
/* Every few seconds: whether something is due again. Asks nothing where nothing was left. */
void menus_beat(struct menus *m);
void menus_destroy(struct menus *m);
