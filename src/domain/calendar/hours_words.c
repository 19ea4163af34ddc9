#include "hours_words.h"
#include "salesreg/base/text.h"
#include <stdlib.h>
#include <string.h>

enum { NUMBER_DIGITS_MOST = 4 };

/* Small letters, е for ё; a word that ends with '*' stands for all that begin so. */
static const struct {
	const char *text;
	enum token_kind kind;
	int value;
} words[] = {
    {"пн", TOKEN_DAY, 1 << 1},
    {"понед*", TOKEN_DAY, 1 << 1},
    {"mon", TOKEN_DAY, 1 << 1},
    {"monday*", TOKEN_DAY, 1 << 1},
    {"mo", TOKEN_DAY, 1 << 1},
    {"вт", TOKEN_DAY, 1 << 2},
    {"вторник*", TOKEN_DAY, 1 << 2},
    {"tue", TOKEN_DAY, 1 << 2},
    {"tues", TOKEN_DAY, 1 << 2},
    {"tuesday*", TOKEN_DAY, 1 << 2},
    {"tu", TOKEN_DAY, 1 << 2},
    {"ср", TOKEN_DAY, 1 << 3},
    {"сред*", TOKEN_DAY, 1 << 3},
    {"wed", TOKEN_DAY, 1 << 3},
    {"wednesday*", TOKEN_DAY, 1 << 3},
    {"we", TOKEN_DAY, 1 << 3},
    {"чт", TOKEN_DAY, 1 << 4},
    {"четв*", TOKEN_DAY, 1 << 4},
    {"thu", TOKEN_DAY, 1 << 4},
    {"thur", TOKEN_DAY, 1 << 4},
    {"thurs", TOKEN_DAY, 1 << 4},
    {"thursday*", TOKEN_DAY, 1 << 4},
    {"th", TOKEN_DAY, 1 << 4},
    {"пт", TOKEN_DAY, 1 << 5},
    {"пятниц*", TOKEN_DAY, 1 << 5},
    {"fri", TOKEN_DAY, 1 << 5},
    {"friday*", TOKEN_DAY, 1 << 5},
    {"fr", TOKEN_DAY, 1 << 5},
    {"сб", TOKEN_DAY, 1 << 6},
    {"суббот*", TOKEN_DAY, 1 << 6},
    {"sat", TOKEN_DAY, 1 << 6},
    {"saturday*", TOKEN_DAY, 1 << 6},
    {"sa", TOKEN_DAY, 1 << 6},
    {"вс", TOKEN_DAY, 1 << 7},
    {"воскр*", TOKEN_DAY, 1 << 7},
    {"sun", TOKEN_DAY, 1 << 7},
    {"sunday*", TOKEN_DAY, 1 << 7},
    {"su", TOKEN_DAY, 1 << 7},
    {"будн*", TOKEN_DAY, WORKDAYS},
    {"weekday*", TOKEN_DAY, WORKDAYS},
    {"workday*", TOKEN_DAY, WORKDAYS},
    {"weekend*", TOKEN_DAY, WEEKEND},
    {"ежедневно", TOKEN_DAY, ALL_DAYS},
    {"daily", TOKEN_DAY, ALL_DAYS},
    {"everyday", TOKEN_DAY, ALL_DAYS},
    {"каждый", TOKEN_DAY, ALL_DAYS},
    {"every", TOKEN_DAY, ALL_DAYS},
    {"все", TOKEN_DAY, ALL_DAYS},
    {"all", TOKEN_DAY, ALL_DAYS},
    {"круглосуточно", TOKEN_ALL_DAY, 0},
    {"январ*", TOKEN_MONTH, 1},
    {"янв", TOKEN_MONTH, 1},
    {"jan", TOKEN_MONTH, 1},
    {"january", TOKEN_MONTH, 1},
    {"феврал*", TOKEN_MONTH, 2},
    {"фев", TOKEN_MONTH, 2},
    {"feb", TOKEN_MONTH, 2},
    {"february", TOKEN_MONTH, 2},
    {"март*", TOKEN_MONTH, 3},
    {"мар", TOKEN_MONTH, 3},
    {"mar", TOKEN_MONTH, 3},
    {"march", TOKEN_MONTH, 3},
    {"апрел*", TOKEN_MONTH, 4},
    {"апр", TOKEN_MONTH, 4},
    {"apr", TOKEN_MONTH, 4},
    {"april", TOKEN_MONTH, 4},
    {"май", TOKEN_MONTH, 5},
    {"мая", TOKEN_MONTH, 5},
    {"may", TOKEN_MONTH, 5},
    {"июн*", TOKEN_MONTH, 6},
    {"jun", TOKEN_MONTH, 6},
    {"june", TOKEN_MONTH, 6},
    {"июл*", TOKEN_MONTH, 7},
    {"jul", TOKEN_MONTH, 7},
    {"july", TOKEN_MONTH, 7},
    {"август*", TOKEN_MONTH, 8},
    {"авг", TOKEN_MONTH, 8},
    {"aug", TOKEN_MONTH, 8},
    {"august", TOKEN_MONTH, 8},
    {"сентябр*", TOKEN_MONTH, 9},
    {"сен", TOKEN_MONTH, 9},
    {"sep", TOKEN_MONTH, 9},
    {"sept", TOKEN_MONTH, 9},
    {"september", TOKEN_MONTH, 9},
    {"октябр*", TOKEN_MONTH, 10},
    {"окт", TOKEN_MONTH, 10},
    {"oct", TOKEN_MONTH, 10},
    {"october", TOKEN_MONTH, 10},
    {"ноябр*", TOKEN_MONTH, 11},
    {"ноя", TOKEN_MONTH, 11},
    {"nov", TOKEN_MONTH, 11},
    {"november", TOKEN_MONTH, 11},
    {"декабр*", TOKEN_MONTH, 12},
    {"дек", TOKEN_MONTH, 12},
    {"dec", TOKEN_MONTH, 12},
    {"december", TOKEN_MONTH, 12},
    {"сегодня", TOKEN_TODAY, 0},
    {"today", TOKEN_TODAY, 0},
    {"завтра", TOKEN_TODAY, 1},
    {"tomorrow", TOKEN_TODAY, 1},
    {"послезавтра", TOKEN_TODAY, 2},
    {"до", TOKEN_DASH, 0},
    {"to", TOKEN_DASH, 0},
    {"till", TOKEN_DASH, 0},
    {"until", TOKEN_DASH, 0},
    {"through", TOKEN_DASH, 0},
    {"по", TOKEN_PO, 0},
    {"и", TOKEN_AND, 0},
    {"and", TOKEN_AND, 0},
    {"с", TOKEN_FILLER, 0},
    {"со", TOKEN_FILLER, 0},
    {"from", TOKEN_FILLER, 0},
    {"в", TOKEN_FILLER, 0},
    {"во", TOKEN_FILLER, 0},
    {"at", TOKEN_FILLER, 0},
    {"on", TOKEN_FILLER, 0},
    {"день", TOKEN_DAY_WORD, 0},
    {"дни", TOKEN_DAY_WORD, 0},
    {"дням", TOKEN_DAY_WORD, 0},
    {"day", TOKEN_DAY_WORD, 0},
    {"days", TOKEN_DAY_WORD, 0},
    {"the", TOKEN_FILLER, 0},
    {"of", TOKEN_FILLER, 0},
    {"hours", TOKEN_FILLER, 0},
    {"график", TOKEN_FILLER, 0},
    {"работы", TOKEN_FILLER, 0},
    {"мои", TOKEN_FILLER, 0},
    {"my", TOKEN_FILLER, 0},
    {"ч", TOKEN_FILLER, 0},
    {"час*", TOKEN_FILLER, 0},
    {"h", TOKEN_FILLER, 0},
    {"года", TOKEN_FILLER, 0},
    {"г", TOKEN_FILLER, 0},
    {"кроме", TOKEN_EXCEPT, 0},
    {"except", TOKEN_EXCEPT, 0},
    {"but", TOKEN_EXCEPT, 0},
    {"выходной", TOKEN_OFF, 0},
    {"выходным", TOKEN_OFF, WEEKEND},
    {"выходные", TOKEN_OFF, WEEKEND},
    {"выходных", TOKEN_OFF, WEEKEND},
    {"нерабоч*", TOKEN_OFF, 0},
    {"отпуск*", TOKEN_OFF, 0},
    {"отгул*", TOKEN_OFF, 0},
    {"off", TOKEN_OFF, 0},
    {"holiday*", TOKEN_OFF, 0},
    {"vacation", TOKEN_OFF, 0},
    {"closed", TOKEN_OFF, 0},
    {"рабоч*", TOKEN_WORKING, WORKDAYS},
    {"работаю", TOKEN_WORKING, WORKDAYS},
    {"working", TOKEN_WORKING, WORKDAYS},
    {"work", TOKEN_WORKING, WORKDAYS},
    {"am", TOKEN_AM, 0},
    {"утра", TOKEN_AM, 0},
    {"pm", TOKEN_PM, 0},
    {"вечера", TOKEN_PM, 0},
    {"дня", TOKEN_PM, 0},
};

