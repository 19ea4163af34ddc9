#include "answer_private.h"
#include "salesreg/base/text.h"
#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digits, and single separators between digits; a space separates groups of three only: "300 000", but "15 05 2027" are three. */
static size_t number_size(const char *s)
{
	size_t n = strspn(s, "0123456789");
	bool grouped = n <= 3;
	while (s[n]) {
		size_t separator = s[n] == '.' || s[n] == ',' || s[n] == '\'' || s[n] == ' ';
		if (separator == 0 && strncmp(s + n, "\u2019", 3) == 0)
			separator = 3;
		size_t digits = separator ? strspn(s + n + separator, "0123456789") : 0;
		if (digits == 0 || (s[n] == ' ' && (!grouped || digits != 3)))
			break;
		grouped = digits == 3;
		n += separator + digits;
	}
	return n;
}

static bool is_word(uint32_t c)
{
	return text_is_letter(c) || c == 0x301; /* an accent, which a keyboard may put apart */
}

void answer_tokens(const char *text, struct arena *a, struct tokens *tokens)
{
	*tokens = (struct tokens){0};
	const char *s = text_fold(a, text);
	bool joined = false;
	while (*s) {
		const char *next = s;
		uint32_t c = text_next(&next);
		if (text_is_space(c)) {
			joined = false;
			s = next;
			continue;
		}
		if (tokens->count == ANSWER_TOKENS_MOST) {
			tokens->more = true;
			return;
		}
		struct token *token = &tokens->list[tokens->count++];
		*token = (struct token){.kind = TOKEN_SIGN, .text = s, .joined = joined};
		if (is_digit(*s)) {
			token->kind = TOKEN_NUMBER;
			next = s + number_size(s);
		} else if (is_word(c)) {
			token->kind = TOKEN_WORD;
			for (const char *end = next; is_word(text_next(&end));)
				next = end;
		}
		token->size = (size_t)(next - s);
		joined = true;
		s = next;
	}
}

bool token_is(const struct token *token, const char *word)
{
	return token->kind != TOKEN_END && strlen(word) == token->size &&
	       memcmp(word, token->text, token->size) == 0;
}

bool token_is_one(const struct token *token, const char *list)
{
	if (token->kind == TOKEN_END)
		return false;
	for (const char *s = list; *s;) {
		size_t n = strcspn(s, "|");
		bool whole = n > 1 && s[n - 1] == '$';
		size_t letters = n - whole;
		if (token->size >= letters && memcmp(s, token->text, letters) == 0 &&
		    (!whole || token->size == letters))
			return true;
		s += n + (s[n] == '|');
	}
	return false;
}

bool token_hyphenates(const struct token *token)
{
	return token_is(token, "-") && token->joined && token[1].joined &&
	       token[1].kind == TOKEN_WORD;
}

bool token_number(const struct token *token, int64_t *number)
{
	*number = 0;
	if (token->kind != TOKEN_NUMBER || token->size > 15)
		return false;
	for (size_t i = 0; i < token->size; i++) {
		if (!is_digit(token->text[i]))
			return false;
		*number = *number * 10 + (token->text[i] - '0');
	}
	return true;
}
