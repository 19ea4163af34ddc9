#include "salesreg/store/lists.h"
#include "rows.h"

static const char *or_null(struct arena *a, int64_t seconds)
{
	return seconds > 0 ? db_i64(a, seconds) : NULL;
}

bool lists_prospects(struct db_session *s, struct arena *a, const struct prospect_filter *filter,
    const struct prospect_page *page, struct listed_prospect **rows, size_t *count)
{
	static const struct column columns[] = {COL(listed_prospect, id, TEXT),
	    COL(listed_prospect, name, TEXT), COL(listed_prospect, telegram, TEXT),
	    COL(listed_prospect, email, TEXT), COL(listed_prospect, status, TEXT),
	    COL(listed_prospect, rep, TEXT), COL(listed_prospect, source, TEXT),
	    COL(listed_prospect, campaign, TEXT), COL(listed_prospect, owner, TEXT),
	    COL(listed_prospect, created_us, I64), COL(listed_prospect, last_contact_us, I64),
	    COL(listed_prospect, place, TEXT)};
	const char *dated =
	    page->part == PROSPECTS_ALL ? NULL : db_bool(page->part == PROSPECTS_DATED);
	const PGresult *r =
	    db_session_run(s, SQL_OPERATOR_PROSPECTS_PAGE, filter->status, db_bool(filter->waiting),
		db_i64(a, page->limit), filter->rep, filter->source, filter->campaign,
		or_null(a, filter->since_s), or_null(a, filter->stale_s), page->order, dated,
		page->behind ? page->behind->place : NULL, page->behind ? page->behind->id : NULL);
	*count = r ? ROWS_PARSE(r, a, columns, rows) : 0;
	return r;
}

bool lists_prospects_total(
    struct db_session *s, struct arena *a, const struct prospect_filter *filter, int64_t *total)
{
	const PGresult *r = db_session_run(s, SQL_OPERATOR_PROSPECTS_TOTAL, filter->status,
	    db_bool(filter->waiting), filter->rep, filter->source, filter->campaign,
	    or_null(a, filter->since_s), or_null(a, filter->stale_s));
	*total = r ? db_get_i64(r, 0, 0, 0) : 0;
	return r;
}
