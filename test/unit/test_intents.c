/* Words and commands people use, and texts that only look like them. */
#include "salesreg/domain/event/intents.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arena_fixture.h"
#include "default_texts.h"
#include "row_tests.h"

static const struct each_text_is_recognised_or_left_alone_row {
	const char *text;
	enum phrase phrase;
} each_text_is_recognised_or_left_alone_rows[] = {
    {"да", PHRASE_YES},
    {"Да!", PHRASE_YES},
    {"  ДА...  ", PHRASE_YES},
    {"да 👍", PHRASE_YES},
    {"Ok", PHRASE_YES},
    {"OK.", PHRASE_YES},
    {"Yes, please!", PHRASE_YES},
    {"Let's go", PHRASE_YES},
    {"👍", PHRASE_YES},
    {"👍🏽", PHRASE_YES},
    {"✔️", PHRASE_YES},
    {"+", PHRASE_YES},
    {"Конечно", PHRASE_YES},
    {"/yes", PHRASE_YES},
    {"/stats", PHRASE_STATS},
    {"Статистика", PHRASE_STATS},
    {"отчёт", PHRASE_STATS},
    {"нет", PHRASE_NO},
    {"Нет, спасибо", PHRASE_NO},
    {"No thanks", PHRASE_NO},
    {"👎", PHRASE_NO},
    {"nope", PHRASE_NO},
    {"-", PHRASE_NO},
    {"Отмена", PHRASE_CANCEL},
    {"/cancel", PHRASE_CANCEL},
    {"/CANCEL@salesreg_bot", PHRASE_CANCEL},
    {"cancel!", PHRASE_CANCEL},
    {"стоп", PHRASE_STOP},
    {"мои клиенты", PHRASE_CLIENTS},
    {"Мои  Клиенты?", PHRASE_CLIENTS},
    {"«мои клиенты»", PHRASE_CLIENTS},
    {"my clients", PHRASE_CLIENTS},
    {"/clients", PHRASE_CLIENTS},
    {"«Удалите все мои данные»", PHRASE_FORGET},
    {"Delete all my data.", PHRASE_FORGET},
    {"Статус", PHRASE_STATUS},
    {"профиль", PHRASE_STATUS},
    {"status?", PHRASE_STATUS},
    {"Сменить почту", PHRASE_CHANGE_EMAIL},
    {"сменить e-mail", PHRASE_CHANGE_EMAIL},
    {"change my e-mail", PHRASE_CHANGE_EMAIL},
    {"/email", PHRASE_CHANGE_EMAIL},
    {"Отключиться", PHRASE_UNREGISTER},
    {"unregister", PHRASE_UNREGISTER},
    {"/unregister", PHRASE_UNREGISTER},
    {"помощь", PHRASE_HELP},
    {"HELP", PHRASE_HELP},
    {"/help@bot", PHRASE_HELP},
    {"/help me", PHRASE_HELP},
    {"помощь!!!", PHRASE_HELP},
    {"/start", PHRASE_START},
    {"/start abc-123", PHRASE_START},
    {"Старт", PHRASE_START},
    {"зарегистрируйте меня", PHRASE_REGISTER},
    {"Register", PHRASE_REGISTER},
    {"Зарегистрируйте меня, пожалуйста", PHRASE_NONE},
    /* whole messages only */
    {"Да Винчи Леонардо", PHRASE_NONE},
    {"Нетребко Анна", PHRASE_NONE},
    {"да нет", PHRASE_NONE},
    {"yes no", PHRASE_NONE},
    {"дай", PHRASE_NONE},
    {"мои клиенты Анна", PHRASE_NONE},
    {"okay then bye", PHRASE_NONE},
    {"", PHRASE_NONE},
    {"   ", PHRASE_NONE},
    {"😀", PHRASE_NONE},
    {"...", PHRASE_NONE},
    {"/", PHRASE_NONE},
    {"/@bot", PHRASE_NONE},
    {"/unknown", PHRASE_NONE},
    {"/ help", PHRASE_NONE},
    {"|", PHRASE_NONE},
    {"да|нет", PHRASE_NONE},
    {"+|👍", PHRASE_NONE},
    {"/start|menu", PHRASE_NONE},
    {"\xFF", PHRASE_NONE},
    {"ivan@truerealestate.bali", PHRASE_NONE},
    {"да" TIMES_1000("!") TIMES_1000("!") TIMES_1000("!") TIMES_1000("!") TIMES_10("!")
	    TIMES_10("!") TIMES_10("!") TIMES_10("!") TIMES_10("!") TIMES_10("!") TIMES_10("!")
		TIMES_10("!") TIMES_10("!") "!"
					    "!"
					    "!"
					    "!"
					    "!"
					    "!",
	PHRASE_NONE},
};

static void each_text_is_recognised_or_left_alone(void **state)
{
	const struct each_text_is_recognised_or_left_alone_row *row = *state;
	enum phrase phrase = phrase_recognise(row->text, &arena);
	if (phrase != row->phrase)
		fail_msg("%s: %s", row->text, phrase_name(phrase));
}

/* As they stand in the files: a capital or a comma in one would keep it from ever being recognised. */
static void each_language_has_words_for_each_thing_to_say(void **state)
{
	(void)state;
	(void)default_texts();
	for (unsigned l = 0; l < LOCALE_COUNT; l++) {
		const json_t *understood =
		    json_object_get(default_texts_documents[l], "understood");
		for (unsigned p = PHRASE_NONE + 1; p <= PHRASE_HELP; p++) {
			char key[32];
			(void)snprintf(key, sizeof key, "%s", phrase_name((enum phrase)p));
			for (char *c = key; *c; c++)
				*c = *c == ' ' ? '_' : *c;
			const json_t *words = json_object_get(understood, key);
			assert_int_not_equal(json_array_size(words), 0);
			for (size_t i = 0; i < json_array_size(words); i++) {
				const char *word = json_string_value(json_array_get(words, i));
				if (phrase_recognise(word, &arena) != p)
					fail_msg("%s: understood.%s: %s",
					    locale_code((enum locale)l), key, word);
			}
		}
	}
	default_texts_finish();
}

int main(void)
{
	const struct row_test tests[] = {
	    {cmocka_unit_test(each_text_is_recognised_or_left_alone),
		ROWS(each_text_is_recognised_or_left_alone_rows, text)},
	    {cmocka_unit_test(each_language_has_words_for_each_thing_to_say), ONCE}};
	return RUN_ROW_TESTS(tests, begin, end);
}