bool hours_words_say_when(const char *folded)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if ((words[i].kind == TOKEN_TODAY || words[i].kind == TOKEN_ALL_DAY) &&
		    strstr(folded, words[i].text))
			return true;
	return false;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool fits(const char *word, const char *text, size_t size)
{
	size_t n = strlen(word);
	if (word[n - 1] != '*')
		return n == size && memcmp(word, text, n) == 0;
	return n - 1 <= size && memcmp(word, text, n - 1) == 0;
}

/* Which of the seven names it is, as a bit; 0: none. */
static int named(struct arena *a, const char *names, const char *text, size_t size)
{
	const char *at = names ? text_fold(a, names) : "";
	for (int day = 1; *at && day <= 7; day++) {
		size_t n = strcspn(at, " ");
		if (n == size && memcmp(at, text, n) == 0)
			return 1 << day;
		at += n;
		at += *at == ' ';
	}
	return 0;
}

static void look_up(struct arena *a, const char *names, struct token *t)
{
	int day = named(a, names, t->text, t->size);
	t->kind = day ? TOKEN_DAY : TOKEN_UNKNOWN;
	t->value = day;
	for (size_t i = 0; !day && i < sizeof words / sizeof *words; i++)
		if (fits(words[i].text, t->text, t->size)) {
			t->kind = words[i].kind;
			t->value = words[i].value;
			return;
		}
}

