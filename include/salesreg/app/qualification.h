/*
 * The script of QUALIFICATION, from its JSON to a struct script; and one that was stored, back from the database.
 *
 *   {"questions": [{
 *     "id": "what", "kind": "several",                       kinds: domain/qualification/script.h
 *     "text": {"ru": "…", "en": "…"}, "title": {"ru": "…", "en": "…"},
 *     "options": [{"id": "villa", "label": {"ru": "…", "en": "…"}, "weight": 10}],
 *     "when": {"purpose": ["live"]},                          asked only after one of these answers to an earlier question
 *     "skippable": true, "weight": 5, "min": 0, "max": 100, "currencies": ["USD"]}]}
 *
 * Ownership: scripts live in the arena given. Units: lines from 1.
 * Errors: ERR_CONFIG, one line in `problems`: the line of the file, the question, what is wrong.
 */
#pragma once
#include "salesreg/base/buf.h"
#include "salesreg/domain/qualification/script.h"

/* text: the variable; NULL: the script that is built in; "off": *script is NULL, nothing is asked. */
MUST_CHECK enum err qualification_load(
    const char *text, struct arena *a, const struct script **script, struct buf *problems);
/* Answers by question, an object in JSON (NULL: none), as the walk has them: what is not on the path is left out. */
const char *const *qualification_answers(
    const struct script *script, const char *json, struct arena *a);
/* NULL: it is none any more that this program can read. */
const struct script *qualification_stored(const char *json, struct arena *a);
