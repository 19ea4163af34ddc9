#include "hours_text_private.h"
#include "salesreg/base/text.h"
#include <string.h>

enum { HOUR = 60, NOON = 12, ITEMS_MOST = TOKENS_MOST, EARLY_MORNING = 6 * HOUR };

/* What a text about hours consists of: days, times, and that on some days there are none. */
enum item_kind { ITEM_DAYS, ITEM_TIME, ITEM_OFF };
struct item {
	enum item_kind kind;
	int days; /* a bit a weekday */
	int opens, closes;
	bool after_break;
	const struct token *token;
};
struct items {
	struct item list[ITEMS_MOST];
	size_t count;
};

bool reader_fails(struct reader *r, enum hours_problem problem, const struct token *token)
{
	if (r->out->problem != HOURS_NONE)
		return false;
	r->out->problem = problem;
	/* the end of a line is a break as well, and nothing that can be shown */
	while (token->kind == TOKEN_BREAK && token > r->first)
		token--;
	r->out->word = token->word;
	r->out->said = arena_strndup(r->a, token->text, token->size);
	if (token->kind == TOKEN_END)
		r->out->word = 0;
	return false;
}

/* -- items -------------------------------------------------------------------------------------------------------------- */

static bool is_range(const struct token *t, enum token_kind kind)
{
	return (t->kind == TOKEN_DASH || t->kind == TOKEN_PO) && t[1].kind == kind;
}

static int lowest_day(int days)
{
	int day = 1;
	while (!(days >> day & 1))
		day++;
	return day;
}

static bool is_one_day(int days)
{
	return (days & (days - 1)) == 0;
}

/* "mon", "mon-fri", "sat-tue", "weekends" */
static int read_days(struct reader *r)
{
	int days = r->at->value;
	r->at++;
	if (!is_range(r->at, TOKEN_DAY) || !is_one_day(days) || !is_one_day(r->at[1].value))
		return days;
	int last = lowest_day(r->at[1].value);
	r->at += 2;
	for (int day = lowest_day(days); day != last; day = day % 7 + 1)
		days |= 1 << day;
	return days | 1 << last;
}

/* A number as a time of day, in minutes; what is said of morning and evening behind it is taken, too. */
static bool read_time(struct reader *r, int *minutes, bool *is_pm, bool *is_plain)
{
	const struct token *t = r->at++;
	int hour = t->parts[0], minute = t->part_count > 1 ? t->parts[1] : 0;
	if (t->part_count == 1 && t->digits > 2) { /* 1030 */
		minute = hour % 100;
		hour /= 100;
	}
	while (r->at->kind == TOKEN_FILLER && r->at->word == t->word)
		r->at++;
	*is_pm = r->at->kind == TOKEN_PM;
	*is_plain = r->at->kind != TOKEN_PM && r->at->kind != TOKEN_AM;
	bool odd = t->part_count > 2 || t->separator == '-' ||
		   (t->part_count == 2 && (t->last_digits != 2 || t->digits > 2));
	if (odd || minute > 59 || hour * HOUR + minute > HOURS_DAY_MINUTES)
		return reader_fails(r, HOURS_BAD_TIME, t);
	if (!*is_plain) {
		if (hour < 1 || hour > NOON)
			return reader_fails(r, HOURS_BAD_TIME, t);
		hour = hour % NOON + (*is_pm ? NOON : 0);
		r->at++;
	}
	*minutes = hour * HOUR + minute;
	return true;
}

static void skip_filler(struct reader *r)
{
	while (r->at->kind == TOKEN_FILLER)
		r->at++;
}

/* "10-13", "9am-5pm", "с 10 до 19" */
static bool read_range(struct reader *r, struct item *item)
{
	const struct token *first = r->at, *second;
	bool opens_pm, closes_pm, opens_plain, closes_plain;
	if (!read_time(r, &item->opens, &opens_pm, &opens_plain))
		return false;
	skip_filler(r);
	if (r->at->kind != TOKEN_DASH && r->at->kind != TOKEN_PO)
		return reader_fails(r, HOURS_BAD_TIME, first);
	r->at++;
	skip_filler(r);
	second = r->at;
	if (second->kind != TOKEN_NUMBER)
		return reader_fails(r, HOURS_BAD_TIME, first);
	if (!read_time(r, &item->closes, &closes_pm, &closes_plain))
		return false;
	/* "1-5pm" begins after noon, "9-5pm" before it */
	if (opens_plain && closes_pm && item->opens < NOON * HOUR &&
	    item->opens + NOON * HOUR < item->closes)
		item->opens += NOON * HOUR;
	if (item->closes == 0 && item->opens > 0)
		item->closes = HOURS_DAY_MINUTES;
	if (item->closes > item->opens)
		return true;
	bool night = item->closes < item->opens && item->closes <= EARLY_MORNING &&
		     item->opens >= NOON * HOUR;
	return reader_fails(r, night ? HOURS_PAST_MIDNIGHT : HOURS_REVERSED, second);
}

