#include "salesreg/domain/qualification/answer.h"
#include "answer_private.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/contact/contact.h"
#include "salesreg/domain/contact/email.h"
#include <string.h>

enum { PHONE_LEAST = 7, PHONE_MOST = 15, PHONE_WORDS_MOST = 4, FEW_WORDS = 2 };

static size_t word_count(const char *text, struct arena *a)
{
	size_t count = 0;
	for (const char *s = text_fold(a, text); *s; s += strcspn(s, " "), s += *s == ' ')
		count++;
	return count;
}

/* A question of their own, or a sentence: not an attempt to hit an option. */
static bool is_speech(const char *text, struct arena *a)
{
	return strchr(text, '?') || word_count(text, a) > FEW_WORDS;
}

/* The option of this label in any language, or of this number in the list. */
static size_t option_said(const struct script_question *question, const char *said, struct arena *a)
{
	for (size_t i = 0; i < question->option_count; i++) {
		for (unsigned l = 0; l < LOCALE_COUNT; l++)
			if (strcmp(text_fold(a, question->options[i].label.in[l]), said) == 0)
				return i;
		if (strcmp(arena_printf(a, "%zu", i + 1), said) == 0)
			return i;
	}
	return SCRIPT_OPTIONS_MOST;
}

static enum answer_problem read_choice(
    const struct script_question *question, const char *text, struct arena *a, const char **value)
{
	size_t option = option_said(question, text_fold(a, text), a);
	if (option == SCRIPT_OPTIONS_MOST)
		return is_speech(text, a) ? ANSWER_OTHER : ANSWER_NO_OPTION;
	*value = question->options[option].id;
	return ANSWER_OK;
}

/* "вилла, апартаменты", "villa and flat", "1 3" */
static enum answer_problem read_several(
    const struct script_question *question, const char *text, struct arena *a, const char **value)
{
	static const char *const separators[] = {
	    " и ", " and ", " или ", " or ", ",", ";", "/", "\n"};
	char *said = text_fold(a, text);
	size_t whole = option_said(question, said, a);
	if (whole < question->option_count) {
		*value = question->options[whole].id;
		return ANSWER_OK;
	}
	uint32_t options = 0;
	while (*said) {
		size_t size = strlen(said), gap = 0;
		for (size_t i = 0; i < sizeof separators / sizeof *separators; i++) {
			const char *found = strstr(said, separators[i]);
			if (found && (size_t)(found - said) < size) {
				size = (size_t)(found - said);
				gap = strlen(separators[i]);
			}
		}
		const char *part = text_fold(a, arena_strndup(a, said, size));
		size_t option = *part ? option_said(question, part, a) : SCRIPT_OPTIONS_MOST;
		if (option < question->option_count)
			options |= UINT32_C(1) << option;
		else if (*part)
			return is_speech(text, a) ? ANSWER_OTHER : ANSWER_NO_OPTION;
		said += size + gap;
	}
	if (!options)
		return ANSWER_NO_OPTION;
	*value = question_options_value(question, options, a);
	return ANSWER_OK;
}

static enum answer_problem phone_of(const char *number, struct arena *a, const char **value)
{
	struct contact contact;
	enum contact_problem problem = contact_parse(number, a, &contact);
	if (problem == CONTACT_NO_PROBLEM && contact.kind == CONTACT_PHONE) {
		*value = contact.value;
		return ANSWER_OK;
	}
	return problem == CONTACT_NO_COUNTRY ? ANSWER_NO_COUNTRY : ANSWER_NO_PHONE;
}

static enum answer_problem read_phone(const char *text, struct arena *a, const char **value)
{
	char digits[PHONE_MOST + 2];
	size_t count = 0;
	bool plus = false;
	for (const char *s = text; *s; s++) {
		plus |= *s == '+' && count == 0;
		if (*s < '0' || *s > '9')
			continue;
		if (count > PHONE_MOST)
			return ANSWER_NO_PHONE;
		digits[count++] = *s;
	}
	digits[count <= PHONE_MOST ? count : PHONE_MOST + 1] = '\0';
	if (count < PHONE_LEAST)
		return is_speech(text, a) && count < 4 ? ANSWER_OTHER : ANSWER_NO_PHONE;
	size_t letters = 0;
	for (const char *s = text_fold(a, text), *word = s; *s; s = word) {
		bool letter = text_is_letter(text_next(&word));
		letters += letter;
	}
	if (letters > PHONE_WORDS_MOST * 10)
		return ANSWER_OTHER;
	/* Russians write 8 for +7 */
	if (!plus && count == 11 && digits[0] == '8') {
		plus = true;
		digits[0] = '7';
	}
	if (!plus && (count < 11 || digits[0] == '0'))
		return ANSWER_NO_COUNTRY;
	return phone_of(arena_printf(a, "+%s", digits), a, value);
}

static enum answer_problem read_email(const char *text, struct arena *a, const char **value)
{
	const char *key = email_key(text, a);
	if (key) {
		*value = key;
		return ANSWER_OK;
	}
	return strchr(text, '@') || !is_speech(text, a) ? ANSWER_NO_EMAIL : ANSWER_OTHER;
}

static enum answer_problem read_text(const char *text, struct arena *a, const char **value)
{
	if (text_utf16_units(text) > SCRIPT_ANSWER_UNITS)
		return ANSWER_TOO_LONG;
	/* spaces alone are none; lines stay as they are */
	if (!*text_fold(a, text))
		return ANSWER_OTHER;
	*value = text;
	return ANSWER_OK;
}

enum answer_problem answer_read(const struct script_question *question, const char *text,
    int32_t today, struct arena *a, const char **value)
{
	*value = NULL;
	/* nobody's number, date or address is so long, and reading is not for free */
	if (question->kind != QUESTION_TEXT && text_utf16_units(text) > SCRIPT_ANSWER_UNITS)
		return ANSWER_OTHER;
	switch (question->kind) {
	case QUESTION_CHOICE:
		return read_choice(question, text, a, value);
	case QUESTION_SEVERAL:
		return read_several(question, text, a, value);
	case QUESTION_NUMBER:
		return answer_read_number(question, text, a, value);
	case QUESTION_TEXT:
		return read_text(text, a, value);
	case QUESTION_CONTACT:
		return read_phone(text, a, value);
	case QUESTION_EMAIL:
		return read_email(text, a, value);
	case QUESTION_DATE:
		return answer_read_date(text, today, a, value);
	}
	return ANSWER_OTHER;
}

enum answer_problem answer_read_contact(
    const struct event *event, struct arena *a, const char **value)
{
	*value = NULL;
	if (event->contact_user_id != event->user_id)
		return ANSWER_NOT_OWN;
	const char *phone = event->phone ? event->phone : "";
	/* Telegram leaves the + out now and then (Bot API, "Contact") */
	return phone_of(*phone == '+' ? phone : arena_printf(a, "+%s", phone), a, value);
}
