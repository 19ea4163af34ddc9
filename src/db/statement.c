#include "salesreg/db/statement.h"
#include <stddef.h>

static const struct sql_text statements[SQL_STATEMENT_COUNT] = {
#include "salesreg/generated/statements.inc"
};

static const struct sql_migration migrations[] = {
#include "salesreg/generated/migrations.inc"
    {.version = 0},
};

const struct sql_text *sql_statement(enum sql_statement statement)
{
	return &statements[statement];
}

const struct sql_migration *sql_migrations(void)
{
	return migrations;
}