static struct item *add(
    struct items *items, enum item_kind kind, const struct token *token, bool after_break)
{
	struct item *item = &items->list[items->count++];
	*item = (struct item){.kind = kind, .token = token, .after_break = after_break};
	return item;
}

/* "except sundays": of the days said before, or of all. */
static bool read_exception(struct reader *r, struct items *items, bool after_break)
{
	const struct token *except = r->at++;
	int days = 0;
	skip_filler(r);
	while (r->at->kind == TOKEN_DAY || r->at->kind == TOKEN_OFF) {
		if (r->at->kind == TOKEN_OFF && !r->at->value)
			break;
		days |= read_days(r);
		if (r->at->kind == TOKEN_AND && r->at[1].kind == TOKEN_DAY)
			r->at++;
	}
	if (!days)
		return reader_fails(r, HOURS_UNKNOWN_WORD, except);
	for (size_t i = items->count; i-- > 0;)
		if (items->list[i].kind == ITEM_DAYS) {
			items->list[i].days &= ~days;
			return true;
		}
	add(items, ITEM_DAYS, except, after_break)->days = ALL_DAYS & ~days;
	return true;
}

/* One item, or what says nothing; `broken`: behind a comma. */
static bool read_item(struct reader *r, struct items *items, bool *broken)
{
	const struct token *t = r->at;
	bool after_break = *broken;
	*broken = false;
	switch (t->kind) {
	case TOKEN_NUMBER:
		return read_range(r, add(items, ITEM_TIME, t, after_break));
	case TOKEN_DAY: {
		struct item *item = add(items, ITEM_DAYS, t, after_break);
		item->days = read_days(r);
		return true;
	}
	case TOKEN_OFF:
		r->at++;
		/* «выходные 10-14» are days, «сб и вс выходные» are without hours */
		if (t->value && (items->count == 0 || after_break || r->at->kind == TOKEN_NUMBER)) {
			add(items, ITEM_DAYS, t, after_break)->days = t->value;
			return true;
		}
		(void)add(items, ITEM_OFF, t, after_break);
		return true;
	case TOKEN_WORKING:
		r->at++;
		if (r->at->kind == TOKEN_DAY_WORD)
			add(items, ITEM_DAYS, t, after_break)->days = t->value;
		return true;
	case TOKEN_ALL_DAY: {
		r->at++;
		if (t->value)
			add(items, ITEM_DAYS, t, after_break)->days = t->value;
		struct item *item = add(items, ITEM_TIME, t, false);
		item->closes = HOURS_DAY_MINUTES;
		return true;
	}
	case TOKEN_EXCEPT:
		return read_exception(r, items, after_break);
	case TOKEN_BREAK:
		*broken = true;
		r->at++;
		return true;
	case TOKEN_AND:
	case TOKEN_FILLER:
	case TOKEN_DAY_WORD:
	case TOKEN_PO:
		*broken = after_break;
		r->at++;
		return true;
	case TOKEN_DASH: /* «пн-пт - с 10 до 19»: a dash between days and times */
		r->at++;
		return true;
	case TOKEN_MONTH:
	case TOKEN_TODAY:
	case TOKEN_AM:
	case TOKEN_PM:
	case TOKEN_UNKNOWN:
	case TOKEN_END:
		break;
	}
	return reader_fails(r, HOURS_UNKNOWN_WORD, t);
}

/* -- hours of items ----------------------------------------------------------------------------------------------------- */

static bool give(struct reader *r, int days, const struct item *time)
{
	struct hours *hours = &r->out->hours;
	for (int day = 1; day <= 7; day++) {
		if (!(days >> day & 1))
			continue;
		struct hours_range fresh = {day, time->opens, time->closes};
		for (size_t i = 0; i < hours->count; i++) {
			const struct hours_range *other = &hours->ranges[i];
			if (other->weekday == day && other->opens < fresh.closes &&
			    fresh.opens < other->closes)
				return reader_fails(r, HOURS_OVERLAP, time->token);
		}
		if (hours->count == HOURS_MOST_RANGES)
			return reader_fails(r, HOURS_TOO_MANY, time->token);
		hours->ranges[hours->count++] = fresh;
	}
	return true;
}

/* Days, then their times, and so on. */
static bool days_first(
    struct reader *r, const struct item *list, size_t from, size_t count, int *closed)
{
	int days = 0;
	bool timed = false;
	for (size_t i = from; i < count; i++) {
		const struct item *item = &list[i];
		bool off_follows = item->kind == ITEM_OFF && i + 1 < count &&
				   list[i + 1].kind == ITEM_DAYS && (!days || timed);
		switch (item->kind) {
		case ITEM_DAYS:
			days = timed ? item->days : days | item->days;
			timed = false;
			break;
		case ITEM_TIME:
			if (!give(r, days, item))
				return false;
			timed = true;
			break;
		case ITEM_OFF:
			*closed |= off_follows ? list[++i].days : days;
			timed = true;
			days = 0;
			break;
		}
	}
	if (timed || !days)
		return true;
	return reader_fails(r, HOURS_NO_TIME, list[count - 1].token);
}

