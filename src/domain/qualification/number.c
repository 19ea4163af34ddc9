/*
 * Numbers and ranges of numbers, mostly of money, as people write them:
 *   300000   300 000   300.000   300k   до 300 тыс   1,5 млн   200-300k   от 200 до 300 тысяч долларов   $500k+   around 1.2m
 * Words that are none of these make it another's question ("2 вопроса про налоги"), not a number.
 */
#include "answer_private.h"
#include <string.h>

static const int64_t LARGEST = INT64_C(1000000000000000);

/* Which currencies words and signs mean. */
static const struct {
	const char *code, *words;
} currencies[] = {
    {"USD", "$|usd|долл|бакс|dollar|buck"},
    {"EUR", "€|eur|евро"},
    {"RUB", "₽|rub|руб|р$|ruble|rouble"},
    {"IDR", "idr|rp$|рупи|rupiah"},
    {"GBP", "£|gbp|фунт|pound"},
    {"AED", "aed|дирхам|dirham"},
    {"CNY", "¥|cny|юан|yuan"},
    {"THB", "฿|thb|бат$|бата$|батов$|baht"},
    {"KZT", "₸|kzt|тенге"},
};

static const struct {
	const char *words;
	int64_t times;
} multipliers[] = {
    {"k$|к$|т$|тыс|тыщ|thousand|grand$", 1000},
    {"m$|м$|млн|миллион|мил$|лям|mln|million|mio$", 1000 * 1000},
    {"bn$|b$|млрд|миллиард|billion", INT64_C(1000) * 1000 * 1000},
};

/* What may stand beside a number and says nothing. */
static const char fillers[] = "бюджет|примерн|около$|где$|то$|приблизительн|порядка$|у$|меня$|мой$|"
			      "мы$|я$|есть$|готов|наверно|пока$|думаю$|планиру|рассчитыва"
			      "|потратить$|в$|на$|районе$|сумм|цен|это$|пределах$|а$|вот$"
			      "|budget|around$|about$|approx|roughly$|maybe$|i$|we$|have$|my$|is$|"
			      "it$|s$|of$|can$|spend$|the$|range$|price|think$|in$|a$";

struct amount {
	int64_t number;
	bool has_multiplier;
};
struct reading {
	const struct token *at;
	const char *currency; /* NULL: none is said */
	bool two_currencies, unknown;
};

static bool is_separator(char c)
{
	return c < '0' || c > '9';
}

/* The digits of a token; a separator with three digits behind it groups thousands, unless a multiplier follows and it is the only one. */
static bool number_of(const struct token *token, int64_t times, int64_t *number)
{
	const char *s = token->text, *end = s + token->size;
	size_t groups = 0;
	const char *last = NULL;
	bool thousands = true;
	for (const char *c = s; c < end; c++) {
		if (!is_separator(*c))
			continue;
		groups++;
		last = c;
		while (c + 1 < end && is_separator(c[1]))
			c++;
		size_t digits = strspn(c + 1, "0123456789");
		if (c + 1 + digits > end)
			digits = (size_t)(end - c - 1);
		thousands = thousands && digits == 3;
	}
	bool fraction = groups > 0 && (!thousands || (groups == 1 && times > 1000) || *s == '0');
	int64_t whole = 0, part = 0, of = 1;
	for (const char *c = s; c < end; c++) {
		if (is_separator(*c))
			continue;
		if (fraction && c > last) {
			if (of >= 1000)
				continue;
			part = part * 10 + (*c - '0');
			of *= 10;
		} else {
			if (whole > LARGEST)
				return false;
			whole = whole * 10 + (*c - '0');
		}
	}
	if (whole > LARGEST / times)
		return false;
	*number = whole * times + part * times / of;
	return true;
}

static int64_t take_multiplier(struct reading *r)
{
	int64_t times = 1;
	bool more = true;
	while (more) {
		more = false;
		for (size_t i = 0; i < sizeof multipliers / sizeof *multipliers; i++)
			if (token_is_one(r->at, multipliers[i].words) && times == 1) {
				times = multipliers[i].times;
				r->at++;
				more = true;
				if (r->at->kind == TOKEN_SIGN && token_is(r->at, "."))
					r->at++; /* "тыс." */
			}
	}
	return times;
}

static bool take_currency(struct reading *r)
{
	for (size_t i = 0; i < sizeof currencies / sizeof *currencies; i++) {
		if (!token_is_one(r->at, currencies[i].words))
			continue;
		r->two_currencies |= r->currency && r->currency != currencies[i].code;
		r->currency = currencies[i].code;
		r->at++;
		if (r->at->kind == TOKEN_SIGN && token_is(r->at, "."))
			r->at++; /* "руб." */
		return true;
	}
	return false;
}

static bool take_amount(struct reading *r, struct amount *amount)
{
	while (take_currency(r))
		;
	if (r->at->kind != TOKEN_NUMBER)
		return false;
	const struct token *digits = r->at++;
	int64_t times = take_multiplier(r);
	while (take_currency(r))
		;
	amount->has_multiplier = times > 1;
	return number_of(digits, times, &amount->number);
}

static bool is_dash(const struct token *token)
{
	return token_is(token, "-") || token_is(token, "\u2013") || token_is(token, "\u2014") ||
	       token_is(token, "\u2212") || token_is(token, "~");
}

