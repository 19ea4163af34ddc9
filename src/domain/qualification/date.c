/*
 * Dates as people write them, as exact as they are: a day, a month, a season, a year.
 *   2027-05-15   15.05.2027   15.05   15 мая   May 15, 2027   05.2027   в мае   next May   2027   летом   завтра   через 2 недели
 *   в следующем году   как можно скорее
 * Without a year the next one is meant that is not over.
 */
#include "answer_private.h"
#include "salesreg/base/civil.h"
#include <string.h>

enum {
	YEARS_AHEAD = 50,
	CENTURY = 2000,
	NUMBERS_MOST = 3,
	SUMMER = 6,
	AUTUMN = 9,
	WINTER = 12,
	SPRING = 3
};

static const struct {
	const char *words;
	int month;
} months[] = {
    {"январ|january$|jan$", 1},
    {"феврал|february$|feb$", 2},
    {"март$|марта$|марте$|марту$|march$|mar$", 3},
    {"апрел|april$|apr$", 4},
    {"май$|мая$|мае$|маю$|may$", 5},
    {"июн|june$|jun$", 6},
    {"июл|july$|jul$", 7},
    {"август|august$|aug$", 8},
    {"сентябр|september$|sept$|sep$", 9},
    {"октябр|october$|oct$", 10},
    {"ноябр|november$|nov$", 11},
    {"декабр|december$|dec$", 12},
};
static const struct {
	const char *words;
	int month; /* the first of three */
} seasons[] = {
    {"весн|spring$", SPRING},
    {"лето$|летом$|лета$|лету$|summer$", SUMMER},
    {"осен|autumn$|fall$", AUTUMN},
    {"зим|winter$", WINTER},
};
static const struct {
	const char *words;
	int days, months;
} units[] = {
    {"день$|дня$|дней$|денек$|day$|days$", 1, 0},
    {"недел|week$|weeks$", 7, 0},
    {"месяц|month$|months$", 0, 1},
    {"полгода$", 0, 6},
    {"год$|года$|лет$|годик$|year$|years$", 0, 12},
};
static const char fillers[] =
    "в$|во$|к$|до$|на$|с$|со$|о$|об$|по$|начал|середин|конц|конец$|примерн|около$|где$|то$|наверно|"
    "думаю$|планиру|хочу$|хотим$|хотел|"
    "купить$|переехать$|года$|году$|год$|г$|число$|числа$|месяц$|месяца$|скорее$|всего$|ближе$|"
    "in$|on$|at$|by$|of$|the$|about$|around$|maybe$|early$|mid$|late$|end$|beginning$|middle$|"
    "start$|before$|until$|we$|i$|plan$|to$|"
    "would$|like$|st$|nd$|rd$|th$|probably$";

struct when {
	const struct token *at;
	int32_t today;
	struct civil now;
	int year, month, day; /* 0: not said */
	int months;           /* of a season: 3; else 0 */
	int32_t exact;        /* a day, if has_exact */
	bool has_exact, next, this, bad;
};

static void skip_fillers(struct when *w)
{
	while (
	    w->at->kind != TOKEN_END && (token_is_one(w->at, fillers) || token_hyphenates(w->at) ||
					    token_is_one(w->at, ".|,|!|~|)")))
		w->at++;
}

static int32_t add_months(struct when *w, int count)
{
	int month = w->now.year * 12 + w->now.month - 1 + count;
	struct civil date = {month / 12, month % 12 + 1, w->now.day};
	while (!civil_is_date(date) && date.day > 1)
		date.day--;
	return civil_is_date(date) ? civil_days(date) : w->today;
}

/* "через 2 недели", "in a month", "через полгода" */
static bool read_span(struct when *w)
{
	bool ru = token_is(w->at, "через"), en = token_is(w->at, "in");
	if (!ru && !en)
		return false;
	const struct token *at = w->at + 1;
	int64_t count = 1;
	bool half = false;
	while (token_is_one(at, "примерно$|около$|about$|пару$|a$|an$|one$|half$|couple$|of$|few$|"
				"несколько$|один$|одну$")) {
		if (token_is_one(at, "пару$|couple$"))
			count = 2;
		else if (token_is_one(at, "few$|несколько$"))
			count = 3;
		half |= token_is(at, "half");
		at++;
	}
	if (at->kind == TOKEN_NUMBER) {
		if (!token_number(at, &count) || count > 1000)
			return false;
		at++;
		/* "через 2-3 месяца": the later one */
		int64_t later;
		if (token_is(at, "-") && token_number(at + 1, &later) && later <= 1000) {
			count = later;
			at += 2;
		}
	}
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (!token_is_one(at, units[i].words))
			continue;
		int months_ahead = (int)count * units[i].months / (half ? 2 : 1);
		w->exact = units[i].days ? w->today + (int32_t)count * units[i].days
					 : add_months(w, months_ahead);
		w->has_exact = true;
		if (units[i].months) {
			/* nobody means that day */
			struct civil date = civil_date(w->exact);
			w->has_exact = false;
			w->year = date.year;
			w->month = date.month;
		}
		w->at = at + 1;
		return true;
	}
	return false;
}