/* "10", "10:30", "31.12.2026", "2026-12-31"; a dash parts a date only if four digits stand before the first. */
static void read_number(struct token *t)
{
	const char *at = t->text;
	while (t->part_count < TOKEN_PARTS) {
		size_t n = 0;
		int value = 0;
		for (; is_digit(at[n]); n++)
			if (n < NUMBER_DIGITS_MOST)
				value = value * 10 + at[n] - '0';
		if (n > NUMBER_DIGITS_MOST)
			t->kind = TOKEN_UNKNOWN;
		if (t->part_count == 0)
			t->digits = n;
		t->last_digits = n;
		t->parts[t->part_count++] = value;
		at += n;
		bool goes_on = t->separator
				   ? *at == t->separator
				   : *at == ':' || *at == '.' ||
					 (*at == '-' && t->digits == 4 && is_digit(at[1]) &&
					     is_digit(at[2]) && at[3] == '-');
		if (!goes_on || !is_digit(at[1]) || t->part_count == TOKEN_PARTS)
			break;
		t->separator = *at++;
	}
	t->size = (size_t)(at - t->text);
}

/* In Latin and Cyrillic, apostrophes and dots of "a.m." left out. */
static size_t letters(const char *s)
{
	const char *end = s;
	for (const char *next = s;; end = next)
		if (!text_is_letter(text_next(&next)))
			return (size_t)(end - s);
}

static bool is_dash(uint32_t c)
{
	return c == '-' || c == 0x2010 || c == 0x2011 || c == 0x2012 || c == 0x2013 ||
	       c == 0x2014 || c == 0x2212 || c == '~';
}

static bool all_the_time(const char *s)
{
	return strncmp(s, "24/7", 4) == 0 && !is_digit(s[4]);
}

/* The token at s; how many bytes it takes. */
static size_t read_token(struct arena *a, const char *s, const char *names, struct token *t)
{
	const char *next = s;
	uint32_t c = text_next(&next);
	t->text = s;
	t->size = (size_t)(next - s);
	if (all_the_time(s)) {
		t->kind = TOKEN_ALL_DAY;
		t->value = ALL_DAYS;
		t->size = 4;
	} else if (c >= '0' && c <= '9') {
		t->kind = TOKEN_NUMBER;
		read_number(t);
	} else if (strncmp(s, "a.m.", 4) == 0 || strncmp(s, "p.m.", 4) == 0) {
		t->kind = *s == 'a' ? TOKEN_AM : TOKEN_PM;
		t->size = 4;
	} else if (letters(s) > 0) {
		t->size = letters(s);
		look_up(a, names, t);
	} else if (is_dash(c)) {
		t->kind = TOKEN_DASH;
	} else if (c == ',' || c == ';') {
		t->kind = TOKEN_BREAK;
	} else if (c == '+' || c == '&') {
		t->kind = TOKEN_AND;
	} else if (c == '.' || c == ':' || c == '(' || c == ')' || c == '!' || c == '"' ||
		   c == 0xAB || c == 0xBB) {
		t->kind = TOKEN_FILLER;
	} else {
		t->kind = TOKEN_UNKNOWN;
	}
	return t->size;
}

/* Folding makes a space of the end of a line, which parts like a comma. */
static const char *with_commas(struct arena *a, const char *text)
{
	char *out = arena_bytes(a, 2 * strlen(text) + 1), *end = out;
	for (; *text; text++) {
		if (*text == '\n')
			*end++ = ',';
		*end++ = *text;
	}
	*end = '\0';
	return text_fold(a, out);
}

size_t hours_tokens(
    struct arena *a, const char *text, const char *names, struct token out[TOKENS_MOST])
{
	size_t count = 0, word = 1;
	for (const char *at = with_commas(a, text); *at;) {
		if (*at == ' ') {
			word++;
			at++;
			continue;
		}
		if (count == TOKENS_MOST - 1)
			return 0;
		struct token *t = &out[count++];
		*t = (struct token){.word = word};
		at += read_token(a, at, names, t);
	}
	out[count++] = (struct token){.kind = TOKEN_END, .word = word, .text = ""};
	return count;
}
