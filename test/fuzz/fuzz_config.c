/*
 * Bytes → a variable and its value: it is taken or one line says why not, no secret is ever shown, what `check-config` shows
 * does nothing to a terminal, and means the same when it is set again. The first byte says which variable.
 */
#include "fuzz.h"
#include "salesreg/base/config.h"
#include "salesreg/base/text.h"

enum { DUMP_MOST = 1 << 20, SECRET_LEAST = 8 };

static size_t count_variables(void)
{
	size_t count = 0;
	while (config_name(count))
		count++;
	return count;
}

/* The line of a variable, without its name; in memory of its own. */
static char *shown(const char *dump, const char *name)
{
	size_t n = strlen(name);
	for (const char *line = dump; *line; line = strchr(line, '\n') + 1)
		if (strncmp(line, name, n) == 0 && line[n] == '=')
			return strndup(line + n + 1, strcspn(line + n + 1, "\n"));
	require(!"the variable has a line");
	return NULL;
}

static void require_lines(const char *text, size_t least)
{
	size_t lines = 0;
	for (const char *p = text; *p;) {
		uint32_t c = text_next(&p);
		lines += c == '\n';
		require(c == '\n' || !text_is_control(c));
	}
	require(!*text || text[strlen(text) - 1] == '\n');
	require(lines >= least);
}

/* Such a one is shown as a blank, and a blank at an end is no part of a value. */
static bool has_control(const char *text)
{
	for (const char *p = text; *p;)
		if (text_is_control(text_next(&p)))
			return true;
	return false;
}

static enum err load(char **problems, char **dump)
{
	struct config c;
	struct buf why, out;
	buf_init(&why, DUMP_MOST);
	buf_init(&out, DUMP_MOST);
	enum err err = config_load(&c, 0, &why);
	require(err == ERR_OK || err == ERR_CONFIG);
	require((err == ERR_OK) == (why.size == 0));
	config_dump(&c, &out);
	config_finish(&c);
	*problems = strdup(buf_text(&why));
	*dump = strdup(buf_text(&out));
	require(*problems && *dump);
	buf_finish(&why);
	buf_finish(&out);
	return err;
}

static void forget_all(void)
{
	for (size_t i = 0; config_name(i); i++)
		(void)unsetenv(config_name(i));
}

/* What is told with nothing set: a secret that is a piece of it is no secret. */
static const char *ordinary(void)
{
	static char *text;
	char *problems, *dump;
	if (text)
		return text;
	forget_all();
	(void)load(&problems, &dump);
	struct buf out;
	buf_init(&out, DUMP_MOST);
	config_describe(&out, false);
	buf_adds(&out, dump);
	free(problems);
	free(dump);
	text = strdup(buf_text(&out));
	require(text);
	buf_finish(&out);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	if (size < 1)
		return 0;
	const char *name = config_name(bytes[0] % count_variables());
	const char *always = ordinary();
	char value[4096], *problems, *dump, *again_dump, *again_problems;
	size_t n = size - 1 < sizeof value - 1 ? size - 1 : sizeof value - 1;
	memcpy(value, bytes + 1, n);
	value[n] = '\0';
	forget_all();
	require(setenv(name, value, 1) == 0);
	enum err err = load(&problems, &dump);
	require_lines(problems, err != ERR_OK);
	require_lines(dump, count_variables());
	char *is = shown(dump, name);
	bool secret = strcmp(is, "(set)") == 0 || strcmp(is, "(not set)") == 0;
	if (secret && strlen(value) >= SECRET_LEAST && !strchr(value, '\n') &&
	    !strstr(always, value))
		require(!strstr(problems, value) && !strstr(dump, value));
	/* some of it is not shown, or not as it was */
	bool whole = !secret && !strstr(is, "[...]") && !strstr(is, "…") && !strchr(is, '?') &&
		     !has_control(value);
	if (err == ERR_OK && whole && *is) {
		forget_all();
		require(setenv(name, is, 1) == 0);
		require(load(&again_problems, &again_dump) == ERR_OK);
		char *same = shown(again_dump, name);
		require(strcmp(same, is) == 0);
		free(same);
		free(again_problems);
		free(again_dump);
	}
	forget_all();
	free(is);
	free(problems);
	free(dump);
	return 0;
}