static bool read_named_day(struct when *w)
{
	static const struct {
		const char *words;
		int32_t days;
	} named[] = {{"сегодня$|today$|сейчас$|now$|asap$|срочно$|немедленно$|immediately$", 0},
	    {"завтра$|tomorrow$", 1}, {"послезавтра$", 2}};
	for (size_t i = 0; i < sizeof named / sizeof *named; i++)
		if (token_is_one(w->at, named[i].words)) {
			w->exact = w->today + named[i].days;
			w->has_exact = true;
			w->at++;
			return true;
		}
	bool soon =
	    (token_is(w->at, "как") && token_is(w->at + 1, "можно") &&
		token_is_one(w->at + 2, "скорее$|быстрее$|раньше$")) ||
	    (token_is(w->at, "as") && token_is(w->at + 1, "soon") && token_is(w->at + 2, "as"));
	if (!soon)
		return false;
	w->at += 3;
	if (token_is(w->at, "possible"))
		w->at++;
	w->exact = w->today;
	w->has_exact = true;
	return true;
}

/* The parts of "15.05.2027", or of "2027-05-15" and "15/05/27", which are several tokens. Number of parts; 0: none. */
static size_t read_parts(struct when *w, int parts[NUMBERS_MOST], size_t digits[NUMBERS_MOST])
{
	size_t count = 0;
	const struct token *at = w->at;
	while (at->kind == TOKEN_NUMBER && count < NUMBERS_MOST) {
		for (const char *s = at->text, *end = s + at->size; s < end; s++) {
			size_t n = strspn(s, "0123456789");
			n = s + n > end ? (size_t)(end - s) : n;
			if (n == 0 || n > 4 || count == NUMBERS_MOST)
				return 0;
			parts[count] = 0;
			for (size_t i = 0; i < n; i++)
				parts[count] = parts[count] * 10 + (s[i] - '0');
			digits[count++] = n;
			s += n;
			if (s < end && *s != '.')
				return 0;
		}
		at++;
		if ((!token_is(at, "-") && !token_is(at, "/")) || !at->joined ||
		    at[1].kind != TOKEN_NUMBER || !at[1].joined)
			break;
		at++;
	}
	w->at = at;
	return count;
}

static bool set_year(struct when *w, int year, size_t digits)
{
	if (w->year || (digits != 2 && digits != 4))
		return false;
	w->year = digits == 2 ? CENTURY + year : year;
	return true;
}

static bool read_numbers(struct when *w)
{
	int parts[NUMBERS_MOST];
	size_t digits[NUMBERS_MOST], count = read_parts(w, parts, digits);
	switch (count) {
	case 3: {
		bool iso = digits[0] == 4;
		if (w->day || w->month || !set_year(w, parts[iso ? 0 : 2], digits[iso ? 0 : 2]))
			return false;
		w->month = parts[1];
		w->day = parts[iso ? 2 : 0];
		return true;
	}
	case 2:
		if (w->day || w->month)
			return false;
		if (digits[0] == 4 || digits[1] == 4) {
			size_t y = digits[0] == 4 ? 0 : 1;
			w->month = parts[1 - y];
			return set_year(w, parts[y], 4);
		}
		w->day = parts[0];
		w->month = parts[1];
		return true;
	case 1:
		if (digits[0] == 4)
			return set_year(w, parts[0], 4);
		if (w->day || digits[0] > 2)
			return w->day && w->month && set_year(w, parts[0], digits[0]);
		w->day = parts[0];
		return true;
	default:
		return false;
	}
}

static bool read_word(struct when *w)
{
	for (size_t i = 0; i < sizeof months / sizeof *months; i++)
		if (token_is_one(w->at, months[i].words) && !w->month) {
			w->month = months[i].month;
			w->at++;
			return true;
		}
	for (size_t i = 0; i < sizeof seasons / sizeof *seasons; i++)
		if (token_is_one(w->at, seasons[i].words) && !w->month) {
			w->month = seasons[i].month;
			w->months = 3;
			w->at++;
			return true;
		}
	return false;
}

