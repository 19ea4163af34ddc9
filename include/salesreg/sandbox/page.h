/*
 * The chat page at "/": its files, and the calls it makes.
 *
 *   GET  /                    the page; its other files are /page/NAME
 *   GET  /page/events         what happens, as it happens: see stream.h
 *   GET  /page/chat?user=U    → {"ok", "seq", "chat", "blocked", "entries":[…]}: a chat as it is now;
 *                             events after `seq` come on top. Entries: see stream.h
 *   GET  /page/accounts       → {"ok", "accounts":[…]}: what people write to each other, see telegram/business/business.h; changed
 *                             by events that have "rep"
 *   POST /page/act, /page/users   as the control calls of these names (sandbox.h)
 *   GET, POST /page/calendar      as the control call google/events (google/google.h)
 *   POST /page/prospects          see prospect.h
 *
 * Ownership: nothing is kept.
 * Errors: 403 for a foreign page (guard.h), 404 for an unknown path, else as the control calls.
 * Facts: developer.mozilla.org, "Content-Security-Policy": no script or style but our files, no frame around them.
 */
#pragma once
#include "salesreg/http/server.h"

struct sandbox;
/* "/" or what begins with "/page/". */
void page_handle(struct sandbox *s, struct http_exchange *x, const char *path);
