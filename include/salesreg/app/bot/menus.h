/*
 * The menus of commands of single chats, in the language that was chosen there. A row is the wish, written with the choice; the
 * leader tells Telegram beside the messages, which wait for no menu, tries again with growing pauses, and takes the row away
 * when it was taken, or refused for good.
 * Ownership: the caller's until menus_destroy(); the options are borrowed and outlive it. Units: microseconds.
 * Errors: said in the log. Callbacks: none of its own.
 */
#pragma once
#include "salesreg/db/pool.h"
#include "salesreg/telegram/api.h"

struct menus;
struct menus *menus_create(struct db_pool *leader, struct telegram *telegram);
/* Leadership won: what was left is looked at. */
void menus_on_elected(struct menus *m);
/* Lost: what is under way is given up; the rows stay. */
void menus_step_down(struct menus *m);
/* A transaction has written wishes. */
void menus_wake(struct menus *m);
/* Every few seconds: whether something is due again. Asks nothing where nothing was left. */
void menus_beat(struct menus *m);
void menus_destroy(struct menus *m);
