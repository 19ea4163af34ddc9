#include "salesreg/store/audit.h"
#include "rows.h"

bool audit_begin(struct db_session *s)
{
	return db_session_run_plain(s, SQL_TX_BEGIN);
}

bool audit_commit(struct db_session *s)
{
	return db_session_run_plain(s, SQL_TX_COMMIT);
}

bool audit_write(struct db_session *s, struct arena *a, const struct audit_actor *operator,
    const struct audit_entry * entry)
{
	bool by_chat = operator->admin != 0;
	return db_session_run(s, SQL_AUDIT_WRITE, by_chat ? "admin" : "operator",
	    by_chat ? db_i64(a, operator->admin) : operator->user, operator->host,
	    by_chat ? NULL : db_i64(a, operator->pid), operator->command, entry->action, entry->rep,
	    entry->prospect, entry->before, entry->after);
}

bool audit_list(struct db_session *s, struct arena *a, const char *rep, const char *prospect,
    int64_t since_s, int64_t limit, struct audit_listed **rows, size_t *count)
{
	static const struct column columns[] = {COL(audit_listed, at_us, I64),
	    COL(audit_listed, actor, TEXT), COL(audit_listed, who, TEXT),
	    COL(audit_listed, who_name, TEXT), COL(audit_listed, host, TEXT),
	    COL(audit_listed, pid, I64), COL(audit_listed, command, TEXT),
	    COL(audit_listed, action, TEXT), COL(audit_listed, rep, TEXT),
	    COL(audit_listed, rep_name, TEXT), COL(audit_listed, prospect, TEXT),
	    COL(audit_listed, prospect_name, TEXT), COL(audit_listed, before, TEXT),
	    COL(audit_listed, after, TEXT)};
	const PGresult *r = db_session_run(s, SQL_OPERATOR_AUDIT_LIST, rep, prospect,
	    since_s ? db_i64(a, since_s) : NULL, db_i64(a, limit));
	*count = r ? ROWS_PARSE(r, a, columns, rows) : 0;
	return r;
}
