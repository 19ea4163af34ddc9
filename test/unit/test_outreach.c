/* What the bot may write to prospects of its own accord; when a rep comes back to one; in which zone somebody is. */
#include "arena_fixture.h"
#include "row_tests.h"
#include "salesreg/base/civil.h"
#include "salesreg/domain/prospect/follow_up_text.h"
#include "salesreg/domain/prospect/outreach_rules.h"
#include "salesreg/domain/prospect/person_zone.h"
#include "salesreg/domain/prospect/reach.h"

static const struct verdict_row {
	const char *name;
	bool met, owned, open, opted_out;
	int minute;
	int64_t written, most;
	enum outreach_verdict verdict;
} verdict_rows[] = {
    {"by day", true, true, true, false, 12 * 60, 0, 3, OUTREACH_NOW},
    {"when the day begins", true, true, true, false, 9 * 60, 2, 3, OUTREACH_NOW},
    {"a minute before", true, true, true, false, 9 * 60 - 1, 0, 3, OUTREACH_TODAY},
    {"at the last minute", true, true, true, false, 21 * 60 - 1, 0, 3, OUTREACH_NOW},
    {"when the day ends", true, true, true, false, 21 * 60, 0, 3, OUTREACH_TOMORROW},
    {"the day's last message was sent", true, true, true, false, 12 * 60, 3, 3, OUTREACH_TOMORROW},
    {"the same before the hours", true, true, true, false, 60, 3, 3, OUTREACH_TOMORROW},
    {"none a day", true, true, true, false, 12 * 60, 0, 0, OUTREACH_NEVER},
    {"never met", false, true, true, false, 12 * 60, 0, 3, OUTREACH_NEVER},
    {"a rep leads", true, false, true, false, 12 * 60, 0, 3, OUTREACH_NEVER},
    {"closed", true, true, false, false, 60, 0, 3, OUTREACH_NEVER},
    {"said STOP", true, true, true, true, 60, 9, 3, OUTREACH_NEVER},
};

static void verdicts(void **state)
{
	const struct verdict_row *row = *state;
	const struct outreach_limits limits = {9 * 60, 21 * 60, row->most};
	const struct outreach_facts facts = {
	    row->met, row->owned, row->open, row->opted_out, row->minute, row->written};
	assert_int_equal(outreach_may(&limits, &facts), row->verdict);
}

static const struct hours_row {
	const char *text;
	int opens, closes; /* hours; -1: it is none */
} hours_rows[] = {{"9-21", 9, 21}, {"0-24", 0, 24}, {"09-18", 9, 18}, {"", -1, 0}, {"9", -1, 0},
    {"9-", -1, 0}, {"21-9", -1, 0}, {"9-9", -1, 0}, {"9-25", -1, 0}, {"9:00-21:00", -1, 0},
    {"-9-21", -1, 0}, {"009-21", -1, 0}, {"9-21 ", -1, 0}, {"9-021", -1, 0}};

static void hours(void **state)
{
	const struct hours_row *row = *state;
	struct outreach_limits limits = {0};
	assert_int_equal(outreach_hours_parse(row->text, &limits), row->opens >= 0);
	if (row->opens >= 0) {
		assert_int_equal(limits.opens, row->opens * 60);
		assert_int_equal(limits.closes, row->closes * 60);
	}
}

