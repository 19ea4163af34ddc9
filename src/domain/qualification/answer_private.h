/* What the readers of numbers and dates share: a text as words, numbers and signs. Ownership: all of it in the arena. */
#pragma once
#include "salesreg/domain/qualification/answer.h"

enum { ANSWER_TOKENS_MOST = 24 };
enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_NUMBER, TOKEN_SIGN };
struct token {
	enum token_kind kind;
	const char
	    *text; /* folded; of a number its digits, with what separates them: "300.000", "1,5" */
	size_t size;
	bool joined; /* nothing stands between it and the token before */
};
struct tokens {
	struct token list[ANSWER_TOKENS_MOST + 1]; /* TOKEN_END ends it */
	size_t count;
	bool more; /* than there is room for */
};
/* signs: bytes and characters that are none of a word or a number, each by itself. */
void answer_tokens(const char *text, struct arena *a, struct tokens *tokens);
bool token_is(const struct token *token, const char *word);
/* Begins with one of the words of a list "usd|доллар|бакс"; a word that ends with $ in the list must be whole. */
bool token_is_one(const struct token *token, const char *list);
/* The dash inside "где-то": between two words, with no space. */
bool token_hyphenates(const struct token *token);
/* The whole number that the digits are; false: too long, or with a separator. */
bool token_number(const struct token *token, int64_t *number);