/* What stands before a number: *up: at most, *down: at least. */
static void take_bound(struct reading *r, bool *up, bool *down)
{
	for (;; r->at++) {
		bool no = token_is(r->at, "не") || token_is(r->at, "no") || token_is(r->at, "not");
		if (no) {
			if (token_is_one(r->at + 1, "больше$|более$|дороже$|выше$|more$|over$"))
				*up = true;
			else if (token_is_one(r->at + 1, "меньше$|менее$|ниже$|less$|under$"))
				*down = true;
			else
				return;
			r->at++;
			continue;
		}
		if (token_is_one(r->at, "до$|up$|under$|below$|макс|max|<"))
			*up = true;
		else if (token_is_one(r->at, "от$|from$|over$|above$|more$|больше$|более$|свыше$|"
					     "выше$|миним|min|>|between$|между$|с$"))
			*down = true;
		else if (!token_is_one(r->at, "to$|than$|чем$|=|:|≈|~|,|!") &&
			 !token_is_one(r->at, fillers) && !token_hyphenates(r->at))
			return;
	}
}

static enum answer_problem money_of(
    const struct script_question *question, const struct reading *r, const char **currency)
{
	*currency = r->currency;
	if (r->two_currencies)
		return ANSWER_NO_NUMBER;
	if (question->currency_count == 0)
		return r->currency ? ANSWER_NO_NUMBER : ANSWER_OK;
	if (!r->currency)
		*currency = question->currencies[0];
	for (size_t i = 0; i < question->currency_count; i++)
		if (strcmp(question->currencies[i], *currency) == 0)
			return ANSWER_OK;
	return ANSWER_CURRENCY;
}

/* Bounds are in the first currency; what they are in another one nobody knows here. */
static enum answer_problem bounds_of(const struct script_question *question, const char *currency,
    int64_t least, int64_t most, bool has_least, bool has_most)
{
	if (currency && strcmp(currency, question->currencies[0]) != 0)
		return ANSWER_OK;
	int64_t low = has_least ? least : most, high = has_most ? most : least;
	return high < question->least ? ANSWER_TOO_LOW
	       : low > question->most ? ANSWER_TOO_HIGH
				      : ANSWER_OK;
}

static bool has_number(const struct tokens *tokens)
{
	for (size_t i = 0; i < tokens->count; i++)
		if (tokens->list[i].kind == TOKEN_NUMBER)
			return true;
	return false;
}

enum answer_problem answer_read_number(
    const struct script_question *question, const char *text, struct arena *a, const char **value)
{
	struct tokens tokens;
	answer_tokens(text, a, &tokens);
	if (tokens.more || !has_number(&tokens))
		return ANSWER_OTHER;
	struct reading r = {.at = tokens.list};
	bool up = false, down = false, both = false, up_to = false;
	struct amount first, second;
	take_bound(&r, &up, &down);
	if (!take_amount(&r, &first))
		return r.at->kind == TOKEN_WORD ? ANSWER_OTHER : ANSWER_NO_NUMBER;
	if (token_is(r.at, "+")) {
		down = true;
		r.at++;
	}
	bool joins = is_dash(r.at) || token_is_one(r.at, "до$|to$|and$|и$|по$|или$|or$");
	if (joins) {
		r.at++;
		take_bound(&r, &up_to, &down);
		if (!take_amount(&r, &second))
			return r.at->kind == TOKEN_WORD ? ANSWER_OTHER : ANSWER_NO_NUMBER;
		both = true;
		/* "200-300k": the first is meant the same way */
		if (second.has_multiplier && !first.has_multiplier &&
		    first.number < second.number) {
			struct reading again = {.at = tokens.list};
			while (again.at->kind != TOKEN_NUMBER)
				again.at++;
			int64_t times = second.number >= 1000 * 1000 * 1000 ? 1000 * 1000 : 1000;
			for (const struct token *t = again.at + 1; t->kind != TOKEN_END; t++)
				for (size_t i = 0; i < sizeof multipliers / sizeof *multipliers;
				     i++)
					if (token_is_one(t, multipliers[i].words))
						times = multipliers[i].times;
			int64_t scaled;
			if (number_of(again.at, times, &scaled) && scaled <= second.number)
				first.number = scaled;
		}
	}
	while (token_is_one(r.at, ".|!|)|,|максимум$|max$|maximum$|минимум$|примерно$|или$|так$|"
				  "около$|плюс$|минус$|-") ||
	       token_is_one(r.at, fillers))
		r.at++;
	if (r.at->kind != TOKEN_END)
		return r.at->kind == TOKEN_NUMBER ? ANSWER_NO_NUMBER : ANSWER_OTHER;
	const char *currency;
	enum answer_problem problem = money_of(question, &r, &currency);
	if (problem != ANSWER_OK)
		return problem;
	int64_t low = first.number, high = both ? second.number : first.number;
	if (low > high) {
		low = second.number;
		high = first.number;
	}
	bool has_least = both || !up || down, has_most = both || !down;
	problem = bounds_of(question, currency, low, high, has_least, has_most);
	if (problem != ANSWER_OK)
		return problem;
	const char *digits = both && low != high
				 ? arena_printf(a, "%lld-%lld", (long long)low, (long long)high)
			     : !both && up && !down ? arena_printf(a, "-%lld", (long long)high)
			     : !both && down        ? arena_printf(a, "%lld-", (long long)low)
						    : arena_printf(a, "%lld", (long long)low);
	*value = currency ? arena_concat(a, digits, " ", currency, (char *)NULL) : digits;
	return ANSWER_OK;
}