/* Today is Friday, 27 November 2026, 12:00. */
static const struct date_row {
	const char *text;
	const char *day; /* when it is one */
	enum follow_up_problem problem;
	int minute;
} date_rows[] = {
    {"31.12", "31.12.2026", FOLLOW_UP_OK, 600},
    {" 31.12. ", "31.12.2026", FOLLOW_UP_OK, 600},
    {"1.1", "01.01.2027", FOLLOW_UP_OK, 600},
    {"31.12.2026 15:00", "31.12.2026", FOLLOW_UP_OK, 900},
    {"31.12.26, 9", "31.12.2026", FOLLOW_UP_OK, 540},
    {"3.12 в 9", "03.12.2026", FOLLOW_UP_OK, 540},
    {"3.12 В 9.30", "03.12.2026", FOLLOW_UP_OK, 570},
    {"3.12 at 23:59", "03.12.2026", FOLLOW_UP_OK, 1439},
    {"3/12", "03.12.2026", FOLLOW_UP_OK, 600},
    {"27.11 12:01", "27.11.2026", FOLLOW_UP_OK, 721},
    {"26.11", "26.11.2027", FOLLOW_UP_OK, 600},
    {"27.11 12:00", NULL, FOLLOW_UP_PAST, 0},
    {"27.11", NULL, FOLLOW_UP_PAST, 0},
    {"26.11.2026", NULL, FOLLOW_UP_PAST, 0},
    {"29.11.2027", NULL, FOLLOW_UP_TOO_FAR, 0},
    {"29.02", NULL, FOLLOW_UP_TOO_FAR, 0},
    {"31.02", NULL, FOLLOW_UP_BAD_DATE, 0},
    {"31.02.2027", NULL, FOLLOW_UP_BAD_DATE, 0},
    {"0.12", NULL, FOLLOW_UP_BAD_DATE, 0},
    {"31.12 24:00", NULL, FOLLOW_UP_BAD_DATE, 0},
    {"31.12 10:60", NULL, FOLLOW_UP_BAD_DATE, 0},
    {"", NULL, FOLLOW_UP_UNKNOWN, 0},
    {"soon", NULL, FOLLOW_UP_UNKNOWN, 0},
    {"31", NULL, FOLLOW_UP_UNKNOWN, 0},
    {"31.12.2", NULL, FOLLOW_UP_UNKNOWN, 0},
    {"31.12.20261", NULL, FOLLOW_UP_UNKNOWN, 0},
    {"311.12", NULL, FOLLOW_UP_UNKNOWN, 0},
    {"31.12 15:00 or later", NULL, FOLLOW_UP_UNKNOWN, 0},
    {"31.12 в", NULL, FOLLOW_UP_UNKNOWN, 0},
};

static void dates(void **state)
{
	const struct date_row *row = *state;
	struct follow_up out;
	int32_t today = civil_days((struct civil){2026, 11, 27});
	assert_int_equal(follow_up_read(row->text, today, 720, &arena, &out), row->problem);
	if (row->problem == FOLLOW_UP_OK) {
		assert_string_equal(follow_up_day(&arena, out.day), row->day);
		assert_int_equal(out.minute, row->minute);
	}
}

static const struct zone_row {
	const char *phone, *language, *of_phone, *of_language;
} zone_rows[] = {
    {"+971501234567", "ru", "Asia/Dubai", "Europe/Moscow"},
    {"+77011234567", "en", "Asia/Almaty", NULL},
    {"+79161234567", "pt-br", NULL, NULL},
    {"+12025550123", "de-AT", NULL, "Europe/Berlin"},
    {"+380441234567", "russian", "Europe/Kyiv", NULL},
    {"79161234567", NULL, NULL, NULL},
    {NULL, "", NULL, NULL},
};

static void zones(void **state)
{
	const struct zone_row *row = *state;
	const char *of_phone = zone_of_phone(row->phone),
		   *of_language = zone_of_language(row->language);
	assert_string_equal(of_phone ? of_phone : "", row->of_phone ? row->of_phone : "");
	assert_string_equal(
	    of_language ? of_language : "", row->of_language ? row->of_language : "");
}

static const struct refusal_row {
	const char *description;
	enum reach reach;
} refusal_rows[] = {
    {"Forbidden: bot was blocked by the user", REACH_BLOCKED},
    {"Forbidden: user is deactivated", REACH_DEACTIVATED},
    {"Forbidden: bot can't initiate conversation with a user", REACH_NEVER_MET},
    {"Bad Request: chat not found", REACH_NEVER_MET},
    {"Bad Request: PEER_ID_INVALID", REACH_NEVER_MET},
    {"Bad Request: PRIVACY_PREMIUM_REQUIRED", REACH_PRIVACY},
    {"Forbidden: SOMETHING_NEW", REACH_PRIVACY},
    {"", REACH_PRIVACY},
};

static void refusals(void **state)
{
	const struct refusal_row *row = *state;
	assert_int_equal(reach_of_refusal(row->description), row->reach);
	assert_int_equal(reach_from_name(reach_name(row->reach)), row->reach);
}

int main(void)
{
	const struct row_test tests[] = {
	    {cmocka_unit_test(verdicts), ROWS(verdict_rows, name)},
	    {cmocka_unit_test(hours), ROWS(hours_rows, text)},
	    {cmocka_unit_test(dates), ROWS(date_rows, text)},
	    {cmocka_unit_test(refusals), ROWS(refusal_rows, description)},
	    {cmocka_unit_test(zones), ROWS_BY_NUMBER(zone_rows)},
	};
	return RUN_ROW_TESTS(tests, begin, end);
}
