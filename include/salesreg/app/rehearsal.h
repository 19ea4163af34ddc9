/*
 * A dry run of the questions to prospects: the bot's own decisions over what somebody says, from the beginning each time. Nothing is
 * stored, nobody is told. QUALIFICATION (its file, too) is read anew for each, so that a script can be worked on without a restart.
 * Ownership: the result lives in the arena. Units: events from the first on, EVENTS_MOST at most.
 * Errors: {"ok":false,"error":"…"}: the script is none, with its line; the request is none.
 *
 * body: {"locale": "ru", "events": ["да", {"press": "<callback data>"}, {"contact": "+79991234567"}]} →
 * {"ok": true, "messages": [{"mine": false, "text": "…", "buttons": [[{"text": "…", "data": "…"}]]}],
 *  "summary": "…", "score": 20, "finished": false}; a button without data says its text, one that asks for a contact has "contact".
 */
#pragma once
#include "salesreg/base/arena.h"

const char *rehearsal_run(const char *body, struct arena *a);
