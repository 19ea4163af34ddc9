/*
 * What somebody is told whose language is one that only a test has: test_languages.py compiles this with that language
 * among the others. Usage: third_language LOCALE TEXT…; each TEXT is a message, or a button's data after "press ".
 * Prints what is said and the buttons, one a line.
 */
#include "salesreg/app/texts.h"
#include "salesreg/domain/conversation/conversation.h"
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	static const char *const domains[] = {"example.org"};
	static const char press[] = "press ";
	struct texts texts;
	struct buf problems;
	struct arena arena;
	buf_init(&problems, 1 << 16);
	arena_init(&arena, 1 << 20);
	if (texts_load(&texts, NULL, &problems) != ERR_OK) {
		(void)fprintf(stderr, "%s", problems.data);
		return 1;
	}
	const struct conversation_rules rules = {
	    .catalog = &texts.catalog,
	    .domains = domains,
	    .domain_count = 1,
	    .domains_are_told = true,
	    .default_locale = LOCALE_RU,
	    .max_prospects = 5,
	};
	struct conversation_state state = {.rules = &rules, .rep_status = REP_ABSENT};
	struct outcome out;
	for (int i = 2; i < argc; i++) {
		bool pressed = strncmp(argv[i], press, strlen(press)) == 0;
		const struct event event = {
		    .kind = pressed ? EVENT_BUTTON : EVENT_TEXT,
		    .user_id = 1,
		    .chat_id = 1,
		    .first_name = "Anna",
		    .language_code = argv[1],
		    .text = argv[i] + (pressed ? strlen(press) : 0),
		    .callback_id = pressed ? "id" : NULL,
		};
		conversation_step(&state, &event, &arena, &out);
		state = out.next;
		state.known = true;
		for (const struct message *m = out.messages.first; m; m = m->next) {
			(void)printf("%s\n", m->text);
			for (size_t b = 0; b < m->button_count; b++)
				(void)printf("[%s] %s\n", m->buttons[b].text, m->buttons[b].data);
		}
	}
	arena_finish(&arena);
	texts_finish(&texts);
	buf_finish(&problems);
	return 0;
}