/* "в следующем году", "next month", "на этой неделе"; then there is only that */
static bool read_relative(struct when *w)
{
	bool next = token_is_one(w->at, "следующ|будущ|next$"),
	     this = token_is_one(w->at, "этот$|этом$|этой$|эту$|this$|текущ");
	if (!next && !this)
		return false;
	const struct token *what = w->at + 1;
	if (token_is_one(what, "год$|году$|года$|year$"))
		w->year = w->now.year + next;
	else if (token_is_one(what, "месяц|month$")) {
		int month = w->now.year * 12 + w->now.month - 1 + next;
		w->year = month / 12;
		w->month = month % 12 + 1;
	} else if (token_is_one(what, "недел|week$")) {
		w->exact = w->today + (next ? 7 : 0);
		w->has_exact = true;
	} else { /* "next May" */
		w->next |= next;
		w->at++;
		return true;
	}
	w->at += 2;
	return true;
}

/* The last day that is meant. */
static struct civil last_day(const struct when *w)
{
	struct civil date = {
	    w->year, w->month ? w->month + (w->months ? w->months - 1 : 0) : 12, w->day};
	if (date.month > 12) {
		date.year++;
		date.month -= 12;
	}
	if (!w->day)
		for (date.day = 31; !civil_is_date(date) && date.day > 1;)
			date.day--;
	return date;
}

static enum answer_problem choose_year(struct when *w)
{
	bool said = w->year != 0;
	if (!said)
		w->year = w->now.year;
	for (int i = 0; i <= 8; i++) { /* the 29th of February */
		struct civil last = last_day(w);
		if (civil_is_date(last) && civil_days(last) >= w->today)
			return w->year > w->now.year + YEARS_AHEAD ? ANSWER_NO_DATE : ANSWER_OK;
		if (said)
			return civil_is_date(last) ? ANSWER_PAST : ANSWER_NO_DATE;
		w->year++;
	}
	return ANSWER_NO_DATE;
}

static bool has_digit_or_month(const struct tokens *tokens)
{
	struct when w = {.year = 0};
	for (size_t i = 0; i < tokens->count; i++) {
		w.month = 0;
		w.at = &tokens->list[i];
		if (w.at->kind == TOKEN_NUMBER || read_word(&w))
			return true;
	}
	return false;
}

static enum answer_problem no_date(const struct tokens *tokens)
{
	return has_digit_or_month(tokens) && tokens->count <= 6 ? ANSWER_NO_DATE : ANSWER_OTHER;
}

enum answer_problem answer_read_date(
    const char *text, int32_t today, struct arena *a, const char **value)
{
	struct tokens tokens;
	answer_tokens(text, a, &tokens);
	struct when w = {.at = tokens.list, .today = today, .now = civil_date(today)};
	bool any = false;
	while (!tokens.more) {
		bool read =
		    read_span(&w) || read_named_day(&w) || read_relative(&w) || read_word(&w);
		if (!read && w.at->kind == TOKEN_NUMBER) {
			if (!read_numbers(&w))
				return no_date(&tokens);
			read = true;
		}
		any |= read;
		const struct token *before = w.at;
		if (!read)
			skip_fillers(&w);
		if (w.at->kind == TOKEN_END)
			break;
		if (!read && w.at == before)
			return no_date(&tokens);
	}
	if (!any || tokens.more || (!w.has_exact && !w.year && !w.month))
		return w.day ? ANSWER_NO_DATE : no_date(&tokens);
	if (w.has_exact) {
		if (w.year || w.month || w.day)
			return no_date(&tokens);
		struct civil date = civil_date(w.exact);
		*value = arena_printf(a, "%04d-%02d-%02d", date.year, date.month, date.day);
		return ANSWER_OK;
	}
	if ((w.day && (!w.month || w.months)) || w.month > 12)
		return ANSWER_NO_DATE;
	enum answer_problem problem = choose_year(&w);
	if (problem != ANSWER_OK)
		return problem;
	struct civil last = last_day(&w);
	if (w.day)
		*value = arena_printf(a, "%04d-%02d-%02d", w.year, w.month, w.day);
	else if (w.months)
		*value =
		    arena_printf(a, "%04d-%02d/%04d-%02d", w.year, w.month, last.year, last.month);
	else if (w.month)
		*value = arena_printf(a, "%04d-%02d", w.year, w.month);
	else
		*value = arena_printf(a, "%04d", w.year);
	return ANSWER_OK;
}
