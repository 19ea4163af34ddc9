/*
 * The state of the whole system at a glance, for the page of the sandbox: read only.
 * Ownership: as in store/people.h. Units: seconds and counts, as named in sql/queries/demo.sql. Errors: those of the run.
 */
#pragma once
#include "salesreg/db/conn.h"

size_t demo_state(struct db_plan *plan);
/* JSON, borrowed from the result; never NULL. */
const char *demo_state_parse(const PGresult *result);
/* SQL that adds a prospect, to be shown to a person. */
const char *demo_prospect_example(void);
/* A transaction of its own, also where the session only reads else; the texts are borrowed. note: "" for none. */
void demo_prospect_add(
    struct db_plan *plan, const char *name, const char *contact, const char *note);
