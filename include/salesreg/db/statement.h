/*
 * The embedded SQL: every statement of sql/queries by name, and the migrations.
 * Ownership: everything is static.
 */
#pragma once
#include "salesreg/generated/statements.h"

struct sql_text {
	const char *name, *text;
};
const struct sql_text *sql_statement(enum sql_statement statement);

struct sql_migration {
	int version;
	int compatible; /* older binaries go on working with it applied */
	const char *name, *text;
};
/* Ends with version 0. */
const struct sql_migration *sql_migrations(void);
