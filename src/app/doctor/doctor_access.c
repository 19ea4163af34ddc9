/* Why a connection could not be made, and what helps. */
#include "salesreg/app/doctor/doctor.h"
#include <string.h>

static const struct {
	const char *sqlstate, *code, *fix;
} remedies[] = {
    {"28P01", "password",
	"correct the password in DATABASE_URL, or set it on the server: ALTER ROLE … PASSWORD '…'"},
    {"28000", "login",
	"see that the role exists and may log in (CREATE ROLE … LOGIN PASSWORD '…'), and that "
	"pg_hba.conf has a line for it from this address"},
    {"3D000", "no-database",
	"correct the name in DATABASE_URL, or make the database: CREATE DATABASE … OWNER … "
	"ENCODING "
	"'UTF8' TEMPLATE template0"},
    {"42501", "no-connect", "GRANT CONNECT ON DATABASE … TO the role of DATABASE_URL"},
    {"53300", "no-room",
	"end sessions that nobody needs, or raise max_connections (or the role's or the database's "
	"CONNECTION LIMIT)"},
    {"57P03", "starting",
	"wait until the server has started; its log says what it is doing, recovery perhaps"},
};

void doctor_no_access(struct doctor *d, const struct db_session *s)
{
	const char *code = "unreachable",
		   *fix = "see that the server runs, and that DATABASE_URL names its host and port";
	for (size_t i = 0; i < sizeof remedies / sizeof *remedies; i++) {
		if (strcmp(remedies[i].sqlstate, s->sqlstate) == 0) {
			code = remedies[i].code;
			fix = remedies[i].fix;
		}
	}
	doctor_find(d, (struct finding){SEVERITY_SERIOUS, "database", code,
			   arena_printf(d->arena, "the database cannot be reached: %s", s->error),
			   "the workers wait for it and do nothing else", fix});
	doctor_left_out(d, "the tables", "there is no database to ask");
}