/* Times, then their days: of all the text, or up to where days come behind a comma, with times of their own. */
static bool times_first(
    struct reader *r, const struct item *list, size_t count, size_t *next, bool throughout)
{
	size_t i = 0;
	while (i < count && list[i].kind == ITEM_TIME) {
		size_t first = i, end;
		int days = 0;
		while (i < count && list[i].kind == ITEM_TIME)
			i++;
		end = i;
		while (i < count && list[i].kind == ITEM_DAYS &&
		       (throughout || i == end || !list[i].after_break))
			days |= list[i++].days;
		for (; first < end; first++)
			if (!give(r, days ? days : WORKDAYS, &list[first]))
				return false;
		if (!throughout)
			break;
	}
	*next = i;
	return true;
}

static bool of_items(struct reader *r, const struct item *list, size_t count)
{
	struct hours *hours = &r->out->hours;
	int closed = 0;
	size_t next = 0, kept = 0, last = count;
	while (last > 0 && list[last - 1].kind == ITEM_OFF)
		last--;
	bool throughout = last > 0 && list[last - 1].kind == ITEM_DAYS && last == count;
	for (size_t i = 0; i < count; i++)
		throughout &= list[i].kind != ITEM_OFF;
	if (list[0].kind == ITEM_TIME && !times_first(r, list, count, &next, throughout))
		return false;
	if (next < count && !days_first(r, list, next, count, &closed))
		return false;
	for (size_t i = 0; i < hours->count; i++)
		if (!(closed >> hours->ranges[i].weekday & 1))
			hours->ranges[kept++] = hours->ranges[i];
	hours->count = kept;
	if (kept == 0)
		return reader_fails(r, HOURS_NO_TIME, list[0].token);
	(void)hours_settle(hours);
	return true;
}

static bool read_hours(struct reader *r)
{
	struct items *items = ARENA_NEW(r->a, struct items);
	bool broken = false;
	while (r->at->kind != TOKEN_END) {
		if (items->count + 2 > ITEMS_MOST)
			return reader_fails(r, HOURS_TOO_MANY, r->at);
		if (!read_item(r, items, &broken))
			return false;
	}
	if (items->count == 0)
		return reader_fails(r, HOURS_EMPTY, r->at);
	return of_items(r, items->list, items->count);
}

/* -- what it is about --------------------------------------------------------------------------------------------------- */

static bool begins_a_date(const struct token *t)
{
	while (t->kind == TOKEN_FILLER || t->kind == TOKEN_DAY_WORD || t->kind == TOKEN_DASH)
		t++;
	return t->kind == TOKEN_NUMBER || t->kind == TOKEN_MONTH || t->kind == TOKEN_TODAY;
}

/* Begins with "off", "working", «отпуск с …», and a date follows. */
static bool read_days_off(struct reader *r, enum hours_meaning *meaning)
{
	const struct token *t = r->at;
	/* "not working", «не работаю» and «не выходной» turn it round */
	bool off = t->kind == TOKEN_OFF;
	if (!off && t->kind != TOKEN_WORKING)
		return false;
	while (t->kind == TOKEN_OFF || t->kind == TOKEN_WORKING || t->kind == TOKEN_DAY_WORD)
		t++;
	if (!begins_a_date(t))
		return false;
	*meaning = off ? HOURS_MEANS_OFF : HOURS_MEANS_WORKING;
	r->at = t;
	return true;
}

void hours_read_text(
    const char *text, int32_t today, const char *names, struct arena *a, struct hours_text *out)
{
	struct token *tokens = ARENA_ARRAY(a, struct token, TOKENS_MOST);
	struct reader r = {.first = tokens, .at = tokens, .out = out, .a = a, .today = today};
	*out = (struct hours_text){.said = ""};
	size_t count = hours_tokens(a, text, names, tokens);
	if (count == 0) {
		out->problem = HOURS_TOO_MANY;
		return;
	}
	while (
	    r.at->kind == TOKEN_FILLER || r.at->kind == TOKEN_BREAK || r.at->kind == TOKEN_DAY_WORD)
		r.at++;
	const struct token *start = r.at;
	if (read_days_off(&r, &out->meaning)) {
		/* «выходные 10:00-14:00» are hours, though it begins like a day off */
		if (reader_days(&r) || !start->value || start->kind != TOKEN_OFF)
			return;
		struct hours_text *hours = ARENA_NEW(a, struct hours_text);
		*hours = (struct hours_text){.said = ""};
		struct reader again = {
		    .first = start, .at = start, .out = hours, .a = a, .today = today};
		if (read_hours(&again))
			*out = *hours;
		return;
	}
	(void)read_hours(&r);
}

bool hours_may_be_in(const char *text, struct arena *a)
{
	if (strchr(text, '@')) /* an e-mail */
		return false;
	return strpbrk(text, "0123456789") || hours_words_say_when(text_fold(a, text));
}
