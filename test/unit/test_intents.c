/* Words and commands people use, and texts that only look like them. */
#include "salesreg/domain/conversation/intents.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arena_fixture.h"

static void each_text_is_recognised_or_left_alone(void **state)
{
	(void)state;
	char *very_long = arena_alloc(&arena, 5000);
	memset(very_long, '!', 4096);
	const struct {
		const char *text;
		enum phrase phrase;
	} rows[] = {
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
	    {"стоп", PHRASE_CANCEL},
	    {"мои клиенты", PHRASE_CLIENTS},
	    {"Мои  Клиенты?", PHRASE_CLIENTS},
	    {"«мои клиенты»", PHRASE_CLIENTS},
	    {"my clients", PHRASE_CLIENTS},
	    {"/clients", PHRASE_CLIENTS},
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
	    {arena_printf(&arena, "да%s", very_long), PHRASE_NONE},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		enum phrase phrase = phrase_recognise(rows[i].text, &arena);
		if (phrase != rows[i].phrase)
			fail_msg("%s: %s", rows[i].text, phrase_name(phrase));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(each_text_is_recognised_or_left_alone)};
	return cmocka_run_group_tests(tests, begin, end);
}
